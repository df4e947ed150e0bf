"""What is left of a room, by rule: what was worked on, what is open, who might look at what again. Pure."""

from collections.abc import Iterator, Mapping

from domain.practice import ProblemAdded
from domain.summaries import Suggestion
from rooms.facilitator.help.advice import Topic, kept, topic_of
from rooms.facilitator.help.reading import RoomWork
from rooms.facilitator.validation import Rules

MOST = 64
CALLED: dict[Topic, str] = {
    "arithmetic": "arithmetic",
    "fractions": "fractions",
    "percent": "percentages",
    "ratios": "ratios",
    "linear-equations": "equations",
    "geometry": "shapes",
    "words": "questions in words",
}
NOTHING = "No problem was worked on in this room. What would you like to begin with next time?"
ALL_SOLVED = (
    "This room worked on {what}, and everything was solved. Which step would you explain to somebody else?",
    "Everything was solved in this room. Which step would you explain to somebody else?",
)
SOME_OPEN = (
    "This room worked on {what}, and some of it is still open. What would you try otherwise next time?",
    "Some of it is still open. What would you try otherwise next time?",
)
REVIEW = (
    "These are worth another look. Which of them could you explain to somebody else by now?",
    "These are worth another look, each with fresh eyes.",
)


def open_of(work: RoomWork) -> tuple[str, ...]:
    """The problems that nobody solved."""
    return tuple(problem for problem in work.problems if not work.right.get(problem))[:MOST]


def group_text(work: RoomWork, problems: Mapping[str, ProblemAdded], rules: Rules) -> str:
    """The group's part."""
    if not work.problems:
        return kept((NOTHING,), rules)
    names = [CALLED[topic_of(each.prompt, work.families.get(problem))] for problem, each in problems.items()]
    what = _listed(list(dict.fromkeys(names))[:3]) or "problems"
    wordings = SOME_OPEN if open_of(work) else ALL_SOLVED
    return kept([wording.format(what=what) for wording in wordings], rules)


def suggestions(work: RoomWork, rules: Rules) -> Iterator[Suggestion]:
    """What each person might review: what they got wrong or had help with, and nobody else's."""
    for person in work.people:
        again = [problem for problem in work.problems if person in work.tried.get(problem, ())]
        if again:
            unsolved = [problem for problem in again if person not in work.right.get(problem, ())]
            rest = [problem for problem in again if problem not in unsolved]
            yield Suggestion(
                person=person, problems=tuple([*unsolved, *rest][:MOST]), text=kept(REVIEW, rules)
            )


def _listed(names: list[str]) -> str:
    """As one says it: fractions, ratios and shapes."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
