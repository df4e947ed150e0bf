"""The voice engine in a process of its own, without the house around it."""

import asyncio
import gc
from collections.abc import Sequence
from datetime import UTC, datetime

from benchmarks.measuring.voice_control import obey, serve
from rooms.voice.engine import SlotContent, Why
from rooms.voice.ice_lite import IceLiteEngine


class Nobody:
    """A VoiceListener that does nothing."""

    def speaking(self, room: str, person: str, turn: str, at: int) -> None:
        """A turn has started."""

    def spoke(self, room: str, person: str, turn: str, started: int, ended: int) -> None:
        """A turn is over."""

    def slots(self, room: str, person: str, slots: Sequence[SlotContent]) -> None:
        """A listener's slots hold other speakers."""

    def left(self, room: str, person: str, voice: str, why: Why) -> None:
        """A voice has ended."""


async def main() -> None:
    """Serve until standard input ends."""
    engine = IceLiteEngine("127.0.0.1", 0, ["127.0.0.1"], Nobody(), lambda: datetime.now(UTC))

    async def join(room: str, person: str, sdp: str) -> dict[str, str]:
        joined = await engine.join(room, person, sdp)
        return {"voice": joined.voice, "sdp": joined.sdp}

    async def look() -> dict[str, int]:
        gc.collect()
        return {"tasks": len(asyncio.all_tasks()), "voices": engine.voices}

    async with asyncio.TaskGroup() as group:
        running = group.create_task(engine.run())
        await engine.opened()
        await obey({"join": join, "leave": engine.leave, "look": look})
        running.cancel()


if __name__ == "__main__":
    serve(main)
