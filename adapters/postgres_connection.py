"""Connections to PostgreSQL, and how long they may keep somebody waiting."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import psycopg

from adapters.packed import take_packed

Connection = psycopg.AsyncConnection[Any]

CONNECT = 3
"""Seconds in which a server must have taken a connection; whole ones, as libpq counts."""

SETTINGS = b"set timezone to 'UTC'; set enable_seqscan to off; set enable_bitmapscan to off"
"""Everything here goes by an index and in its order. A plan that was made while a table was small, or before
anything was known of it, would read all of it and sort."""


async def configure(connection: Connection) -> None:
    """What every connection to the log is set to."""
    await connection.set_autocommit(True)
    take_packed(connection)
    with cut_after(connection, CONNECT):
        await connection.execute(SETTINGS)


@asynccontextmanager
async def connected(url: str) -> AsyncGenerator[Connection, None]:
    """A connection of one's own."""
    connection = await Connection.connect(url, connect_timeout=CONNECT)
    async with connection:
        await configure(connection)
        yield connection


@contextmanager
def cut_after(connection: Connection, seconds: float) -> Generator[None, None, None]:
    """Cut the connection when the block takes longer than that: it is then lost like any other.

    A server that hangs answers nothing, not even that it was told to cancel.
    """
    timer = asyncio.get_running_loop().call_later(seconds, _cut, connection)
    try:
        yield
    finally:
        timer.cancel()


def _cut(connection: Connection) -> None:
    if not connection.closed:
        with socket.socket(fileno=os.dup(connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
