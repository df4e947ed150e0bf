"""The recorder: packets of those who agreed go to files, by a thread, and what is whole goes on record."""

import asyncio
import errno
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from domain.deciding import Command
from domain.errors import LogUnavailable, Refused
from domain.events import Context
from domain.recording import Ending, KeepSegment, StopRecording
from rooms.recording.files import Finished, Sounds, Whose
from rooms.recording.take import Take
from rooms.voice.engine import Hear

logger = logging.getLogger(__name__)

BEAT = 0.25
"""Seconds between two visits to the disk."""
LOOKS = 30.0
"""Seconds after which it is looked again whether there is room on the disk."""
LAST = 0.8
"""Seconds in which all is finished and recorded when the node stops; the next start does the rest."""

Tap = Callable[[str, str, Hear], Callable[[], None]]
Perform = Callable[[Command, Context], Awaitable[object]]
Place = tuple[str, str]
"""(organisation, room)."""
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass
class Recorder:
    """Who is recorded is said by `record`, `stop` and `release`: at once, and synchronously."""

    tap: Tap
    """As `MediaEngine.tap`; rooms are named `organisation/room`."""
    sounds: Sounds
    perform: Perform
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    longest: int = 120_000
    """Milliseconds of a segment, at most."""
    lost: int = 0
    """Packets that could not be written: the disk was too slow."""
    _heard: dict[Place, dict[str, Take]] = field(default_factory=dict[Place, dict[str, Take]])
    _takes: list[Take] = field(default_factory=list[Take])
    _finished: deque[Finished] = field(default_factory=deque[Finished])
    _failed: dict[Place, Ending] = field(default_factory=dict[Place, Ending])
    _looked: float = -LOOKS

    def record(self, org: str, room: str, recording: str, persons: Collection[str]) -> None:
        """From now on these persons are recorded in this room, and nobody else."""
        here = self._heard.setdefault((org, room), {})
        for person, take in list(here.items()):
            if person not in persons or take.whose.recording != recording:
                here.pop(person).end()
        for person in persons:
            if person not in here:
                here[person] = self._begun(Whose(org, room, person, recording, ""))

    def stop(self, org: str, room: str) -> None:
        """From now on nobody is recorded in this room."""
        for take in self._heard.pop((org, room), {}).values():
            take.end()

    def release(self, org: str, person: str, *, since: int | None = None, forget: bool = False) -> None:
        """From now on the person is recorded nowhere; with `forget`, what is not finished is not kept.

        What was heard after `since` (ms), before this node learned of it, is left out, unless it is written.
        """
        for (of, _), here in self._heard.items():
            if of == org and person in here:
                here.pop(person).end(since)
        if forget:
            for take in self._takes:
                take.forgotten |= (take.whose.org, take.whose.person) == (org, person)

    def recorded(self, org: str, room: str) -> Collection[str]:
        """Who is recorded in a room now."""
        return self._heard.get((org, room), {}).keys()

    async def run(self) -> None:
        """Write until cancelled; first finish what others left, and at the end what is open."""
        with ThreadPoolExecutor(1, thread_name_prefix="recorder") as pool:
            try:
                async for finished in self.sounds.leftovers():
                    self._finished.append(finished)
                while True:
                    await self._beat(pool)
                    await asyncio.sleep(BEAT)
            finally:
                for take in self._takes:
                    take.end()
                self._heard.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(LAST):
                        await self._beat(pool)

    async def _beat(self, pool: ThreadPoolExecutor) -> None:
        for take in self._takes:
            if take.key is None:  # files are encrypted from their first byte on; packets wait
                with suppress(LogUnavailable):
                    take.key = await self.sounds.key(take.whose.org, take.whose.person)
        if self._takes:  # to wake a thread holds up all voices for as long as it has the interpreter
            await asyncio.get_running_loop().run_in_executor(pool, self._write, list(self._takes))
        self.lost += sum(take.lost for take in self._takes if take.done)
        self._takes = [take for take in self._takes if not take.done]
        await self._tell(pool)
        await self._end_failed()

    def _begun(self, whose: Whose) -> Take:
        take = Take(self.sounds, whose, self.longest, self.new_id)
        take.begin(lambda hear: self.tap(f"{whose.org}/{whose.room}", whose.person, hear))
        self._takes.append(take)
        return take

    def _write(self, takes: list[Take]) -> None:
        """In the thread. Where a file fails, the recording of its room ends."""
        now = round(self.clock().timestamp() * 1000)
        for take in takes:
            place = (take.whose.org, take.whose.room)
            try:
                self._finished.extend(take.beat(now))
            except OSError as error:
                logger.warning("a recording could not be written: %s", error.strerror)
                take.over = True
                self._failed[place] = "full" if error.errno in NO_ROOM else "failed"
                with suppress(OSError):
                    self._finished.extend(take.abandon())
        if takes and time.monotonic() - self._looked >= LOOKS:
            self._looked = time.monotonic()
            if self.sounds.full():
                self._failed |= {(take.whose.org, take.whose.room): "full" for take in takes}

    async def _tell(self, pool: ThreadPoolExecutor) -> None:
        """Have on record what is whole. While the log is away it waits, here or for the next start."""
        loop = asyncio.get_running_loop()
        while self._finished:
            found = self._finished[0]
            try:
                await self.perform(_wish(found), self._context(found.whose.org))
                await loop.run_in_executor(pool, self.sounds.keep, found.whose)
            except LogUnavailable:
                return
            except Refused as refusal:
                logger.warning("a segment of a recording was refused: %s", refusal.code)
                await loop.run_in_executor(pool, self.sounds.discard, found.whose)
            except OSError as error:  # it is on record, and the next start finds it
                logger.warning("a segment of a recording could not get its name: %s", error.strerror)
            self._finished.popleft()

    async def _end_failed(self) -> None:
        for (org, room), why in list(self._failed.items()):
            self.stop(org, room)
            try:
                await self.perform(StopRecording(room=room, why=why), self._context(org))
            except LogUnavailable:
                return
            except Refused as refusal:
                logger.warning("a recording that failed could not be ended: %s", refusal.code)
            del self._failed[org, room]

    def _context(self, org: str) -> Context:
        return Context(org=org, actor="recorder", role="service", at=self.clock())


def _wish(found: Finished) -> KeepSegment:
    whose = found.whose
    return KeepSegment(
        room=whose.room,
        person=whose.person,
        segment=whose.segment,
        recording=whose.recording,
        started=found.started,
        ended=found.ended,
        size=found.size,
        sha256=found.sha256,
    )
