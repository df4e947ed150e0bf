"""Real `@hocuspocus/provider` and `y-websocket` clients in node."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from domain.log import EventLog
from tests.board.yjs_client import Node, YjsClient, driven
from tests.hocuspocus.served import School, served

SOURCE = Path(__file__).parent / "client"
LATEST = 4


class Providers:
    """Makes clients of a server; their providers are of one major version."""

    def __init__(
        self, node: Node, url: str, version: int = LATEST, sockets: Iterator[int] | None = None
    ) -> None:
        self.url = url
        self.version = version
        self._node = node
        self._sockets = sockets or count()

    def of(self, version: int) -> "Providers":
        """The same, with providers of another version."""
        return Providers(self._node, self.url, version, self._sockets)

    async def hocuspocus(
        self, person: str, room: str, token: str | list[str], *, socket: str = "", **more
    ) -> YjsClient:
        """A provider that is not connected yet; those with the same `socket` share one."""
        name = f"version {self.version} {socket}" if socket else f"own {next(self._sockets)}"
        where = {"url": f"{self.url}/hocuspocus", "socket": name, "version": self.version}
        return await self._opened("hocuspocus", person, room=room, token=token, **where, **more)

    async def y_websocket(self, person: str, room: str, token: str) -> YjsClient:
        """A client of the other protocol, not connected yet."""
        return await self._opened("y-websocket", person, url=f"{self.url}/boards", room=room, token=token)

    async def _opened(self, protocol: str, person: str, **options) -> YjsClient:
        name = f"{person} {next(self._sockets)}"
        user = {"person": person, "name": person.title()}
        await self._node.ask(name, "open", protocol=protocol, user=user, **options)
        return YjsClient(self._node, name)


@asynccontextmanager
async def providers(url: str) -> AsyncIterator[Providers]:
    """A node process for the block."""
    async with driven(SOURCE, "hocuspocus-client") as node:
        yield Providers(node, url)


Story = Callable[[School, Providers, str], Awaitable[None]]


async def in_versions(
    log: EventLog, story: Story, versions: Sequence[int] = (2, 3, LATEST), *, plain=False
) -> None:
    """The story with providers of each major version, at the same time, each on a board of its own."""
    async with served(log, plain=plain) as here, providers(here.url) as clients, asyncio.TaskGroup() as group:
        for version in versions:
            room = f"r{version}"
            await here.room(room)
            group.create_task(story(here, clients.of(version), room))
