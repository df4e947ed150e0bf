"""The HTTP server."""

import asyncio
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import uvicorn

from realtime.sockets.first_look import looking

FRAME = 1024 * 1024
"""Bytes of a WebSocket message, at most: larger ones close the socket with 1009."""
GRACE = 2
"""Seconds that requests under way get when the server stops."""


class PortTaken(Exception):
    """The port to listen on is in use already."""


class Server(uvicorn.Server):
    """Tells when it is ready, and leaves the signals of the process to the wiring."""

    def __init__(self, app: Any, sockets: Callable[..., asyncio.Protocol] | None = None) -> None:
        """`sockets` makes the protocol of each WebSocket; without it they are routes of the application."""
        ws: Any = sockets or "websockets-sansio"
        http: Any = looking(sockets) if sockets else "httptools"
        super().__init__(
            uvicorn.Config(
                app,
                http=http,
                ws=ws,
                ws_max_size=FRAME,
                ws_per_message_deflate=False,
                ws_ping_interval=20,
                ws_ping_timeout=20,
                lifespan="off",
                access_log=False,  # it would hold tokens
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=GRACE,
            )
        )
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn."""
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """See uvicorn."""
        yield


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes a free one. Raises `PortTaken`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortTaken(f"{host}:{port} cannot be listened on: {error.strerror}") from error
    return listener
