"""Turns of speech from the bus, as the marks that the facilitator hears."""

import asyncio
from collections.abc import AsyncIterator

import msgspec

from realtime.signals import Speaking, Spoke, decode
from rooms.facilitator.ports import Mark

WAITING = 10_000


class Marks:
    """Takes signals, and hands them on as a stream; the oldest are dropped when nobody takes them."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Mark] = asyncio.Queue(WAITING)

    async def heard(self, subject: str, payload: bytes) -> None:
        """A turn of speech begins or ends."""
        _, org, _, room, _ = subject.split(".")
        try:
            signal = decode(payload)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return  # counted where the feed hears the same signal
        match signal:
            case Speaking(person=person, at=at):
                self._put(Mark(org=org, room=room, person=person, speaking=True, at=at))
            case Spoke(person=person, ended=at):
                self._put(Mark(org=org, room=room, person=person, speaking=False, at=at))
            case _:
                pass

    async def stream(self) -> AsyncIterator[Mark]:
        """The marks as they come."""
        while True:
            yield await self._waiting.get()

    def _put(self, mark: Mark) -> None:
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait(mark)
