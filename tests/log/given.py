"""What the tests of the log have in common."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from itertools import pairwise

from adapters.postgres_log import PostgresLog
from domain.events import EVERYTHING, Boundary, Context, Event, Query, Recorded, about
from domain.rooms import MessageSent, RoomJoined, RoomLeft

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def by(person: str = "ada", org: str = "school") -> Context:
    return Context(org=org, actor=person, role="student", at=NOON)


def joined(room: str = "algebra", person: str = "ada") -> RoomJoined:
    return RoomJoined(room=room, person=person)


def left(room: str = "algebra", person: str = "ada") -> RoomLeft:
    return RoomLeft(room=room, person=person, why="left")


def said(message: str, room: str = "algebra", person: str = "ada") -> MessageSent:
    return MessageSent(room=room, person=person, message=message, text="…")


def joins_of(room: str = "algebra") -> Query:
    return Query((about(f"room:{room}", RoomJoined),))


def unless_joined(room: str = "algebra", after: int = 0) -> Boundary:
    """Nobody has joined the room behind `after`."""
    return Boundary(joins_of(room), after)


async def read(log: PostgresLog, query: Query = EVERYTHING, **options) -> list[Recorded]:
    return [each async for batch in log.read(query, **options) for each in batch]


async def events(log: PostgresLog, query: Query = EVERYTHING, **options) -> list[Event]:
    return [each.event for each in await read(log, query, **options)]


def dense(recorded: Sequence[Recorded], after: int = 0) -> bool:
    """Whether the positions go on from `after` without a gap or a repeat."""
    positions = [after, *(each.position for each in recorded)]
    return all(right == left + 1 for left, right in pairwise(positions))


async def followed(batches: AsyncIterator[Sequence[Recorded]], upto: int) -> list[Recorded]:
    """What a follower sees until it has come to `upto`."""
    seen: list[Recorded] = []
    async with aclosing(batches) as following:
        async for batch in following:
            seen += batch
            if seen[-1].position >= upto:
                return seen
    raise AssertionError("a follower never ends by itself")
