"""When each person was last seen in each room, in a sorted set of Redis by time."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from redis.asyncio import Redis

from rooms.attendance import Seat

KEY = "lyceum:presence"
SEPARATOR = ":"
"""No id holds it."""


class RedisPresence:
    """Implements `rooms.attendance.Presence`. What is lost with Redis is reported again at the next beat."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str) -> AsyncGenerator["RedisPresence", None]:
        """On a connection of its own, closed at the end."""
        redis: Any = Redis.from_url(url)  # pyright: ignore[reportUnknownVariableType]
        async with redis:
            yield cls(redis)

    async def seen(self, seats: Sequence[Seat], at: datetime) -> None:
        """See `Presence.seen`."""
        await self._redis.zadd(KEY, {SEPARATOR.join(seat): at.timestamp() for seat in seats}, gt=True)

    async def unseen(self, since: datetime) -> Sequence[Seat]:
        """See `Presence.unseen`."""
        members = await self._redis.zrangebyscore(KEY, "-inf", f"({since.timestamp()}")
        return [Seat(*member.decode().split(SEPARATOR)) for member in members]

    async def forget(self, seat: Seat) -> None:
        """See `Presence.forget`."""
        await self._redis.zrem(KEY, SEPARATOR.join(seat))
