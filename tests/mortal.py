"""A PostgreSQL to which anything may happen: killed, hung, cut off, out of room."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import count
from pathlib import Path
from signal import SIGCONT, SIGSTOP, Signals

import psutil
import psycopg
from msgspec.structs import replace

from infra.embedded.leftovers import wait_gone
from infra.embedded.postgres import postgres
from infra.embedded.process import Server

PATIENCE = 10.0
SMALL = ("/bin/sh", "-c", 'ulimit -S -f 32768 && exec "$@"', "small")
"""Starts a program whose files can have 16 MiB (a shell may count in kibibytes: 32), and then cannot grow.

A segment of PostgreSQL's own log has that many, so it is the tables that find no room.
"""
ENDING = """
select pg_terminate_backend(pid) from pg_stat_activity
where backend_type = 'client backend' and pid <> pg_backend_pid()
"""
FILLING = """
insert into events (position, record)
select 1000000000000 + %s + n, convert_to(repeat(md5(n::text), 60), 'UTF8')
from generate_series(1, 4000) n
"""


class Mortal:
    """Make one with `Mortal.running(folder)`."""

    def __init__(self, server: Server, url: str) -> None:
        self._server = server
        self.url = url

    @classmethod
    @asynccontextmanager
    async def running(
        cls, folder: Path, *, fsync: bool = False, small: bool = False
    ) -> AsyncIterator["Mortal"]:
        """It runs within the block; `small` is for those who mean to fill it.

        Without `fsync` the disk is not waited for: what a killed process has written is safe with the kernel.
        """
        program, url = await postgres(folder)
        if small:
            program = replace(program, command=(*SMALL, *program.command))
        mortal = cls(Server(program), url)
        await mortal.start()
        try:
            await mortal._execute(f"alter system set fsync = {'on' if fsync else 'off'}")
            await mortal._execute("select pg_reload_conf()")
            yield mortal
        finally:
            await mortal._server.stop()

    async def start(self) -> None:
        """Start it where it was."""
        await self._server.start()

    @property
    def ended(self) -> bool:
        """Whether it has gone by itself: it does so when it cannot write its own log."""
        return self._server._process is not None and self._server._process.returncode is not None

    async def kill(self) -> None:
        """SIGKILL; it is gone, with all that it had started, until `start`."""
        assert self._server._process is not None
        started = self._processes()
        self._server._process.kill()
        await self._server._process.wait()
        assert await asyncio.to_thread(wait_gone, started, PATIENCE) == []

    async def end_backends(self) -> None:
        """End all connections to it."""
        await self._execute(ENDING)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """It neither answers nor goes away within the block."""
        self._signal(SIGSTOP)
        try:
            yield
        finally:
            self._signal(SIGCONT)

    @asynccontextmanager
    async def full(self) -> AsyncIterator[None]:
        """The log's table has no room within the block: its file is as large as one may be."""
        await self._execute("alter table events set (autovacuum_enabled = false)")
        await self._fill()
        try:
            yield
        finally:
            await self._execute("vacuum events")

    async def _fill(self) -> None:
        """Make the file as large as it can be, with nothing more in it that is alive."""
        async with await psycopg.AsyncConnection.connect(self.url) as connection:
            with suppress(psycopg.Error):
                for number in count():
                    await connection.execute(FILLING, (number * 4000,))
            await connection.rollback()

    async def _execute(self, statement: str) -> None:
        async with await psycopg.AsyncConnection.connect(self.url, autocommit=True) as connection:
            await connection.execute(statement.encode())

    def _processes(self) -> list[psutil.Process]:
        assert self._server._process is not None
        main = psutil.Process(self._server._process.pid)
        return [main, *main.children()]

    def _signal(self, number: Signals) -> None:
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)
