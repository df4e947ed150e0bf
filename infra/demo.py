"""A demo room, so that `lyceum up` shows something at once: people, problems, lessons, and the links."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from domain.deciding import Command
from domain.errors import Refused
from domain.events import Context, Role
from domain.people import Register
from domain.practice import AddProblem
from domain.rooms import OpenRoom
from domain.sessions import BookSession
from realtime.access import Tokens
from realtime.perform import Performer

ROOM = "demo"
PEOPLE: Sequence[tuple[str, str, Role]] = (
    ("ada", "Ada", "student"),
    ("ben", "Ben", "student"),
    ("tia", "Tia", "tutor"),
    ("uma", "Uma", "auditor"),
)
PROBLEMS: Sequence[AddProblem] = (
    AddProblem(
        problem="half-plus-third",
        skill="fractions",
        prompt="What is 1/2 + 1/3?",
        key="5/6",
        hints=("Find a number that both 2 and 3 divide.", "3/6 + 2/6"),
    ),
    AddProblem(
        problem="three-quarters-of-12",
        skill="fractions",
        prompt="What is 3/4 of 12?",
        key="9",
        hints=("What is a quarter of 12?",),
    ),
    AddProblem(
        problem="solve-2x",
        skill="equations",
        prompt="Solve 2x + 3 = 11. What is x?",
        key="4",
        hints=("Take 3 from both sides first.",),
    ),
    AddProblem(problem="slope", skill="equations", prompt="What is the slope of y = 5x + 2?", key="5"),
    AddProblem(
        problem="angle-sum",
        skill="geometry",
        prompt="How many degrees do the angles of a triangle have together?",
        key="180",
        choices=("90", "180", "270", "360"),
    ),
    AddProblem(
        problem="square-area", skill="geometry", prompt="A square has sides of 7. What is its area?", key="49"
    ),
)
LESSONS = ("demo-lesson-1", "demo-lesson-2")


async def furnish(performer: Performer, org: str, clock: Callable[[], datetime]) -> None:
    """Make the demo's people, room, problems and lessons, unless they are there."""
    context = Context(org=org, actor="demo", role="service", at=clock())
    commands: list[Command] = [
        *(Register(person=person, name=name, role=role) for person, name, role in PEOPLE),
        OpenRoom(room=ROOM, title="Algebra, Tuesdays", capacity=8),
        *PROBLEMS,
    ]
    for command in [*commands, *_lessons(context)]:
        with suppress(Refused):  # an earlier start of the demo has done it, a little differently
            await performer.perform(command, context)


def _lessons(context: Context) -> Iterator[BookSession]:
    """Two lessons of Tia's: one about to begin, one tomorrow."""
    day = context.at.strftime("%Y%m%d")
    ahead = (timedelta(minutes=10), timedelta(days=1))
    for lesson, learner, wait in zip(LESSONS, ("ada", "ben"), ahead, strict=True):
        starts = (context.at + wait).replace(second=0, microsecond=0)
        yield BookSession(
            session=f"{lesson}-{day}",
            tutor="tia",
            learner=learner,
            starts=starts,
            ends=starts + timedelta(minutes=45),
            subject="Fractions",
        )


def links(url: str, tokens: Tokens) -> Sequence[tuple[str, str]]:
    """Who, and the page to open."""
    found = [
        (f"{name} ({role})", f"{url}/room?id={ROOM}&token={tokens.make(person, role)}")
        for person, name, role in PEOPLE
        if role != "auditor"
    ]
    return [*found, ("Uma (auditor)", f"{url}/audit?id={ROOM}&token={tokens.make('uma', 'auditor')}")]
