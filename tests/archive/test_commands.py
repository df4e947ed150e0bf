"""`lyceum archive` beside a house that runs, and a process that archives killed in the middle of it."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import psycopg
import pytest
from click.testing import CliRunner

from infra.cli import main
from tests.archive.given import archived, lived, on_record, segments
from tests.house import PROJECT, RunningHouse
from tests.realtime.guests import Guest, guests, room_with
from tests.seal.given import rows_of

ROUNDS = 3


Command = Callable[..., Awaitable[str]]


@pytest.fixture
def command(house: RunningHouse) -> Command:
    """Run `lyceum` on the home of the house, with this exit status; what it prints."""

    async def run(*words: str, status: int = 0, **more: str) -> str:
        environment = {"LYCEUM_HOME": str(house.home), **house.environment, **more}
        result = await asyncio.to_thread(CliRunner(env=environment).invoke, main, words)
        assert result.exit_code == status, result.output
        return result.output

    return run


async def closed_room(tia: Guest, ada: Guest) -> str:
    """A room with a message and a board, closed and summed up."""
    room = await room_with(tia, ada)
    async with ada.stream(f"/rooms/{room}/feed") as feed, ada.board(room) as board:
        await board.write("2x = 8")
        await feed.until("board.edited.v1")
        await ada.post(f"/rooms/{room}/messages", text="And then?")
        await tia.post(f"/rooms/{room}/close")
        await feed.until("room.summarised.v1")
    return room


def stored(house: RunningHouse, *rooms: str) -> list[int]:
    """How many events of each room have their content in the database."""
    count = (
        "select count(e.record) from event_tags t, unnest(coalesce(t.positions, array[t.position])) as p"
        " join events e on e.position = p where t.tag = %s"
    )
    with psycopg.connect(house.environment["LYCEUM_POSTGRES"]) as connection:
        return [connection.execute(count, (f"room:{room}",)).fetchone()[0] for room in rooms]  # pyright: ignore


async def test_an_archived_room_is_shown_replayed_rebuilt_and_verified_as_before(house, command):
    async with guests(house, tia="tutor", ada="student", kim="auditor") as (tia, ada, kim):
        room, live = await closed_room(tia, ada), await room_with(tia, ada)

        async def seen() -> tuple[object, ...]:
            events = await kim.http.get("/audit/events", params={"tag": f"room:{room}"})
            return events.text, await kim.get(f"/audit/rooms/{room}"), await kim.get(f"/rooms/{room}")

        before, count = await seen(), stored(house, room, live)
        assert "would be moved" in await command("archive", "--older-than", "0", "--dry-run")
        assert stored(house, room, live) == count
        assert "events of theirs were moved" in await command("archive", "--older-than", "0")
        assert stored(house, room, live) == [0, count[1]]
        assert await seen() == before
        assert "And then?" in before[0]
        assert await command("replay", room) == before[0]
        assert "every view equals a rebuild" in await command("verify")
        assert await seen() == before


async def test_whoever_is_erased_is_erased_in_the_archive_too(house, command):
    async with guests(house, tia="tutor", ada="student", root="admin", kim="auditor") as (tia, ada, *others):
        root, kim = others
        room = await closed_room(tia, ada)
        await command("archive", "--older-than", "0")
        assert stored(house, room) == [0]
        await root.post(f"/people/{ada.person}/erase")
        text = (await kim.http.get("/audit/events", params={"tag": f"room:{room}"})).text
    assert "[erased]" in text
    assert "And then?" not in text


async def test_nothing_to_move_is_no_error(command):
    assert "UTC: 0. 0 events of theirs were moved" in await command("archive", "--older-than", "9999")


async def test_an_archive_that_cannot_be_written_is_named(house, command, tmp_path):
    (tmp_path / "file").touch()
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        room = await closed_room(tia, ada)
    elsewhere = {"LYCEUM_ARCHIVE": str(tmp_path / "file")}
    assert str(tmp_path / "file") in await command("archive", "--older-than", "0", status=1, **elsewhere)
    assert stored(house, room) != [0]


async def test_killed_again_and_again_it_loses_nothing_and_is_completed(log, postgres_url, archive):
    await lived(log, "algebra", messages=80)
    before = await rows_of(log)
    for _ in range(ROUNDS):
        await killed_after(3, postgres_url, archive)
        assert (await rows_of(log))[: len(before)] == before
    await archived(log, postgres_url, archive)
    assert (await rows_of(log))[: len(before)] == before
    found = await segments(log)
    assert list(found) == list(range(1, len(before) + 1))
    assert list(dict.fromkeys(found.values())) == [each.segment for each in await on_record(log)]


async def killed_after(count: int, url: str, archive) -> None:
    """SIGKILL to a process that archives, once it has put so many segments on record."""
    words = ("-m", "tests.archive.archiver", url, str(archive.folder))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=PROJECT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    for _ in range(count):
        assert await process.stdout.readline()
    process.kill()
    await process.communicate()
