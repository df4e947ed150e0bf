"""The master key is rotated while the house runs: it notices by itself, and nothing is lost."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from adapters.master_keys import MasterKeys
from infra.embedded import Servers
from infra.rotation import drop, rotate, show
from infra.settings import Settings
from infra.tasks import TaskFailed
from tests.house import RunningHouse, home
from tests.realtime.guests import guests, room_with

Work = Callable[[Settings], Awaitable[None]]
Command = Callable[[Work], Awaitable[str]]


@pytest.fixture(scope="module")
def house(embedded: Servers, databases: psycopg.Connection) -> Iterator[RunningHouse]:
    """A house of its own: another one's keys are not rotated."""
    databases.execute(sql.SQL("CREATE DATABASE rotation TEMPLATE template0"))
    with home() as folder:
        running = RunningHouse(
            folder, {"LYCEUM_POSTGRES": embedded.postgres.replace("/lyceum?", "/rotation?")}
        ).start()
        yield running
        assert running.stop() == 0
    databases.execute(sql.SQL("DROP DATABASE rotation WITH (FORCE)"))


@pytest.fixture
def keys(house: RunningHouse, capsys: pytest.CaptureFixture[str]) -> Command:
    """Do what `lyceum keys` does, in this process, beside the house."""
    settings = Settings.from_environment({**house.environment, "LYCEUM_HOME": str(house.home)})

    async def run(work: Work) -> str:
        await work(settings)
        return capsys.readouterr().out

    return run


def long_ago(house: RunningHouse) -> None:
    """As if the file of keys had been written an hour ago."""
    path = Path(house.home) / "master-keys.json"
    os.utime(path, (time.time() - 3600, time.time() - 3600))


def ids(shown: str) -> dict[str, int]:
    """How many keys each master key wraps."""
    return {line.split()[0]: int(line.split()[1]) for line in shown.splitlines()}


async def test_keys_are_rotated_while_people_write_and_the_old_one_is_dropped(house, keys):
    async with guests(house, tia="tutor", ada="student", ben="student") as (tia, ada, ben):
        room = await room_with(tia, ada, ben)
        [old] = ids(await keys(show))
        written: list[str] = []
        stopping = asyncio.Event()

        async def write() -> None:
            while not stopping.is_set():
                text = f"line {len(written)}"
                await ada.post(f"/rooms/{room}/messages", text=text)
                written.append(text)

        async with asyncio.TaskGroup() as group:
            group.create_task(write())
            said = await keys(rotate)
            stopping.set()
        assert written
        assert "3 keys of persons are wrapped" in said
        after = ids(await keys(show))
        assert after.pop(old) == 0
        assert list(after.values()) == [3]

        with pytest.raises(ExceptionGroup) as refused:
            await keys(drop)
        assert refused.group_contains(TaskFailed, match="changed just now")
        long_ago(house)
        assert "1 old master keys are no more" in await keys(drop)
        assert old not in ids(await keys(show))

        sent = await ben.post(f"/rooms/{room}/messages", text="and on it goes")
        async with guests(house, kim="auditor") as (kim,):
            then = await kim.get(f"/audit/rooms/{room}", at_least=sent["position"])
        assert [each["text"] for each in then["messages"]] == [*written, "and on it goes"]


async def test_whoever_comes_after_a_rotation_has_a_key_of_the_new_master(house, keys):
    await keys(rotate)
    before = ids(await keys(show))
    async with guests(house, cyd="student"):
        after = ids(await keys(show))
    assert sum(after.values()) == sum(before.values()) + 1
    assert list(after.values())[:-1] == list(before.values())[:-1]


async def test_a_rotation_that_was_broken_off_is_finished_and_nothing_is_dropped_before(house, keys):
    async with guests(house, dan="student"):
        MasterKeys(Path(house.home) / "master-keys.json").add()  # and whoever began is killed
        long_ago(house)
        with pytest.raises(ExceptionGroup) as refused:
            await keys(drop)
        assert refused.group_contains(TaskFailed, match="run `lyceum keys rotate` first")
        before = ids(await keys(show))
        assert "this finishes it" in await keys(rotate)
        after = ids(await keys(show))
        assert list(after) == list(before)
        assert list(after.values()) == [*[0] * (len(before) - 1), sum(before.values())]


def test_the_command_line_lists_the_keys(house):
    told = RunningHouse(house.home, house.environment, ("keys", "list")).run()
    assert "wraps new ones" in told.splitlines()[-1]
