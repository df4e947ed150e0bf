"""A server of voice in a process of its own, told what to do by lines of JSON."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from typing import IO, Any

import msgspec
import uvloop

from benchmarks.measuring.board_cores import SERVER, on

Handler = Callable[..., Awaitable[Any]]


class ServerFailed(Exception):
    """A server of voice ended, or could not do what it was told; the message says what it said."""


async def obey(handlers: Mapping[str, Handler]) -> None:
    """In the server: do what each line on standard input says, until there are no more."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print("{}", flush=True)
    while line := await reader.readline():
        asked = msgspec.json.decode(line)
        found = await handlers[asked.pop("do")](**asked)
        print(msgspec.json.encode(found).decode(), flush=True)


def serve(main: Callable[[], Awaitable[None]]) -> None:
    """Run a server on the loop that a house has."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(main))


async def _run(main: Callable[[], Awaitable[None]]) -> None:
    await main()


class Told:
    """The other end: a process that runs one of our modules, on the server's core."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.pid = process.pid
        assert process.stdin is not None
        assert process.stdout is not None
        self._in: IO[bytes] = process.stdin
        self._out: IO[bytes] = process.stdout

    def do(self, what: str, **arguments: object) -> Any:
        """Raises `ServerFailed`."""
        try:
            self._in.write(msgspec.json.encode({"do": what, **arguments}) + b"\n")
            self._in.flush()
        except BrokenPipeError as gone:
            raise ServerFailed(what) from gone
        return self.answer()

    def answer(self) -> Any:
        """The next line."""
        line = self._out.readline()
        if not line:
            raise ServerFailed("it ended")
        return msgspec.json.decode(line)


@contextmanager
def telling(module: str) -> Generator[Told, None, None]:
    """A server that runs `module`, fresh, for as long as the block."""
    with on(SERVER):
        process = subprocess.Popen(
            (sys.executable, "-m", module), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    try:
        told = Told(process)
        told.answer()
        yield told
    finally:
        process.kill()
        process.communicate()
