"""The leaderboards in Redis: one script applies a batch and moves the position, so each award counts once.

For each organisation, board and season there is a hash `points` of everybody ("points position", the
position of the last award) and a sorted set `ranks` of those who are listed. The score in it is

    points * 2^36 + (2^36 - 1 - position)

so that among equals whoever got there first stands first. A double holds 53 bits: for positions below
2^36 (68 thousand million events) that order is exact up to 131,071 points; beyond, the positions of equals
are compared in steps of 2, 4, 8 … with each doubling, and by id within a step. The order of different
points, and the shown rank, which depends on points only, stay exact to 10^14 points.

Redis must not evict keys (`maxmemory-policy noeviction`, its default). Losing them all is harmless: the
position is lost with them, and the follower builds the boards again.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import msgspec
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as Unreachable
from redis.exceptions import OutOfMemoryError, ReadOnlyError
from redis.exceptions import TimeoutError as TimedOut

from adapters.lua import lua
from domain.errors import Invalid
from projections.leaderboards import BoardsUnavailable, Entry, Operation, Page

LIVE = "live"
WIDTH = 2**36
LONGEST_PAGE = 500

Content = Mapping[str, bytes | float]


class BadCursor(Invalid):
    """This place on the leaderboard cannot be read: it is the `next` of an earlier page."""


class RedisBoards:
    """Implements `projections.leaderboards.Boards`, and reading for the queries.

    Each `generation` is a whole of its own: one can be built beside the live one, compared and put in its
    place. Every method raises `BoardsUnavailable` when Redis cannot be reached or cannot be written.
    """

    def __init__(self, redis: Redis, generation: str = LIVE) -> None:
        """`redis` must leave answers as bytes (the default)."""
        self._redis: Any = redis
        self.generation = generation
        # The braces make a cluster keep all keys on one node, since one script writes them together.
        self._prefix = f"lyceum:{{boards}}:{generation}:"
        self._encoder = msgspec.msgpack.Encoder()
        self._apply: Any = redis.register_script(lua("boards_apply"))
        self._page: Any = redis.register_script(lua("boards_page"))
        self._move: Any = redis.register_script(lua("boards_move"))

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, generation: str = LIVE) -> AsyncGenerator["RedisBoards"]:
        """Boards on their own connections, closed at the end."""
        redis: Any = Redis.from_url(url)  # pyright: ignore[reportUnknownVariableType]
        async with redis:
            yield cls(redis, generation)

    def beside(self, generation: str) -> "RedisBoards":
        """Another generation on the same connections."""
        return RedisBoards(self._redis, generation)

    async def position(self) -> int:
        """See `Boards.position`."""
        with _reached():
            return int(await self._redis.get(self._prefix + "position") or 0)

    async def apply(self, after: int, position: int, operations: Sequence[Operation]) -> bool:
        """See `Boards.apply`. Redis serves nobody else meanwhile: some 25 ms for 500 awards."""
        payload = self._encoder.encode(operations)
        arguments = [self._prefix, after, position, payload]
        with _reached():
            return await self._apply(keys=[self._prefix + "position"], args=arguments) == 1

    async def page(
        self,
        org: str,
        board: str,
        season: str,
        *,
        limit: int = 50,
        after: str | None = None,
        around: str | None = None,
    ) -> Page:
        """One page: the top, or behind the cursor `after`, or with the person or team `around` in it.

        Around somebody who is not listed, the top is shown. Raises `BadCursor`.
        """
        if after is not None and not _is_cursor(after):
            raise BadCursor
        name = f"{self._prefix}{org}:{board}:{season}"
        keys = [f"{name}:ranks", f"{name}:points"]
        with _reached():
            found = await self._page(
                keys=keys, args=[min(max(1, limit), LONGEST_PAGE), after or "", around or ""]
            )
        total, counted, first, rank, *rows = found
        entries = tuple(_entries(first, rank, rows))
        more = first + len(entries) < total
        cursor = str(int(float(rows[-1]))) if entries and more else None
        return Page(board=board, season=season, total=total, counted=counted, entries=entries, next=cursor)

    async def clear(self) -> None:
        """Empty this generation, its position with it."""
        with _reached():
            await self._move(keys=[], args=[self._prefix, ""])

    async def replace(self, other: "RedisBoards") -> None:
        """Put this generation in the place of `other`, at one stroke; afterwards this one is empty."""
        with _reached():
            await self._move(keys=[], args=[other._prefix, self._prefix])

    async def dump(self) -> AsyncIterator[tuple[str, Content]]:
        """All that this generation holds, as (name, content), one board and season after the other."""
        for name in await self._names():
            yield name, await self._content(name)

    async def differences(self, other: "RedisBoards") -> list[str]:
        """The names of what is not the same in both; two generations at one position have none."""
        names = dict.fromkeys([*await self._names(), *await other._names()])
        return [name for name in names if await self._content(name) != await other._content(name)]

    async def _names(self) -> list[str]:
        names: list[str] = []
        for org in sorted(await self._content("orgs")):
            sets = [f"{org}:{part}" for part in ("boards", "seasons", "listed")]
            boards, seasons, _ = [sorted(await self._content(name)) for name in sets]
            names += [*sets, f"{org}:members"]
            names += [
                f"{org}:{b}:{s}:{part}" for b in boards for s in seasons for part in ("points", "ranks")
            ]
        return names

    async def _content(self, name: str) -> Content:
        """One key: members or fields, with their value if they have one."""
        key = self._prefix + name
        match name.rsplit(":", 1)[-1]:
            case "points" | "members":
                found = self._redis.hscan_iter(key, count=1000)
            case "ranks":
                found = self._redis.zscan_iter(key, count=1000)
            case _:
                found = ((member, b"") async for member in self._redis.sscan_iter(key, count=1000))
        with _reached():
            return {member.decode(): value async for member, value in found}


def _entries(first: int, rank: int, rows: Sequence[bytes]) -> Iterator[Entry]:
    """Rows with their ranks: equals share one, and the next takes its own place."""
    previous: int | None = None
    for index, (member, score) in enumerate(zip(rows[::2], rows[1::2], strict=True)):
        points = int(float(score)) // WIDTH
        if previous is not None and points != previous:
            rank = first + index + 1
        previous = points
        yield Entry(rank=rank, member=member.decode(), points=points)


def _is_cursor(text: str) -> bool:
    return len(text) <= 20 and text.isascii() and text.isdigit()


@contextmanager
def _reached() -> Generator[None]:
    try:
        yield
    except (Unreachable, TimedOut, OutOfMemoryError, ReadOnlyError) as error:
        raise BoardsUnavailable(str(error)) from error
