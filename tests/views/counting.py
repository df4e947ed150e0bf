"""A view that counts, so that whatever is folded twice or not at all shows; and followers at work on it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import msgspec
from msgspec import Struct, field

from adapters.postgres_log import PostgresLog
from adapters.postgres_views import PostgresViews
from domain.events import Recorded
from domain.rooms import MessageSent, RoomJoined
from infra.keeping import kept
from projections.follower import Follower
from projections.keys import by
from projections.store import Head, Key
from projections.view import View
from tests.log.given import by as acting
from tests.log.given import joined, said

PATIENCE = 20.0


class Counted(Struct):
    """Where the messages of a room stand."""

    positions: list[int] = field(default_factory=list[int])


def count(state: Counted, key: str, recorded: Recorded) -> None:
    state.positions.append(recorded.position)


MESSAGES = View("messages", 1, Counted, (MessageSent,), by("room"), count)
JOINS = View("joins", 1, Counted, (RoomJoined,), by("room"), count)
BOTH = (MESSAGES, JOINS)


def twice(state: Counted, key: str, recorded: Recorded) -> None:
    state.positions += [recorded.position] * 2


MESSAGES_TWICE = replace(MESSAGES, version=2, apply=twice)
"""The next version of the view."""


class Announced:
    """What followers have said: the keys that changed, and how far they have come."""

    def __init__(self) -> None:
        self.said: list[tuple[Sequence[Key], int]] = []
        self._reached = asyncio.Event()

    def __call__(self, changed: Sequence[Key], position: int) -> None:
        self.said.append((changed, position))
        self._reached.set()

    async def until(self, position: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while not any(reached >= position for _, reached in self.said):
                self._reached.clear()
                await self._reached.wait()


@asynccontextmanager
async def following(
    log: PostgresLog, *stores: PostgresViews, views: Sequence[View] = BOTH
) -> AsyncIterator[Announced]:
    """A follower for each of the stores, as the house keeps them."""
    announced = Announced()
    followers = {str(n): Follower(log, store, views, announced).run for n, store in enumerate(stores)}
    async with kept(followers):
        yield announced


async def talk(log: PostgresLog, count: int, room: str = "algebra", org: str = "school") -> int:
    """Messages, one append each, with a join before every third; the last position."""
    last = 0
    for n in range(count):
        before = [joined(room=room)] if n % 3 == 0 else []
        last = await log.append([*before, said(f"m{n}", room=room)], acting(org=org))
    return last


async def shown(store: PostgresViews, view: View, room: str = "algebra", org: str = "school") -> list[int]:
    """The positions that the view shows."""
    row = (await store.many(view.name, org, [room])).rows.get(room)
    return [] if row is None else msgspec.msgpack.decode(row, type=view.state).positions


async def built(store: PostgresViews, *views: View) -> dict[str, Head]:
    """New generations of these views, shown from the start."""
    heads = await store.begin(views)
    for view, head in heads.items():
        assert await store.swap(view, head.generation)
    return await store.heads(views)


async def expected(log: PostgresLog, view: View, room: str = "algebra", org: str = "school") -> list[int]:
    """The positions that it should show."""
    return [
        each.position
        async for batch in log.read(org=org)
        for each in batch
        if isinstance(each.event, view.reads) and each.event.room == room
    ]
