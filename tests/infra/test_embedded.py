"""The servers that Lyceum brings along: they start, work, stop, and come back after the worst."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import nats
import psutil
import psycopg
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from infra.embedded import Servers, servers
from infra.embedded.errors import HomeInUse, ServerMissing, ServerNotStarted
from infra.embedded.folders import SOCKET_LIMIT
from infra.embedded.leftovers import end_leftovers, wait_gone
from infra.settings import Settings
from tests.conftest import PROJECT

UP = "postgres", "nats-server", "redis-server"


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="lyceum-home-") as folder:
        yield Path(folder)


def settings(home: Path, **urls: str) -> Settings:
    return Settings.from_environment({"LYCEUM_HOME": str(home)} | urls)


@contextmanager
def held(home: Path) -> Iterator[tuple[subprocess.Popen, dict[str, str]]]:
    """Another process that runs the servers on `home`, and their URLs."""
    command = [sys.executable, "-m", "tests.infra.hold", str(home)]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process, json.loads(process.stdout.readline())


BEFORE: set[int] = set()
"""Processes that this one had started before the test: the servers that other tests share."""


@pytest.fixture(autouse=True)
def before() -> None:
    BEFORE.clear()
    BEFORE.update(process.pid for process in psutil.Process().children(recursive=True))


def asked(question: Callable[[psutil.Process], Any], processes: Iterable[psutil.Process]) -> list[tuple]:
    """What each process answers, of those that are still there: PostgreSQL's helpers end at any time."""
    answers = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            answers.append((process, question(process)))
    return answers


def children(process: psutil.Process | None = None) -> list[psutil.Process]:
    """Those that the test has started, and theirs."""
    found = (process or psutil.Process()).children(recursive=True)
    return [child for child, parent in asked(psutil.Process.ppid, found) if not BEFORE & {child.pid, parent}]


def names(processes: list[psutil.Process]) -> set[str]:
    """What they are called."""
    return {name for _, name in asked(psutil.Process.name, processes)}


def named(wanted: str, processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those of this name."""
    return [process for process, name in asked(psutil.Process.name, processes) if name == wanted]


def the_server(kind: str) -> psutil.Process:
    """The server itself, among the helpers that PostgreSQL starts and ends."""
    parents = asked(psutil.Process.ppid, named(kind, children()))
    return next(process for process, parent in parents if parent == os.getpid())


async def used(found: Servers) -> None:
    """Every server does what it is for."""
    async with await psycopg.AsyncConnection.connect(found.postgres) as connection:
        version = await (await connection.execute("SHOW server_version")).fetchone()
        assert version[0].startswith("18.")
    bus = await nats.connect(found.nats)
    await bus.jetstream().add_stream(name="facts", subjects=["facts.>"])
    assert (await bus.jetstream().publish("facts.one", b"")).seq == 1
    await bus.close()
    async with Redis.from_url(found.redis) as redis:
        assert await redis.zadd("board", {"ada": 3}) == 1


async def test_the_servers_start_do_their_work_and_leave_no_process(home: Path):
    async with servers(settings(home)) as found:
        await used(found)
        running = children()
        assert set(UP) <= names(running)
    assert wait_gone(running, 0) == []


async def test_only_what_has_no_url_is_started(home: Path):
    given = {"LYCEUM_POSTGRES": "postgresql://db.example/lyceum", "LYCEUM_NATS": "nats://bus.example"}
    async with servers(settings(home, **given)) as found:
        assert (found.postgres, found.nats) == tuple(given.values())
        assert names(children()) == {"redis-server"}


async def test_with_all_urls_given_nothing_is_started_or_written(home: Path):
    given = {
        "LYCEUM_POSTGRES": "postgresql://db.example/lyceum",
        "LYCEUM_NATS": "nats://bus.example",
        "LYCEUM_REDIS": "redis://cache.example",
    }
    async with servers(settings(home / "new", **given)) as found:
        assert (found.postgres, found.nats, found.redis) == tuple(given.values())
        assert children() == []
    assert not (home / "new").exists()


def test_servers_end_when_their_parent_is_killed(home: Path):
    with held(home) as (parent, _):
        running = children(psutil.Process(parent.pid))
        assert set(UP) <= names(running)
        parent.kill()
    assert wait_gone(running, 5) == []


@pytest.mark.parametrize("all_of_them", [False, True], ids=["parent alone", "every process"])
async def test_after_a_kill_the_next_start_has_all_that_was_committed(home: Path, all_of_them: bool):
    with held(home) as (parent, urls):
        running = children(psutil.Process(parent.pid)) if all_of_them else []
        with psycopg.connect(urls["postgres"], autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
            parent.kill()
            for process in running:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
    async with servers(settings(home)) as found:
        await used(found)
        with psycopg.connect(found.postgres) as connection:
            assert connection.execute("SELECT sum(n) FROM kept").fetchone() == (500500,)


async def test_a_pid_file_whose_number_another_process_has_now_does_not_stop_the_start(home: Path):
    async with servers(settings(home)):
        owner = the_server("postgres").uids().real
    with subprocess.Popen(["sleep", "60"], user=owner) as stranger:  # noqa: ASYNC220 - it is not waited for
        lines = [
            stranger.pid,
            home / "postgres",
            int(time.time()),
            5432,
            home / "postgres",
            "",
            "1 1",
            "ready",
        ]
        (home / "postgres" / "postmaster.pid").write_text("".join(f"{line}\n" for line in lines))
        async with servers(settings(home)) as found:
            await used(found)
        assert stranger.poll() is None
        stranger.kill()


async def test_a_second_lyceum_on_the_same_home_is_refused_by_name(home: Path):
    with held(home) as (first, urls):
        with pytest.raises(HomeInUse, match=rf"process {first.pid}\) is running on {home}.*LYCEUM_HOME"):
            async with servers(settings(home)):
                pass
        with psycopg.connect(urls["postgres"]) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        first.stdin.close()


def test_a_server_that_hangs_is_ended_before_the_next_start(home: Path):
    with held(home) as (parent, _):
        [hung] = named("nats-server", psutil.Process(parent.pid).children())
        hung.suspend()
        parent.kill()
    assert end_leftovers([home / "nats"], patience=0.2) == 1
    assert wait_gone([hung], 0) == []


@pytest.mark.parametrize("kind", UP)
async def test_a_server_that_dies_is_started_again_where_it_was(home: Path, kind: str):
    async with servers(settings(home)) as found, asyncio.TaskGroup() as tasks:
        keeping = tasks.create_task(found.run())
        await used(found)
        victim = the_server(kind)
        victim.kill()
        async with asyncio.timeout(10):
            await _until_back(kind, victim.pid, found)
        keeping.cancel()


async def _until_back(kind: str, dead: int, found: Servers) -> None:
    """Until a new server answers at the old address."""
    while True:
        alive = [process for process in named(kind, children()) if process.pid != dead]
        try:
            if alive:
                return await {
                    "postgres": _ask_postgres,
                    "nats-server": _ask_nats,
                    "redis-server": _ask_redis,
                }[kind](found)
        except (psycopg.OperationalError, OSError, nats.errors.Error, RedisError):
            pass
        await asyncio.sleep(0.02)


async def _ask_postgres(found: Servers) -> None:
    async with await psycopg.AsyncConnection.connect(found.postgres) as connection:
        await connection.execute("SELECT 1")


async def _ask_nats(found: Servers) -> None:
    bus = await nats.connect(found.nats, allow_reconnect=False)
    assert (await bus.jetstream().stream_info("facts")).state.messages == 1
    await bus.close()


async def _ask_redis(found: Servers) -> None:
    async with Redis.from_url(found.redis) as redis:
        await redis.ping()


async def test_a_path_too_long_for_a_socket_is_no_obstacle(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(home))
    deep = home / ("very-" * 20 + "long") / ("and-" * 20 + "deep")
    assert len(str(deep)) > SOCKET_LIMIT
    async with servers(settings(deep)) as found:
        await used(found)
    short = [home / name for name in os.listdir(home) if name.startswith("lyceum-")]
    assert [folder.stat().st_mode & 0o777 for folder in short] == [0o700, 0o700]


async def test_a_server_that_cannot_start_names_its_log_and_takes_the_others_down(home: Path):
    async with servers(settings(home)):
        pass
    (home / "postgres" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(ServerNotStarted, match="PostgreSQL ended with code") as caught:
        async with servers(settings(home)):
            pass
    assert str(home / "logs" / "postgres.log") in str(caught.value)
    assert "incompatible with server" in str(caught.value)
    assert children() == []


async def test_a_start_that_was_cut_short_is_begun_anew(home: Path):
    unfinished = home / "postgres.new"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    async with servers(settings(home)) as found:
        await used(found)
    assert not unfinished.exists()


async def test_a_missing_program_is_named_with_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(home))
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(home))
    given = {"LYCEUM_POSTGRES": "postgresql://db.example/lyceum", "LYCEUM_REDIS": "redis://cache.example"}
    with pytest.raises(ServerMissing, match=r"NATS was not found .* LYCEUM_NATS"):
        async with servers(settings(home, **given)):
            pass


async def test_what_people_wrote_is_not_in_the_log_of_postgresql(home: Path):
    async with servers(settings(home)) as found:
        with psycopg.connect(found.postgres, autocommit=True) as connection:
            connection.execute("CREATE TABLE said (words text PRIMARY KEY)")
            connection.execute("INSERT INTO said VALUES ('a secret wish')")
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute("INSERT INTO said VALUES ('a secret wish')")
    written = (home / "logs" / "postgres.log").read_text()
    assert "duplicate key" in written
    assert "secret wish" not in written


async def test_nobody_else_on_the_machine_can_reach_the_servers(home: Path):
    async with servers(settings(home)) as found:
        assert all(((home / kind).stat().st_mode & 0o077) == 0 for kind in ("postgres", "nats", "redis"))
        host, _, port = found.nats.partition("@")[2].partition(":")
        with (
            socket.create_connection((host, int(port)), timeout=5) as stranger,
            stranger.makefile("rwb") as bus,
        ):
            bus.write(b"CONNECT {}\r\nPING\r\n")
            bus.flush()
            assert b"auth_required" in bus.readline()
            assert b"Authorization Violation" in bus.readline()
        connections = asked(lambda process: process.net_connections("inet"), children())
        listening = [one for _, all_of_it in connections for one in all_of_it if one.status == "LISTEN"]
        assert {connection.laddr.ip for connection in listening} == {"127.0.0.1"}


def test_ctrl_c_in_the_terminal_stops_the_servers_in_order(home: Path):
    command = [sys.executable, "-m", "tests.infra.hold", str(home)]
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,
    ) as terminal:
        terminal.stdout.readline()
        running = children(psutil.Process(terminal.pid))
        os.killpg(terminal.pid, signal.SIGINT)
        assert wait_gone(running, 3) == []
    assert "database system is shut down" in (home / "logs" / "postgres.log").read_text()
