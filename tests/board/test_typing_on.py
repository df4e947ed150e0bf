"""The short way of a key does what the whole way does, and is left as soon as anything is different."""

import time
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Doc, Text

from domain.rooms import Run
from rooms.board import board as whole_way
from rooms.board import wire
from rooms.board.board import Board
from rooms.board.connection import Connection
from rooms.board.document import restored
from rooms.board.limits import Limits
from tests.board.support import Peer, Socket

LIMITS = Limits(burst=1e9)


@dataclass
class Table:
    """A board in memory, with people at it whom everything reaches at once."""

    people: int = 2
    limits: Limits = LIMITS
    short: bool = True
    recorded: list[Run] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.board = Board(
            "school",
            "algebra",
            self.limits,
            now=time.monotonic,
            later=lambda seconds, call: None,
            attend=lambda board, when: None,
            refused=self.refused.append,
        )
        self.board.load([], 0)
        self.peers = [self.sits(number) for number in range(self.people)]

    def sits(self, number: int) -> Peer:
        peer = Peer(f"p{number}", 1000 + number)
        peer.socket = Socket()
        peer.connection = self.board.join(peer.socket, peer.person, writes=True)
        self.goes_round([peer])
        return peer

    def goes_round(self, peers=None) -> None:
        """All that anybody has said is heard by everybody."""
        for peer in peers or self.peers:
            peer.pull()
            if not self.short:
                peer.connection.streak = None
            peer.push()

    def does(self, who: int, what: str, place: int, text: str) -> None:
        peer = self.peers[who % self.people]
        if what == "delete":
            peer.delete(place, 1 + len(text))
        else:
            peer.insert(place if what == "type" else peer.at, text)
            peer.at = (place if what == "type" else peer.at) + len(text)
        while peer.outgoing:
            if not self.short:
                peer.connection.streak = None
            peer.push(1)
        for other in self.peers:
            other.pull()

    def is_written(self) -> None:
        """What was gathered is in the log."""
        for part in self.board.gathering.take(1_000_000):
            self.recorded.extend(part)
        self.board.gathering.written()

    def close(self) -> None:
        for peer in self.peers:
            peer.forget()


texts = st.sampled_from(["a", "b", "é", "漢", "😀", "\n", "ab", "pasted " * 25])
steps = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["on", "on", "on", "on", "type", "delete", "write", "reload", "join"]),
        st.integers(0, 30),
        texts,
    ),
    max_size=60,
)


def played(steps, *, short: bool) -> tuple[Table, list[str]]:
    table, shown = Table(people=3, short=short), []
    for peer in table.peers:
        peer.at = 0
    for who, what, place, text in steps:
        if what == "write":
            table.is_written()
        elif what == "reload":
            table.board.load(table.recorded, 0)
        elif what == "join":
            shown.append(str(table.sits(9).text))
        else:
            table.does(who, what, place, text)
    table.is_written()
    table.close()
    return table, shown


@given(steps)
def test_all_that_is_done_ends_as_it_does_by_the_whole_way(steps):
    (short, shown), (whole, seen) = played(steps, short=True), played(steps, short=False)
    assert not short.refused
    assert shown == seen
    text = whole.board.document.text()
    assert short.board.document.text() == text
    assert {str(peer.text) for peer in short.peers} == {text}
    again = restored(short.recorded)
    assert again.text() == text
    assert again.clocks == short.board.document.clocks == whole.board.document.clocks
    assert {(run.person, run.client) for run in short.recorded} == {
        (run.person, run.client) for run in whole.recorded
    }
    assert sum(len(run.update) for run in short.recorded) <= sum(len(run.update) for run in whole.recorded)


@pytest.fixture
def table():
    table = Table()
    yield table
    table.close()


def types(table: Table, text: str, who: int = 0) -> None:
    for character in text:
        table.peers[who].at = getattr(table.peers[who], "at", 0)
        table.does(who, "on", 0, character)


@pytest.fixture
def looked_at(monkeypatch):
    """The updates that went the whole way."""
    seen: list[bytes] = []
    read = whole_way.read

    def reading(update: bytes):
        seen.append(update)
        return read(update)

    monkeypatch.setattr("rooms.board.board.read", reading)
    return seen


@pytest.mark.parametrize("text", ["abcdefgh" * 40, "äöü€漢字" * 30])
def test_only_the_first_of_many_keys_is_looked_at_and_the_log_has_them_as_one(table, looked_at, text):
    types(table, text)
    table.is_written()
    assert len(looked_at) == 2  # the first has no neighbour to stand behind
    assert [run.client for run in table.recorded] == [1000]
    assert restored(table.recorded).text() == text == str(table.peers[1].text)


def test_two_who_type_at_once_are_two_runs_of_the_log_however_their_keys_alternate(table, looked_at):
    types(table, "abc", 0)
    table.peers[1].at = 3
    types(table, "xyz", 1)
    for _ in range(20):
        types(table, "d", 0)
        table.peers[1].at += 1
        types(table, "w", 1)
    table.is_written()
    assert len(looked_at) == 4
    assert len(table.recorded) <= 6
    assert restored(table.recorded).text() == str(table.peers[0].text) == str(table.peers[1].text)


def connected(table: Table) -> Connection:
    connection = table.peers[0].connection
    assert connection is not None
    return connection


def no_right_to_write(table: Table) -> None:
    connected(table).writes = False


def no_right_on_this_part(table: Table) -> None:
    connected(table).on = lambda part: False


def another_owner(table: Table) -> None:
    table.board.owners.claim(table.peers[1].connection, 1000)


@pytest.mark.parametrize("change", [no_right_to_write, no_right_on_this_part, another_owner])
def test_what_may_not_be_done_any_more_is_refused_at_the_next_key(table, change):
    types(table, "abcd")
    change(table)
    types(table, "e")
    assert connected(table).open is False
    assert table.refused
    table.is_written()
    assert restored(table.recorded).text() == "abcd" == str(table.peers[1].text)


@pytest.mark.parametrize("limits", [Limits(burst=1e9, document=60), Limits(burst=1e9, unsaved=60)])
def test_a_limit_holds_on_the_short_way_too(limits):
    table = Table(limits=limits)
    types(table, "abcdefghij" * 12)
    assert table.refused
    assert not connected(table).open
    table.is_written()
    assert restored(table.recorded).text() == str(table.peers[1].text)
    table.close()


@pytest.mark.parametrize(
    "text", [b"\xff", b"\xc3", b"\xed\xa0\x80", "😀".encode(), b""], ids=lambda text: text.hex()
)
def test_what_is_no_plain_text_goes_the_whole_way(table, looked_at, text):
    types(table, "abc")
    streak, before = connected(table).streak, len(looked_at)
    assert streak is not None
    start = b"\x01\x01" + streak.client + wire.varuint(streak.end) + streak.beside(streak.end)
    update = start + wire.varbytes(text) + b"\x00"
    connected(table).receive(wire.update(update))
    assert len(looked_at) == before + 1
    assert str(table.peers[1].text) == "abc"


def test_the_document_is_right_whenever_anybody_asks(table):
    types(table, "abc")
    for ask in ("state", "whole", "text"):
        types(table, "d")
        getattr(table.board.document, ask)()
    doc: Doc[Text] = Doc()
    doc.apply_update(table.board.document.difference(b"\x00"))
    assert str(doc.get("text", type=Text)) == "abcddd" == table.board.document.text()
    types(table, "e")
    assert table.board.document.state() == table.peers[1].doc.get_state()
