"""A board is loaded from its last snapshot and the tail of the log, and let go of when nobody uses it."""

import asyncio
import weakref
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pycrdt import Doc, Text

from adapters.postgres_log import PostgresLog
from adapters.postgres_snapshots import PostgresSnapshots
from domain.events import Context
from domain.rooms import BoardEdited, Run
from rooms.board import wire
from rooms.board.authorship import Authors
from rooms.board.document import restored
from rooms.board.limits import Limits
from rooms.board.loading import Loading, weight
from rooms.board.memory import BOARD, DOCUMENT, ENOUGH, PAUSE, Memory
from tests.board.support import (
    NOON,
    QUICK,
    WAITING_FOR_EACH_OTHER,
    Fallible,
    Peer,
    Running,
    Socket,
    running,
    settle,
)
from tests.board.test_interleavings import Story, told
from tests.board.test_interleavings import steps as usual

SERVICE = Context(org="school", actor="board", role="service", at=NOON)


class Noting(Fallible):
    """Notes behind which positions it was read."""

    def __init__(self, log):
        super().__init__(log)
        self.read_behind = []

    async def read(self, query, **where):
        self.read_behind.append(where.get("after", 0))
        async for batch in super().read(query, **where):
            yield batch


class Counting(PostgresSnapshots):
    """Notes what each snapshot takes."""

    def __init__(self, rows):
        super().__init__(rows)
        self.sizes = []
        self.kept = asyncio.Event()

    async def keep(self, org, room, snapshot):
        self.sizes.append(await super().keep(org, room, snapshot))
        self.kept.set()
        return self.sizes[-1]


class Writer:
    """One who writes at the end of a text, an event at a time."""

    def __init__(self, log, room="r"):
        self.log, self.room = log, room
        self.doc = Doc(client_id=1)
        self.text = self.doc.get("text", type=Text)

    async def write(self, text):
        before = self.doc.get_state()
        self.text += text
        run = Run(person="ada", client=1, update=self.doc.get_update(before))
        event = BoardEdited(room=self.room, runs=(run,))
        return await self.log.append([event], SERVICE), event


def text_of(loaded):
    return restored(loaded.runs).text()


@pytest.fixture
def snapshots(log):
    return Counting(log.rows)


@pytest.fixture
def loading(log, snapshots):
    return Loading(log, snapshots, floor=0)


async def test_with_a_snapshot_only_the_tail_of_the_log_is_read(log, snapshots):
    line, writer = Noting(log), Writer(log)
    loading = Loading(line, snapshots, floor=0)
    position, _ = await writer.write("hello")
    assert text_of(await loading.load("school", "r")) == "hello"
    await loading.renew("school", "r")
    last, _ = await writer.write(" world")
    line.read_behind.clear()
    loaded = await loading.load("school", "r")
    assert line.read_behind == [position]
    assert (text_of(loaded), loaded.owners, loaded.position) == ("hello world", {1: "ada"}, last)


async def test_a_long_tail_becomes_a_snapshot_before_its_board_is_loaded(log, snapshots):
    writer = Writer(log)
    for word in ("hello", " world"):
        position, _ = await writer.write(word)
    loaded = await Loading(log, snapshots, floor=0, long=300).load("school", "r")
    assert (text_of(loaded), len(loaded.runs), loaded.position) == ("hello world", 1, position)
    assert (await snapshots.load("school", "r")).snapshot == loaded.snapshot


async def test_all_snapshots_together_weigh_no_more_than_the_log_and_no_tail_is_long(log, snapshots):
    loading, writer, events = Loading(log, snapshots, floor=500), Writer(log), []
    await loading.load("school", "r")
    async with asyncio.TaskGroup() as group:
        task = group.create_task(loading.run())
        for _ in range(60):
            _, event = await writer.write("some words of a sentence, ")
            events.append(event)
            loading.wrote("school", "r", [event])
            if loading._due:
                snapshots.kept.clear()
                await snapshots.kept.wait()
        task.cancel()
    assert 10 < len(snapshots.sizes) < 30
    assert sum(snapshots.sizes) < weight(events)
    kept = await snapshots.load("school", "r")
    behind = [each async for batch in log.read(after=kept.snapshot.position) for each in batch]
    assert weight(each.event for each in behind) <= max(500, kept.size)


async def test_a_node_that_finds_a_fresh_snapshot_of_another_takes_none(log, snapshots, loading):
    await Writer(log).write("hello")
    other = Loading(log, snapshots, floor=0)
    await asyncio.gather(loading.load("school", "r"), other.load("school", "r"))
    await loading.renew("school", "r")
    await other.renew("school", "r")
    assert len(snapshots.sizes) == 1


async def test_organisations_and_rooms_have_snapshots_of_their_own(log, loading):
    for room in ("r", "s"):
        await Writer(log, room).write(room)
        await loading.renew("school", room)
    assert text_of(await loading.load("school", "r")) == "r"
    assert (await loading.load("college", "r")).runs == []


@pytest.mark.parametrize(
    "harm",
    [
        "truncate board_snapshots",
        "update board_snapshots set data = ''",
        "update board_snapshots set data = overlay(data placing '\\x00' from 20)",
        "update board_snapshots set data = '\\x63' || substr(data, 2)",
    ],
)
async def test_without_a_snapshot_that_can_be_read_a_board_is_only_slower(log, snapshots, harm):
    writer = Writer(log)
    await writer.write("hello")
    await Loading(log, snapshots, floor=0).renew("school", "r")
    await writer.write(" world")
    async with log.rows.connection() as connection:
        await connection.execute(harm)
    async with running(log, QUICK, snapshots=snapshots) as server:
        await server.boards.open("school", "r", Socket(), "ada", writes=True)
        assert server.boards.text("school", "r") == "hello world"


async def test_a_snapshot_that_misleads_is_found_out_and_replaced(log, snapshots, loading):
    writer = Writer(log)
    await writer.write("hello")
    await loading.renew("school", "r")
    kept = await snapshots.load("school", "r")
    await snapshots.keep("school", "r", replace(kept.snapshot, update=b"\x00\x00"))
    async with running(log, QUICK, snapshots=snapshots) as server:
        await server.boards.open("school", "r", Socket(), "ada", writes=True)
        assert server.boards.text("school", "r") == "hello"
    await writer.write(" world")
    await loading.renew("school", "r")
    loaded = await loading.load("school", "r")
    assert (text_of(loaded), len(loaded.runs)) == ("hello world", 1)


class Slow(Fallible):
    """An append takes until the board was read, and what was read arrives later still; once."""

    def __init__(self, log):
        super().__init__(log)
        self.late = False
        self.was_read, self.arrives = asyncio.Event(), asyncio.Event()
        self.appending = asyncio.Event()

    async def read(self, query, **where):
        found = [batch async for batch in super().read(query, **where)]
        if self.late:
            self.late = False
            self.was_read.set()
            await self.arrives.wait()
        for batch in found:
            yield batch

    async def append(self, events, context, boundary=None):
        if self.late:
            self.appending.set()
            await self.was_read.wait()
        return await super().append(events, context, boundary)


async def test_what_is_saved_while_its_board_is_read_again_is_on_it(log):
    line = Slow(log)
    async with asyncio.timeout(10), running(line) as server, asyncio.TaskGroup() as group:
        ada, eve = Peer("ada", 1), Socket()
        await ada.connect(server.boards, "r")
        settle([ada])
        hers = await server.boards.open("school", "r", eve, "eve", writes=True)
        line.late = True
        ada.insert(0, "a")
        ada.push()
        await line.appending.wait()
        hers.receive(wire.update(WAITING_FOR_EACH_OTHER))  # it must be read again
        bob = group.create_task(server.boards.open("school", "r", Socket(), "bob", writes=True))
        await server.saved()
        line.arrives.set()
        await bob
        assert server.boards.text("school", "r") == "a"
        ada.forget()


async def test_the_longest_unused_boards_go_first_when_memory_is_short_and_none_that_is_used(log):
    for room in ("first", "second", "third", "used"):
        await Writer(log, room).write(room * 1000)
    time, limits = count(), Limits(memory=3 * BOARD + DOCUMENT * 4000 * 3)
    async with running(log, limits, now=lambda: next(time)) as server:
        boards = server.boards
        await boards.open("school", "used", Socket(), "ada", writes=True)
        for room in ("second", "first", "third"):
            (await boards.open("school", room, Socket(), "ada", writes=True)).closed()
        assert boards.memory > limits.memory
        document = weakref.ref(boards._boards["school", "first"].document)
        boards._unload()
        assert document() is None  # at once, or its memory could not be given back
        loaded = [room for room in ("first", "second", "third", "used") if boards.text("school", room)]
        assert loaded == ["third", "used"]
        assert boards.memory < limits.memory


def test_memory_is_given_back_when_it_is_much_and_seldom():
    now, given_back = 100.0, []
    memory = Memory(lambda: now, given_back.append)
    times = []
    for size, later in ((ENOUGH - 1, 0), (1, 0), (ENOUGH, 0), (0, PAUSE), (0, PAUSE)):
        now += later
        memory.let_go(size)
        memory.give_back()
        times.append(len(given_back))
    assert times == [0, 1, 1, 2, 2]


LIVES = Limits(window=0.001, pulse=0.01, retry=0.01, attempts=1, idle=0, snapshot=0)
of_life = st.sampled_from([("idle",), ("renew",), ("lose",), ("damage",)])


class Life(Story):
    """As the story, with snapshots after every event, boards that are let go of at once, and mishaps."""

    async def start(self):
        self.line = Fallible(self.log)
        self.server = Running(self.line, LIVES, snapshots=PostgresSnapshots(self.log.rows))
        self.task = self.group.create_task(self.server.boards.run())
        await asyncio.sleep(0)

    async def do(self, step):
        match step:
            case ("idle",):
                self.server.boards._unload()
            case ("renew",):
                await self.server.boards._loading.renew("school", self.room)
            case ("lose",):
                await self.harm("delete from board_snapshots")
            case ("damage",):
                await self.harm("update board_snapshots set data = overlay(data placing '\\x00' from 20)")
            case _:
                await super().do(step)

    async def harm(self, statement):
        async with self.log.rows.connection() as connection:
            await connection.execute(statement)


@st.composite
def lives(draw):
    steps = draw(usual)
    for at in draw(st.lists(st.integers(0, len(steps)), max_size=12)):
        steps.insert(at, draw(of_life))
    return steps


async def lived(log, room, steps):
    await told(log, room, steps, Life)
    loading = Loading(log, PostgresSnapshots(log.rows), floor=0)
    fast = await loading.load("school", room)
    slow = await loading.load("school", room, trusting=False)
    assert text_of(fast) == text_of(slow)
    assert (fast.owners, fast.position) == (slow.owners, slow.position)
    before, authors, all_authors = fast.snapshot, Authors(), Authors()
    if before is not None:
        authors = Authors(before.authorship)
    authors.add(fast.runs[len(before.runs()) if before else 0 :])
    all_authors.add(slow.runs)
    assert authors.authorship() == all_authors.authorship()


def test_whenever_boards_are_loaded_unloaded_and_lose_their_snapshots_all_end_equal_to_the_log(postgres_url):
    numbers = count()
    with asyncio.Runner() as runner:
        opened = PostgresLog.opened(postgres_url)
        log = runner.run(opened.__aenter__())

        @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
        @given(lives())
        def all_end_equal(steps):
            runner.run(lived(log, f"room-{next(numbers)}", steps))

        try:
            all_end_equal()
        finally:
            runner.run(opened.__aexit__(None, None, None))
