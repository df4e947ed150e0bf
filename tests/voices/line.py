"""A line between one node and NATS, which may be cut, or carry nothing without being cut."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from urllib.parse import urlsplit


class Line:
    """Make one with `Line.to(url)`; `url` is where the node must connect."""

    def __init__(self, url: str) -> None:
        far = urlsplit(url)
        self._far = (far.hostname, far.port)
        self._auth = far.netloc.rpartition("@")[0]
        self._ends: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._port = 0

    @classmethod
    @asynccontextmanager
    async def to(cls, url: str) -> AsyncIterator["Line"]:
        """A line that is there within the block."""
        line = cls(url)
        await line._listen()
        try:
            yield line
        finally:
            await line._drop()

    @property
    def url(self) -> str:
        """Where this end of the line is."""
        return f"nats://{self._auth}@127.0.0.1:{self._port}"

    @asynccontextmanager
    async def cut(self) -> AsyncIterator[None]:
        """Within the block every connection is ended, and none can be had."""
        await self._drop()
        try:
            yield
        finally:
            await self._listen()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Within the block nothing gets through; it does so afterwards."""
        self._flows.clear()
        try:
            yield
        finally:
            self._flows.set()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _drop(self) -> None:
        self._server.close()
        self._flows.set()
        for end in self._ends:
            end.transport.abort()
        while self._ends:  # noqa: ASYNC110 - a turn of the loop or two
            await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._far)
        self._ends |= {writer, far_writer}
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass_on(reader, far_writer))
                group.create_task(self._pass_on(far_reader, writer))
        finally:
            self._ends -= {writer, far_writer}

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
