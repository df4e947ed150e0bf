"""What a load was answered, what followers saw of it, and whether the log bears it out."""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise

from adapters.postgres_log import PostgresLog
from domain.errors import LogUnavailable
from domain.events import Recorded
from tests.log.elsewhere import PROJECT
from tests.log.given import read
from tests.log.load import whole

TASKS = 5
"""In a process: so many appends are on their way at a time, at most."""


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
    """A process of `tests.log.load`, and the task of the group that hears it out."""

    def __init__(self, process: asyncio.subprocess.Process, hearing: asyncio.Task[None]) -> None:
        self._process = process
        self._hearing = hearing

    @classmethod
    async def begun(
        cls, group: asyncio.TaskGroup, url: str, name: str, answers: Answers, pause: float = 0.0
    ) -> "Load":
        """It appends from now on, with pauses of so many seconds; what it prints goes to `answers`."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.log.load", url, name, str(TASKS), str(pause)),
            cwd=PROJECT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        return cls(process, group.create_task(_hear(process, process.stdout, answers)))

    async def kill(self) -> None:
        """SIGKILL; what it had printed until then has been heard."""
        self._process.kill()
        await self._hearing

    async def finish(self) -> None:
        """Let it end by itself, when what is on its way has been answered."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")
        await self._hearing


async def _hear(process: asyncio.subprocess.Process, output: asyncio.StreamReader, answers: Answers) -> None:
    try:
        while (line := await output.readline()).endswith(b"\n"):
            answers.take(line.decode())
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


class Watcher:
    """A follower that resumes where it was, by itself, whatever happens to the log."""

    def __init__(self, log: PostgresLog) -> None:
        self._log = log
        self.seen: list[int] = []
        """Positions, in the order in which they came."""
        self._more = asyncio.Event()

    async def run(self) -> None:
        """As a part of the house does, under `kept`."""
        async for batch in self._log.follow(self.seen[-1] if self.seen else 0):
            self.seen += [each.position for each in batch]
            self._more.set()

    async def until(self, position: int) -> None:
        """It has come to `position`."""
        while not self.seen or self.seen[-1] < position:
            self._more.clear()
            await self._more.wait()

    @property
    def breaks(self) -> int:
        """Gaps and repeats."""
        return sum(right != left + 1 for left, right in pairwise([0, *self.seen]))


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


def tally(recorded: Sequence[Recorded], answers: Answers, names: str = "") -> Tally:
    """Hold the whole log against what was answered to those whose names begin with `names`."""
    mine = [each for each in recorded if each.actor.startswith(names)]
    counts = Counter(each.actor for each in mine)
    ends = {each.actor: each.position for each in mine}
    size = len(whole(""))
    return Tally(
        acknowledged=len(answers.acknowledged),
        found=len(counts),
        doubled=sum(count > size for count in counts.values()),
        half=len(counts) - len(_complete(recorded, size) & counts.keys()),
        lost=sum(ends.get(name) != position for name, position in answers.acknowledged.items()),
        refused_but_found=len(answers.refused & counts.keys()),
        gaps=sum(each.position != place for place, each in enumerate(recorded, 1)),
    )


def _complete(recorded: Sequence[Recorded], size: int) -> set[str]:
    """Those whose events stand together and are all there."""
    runs: Iterable[Sequence[Recorded]] = (recorded[i : i + size] for i in range(len(recorded)))
    return {run[0].actor for run in runs if [each.event for each in run] == whole(run[0].actor)}
