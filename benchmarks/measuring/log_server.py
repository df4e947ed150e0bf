"""PostgreSQL as Lyceum starts it, alone, with a fresh database for each side of a comparison."""

import asyncio
import gc
import tempfile
import time
from collections.abc import Coroutine, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import psutil
import psycopg
import uvloop
from psycopg import sql

from infra.embedded.postgres import postgres
from infra.embedded.process import Server

T = TypeVar("T")
CONNECTIONS = 300
"""The peer needs a connection for each of its followers; ours would do with the usual limit."""
_numbers = count(1)


@dataclass(frozen=True)
class Bench:
    """A server to measure on, and the event loop that ours runs in. `url` is of an empty database."""

    runner: asyncio.Runner
    url: str
    folder: Path

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run ours, on uvloop as `lyceum` does; its threads and the peer's never run at once."""
        gc.collect()
        return self.runner.run(work)

    @contextmanager
    def database(self) -> Generator[str, None, None]:
        """The URL of a fresh database, which is dropped at the end."""
        name = sql.Identifier(f"bench_{next(_numbers)}")
        self._execute(sql.SQL("create database {} template template0").format(name))
        try:
            yield self.url.replace("/lyceum?", f"/{name.as_string().strip(chr(34))}?")
        finally:
            self._execute(sql.SQL("drop database {} with (force)").format(name))

    def cpu(self) -> float:
        """Seconds of processor time of this process, and of PostgreSQL with all that it runs now."""
        return time.process_time() + sum(_cpu(process) for process in self._processes())

    def _processes(self) -> list[psutil.Process]:
        lines = (self.folder / "postmaster.pid").read_text().split("\n")
        first = psutil.Process(int(lines[0]))
        return [first, *first.children()]

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def bench() -> Generator[Bench, None, None]:
    """Start PostgreSQL, with fsync and all other settings of the embedded one, and stop it at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="lyceum-bench-", ignore_cleanup_errors=True) as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        home = Path(folder) / "home"
        home.mkdir()
        program, url = runner.run(postgres(home))
        command = (*program.command, "-c", f"max_connections={CONNECTIONS}")
        server = Server(msgspec.structs.replace(program, command=command))
        runner.run(server.start())
        try:
            yield Bench(runner, url, program.folder)
        finally:
            runner.run(server.stop())


def _cpu(process: psutil.Process) -> float:
    """Seconds: by the scheduler where it tells, since the usual clock ticks a hundred times a second."""
    try:
        return int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        pass
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system
