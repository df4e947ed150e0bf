"""NATS with JetStream: on a free port of the loopback address, open to those who know its token."""

import asyncio
import json
import secrets
import socket
from pathlib import Path
from signal import SIGTERM

from infra.embedded.folders import private
from infra.embedded.process import Program
from infra.embedded.programs import nats_program

MEMORY_LIMIT = "96MiB"  # what the server's garbage collector aims at
STORE_LIMIT = 2 * 1024**3  # bytes of facts kept; the log has them all, so the oldest may go
CONFIGURATION = """\
listen: "127.0.0.1:{port}"
authorization {{ token: {token} }}
jetstream {{ store_dir: {store}, max_memory_store: 67108864, max_file_store: {limit} }}
max_payload: 4194304
"""


async def nats(home: Path) -> tuple[Program, str]:
    """The program, configured, and its URL."""
    folder = private(home / "nats")
    port, token = _free_port(), secrets.token_urlsafe(24)
    configuration = folder / "nats.conf"
    _write(configuration, port, token, folder)
    program = Program(
        name="NATS",
        command=(nats_program(), "--config", str(configuration)),
        folder=folder,
        log=home / "logs" / "nats.log",
        ready=lambda: _ready(port),
        stop=(SIGTERM,),
        environ={"GOMEMLIMIT": MEMORY_LIMIT},
    )
    return program, f"nats://{token}@127.0.0.1:{port}"


def _write(configuration: Path, port: int, token: str, store: Path) -> None:
    """With the token in it the file is for us alone; a JSON string is a string to NATS too."""
    configuration.touch(mode=0o600)
    configuration.write_text(
        CONFIGURATION.format(
            port=port, token=json.dumps(token), store=json.dumps(str(store)), limit=STORE_LIMIT
        )
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


async def _ready(port: int) -> bool:
    """Whether it greets."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        return (await reader.readline()).startswith(b"INFO ")
    finally:
        writer.close()
