"""One server as a child process: started, waited for, started again when it dies, stopped."""

import asyncio
import logging
import os
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from signal import SIGKILL, Signals
from typing import BinaryIO

from msgspec import Struct

from infra.embedded import launch
from infra.embedded.errors import ServerNotStarted

logger = logging.getLogger(__name__)

LOG_LIMIT = 5_000_000  # bytes; a longer log is put aside at the next start, the one before is dropped
RESTARTS, RESTARTS_WITHIN = 5, 60.0  # a server that dies more often than this (seconds) is given up
LOOK_EVERY = 0.02  # seconds between two questions whether a server is ready


class Program(Struct, frozen=True):
    """What to run, and how to tell that it is ready."""

    name: str
    """As a person would call it."""
    command: tuple[str, ...]
    folder: Path
    """Its data, and its working folder: that is how one left behind is recognised."""
    log: Path
    ready: Callable[[], Awaitable[bool]]
    stop: tuple[Signals, ...]
    """The signals to try in turn; the last resort, SIGKILL, is added."""
    user: str = ""
    """The system user to run as, when we are root."""
    environ: Mapping[str, str] = {}
    """All that it sees of an environment: ours holds secrets that are none of its business."""
    patience: float = 20.0
    """Seconds until it must be ready."""


async def spawn(
    program: Program, command: Sequence[str], folder: Path | None = None
) -> asyncio.subprocess.Process:
    """Start `command` as the program's user, in its folder or in `folder`, to end when we end."""
    with _open_log(program.log) as log:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), str(int(program.stop[0]))),
            *(program.user, str(folder or program.folder), *command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(program.environ),
            start_new_session=True,  # Ctrl-C in the terminal is for us; we stop our servers in order
        )


def _open_log(path: Path) -> BinaryIO:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_LIMIT:
        path.replace(path.with_suffix(".old.log"))
    return path.open("ab")


class Server:
    """A running `Program`."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False

    async def start(self) -> None:
        """Return when the server answers. Raises `ServerNotStarted` if it ends or keeps silent instead."""
        self._process = await spawn(self._program, self._program.command)
        try:
            async with asyncio.timeout(self._program.patience):
                await self._answer(self._process)
        except TimeoutError:
            await self._end(self._process)
            what = f"did not answer within {self._program.patience:g} s"
            raise ServerNotStarted(self._program.name, what, self._program.log) from None
        except BaseException:
            await self._end(self._process)
            raise

    async def _answer(self, process: asyncio.subprocess.Process) -> None:
        while not await self._program.ready():
            if process.returncode is not None:
                what = f"ended with code {process.returncode} instead of starting"
                raise ServerNotStarted(self._program.name, what, self._program.log)
            await asyncio.sleep(LOOK_EVERY)

    async def run(self) -> None:
        """Start the server again, at the same address, whenever it dies; returns once it is stopped.

        Raises `ServerNotStarted` when it dies more than RESTARTS times within RESTARTS_WITHIN seconds.
        """
        deaths: deque[float] = deque(maxlen=RESTARTS)
        while not self._stopping and self._process is not None:
            code = await self._process.wait()
            if self._stopping:
                return
            self._count_death(deaths, code)
            await self._try_again()

    def _count_death(self, deaths: deque[float], code: int) -> None:
        now = asyncio.get_running_loop().time()
        if len(deaths) == RESTARTS and now - deaths[0] < RESTARTS_WITHIN:
            raise ServerNotStarted(self._program.name, "keeps ending", self._program.log)
        deaths.append(now)
        logger.warning("%s ended with code %s; starting it again", self._program.name, code)

    async def _try_again(self) -> None:
        try:
            await self.start()
        except ServerNotStarted as error:
            logger.warning("%s", error)
            await asyncio.sleep(1)  # what it left behind may take a moment to go

    async def stop(self) -> None:
        """End the server, gently if it lets us; data that it acknowledged is safe either way."""
        self._stopping = True
        if self._process is not None:
            await self._end(self._process)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        for signal, patience in zip((*self._program.stop, SIGKILL), (2.0, 0.5, 0.5), strict=False):
            if process.returncode is not None:
                return
            process.send_signal(signal)
            try:
                await asyncio.wait_for(process.wait(), patience)
            except TimeoutError:
                logger.warning("%s did not end within %g s of %s", self._program.name, patience, signal.name)
