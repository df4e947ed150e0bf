"""Redis, or Valkey: on a socket that only we can open. It keeps nothing on disk: all in it can be rebuilt."""

import asyncio
from pathlib import Path
from signal import SIGTERM
from urllib.parse import quote

from infra.embedded.folders import private, socket_folder
from infra.embedded.process import Program
from infra.embedded.programs import redis_program

SOCKET = "redis.sock"


async def redis(home: Path) -> tuple[Program, str]:
    """The program and its URL."""
    folder = private(home / "redis")
    socket = socket_folder(folder, SOCKET) / SOCKET
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "save": "",
        "appendonly": "no",
        "loglevel": "warning",
    }
    program = Program(
        name="Redis",
        command=(redis_program(), *(part for key, value in options.items() for part in (f"--{key}", value))),
        folder=folder,
        log=home / "logs" / "redis.log",
        ready=lambda: _ready(socket),
        stop=(SIGTERM,),
    )
    return program, f"unix://{quote(str(socket))}"


async def _ready(socket: Path) -> bool:
    """Whether it answers a ping."""
    try:
        reader, writer = await asyncio.open_unix_connection(socket)
    except OSError:
        return False
    try:
        writer.write(b"PING\r\n")
        return await reader.readline() == b"+PONG\r\n"
    except OSError:
        return False
    finally:
        writer.close()
