"""A snapshot anywhere, and what came behind it, are all that came; and nothing but time is lost with one."""

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pycrdt import Doc, Text

from adapters.postgres_snapshots import PostgresSnapshots
from domain.catalogue import personal_fields
from domain.rooms import BoardEdited, Run
from rooms.board.authorship import Authors
from rooms.board.document import restored
from rooms.board.gathering import CARRIED
from rooms.board.snapshot import Snapshot, folded, owners, packed, unpacked

PERSONS = ("ada", "bob", "cyd")
who = st.integers(0, 2)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), who, st.integers(0, 40), st.text("ab é😀\n", min_size=1, max_size=4)),
        st.tuples(st.just("write"), who, st.integers(0, 40), st.text("ab é😀\n", min_size=1, max_size=4)),
        st.tuples(st.just("delete"), who, st.integers(0, 40), st.integers(1, 4)),
        st.tuples(st.just("learn"), who, who),
        st.tuples(st.just("bring"), who, who),
        st.tuples(st.just("late"), who),
        st.tuples(st.just("damaged"), who),
    ),
    max_size=30,
)


class Writers:
    """Three who write, each knowing what they have learned, and the runs of it as they came into the log."""

    def __init__(self):
        self.docs = [Doc(client_id=number + 1) for number in range(len(PERSONS))]
        self.texts = [doc.get("text", type=Text) for doc in self.docs]
        self.runs = []

    def do(self, step):
        name, who, *how = step
        getattr(self, name)(who, *how)

    def record(self, who, before, client=None):
        update = self.docs[who].get_update(before)
        self.runs.append(
            Run(person=PERSONS[who], client=who + 1 if client is None else client, update=update)
        )

    def write(self, who, at, text):
        before, known = self.docs[who].get_state(), str(self.texts[who])
        self.texts[who].insert(len(known[: at % (len(known) + 1)].encode()), text)
        self.record(who, before)

    def delete(self, who, at, length):
        before, known = self.docs[who].get_state(), str(self.texts[who])
        if known:
            start = at % len(known)
            gone = known[start : start + length].encode()
            offset = len(known[:start].encode())
            del self.texts[who][offset : offset + len(gone)]
            self.record(who, before)

    def learn(self, who, whom):
        self.docs[who].apply_update(self.docs[whom].get_update(self.docs[who].get_state()))

    def bring(self, who, whom):
        """What one has seen of another comes into the log by them."""
        self.learn(who, whom)
        self.record(who, b"\x00", CARRIED)

    def late(self, who):
        """The last two runs came into the log the other way round, as from two nodes; not those of one id."""
        if len(self.runs) > 1 and self.runs[-1].client != self.runs[-2].client:
            self.runs[-2:] = self.runs[-1], self.runs[-2]

    def damaged(self, who):
        self.runs.append(Run(person=PERSONS[who], client=who + 1, update=b"\x01\x01\xff"))


def history(steps):
    writers = Writers()
    for step in steps:
        writers.do(step)
    return writers.runs


def straight(runs):
    """What all the runs come to: text, clocks, authorship and owners."""
    document, authors = restored(runs), Authors()
    authors.add(runs)
    return document.text(), document.clocks, authors.authorship(), owners(None, runs)


def with_snapshot(snapshot, runs):
    document, authors = restored([*snapshot.runs(), *runs]), Authors(snapshot.authorship)
    authors.add(runs)
    return document.text(), document.clocks, authors.authorship(), owners(snapshot, runs)


def some(**more):
    runs = history([("write", 0, 0, "hello"), ("learn", 1, 0), ("write", 1, 5, " world")])
    return replace(folded(None, runs, 7), **more)


@given(steps, st.lists(st.integers(0, 30), max_size=4))
def test_snapshots_anywhere_and_the_rest_of_the_log_make_the_board_that_all_of_it_makes(steps, cuts):
    runs, snapshot = history(steps), None
    for start, end in pairwise(sorted({0, *(min(cut, len(runs)) for cut in cuts)})):
        snapshot = folded(snapshot, runs[start:end], end)
        assert snapshot is not None
        snapshot = unpacked(packed(snapshot))
        assert with_snapshot(snapshot, runs[end:]) == straight(runs)


def test_what_came_into_the_log_before_what_it_stands_on_waits_in_the_snapshot():
    first, second = history([("write", 0, 0, "a"), ("learn", 1, 0), ("write", 1, 1, "b")])
    snapshot = folded(None, [second], 1)
    assert snapshot.waiting == (second,)
    assert folded(snapshot, [first], 2).waiting == ()
    assert with_snapshot(snapshot, [first])[0] == "ab"


def test_a_snapshot_whose_document_cannot_be_read_is_no_ground_for_another():
    assert folded(some(update=b"\x01\x01\xff"), history([("write", 2, 0, "x")]), 9) is None


@given(st.data())
def test_a_snapshot_that_was_altered_anywhere_is_none(data):
    stored = bytearray(packed(some()))
    stored[data.draw(st.integers(0, len(stored) - 1))] ^= data.draw(st.integers(1, 255))
    assert unpacked(bytes(stored)) is None


@given(st.binary(max_size=60))
def test_anything_else_is_none(data):
    assert unpacked(data) is None
    assert unpacked(packed(some())[: len(data)]) is None


def test_a_snapshot_is_smaller_than_what_it_says():
    snapshot = some(update=bytes(10_000))
    assert len(packed(snapshot)) < 1000
    assert unpacked(packed(snapshot)) == snapshot


def test_nothing_that_erasing_a_person_would_have_to_take_out_is_in_a_snapshot():
    assert personal_fields(BoardEdited) == ()
    fields = ("position", "update", "clocks", "waiting", "owners", "authorship")
    assert Snapshot.__struct_fields__ == fields


@pytest.fixture
def snapshots(log):
    return PostgresSnapshots(log.rows)


async def test_the_last_snapshot_of_each_board_is_kept(snapshots):
    assert await snapshots.load("school", "r") is None
    size = await snapshots.keep("school", "r", some(position=7))
    assert await snapshots.load("school", "r") == (some(position=7), size)
    await snapshots.keep("school", "r", some(position=9))
    await snapshots.keep("school", "other", some(position=3))
    await snapshots.keep("college", "r", some(position=4))
    kept = [await snapshots.load(*key) for key in (("school", "r"), ("school", "other"), ("college", "r"))]
    assert [found.snapshot.position for found in kept] == [9, 3, 4]


async def test_of_two_nodes_the_one_that_has_seen_more_prevails(snapshots):
    await asyncio.gather(*(snapshots.keep("school", "r", some(position=p)) for p in (5, 9, 2, 7)))
    assert (await snapshots.load("school", "r")).snapshot.position == 9


async def test_one_that_cannot_be_read_is_none_and_gives_way_to_the_next(log, snapshots):
    await snapshots.keep("school", "r", some(position=7))
    async with log.rows.connection() as connection:
        await connection.execute("update board_snapshots set data = '\\x0212345678'")
    assert await snapshots.load("school", "r") is None
    await snapshots.keep("school", "r", some(position=7))
    assert (await snapshots.load("school", "r")).snapshot == some(position=7)
