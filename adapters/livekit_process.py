"""The ears of a node in a process of their own, started with the first and again when it has died."""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from adapters.livekit_hearing import (
    Came,
    EarListener,
    EarLost,
    EarReplaced,
    Leave,
    Listen,
    Lost,
    Said,
    Sounded,
    Went,
    packed,
    said,
    unpacked,
)

FOLDER = Path(__file__).parents[1]
STOP_WITHIN = 3.0
"""Seconds; then it is killed."""


@dataclass
class Listening:
    """One room, as the process hears it."""

    listener: EarListener
    over: "asyncio.Future[EarLost]"
    people: dict[int, str] = field(default_factory=dict[int, str])

    def told(self, message: Said) -> None:
        """Pass on what was heard."""
        match message:
            case Came(_, who, identity):
                self.people[who] = identity
                self.listener.came(identity)
            case Went(_, who):
                if identity := self.people.pop(who, None):
                    self.listener.went(identity)
            case Sounded(_, who, level, samples):
                if identity := self.people.get(who):
                    self.listener.sounded(identity, level, samples)
            case Lost(_, replaced, why):
                self.lost(EarReplaced(why) if replaced else EarLost(why))

    def lost(self, error: EarLost) -> None:
        """Nothing is heard any more."""
        if not self.over.done():
            self.over.set_result(error)


class EarProcess:
    """An Ear. `run` must be running."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._listening: dict[int, Listening] = {}
        self._wanted = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._started = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """The process, if there is one now."""
        return self._process.pid if self._process else None

    async def __call__(self, url: str, token: str, listener: EarListener) -> None:
        """See Ear."""
        number = next(self._numbers)
        listening = Listening(listener, asyncio.get_running_loop().create_future())
        self._wanted.set()
        await self._started.wait()
        self._listening[number] = listening
        try:
            self._send(Listen(number, url, token))
            raise await listening.over
        finally:
            del self._listening[number]
            self._send(Leave(number))

    async def run(self) -> None:
        """Until cancelled; then the process ends."""
        while True:
            await self._wanted.wait()
            await self._serve()

    async def _serve(self) -> None:
        """One process, from its start to its end."""
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-m", "adapters.livekit_child")
        self._process = await asyncio.create_subprocess_exec(*command, cwd=FOLDER, stdin=pipe, stdout=pipe)
        self._started.set()
        try:
            await self._read(self._process)
        finally:
            self._wanted.clear()
            self._started.clear()
            for listening in self._listening.values():
                listening.lost(EarLost("the process has ended"))
            await _stopped(self._process)
            self._process = None

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while (body := await unpacked(process.stdout)) is not None:
            message = said.decode(body)
            if listening := self._listening.get(message.ear):
                listening.told(message)

    def _send(self, message: Listen | Leave) -> None:
        if self._process is None or self._process.stdin is None or self._process.stdin.is_closing():
            return
        with suppress(ConnectionError, RuntimeError):  # it has ended: what waits for it is told
            self._process.stdin.write(packed(message))


async def _stopped(process: asyncio.subprocess.Process) -> None:
    """It ends when its input does; if not, it is made to."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(STOP_WITHIN):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
