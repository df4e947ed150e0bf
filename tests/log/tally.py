"""What a load was answered, what followers saw of it, and whether the log bears it out."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise

from adapters.postgres_log import PostgresLog
from domain.errors import LogUnavailable
from domain.events import Recorded
from infra.keeping import kept
from tests.log.elsewhere import PROJECT
from tests.log.given import read
from tests.log.load import whole


@dataclass
class Answers:
    """What all processes of a load were answered."""

    acknowledged: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, line: str) -> None:
        """A line that a process printed."""
        name, _, answer = line.rstrip("\n").partition(" ")
        if answer.isdigit():
            self.acknowledged[name] = int(answer)
        elif answer in ("refused", "unknown"):  # else the process was killed while it printed
            getattr(self, answer).add(name)
        self._more.set()

    async def more(self, count: int) -> None:
        """Wait until so many more are acknowledged."""
        enough = len(self.acknowledged) + count
        while len(self.acknowledged) < enough:
            self._more.clear()
            await self._more.wait()


class Load:
    """A process of `tests.log.load`; what it prints goes to `answers`."""

    def __init__(self, url: str, name: str, answers: Answers, tasks: int = 5) -> None:
        self._arguments = (url, name, str(tasks))
        self._answers = answers

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Load"]:
        """It appends within the block, and has ended and been heard out when the block is left."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.log.load", *self._arguments),
            cwd=PROJECT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        try:
            assert await self._process.stdout.readline() == b"ready\n"
            async with asyncio.TaskGroup() as group:
                group.create_task(self._hear(self._process.stdout))
                yield self
                self._finish()
        finally:
            if self._process.returncode is None:
                self.kill()
            await self._process.wait()

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()

    def _finish(self) -> None:
        if self._process.returncode is None and self._process.stdin is not None:
            self._process.stdin.write(b"\n")

    async def _hear(self, output: asyncio.StreamReader) -> None:
        while (line := await output.readline()).endswith(b"\n"):
            self._answers.take(line.decode())


class Watcher:
    """A follower that resumes where it was, by itself, whatever happens to the log."""

    def __init__(self, log: PostgresLog, after: int = 0) -> None:
        self._log = log
        self._after = after
        self.seen: list[Recorded] = []
        self._more = asyncio.Event()

    async def run(self) -> None:
        """As a part of the house does, under `kept`."""
        async for batch in self._log.follow(self.seen[-1].position if self.seen else self._after):
            self.seen += batch
            self._more.set()

    async def until(self, position: int) -> None:
        """It has come to `position`."""
        while not self.seen or self.seen[-1].position < position:
            self._more.clear()
            await self._more.wait()

    @property
    def breaks(self) -> int:
        """Gaps and repeats."""
        positions = [self._after, *(each.position for each in self.seen)]
        return sum(right != left + 1 for left, right in pairwise(positions))

    def keeping(self):
        """The watcher follows within the block."""
        return kept({"watcher": self.run})


@dataclass(frozen=True)
class Tally:
    """How many appends were acknowledged and found, and how many of them are wrong, and in which way."""

    acknowledged: int
    found: int
    doubled: int
    half: int
    lost: int
    """Acknowledged, and not where the answer said."""
    refused_but_found: int
    gaps: int

    @property
    def wrong(self) -> int:
        """All that should be 0."""
        return self.doubled + self.half + self.lost + self.refused_but_found + self.gaps


async def read_again(log: PostgresLog) -> list[Recorded]:
    """All of the log; reads meet dead connections too, each of them once."""
    while True:
        with suppress(LogUnavailable):
            return await read(log)


def tally(recorded: Sequence[Recorded], answers: Answers) -> Tally:
    """Hold the whole log against what was answered."""
    counts = Counter(each.actor for each in recorded)
    ends = {each.actor: each.position for each in recorded}
    size = len(whole(""))
    return Tally(
        acknowledged=len(answers.acknowledged),
        found=len(counts),
        doubled=sum(count > size for count in counts.values()),
        half=len(counts) - len(_complete(recorded, size)),
        lost=sum(ends.get(name) != position for name, position in answers.acknowledged.items()),
        refused_but_found=len(answers.refused & counts.keys()),
        gaps=sum(each.position != place for place, each in enumerate(recorded, 1)),
    )


def _complete(recorded: Sequence[Recorded], size: int) -> set[str]:
    """Those whose events stand together and are all there."""
    runs: Iterable[Sequence[Recorded]] = (recorded[i : i + size] for i in range(len(recorded)))
    return {run[0].actor for run in runs if [each.event for each in run] == whole(run[0].actor)}
