"""What is left of a closed room: the group's part for all who were in, and each person's own."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct, field

from domain.events import Event, Recorded
from domain.identity import ERASED
from domain.people import PersonErased
from domain.rooms import RoomClosed, RoomJoined, RoomOpened
from domain.summaries import ReviewSuggested, RoomSummarised
from projections.keys import by
from projections.problems import Problem
from projections.view import View


class Review(Struct):
    """What one person might look at again."""

    problems: tuple[str, ...]
    text: str


class Summary(Struct):
    """One room. `people` is everybody who was ever in, in the order in which they came."""

    title: str = ""
    closed: datetime | None = None
    people: list[str] = field(default_factory=list[str])
    text: str | None = None
    source: str = ""
    worked_on: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    reviews: dict[str, Review] = field(default_factory=dict[str, Review])
    position: int = 0


class ShownWork(Struct, frozen=True):
    """A problem that the room worked on; `solved` by anybody."""

    problem: str
    skill: str
    prompt: str
    solved: bool


class ShownReview(Struct, frozen=True):
    """Somebody's own part."""

    person: str
    text: str
    problems: tuple[ShownWork, ...]


class ShownSummary(Struct, frozen=True):
    """The summary as the API answers: whoever was in sees the group's part and their own, staff see all."""

    room: str
    title: str
    closed: datetime | None
    text: str
    source: str
    worked_on: tuple[ShownWork, ...]
    open: tuple[ShownWork, ...]
    reviews: tuple[ShownReview, ...]
    position: int


def apply(state: Summary, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    state.position = recorded.position
    match recorded.event:
        case RoomOpened() as event:
            state.title = event.title
        case RoomJoined() as event:
            state.people = list(dict.fromkeys((*state.people, event.person)))
        case RoomClosed():
            state.closed = recorded.at
        case _:
            _sum_up(state, recorded.event)


def _sum_up(state: Summary, event: Event) -> None:
    match event:
        case RoomSummarised():
            state.text, state.source = event.text, event.source
            state.worked_on, state.open = event.worked_on, event.open
        case ReviewSuggested():
            state.reviews[event.person] = Review(event.problems, event.text)
        case PersonErased() if event.person in state.reviews:
            state.reviews[event.person] = Review((), ERASED)
        case _:
            pass


def problems_in(state: Summary, persons: Iterable[str]) -> list[str]:
    """The problems that the answer to those who may see these persons' parts speaks of."""
    own = [
        problem for person in persons if person in state.reviews for problem in state.reviews[person].problems
    ]
    return list(dict.fromkeys((*state.worked_on, *own)))


def shown(room: str, state: Summary, problems: Mapping[str, Problem], persons: Iterable[str]) -> ShownSummary:
    """The answer to whoever may see the parts of these persons."""

    def work(ids: Iterable[str]) -> tuple[ShownWork, ...]:
        known = [problems[problem] for problem in ids if problem in problems]
        return tuple(ShownWork(p.problem, p.skill, p.prompt, p.problem not in state.open) for p in known)

    return ShownSummary(
        room=room,
        title=state.title,
        closed=state.closed,
        text=state.text or "",
        source=state.source,
        worked_on=work(state.worked_on),
        open=work(state.open),
        reviews=tuple(
            ShownReview(person, state.reviews[person].text, work(state.reviews[person].problems))
            for person in persons
            if person in state.reviews
        ),
        position=state.position,
    )


_by_room = by("room")


def _keys(recorded: Recorded) -> tuple[str, ...]:
    event = recorded.event
    return event.rooms if isinstance(event, PersonErased) else _by_room(recorded)


SUMMARIES = View(
    name="summaries",
    version=1,
    state=Summary,
    reads=(RoomOpened, RoomJoined, RoomClosed, RoomSummarised, ReviewSuggested, PersonErased),
    keys=_keys,
    apply=apply,
)
