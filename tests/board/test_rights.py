"""Who may write on which part: an update that touches another one is refused whole, and changes nothing."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Doc, Text

from rooms.board import wire
from rooms.board.roots import Roots, not_yet
from rooms.board.update import Contents, read
from tests.board.support import Peer, Socket, running, settle

PARTS = ("text", "code", "notes")


class Writer:
    """A client that writes on any part, and knows nothing of anybody else."""

    def __init__(self, client: int) -> None:
        self.doc: Doc[Text] = Doc(client_id=client)

    def edit(self, change: Callable[[Doc], None]) -> bytes:
        """The update of a change."""
        before = self.doc.get_state()
        with self.doc.transaction():
            change(self.doc)
        return self.doc.get_update(before)

    def append(self, part: str, text: str = "x") -> bytes:
        return self.edit(lambda doc: doc.get(part, type=Text).__iadd__(text))


def only(*parts: str) -> Callable[[str], bool]:
    return lambda part: part in parts


async def sit(server, person: str = "ada", **how):
    socket = Socket()
    connection = await server.boards.open("school", "r", socket, person, **how)
    connection.receive(wire.step_2(b"\x00\x00"))
    return socket, connection


async def test_whoever_may_write_on_some_parts_writes_on_these_alone(log):
    async with running(log) as server:
        socket, connection = await sit(server, writes=True, on=only("notes"))
        writer = Writer(7)
        connection.receive(wire.update(writer.append("notes")))
        connection.receive(wire.update(writer.append("notes")))
        assert socket.closed is None
        connection.receive(wire.update(writer.append("text")))
        assert socket.closed == (4403, "You may not write on this part of the board.")
        assert server.boards.text("school", "r") == ""


async def test_what_stands_beside_something_is_on_the_same_part(log):
    async with running(log) as server:
        bob = Peer("bob", 2)
        await bob.connect(server.boards, "r")
        settle([bob])
        bob.insert(0, "abc")
        settle([bob])
        socket, connection = await sit(server, writes=True, on=only("notes"))
        writer = Writer(7)
        writer.doc.apply_update(bob.doc.get_update())
        connection.receive(wire.update(writer.append("text", "in the middle")))
        assert socket.closed is not None
        assert server.boards.text("school", "r") == "abc"


async def test_nothing_can_be_deleted_on_another_part(log):
    async with running(log) as server:
        bob = Peer("bob", 2)
        await bob.connect(server.boards, "r")
        bob.insert(0, "abc")
        settle([bob])
        socket, connection = await sit(server, writes=True, on=only("notes"))
        writer = Writer(7)
        writer.doc.apply_update(bob.doc.get_update())

        def erase(doc: Doc) -> None:
            del doc.get("text", type=Text)[0:2]

        connection.receive(wire.update(writer.edit(erase)))
        assert socket.closed is not None
        assert server.boards.text("school", "r") == "abc"


async def test_whoever_comes_back_may_repeat_what_was_deleted_before_on_other_parts(log):
    async with running(log) as server:
        bob = Peer("bob", 2)
        await bob.connect(server.boards, "r")
        bob.insert(0, "abc")
        bob.delete(0, 2)
        settle([bob])
        socket, connection = await sit(server, writes=True, on=only("notes"))
        writer = Writer(7)
        writer.doc.apply_update(bob.doc.get_update())
        writer.append("notes", "mine")
        connection.receive(wire.step_2(writer.doc.get_update()))
        assert socket.closed is None
        document = server.boards._boards["school", "r"].document
        assert document.clocks[7] == 4


async def test_what_others_wrote_elsewhere_is_not_held_against_whoever_brings_it(log):
    """As after a killed server: it comes back from those who may write it."""
    async with running(log) as server:
        bob, ada = Writer(2), Writer(7)
        ada.doc.apply_update(bob.append("text", "lost by the server"))
        bobs, his = await sit(server, "bob", writes=True)
        his.receive(wire.update(bob.append("notes", "!")))  # which stands on the rest: it is asked for
        hers, connection = await sit(server, writes=True, on=only("notes"))
        board = server.boards._boards["school", "r"]
        board.owners.recorded(2, "bob")
        connection.receive(wire.step_2(ada.doc.get_update()))
        assert hers.closed is None
        assert board.document.clocks == {}
        his.receive(wire.step_2(bob.doc.get_update()))
        assert bobs.closed is None
        assert server.boards.text("school", "r") == "lost by the server"


# Which part something is on


EDITS = st.lists(
    st.tuples(
        st.integers(0, 2),  # who
        st.sampled_from(PARTS),
        st.integers(0, 30),  # where
        st.sampled_from(["insert", "delete", "see"]),
    ),
    max_size=40,
)


@given(edits=EDITS)
def test_every_block_is_on_the_part_that_its_author_edited(edits):
    docs = [Doc(client_id=client) for client in (11, 5, 8)]
    expected: dict[tuple[int, int], str] = {}
    for who, part, at, what in edits:
        doc = docs[who]
        if what == "see":
            doc.apply_update(docs[(who + 1) % 3].get_update(doc.get_state()))
            continue
        before = doc.get_state()
        first = wire.state_vector(before).get(doc.client_id, 0)
        _edit(doc, part, at, what)
        last = wire.state_vector(doc.get_state()).get(doc.client_id, 0)
        expected.update({(doc.client_id, clock): part for clock in range(first, last)})
    whole = Doc()
    for doc in docs:
        whole.apply_update(doc.get_update())
    roots = Roots()
    contents = read(whole.get_update())
    roots.add(contents.blocks)
    for (client, clock), part in expected.items():
        found = roots.touched(Contents([], []), [(client, clock, 1)])
        assert found in ({part}, {""}), (client, clock)
        if found == {""}:  # what stood beside it was collected, and so was it
            assert any(c == client and s <= clock < s + n for c, s, n in contents.deleted)


def _edit(doc: Doc, part: str, at: int, what: str) -> None:
    text = doc.get(part, type=Text)
    size = len(str(text))
    if what == "delete" and size:
        del text[at % size : at % size + 1]
    elif what == "insert":
        text.insert(at % (size + 1), "ab")


@pytest.mark.parametrize("before", [[], [(3, 0, 5)], [(3, 0, 2), (3, 4, 1)]])
def test_what_is_deleted_anew_is_told_from_what_was_deleted_before(before):
    assert not_yet([(3, 1, 1)], before) == ([(3, 1, 1)] if not before else [])
    assert not_yet([(3, 1, 4)], before) == ([] if before == [(3, 0, 5)] else [(3, 1, 4)])
