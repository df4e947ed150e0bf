"""Recordings held against the log: verified, and removed when their time is over."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from adapters.sound_files import SoundFiles
from domain.deciding import Command
from domain.errors import Refused
from domain.events import Context
from domain.log import EventLog
from domain.people import PersonErased
from domain.recording import RemoveSegment, SegmentKept, SegmentRemoved
from infra.agreeing import Progress

logger = logging.getLogger(__name__)

HOUR = 3600.0
"""Seconds between two looks for recordings whose time is over."""
Where = tuple[str, str, str]
"""(organisation, person, segment)."""


async def check_recordings(log: EventLog, sounds: SoundFiles, progress: Progress) -> list[str]:
    """What is wrong with the files of recordings, in words: all must be as the log says, and no others.

    Of those who were erased, and of segments that were removed, nothing needs to be there.
    """
    stray = set(await asyncio.to_thread(lambda: list(sounds.names())))
    there: dict[Where, tuple[int, SegmentKept]] = {}
    gone: set[tuple[str, str]] = set()
    async for batch in log.read():
        for each in batch:
            match each.event:
                case SegmentKept() as kept:
                    there[each.org, kept.person, kept.segment] = each.position, kept
                case SegmentRemoved() as removed:
                    stray.discard((each.org, removed.person, removed.segment))
                    there.pop((each.org, removed.person, removed.segment), None)
                case PersonErased() as erased:
                    gone.add((each.org, erased.person))
                case _:
                    pass
    wrong: list[str] = []
    for number, (where, (position, kept)) in enumerate(there.items(), 1):
        stray.discard(where)
        if where[:2] not in gone:
            wrong += await asyncio.to_thread(_differs, sounds, where, position, kept)
        progress(number, len(there))
    wrong += [f"recording {segment}: the log knows of no such file" for _, _, segment in sorted(stray)]
    return wrong


def _differs(sounds: SoundFiles, where: Where, position: int, kept: SegmentKept) -> list[str]:
    found = sounds.hash(*where)
    if found is None:
        return [f"recording {kept.segment} (position {position}): its file is missing"]
    if found != kept.sha256:
        return [f"recording {kept.segment} (position {position}): its file was altered"]
    return []


class Expiring:
    """Removes recordings that are older than they may become; first the log says so."""

    def __init__(
        self,
        sounds: SoundFiles,
        perform: Callable[[Command, Context], Awaitable[object]],
        clock: Callable[[], datetime],
        days: int,
    ) -> None:
        self._sounds = sounds
        self._perform = perform
        self._clock = clock
        self._kept_for = timedelta(days=days)

    async def run(self) -> None:
        """Look every hour, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(HOUR)

    async def look(self) -> None:
        """Remove what is too old now. Raises `LogUnavailable`, `OSError`."""
        now = self._clock()
        oldest = round((now - self._kept_for).timestamp() * 1000)
        for whose in await asyncio.to_thread(lambda: list(self._sounds.before(oldest))):
            context = Context(org=whose.org, actor="recorder", role="service", at=now)
            try:
                await self._perform(RemoveSegment(segment=whose.segment, why="expired"), context)
            except Refused as refusal:
                logger.warning("a recording that is too old was left alone: %s", refusal.code)
                continue
            await asyncio.to_thread(self._sounds.remove, whose.org, whose.person, whose.segment)
