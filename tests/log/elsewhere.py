"""A writer in a process of its own."""

import asyncio
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]


class Elsewhere:
    """Appends to the log at `url`: so many tasks so often two events, from the moment it is told to begin."""

    def __init__(self, url: str, tasks: int = 10, appends: int = 20) -> None:
        self._arguments = (url, str(tasks), str(appends))
        self.events = 2 * tasks * appends

    async def __aenter__(self) -> "Elsewhere":
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.log.writer", *self._arguments),
            cwd=PROJECT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert await self._process.stdout.readline() == b"ready\n"
        return self

    def begin(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(b"\n")

    async def done(self) -> list[int]:
        """The positions that it was answered."""
        output, _ = await self._process.communicate()
        assert self._process.returncode == 0
        return [int(line) for line in output.split()]

    async def __aexit__(self, *_: object) -> None:
        if self._process.returncode is None:
            self._process.kill()
            await self._process.communicate()
