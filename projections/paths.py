"""Paths as they are published, what each learner has set for themselves, and what kinds of content helped."""

from datetime import date
from random import Random

from msgspec import Struct, field

from domain.events import Recorded
from domain.paths import CalendarLinked, ContentTaken, GoalDropped, GoalSet, Kind, PathPublished, Step
from domain.practice import AnswerGiven
from projections.keys import by
from projections.view import View

WAITING = 1000
"""Learners of a skill who took content, and have not answered since; the first are let go of first."""


class Path(Struct):
    """One path, as it is now. `version` is 0 before the first."""

    path: str = ""
    version: int = 0
    title: str = ""
    gate: float = 0.0
    steps: tuple[Step, ...] = ()


class Goal(Struct, frozen=True):
    """What somebody has set for themselves on a path."""

    by: date
    minutes: int
    zone: str
    prefers: Kind | None = None


class Goals(Struct):
    """One person's goals, by path, and the link that leads to their calendar."""

    goals: dict[str, Goal] = field(default_factory=dict[str, Goal])
    link: str = ""


class Tries(Struct):
    """How often the answer after content of a kind was right, and wrong."""

    right: int = 0
    wrong: int = 0

    def mean(self) -> float:
        """The share that is to be expected, where one right and one wrong are assumed beforehand."""
        return (self.right + 1) / (self.right + self.wrong + 2)


class Contents(Struct):
    """What kinds of content helped with one skill; `waiting` holds who took which, and has not answered."""

    tries: dict[str, Tries] = field(default_factory=dict[str, Tries])
    waiting: dict[str, str] = field(default_factory=dict[str, str])


class Suggestion(Struct, frozen=True):
    """A kind of content. `explored` says that it is not the one that did best so far, and `why` tells it."""

    kind: Kind
    explored: bool
    why: str


def suggestion(state: Contents, kinds: tuple[Kind, ...], seed: str) -> Suggestion | None:
    """By Thompson's rule: draw what each kind might be worth from what is believed of it, and take the best.

    The draw follows from `seed` and from the outcomes so far: the same are answered the same.
    """
    if not kinds:
        return None
    tries: dict[Kind, Tries] = {kind: state.tries.get(kind) or Tries() for kind in dict.fromkeys(kinds)}
    outcomes = sum(each.right + each.wrong for each in state.tries.values())
    drawing = Random(f"{seed} {outcomes}")
    drawn: dict[Kind, float] = {
        kind: drawing.betavariate(each.right + 1, each.wrong + 1) for kind, each in tries.items()
    }
    chosen: Kind = max(drawn, key=lambda kind: drawn[kind])
    best: Kind = max(tries, key=lambda kind: tries[kind].mean())
    return Suggestion(chosen, tries[chosen].mean() < tries[best].mean(), _why(chosen, best, tries))


def _why(chosen: Kind, best: Kind, tries: dict[Kind, Tries]) -> str:
    seen = tries[chosen].right + tries[chosen].wrong
    if tries[chosen].mean() < tries[best].mean():
        return f"tried to learn whether it helps: {best} did better so far"
    if not seen:
        return "nothing is known yet of what helps here"
    return f"after it {tries[chosen].right} of {seen} next answers were right"


def _publish(state: Path, key: str, recorded: Recorded) -> None:
    if isinstance(event := recorded.event, PathPublished):
        state.path, state.version, state.title = event.path, event.version, event.title
        state.gate, state.steps = event.gate, event.steps


def _aim(state: Goals, key: str, recorded: Recorded) -> None:
    match recorded.event:
        case GoalSet() as event:
            state.goals[event.path] = Goal(event.by, event.minutes, event.zone, event.prefers)
        case GoalDropped() as event:
            state.goals.pop(event.path, None)
        case CalendarLinked() as event:
            state.link = event.link
        case _:
            pass


def _learn(state: Contents, key: str, recorded: Recorded) -> None:
    match recorded.event:
        case ContentTaken() as event:
            state.waiting.pop(event.person, None)
            state.waiting[event.person] = event.kind
            if len(state.waiting) > WAITING:
                del state.waiting[next(iter(state.waiting))]
        case AnswerGiven() as event:
            if kind := state.waiting.pop(event.person, None):
                tries = state.tries.setdefault(kind, Tries())
                tries.right += event.correct
                tries.wrong += not event.correct
        case _:
            pass


PATHS = View(name="paths", version=1, state=Path, reads=(PathPublished,), keys=by("path"), apply=_publish)
GOALS = View(
    name="goals",
    version=1,
    state=Goals,
    reads=(GoalSet, GoalDropped, CalendarLinked),
    keys=by("person"),
    apply=_aim,
)
CONTENTS = View(
    name="contents",
    version=1,
    state=Contents,
    reads=(ContentTaken, AnswerGiven),
    keys=by("skill"),
    apply=_learn,
)
