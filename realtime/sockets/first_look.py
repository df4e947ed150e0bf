"""A first look at each connection: what opens a WebSocket is one at once, all else is for the HTTP server.

The HTTP server would take apart the request, put it together again and hand it on, which takes as long as all
that we do with it. It still does so with any request that is not of the one form that clients send.
"""

import asyncio
import re
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

Make = Callable[[], asyncio.Protocol]

REQUEST = re.compile(
    rb"GET /[\x21-\x7e]* HTTP/1\.1\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)+\r\n"
)
UPGRADE = re.compile(rb"\r\nupgrade:[ \t]*websocket[ \t]*\r\n", re.IGNORECASE)
CONNECTION = re.compile(rb"\r\nconnection:(?:[^\r]*[ \t,])?upgrade[ \t]*[,\r]", re.IGNORECASE)
BODY = re.compile(rb"\r\n(?:content-length|transfer-encoding):", re.IGNORECASE)


def opens_websocket(data: bytes) -> bool:
    """Whether this is a whole, plain request for a WebSocket, and nothing else."""
    return bool(
        data.endswith(b"\r\n\r\n")
        and UPGRADE.search(data)
        and CONNECTION.search(data)
        and not BODY.search(data)
        and REQUEST.fullmatch(data)
    )


class FirstLook(asyncio.Protocol):
    """A connection until its first bytes have come."""

    __slots__ = ("_connections", "_http", "_transport", "_websocket")

    def __init__(self, connections: set[Any], *, websocket: Make, http: Make) -> None:
        """`connections` are those that the HTTP server waits for when it stops."""
        self._connections = connections
        self._websocket = websocket
        self._http = http
        self._transport = cast("asyncio.Transport", None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)

    def data_received(self, data: bytes) -> None:
        """See asyncio: from here on the connection is another's."""
        self._connections.discard(self)
        protocol = self._websocket() if opens_websocket(data) else self._http()
        protocol.connection_made(self._transport)
        self._transport.set_protocol(protocol)
        protocol.data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        self._connections.discard(self)

    def shutdown(self) -> None:
        """The HTTP server stops."""
        self._transport.close()


def looking(websocket: Callable[..., asyncio.Protocol]) -> Callable[..., FirstLook]:
    """What uvicorn calls as its `http` class; `websocket` is what it has as its `ws` class."""

    def look(config: Any, server_state: Any, app_state: Any, _loop: Any = None) -> FirstLook:
        return FirstLook(
            server_state.connections,
            websocket=partial(websocket, config, server_state, app_state),
            http=partial(HttpToolsProtocol, config, server_state, app_state, _loop),
        )

    return look
