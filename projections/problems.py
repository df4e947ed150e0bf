"""Problems: what is asked, by id and by skill; never the right answer."""

from msgspec import Struct

from domain.events import Recorded
from domain.practice import ProblemAdded
from projections.keys import BETWEEN, by, by_pair
from projections.view import View


class Problem(Struct):
    """One problem. `hints` are shown one at a time, to whoever takes them."""

    problem: str = ""
    skill: str = ""
    prompt: str = ""
    choices: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


class ShownProblem(Struct, frozen=True):
    """A problem as the API answers: of the hints, their number only."""

    problem: str
    skill: str
    prompt: str
    choices: tuple[str, ...]
    hints: int


def apply(state: Problem, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    event = recorded.event
    if isinstance(event, ProblemAdded):
        state.problem = event.problem
        state.skill = event.skill
        state.prompt = event.prompt
        state.choices = event.choices
        state.hints = event.hints


def shown(state: Problem) -> ShownProblem:
    """The problem as a learner may see it."""
    return ShownProblem(
        problem=state.problem,
        skill=state.skill,
        prompt=state.prompt,
        choices=state.choices,
        hints=len(state.hints),
    )


def prefix_of(skill: str) -> str:
    """What the keys of a skill's problems begin with in `problems-by-skill`; the problem's id follows."""
    return skill + BETWEEN


PROBLEMS = View(
    name="problems", version=1, state=Problem, reads=(ProblemAdded,), keys=by("problem"), apply=apply
)

PROBLEMS_BY_SKILL = View(
    name="problems-by-skill",
    version=1,
    state=Problem,
    reads=(ProblemAdded,),
    keys=by_pair(("skill",), "problem"),
    apply=apply,
)
