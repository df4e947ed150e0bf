"""The history of a board: as it was, what became of it since, and the ways back."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal

from litestar import Router, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from domain.errors import Invalid
from domain.events import Instant
from domain.identity import ERASED
from realtime.going_back import Way, go_back
from realtime.routes.audit import AtText, parsed
from realtime.routes.common import Asking, Body, Done, Id, InHouse, PathId
from realtime.watching import may_replay
from rooms.board.parts import CODE, CODE_SETTINGS
from rooms.past.changes import Difference, Kind, differences
from rooms.past.restoring import MAPS, TEXTS, Goal, back_to, without
from rooms.past.room import Moment, RoomHistory
from rooms.past.then import Author, BoardThen, Known, authors_of, board_then

Then = Annotated[int, Meta(ge=0, le=2**62)] | Instant
Part = Literal["text", "code", "scratchpad", "shapes", "notes"]


class SinceIsLater(Invalid):
    """`since` must not be later than `until`."""


class BoardAt(Struct, frozen=True, kw_only=True):
    """The board at `position`. Spans count UTF-16 code units, as Yjs and JavaScript do."""

    room: str
    position: int
    time: datetime | None
    first: int
    last: int
    board: BoardThen
    authors: tuple[Author, ...]


class Change(Struct, frozen=True, kw_only=True):
    """Something that `person` inserted and is still there, or deleted of what `author` had written.

    `at` and `length` count UTF-16 code units. Of each part: made in order, one after the other, the changes
    turn its text at `since` into that at `until`. `first` and `last` are positions, `began` and `ended`
    instants. Those who were erased have no id."""

    part: str
    kind: Kind
    at: int
    length: int
    text: str
    person: str
    name: str
    author: str
    first: int
    last: int
    began: datetime
    ended: datetime


class Changes(Struct, frozen=True, kw_only=True):
    """What became of the board's texts behind the position `since`, up to `until`."""

    room: str
    since: int
    until: int
    changes: tuple[Change, ...]


class Restoring(Body, frozen=True, kw_only=True):
    """A position or an instant to go back to. Give an id of your own, and a repeated request is harmless."""

    at: Then
    part: Part | None = None
    edit: Id | None = None


class Undoing(Body, frozen=True, kw_only=True):
    """Whose work to take out, and since when. Give an id of your own, and a repeated request is harmless."""

    person: Id
    since: Then
    part: Part | None = None
    edit: Id | None = None


@get("/rooms/{room:str}/board")
async def board_at(house: InHouse, access: Asking, room: PathId, at: AtText = None) -> BoardAt:
    """The board as it was at a position or an instant, now if none is given, and who wrote what."""
    history, reading = await may_replay(house, access, room, "board-history")
    moment = history.moment(*parsed(at))
    persons = history.persons(moment)
    await reading.of(persons)
    known = await house.pasts.known(access.org, persons)
    texts = history.texts(moment)
    return BoardAt(
        room=room,
        position=moment.position,
        time=moment.time,
        first=history.first,
        last=history.last,
        board=board_then(texts, history.drawn(moment), known),
        authors=authors_of(texts["text"], known),
    )


@get("/rooms/{room:str}/board/changes")
async def board_changes(
    house: InHouse, access: Asking, room: PathId, since: AtText = None, until: AtText = None
) -> Changes:
    """What was inserted and is still there, and what was deleted: since the beginning, or then, until now."""
    history, reading = await may_replay(house, access, room, "board-changes")
    start = Moment(0, None) if since is None else history.moment(*parsed(since))
    end = history.moment(*parsed(until))
    if start.position > end.position:
        raise SinceIsLater
    persons = history.persons(end)
    await reading.of(persons)
    known = await house.pasts.known(access.org, persons)
    changes = tuple(_changes(history, start.position, end.position, known))
    return Changes(room=room, since=start.position, until=end.position, changes=changes)


def _changes(history: RoomHistory, since: int, until: int, known: Known) -> Iterator[Change]:
    for part in TEXTS:
        for found in differences(history.board, since, until, part):
            yield _change(history, part, found, known)


def _change(history: RoomHistory, part: str, found: Difference, known: Known) -> Change:
    person = known.id(found.person)
    return Change(
        part=part,
        kind=found.kind,
        at=found.at,
        length=found.length,
        text=found.text,
        person=person,
        name=known.name(person) if person else ERASED,
        author=known.id(found.author),
        first=found.first,
        last=found.last,
        began=history.time_of(found.first),
        ended=history.time_of(found.last),
    )


@post("/rooms/{room:str}/board/restore", status_code=200)
async def restore(house: InHouse, access: Asking, room: PathId, data: JSONBody[Restoring]) -> Done:
    """Make the board what it was, by an edit like any other: no history is lost."""

    def goal(history: RoomHistory) -> Goal:
        return back_to(history.board, _position(history, data.at))

    edit = data.edit or house.new_id()
    return Done(position=await go_back(house, access, room, Way(f"restore {edit}", _parts(data.part), goal)))


@post("/rooms/{room:str}/board/undo", status_code=200)
async def undo(house: InHouse, access: Asking, room: PathId, data: JSONBody[Undoing]) -> Done:
    """Take out of the board what somebody wrote since then, and bring back what they deleted."""

    def goal(history: RoomHistory) -> Goal:
        return without(history.board, data.person, _position(history, data.since))

    edit = data.edit or house.new_id()
    return Done(position=await go_back(house, access, room, Way(f"undo {edit}", _parts(data.part), goal)))


def _parts(part: Part | None) -> tuple[str, ...]:
    """The roots that belong to a part: code has its language with it."""
    return (*TEXTS, *MAPS) if part is None else (CODE, CODE_SETTINGS) if part == CODE else (part,)


def _position(history: RoomHistory, then: int | datetime) -> int:
    moment = history.moment(position=then) if isinstance(then, int) else history.moment(time=then)
    return moment.position


ROUTER = Router("/", route_handlers=[board_at, board_changes, restore, undo], tags=["boards"])
