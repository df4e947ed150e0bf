"""Utterances on their way to text: a bounded queue, and as many workers as the recogniser wants."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

from rooms.transcripts.decoding import samples_of
from rooms.transcripts.gathering import Utterance
from rooms.transcripts.recogniser import Heard, Recogniser, RecogniserFailed

logger = logging.getLogger(__name__)

WAITING = 64
"""Utterances that may wait; the oldest are dropped beyond that."""
COUNTED = (
    "written",  # they are in the log
    "empty",  # nothing was understood
    "failed",  # the recogniser had no answer
    "dropped",  # others were before them for too long
    "withdrawn",  # their speaker, or the room, did not want it any more
)

Record = Callable[[Utterance, Heard], Awaitable[bool]]
"""Records what was said, waiting for the log; False if it may not be recorded."""


class Transcriber:
    """Writes down utterances. Nothing of an utterance is kept once it is recorded, dropped or withdrawn."""

    def __init__(self, recogniser: Recogniser, record: Record, waiting: int = WAITING) -> None:
        self.counts: dict[str, int] = dict.fromkeys(COUNTED, 0)
        self._recogniser = recogniser
        self._record = record
        self._most = waiting
        self._waiting: deque[Utterance] = deque()
        self._busy: dict[asyncio.Task[None], Utterance] = {}
        self._some = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many utterances wait."""
        return len(self._waiting)

    def put(self, utterance: Utterance) -> None:
        """Have it written down, in time."""
        if len(self._waiting) >= self._most:
            self._waiting.popleft()
            self.counts["dropped"] += 1
        self._waiting.append(utterance)
        self._some.set()

    def withdraw(self, room: str, person: str) -> None:
        """Forget what this person said in the room, though it be just now written down."""
        kept = [one for one in self._waiting if (one.room, one.person) != (room, person)]
        self.counts["withdrawn"] += len(self._waiting) - len(kept)
        self._waiting = deque(kept)
        for task, one in self._busy.items():
            if (one.room, one.person) == (room, person) and task.cancel():
                self.counts["withdrawn"] += 1

    def of_whom(self) -> set[tuple[str, str]]:
        """The rooms and persons of what waits or is being written down."""
        return {(one.room, one.person) for one in (*self._waiting, *self._busy.values())}

    async def run(self) -> None:
        """Write down until cancelled."""
        async with asyncio.TaskGroup() as workers:
            for _ in range(self._recogniser.at_once):
                workers.create_task(self._work())

    async def _work(self) -> None:
        while True:
            while not self._waiting:
                self._some.clear()
                await self._some.wait()
            utterance = self._waiting.popleft()
            async with asyncio.TaskGroup() as alone:  # so that it can be cancelled and the worker goes on
                task = alone.create_task(self._write_down(utterance))
                self._busy[task] = utterance
            del self._busy[task]

    async def _write_down(self, utterance: Utterance) -> None:
        samples = await asyncio.to_thread(samples_of, utterance.packets)
        try:
            heard = await self._recogniser.recognise(samples)
        except RecogniserFailed as failed:
            self.counts["failed"] += 1
            logger.warning("an utterance could not be written down: %s", failed.reason)
            return
        if not heard.text.strip():
            self.counts["empty"] += 1
        elif await self._record(utterance, heard):
            self.counts["written"] += 1
        else:
            self.counts["withdrawn"] += 1
