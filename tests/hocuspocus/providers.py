"""Real `@hocuspocus/provider` and `y-websocket` clients in node."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from tests.board.yjs_client import Node, YjsClient, driven

SOURCE = Path(__file__).parent / "client"
LATEST = 4


class Providers:
    """Makes clients of a server."""

    def __init__(self, node: Node, url: str) -> None:
        self._node = node
        self._url = url
        self._sockets = count()

    async def hocuspocus(
        self, person: str, room: str, token: str | list[str], *, name: str = "", socket: str = "", **more
    ) -> YjsClient:
        """A provider that is not connected yet; those with the same `socket` share one."""
        where = {"url": f"{self._url}/hocuspocus", "socket": socket or f"own {next(self._sockets)}"}
        more = {"protocol": "hocuspocus", "version": LATEST, **where, **more}
        return await self._opened(name or person, person, room=room, token=token, **more)

    async def y_websocket(self, person: str, room: str, token: str) -> YjsClient:
        """A client of the other protocol, not connected yet."""
        where = {"protocol": "y-websocket", "url": f"{self._url}/boards"}
        return await self._opened(person, person, room=room, token=token, **where)

    async def _opened(self, name: str, person: str, **options) -> YjsClient:
        user = {"person": person, "name": person.title()}
        await self._node.ask(name, "open", user=user, **options)
        return YjsClient(self._node, name)


@asynccontextmanager
async def providers(url: str) -> AsyncIterator[Providers]:
    """A node process for the block."""
    async with driven(SOURCE, "hocuspocus-client") as node:
        yield Providers(node, url)
