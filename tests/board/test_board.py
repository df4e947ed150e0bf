"""A live board: sync, presence, permission, refusals, and every edit an event."""

import asyncio
from dataclasses import replace

import pytest

from rooms.board import wire
from rooms.board.boards import Boards
from rooms.board.closing import Closing, Overloaded, Restarting
from rooms.board.limits import Limits
from tests.board.support import QUICK, WAITING_FOR_EACH_OTHER, Fallible, Peer, Socket, edits, running, settle

LETTER = bytes.fromhex("0101070004010474657874016800")
"""The first letter of client 7."""


async def arrive(boards, *peers, room="r", **how):
    for peer in peers:
        await peer.connect(boards, room, **how)
    settle(peers)


def texts(*peers):
    return {str(peer.text) for peer in peers}


async def test_what_one_writes_all_see_and_the_log_has_with_its_author(log):
    async with running(log) as server:
        ada, bob = Peer("ada", 1), Peer("bob", 2)
        await arrive(server.boards, ada, bob)
        ada.insert(0, "hello")
        settle([ada, bob])
        bob.insert(5, " world")
        settle([ada, bob])
        assert texts(ada, bob) == {"hello world"}
        assert server.boards.text("school", "r") == "hello world"
        await server.saved()
        runs = [run for event in await edits(log, "r") for run in event.runs]
        assert [(run.person, run.client) for run in runs] == [("ada", 1), ("bob", 2)]
        assert server.told[-1] == ("school", "r", await log.head())


async def test_a_late_joiner_sees_text_and_presence_before_anybody_moves(log):
    async with running(log) as server:
        ada = Peer("ada", 1)
        await arrive(server.boards, ada)
        ada.insert(0, "early")
        settle([ada])
        late = Peer("bob", 2)
        await late.connect(server.boards, "r")
        opening = late.socket.messages()
        assert isinstance(opening[0], wire.Step1)
        assert opening[1].entries == (wire.Entry(1, 0, ada.presence()),)
        late.push()
        late.pull()
        assert str(late.text) == "early"


async def test_an_empty_board_answers_as_the_reference_does(log):
    async with running(log) as server:
        socket = Socket()
        connection = await server.boards.open("school", "r", socket, "ada", writes=True)
        connection.receive(bytes.fromhex("00000100"))
        assert list(socket.sent) == [bytes.fromhex("00000100"), bytes.fromhex("0001020000")]


async def test_boards_of_two_organisations_are_two_boards(log):
    async with running(log) as server:
        ours, theirs = Peer("ada", 1), Peer("ada", 1)
        await arrive(server.boards, ours, org="ours")
        await arrive(server.boards, theirs, org="theirs")
        ours.insert(0, "ours")
        settle([ours, theirs])
        assert str(theirs.text) == ""
        await server.saved()
        assert await edits(log, "r", org="theirs") == []


async def test_what_was_written_before_a_restart_is_there_after_it(log):
    ada = Peer("ada", 1)
    async with running(log) as server:
        await arrive(server.boards, ada)
        ada.insert(0, "kept")
        settle([ada])
    assert ada.socket.closed == (1012, Restarting.__doc__)
    assert [run.person for event in await edits(log, "r") for run in event.runs] == ["ada"]
    async with running(log) as server:
        late = Peer("bob", 2)
        await arrive(server.boards, late)
        assert str(late.text) == "kept"


async def test_edits_made_apart_are_merged_on_return_and_recorded_once(log):
    async with running(log) as server:
        ada, bob = Peer("ada", 1), Peer("bob", 2)
        await arrive(server.boards, ada, bob)
        ada.insert(0, "shared")
        settle([ada, bob])
        bob.disconnect()
        bob.insert(0, "bob ")
        ada.insert(6, "!")
        settle([ada])
        await arrive(server.boards, bob)
        settle([ada, bob])
        assert texts(ada, bob) == {"bob shared!"}
        await server.saved()
        before = await log.head()
        bob.disconnect()
        await arrive(server.boards, bob)
        await server.saved()
        assert await log.head() == before


async def test_typing_before_the_first_sync_loses_nothing(log):
    async with running(log) as server:
        ada = Peer("ada", 1)
        ada.insert(0, "offline")
        await ada.connect(server.boards, "r")
        ada.insert(7, ", then online")
        ada.outgoing.rotate(1)
        settle([ada])
        assert server.boards.text("school", "r") == "offline, then online"
        assert ada.socket.closed is None


async def test_an_update_with_a_gap_is_asked_for_again(log):
    async with running(log) as server:
        ada, bob = Peer("ada", 1), Peer("bob", 2)
        await arrive(server.boards, ada, bob)
        ada.insert(0, "lost")
        ada.outgoing.clear()
        ada.insert(4, " and found")
        settle([ada, bob])
        assert texts(ada, bob) == {"lost and found"}


@pytest.mark.parametrize("size", [1, 3])
async def test_windows_become_events_in_the_order_of_their_authors(log, size):
    async with running(log, Limits(window=60, window_size=60, pulse=0.01)) as server:
        ada, bob = Peer("ada", 1), Peer("bob", 2)
        await arrive(server.boards, ada, bob)
        for number in range(20):
            for peer in (ada, bob):
                for _ in range(size):
                    peer.insert(len(str(peer.text)), peer.person[0])
                settle([ada, bob])
            if number % 5 == 4:
                await server.saved()
        ada.disconnect()
        bob.disconnect()
        await server.saved()
        recorded = await edits(log, "r")
        assert len(recorded) == 4
        authors = [run.person for event in recorded for run in event.runs]
        squeezed = [a for a, b in zip(authors, [None, *authors], strict=False) if a != b]
        assert squeezed == ["ada", "bob"] * 20


async def test_the_last_one_leaving_closes_the_window(log):
    async with running(log, Limits(window=3600, pulse=0.01)) as server:
        ada = Peer("ada", 1)
        await arrive(server.boards, ada)
        ada.insert(0, "bye")
        settle([ada])
        assert await log.head() == 0
        ada.disconnect()
        await server.saved()
        assert len(await edits(log, "r")) == 1


async def test_garbage_closes_its_sender_and_nobody_else(log):
    async with running(log) as server:
        ada, eve = Peer("ada", 1), Peer("eve", 2)
        await arrive(server.boards, ada, eve)
        ada.insert(0, "work")
        settle([ada, eve])
        eve.connection.receive(wire.update(b"garbage"))
        assert eve.socket.closed[0] == 4400
        assert server.refused == [4400]
        ada.insert(4, " goes on")
        settle([ada])
        assert server.boards.text("school", "r") == "work goes on"
        assert ada.socket.closed is None


async def test_an_update_that_breaks_the_document_costs_nobody_else_their_work(log):
    async with running(log, Limits(window=3600, pulse=0.01)) as server:
        ada, eve = Peer("ada", 1), Peer("eve", 9)
        await arrive(server.boards, ada, eve)
        ada.insert(0, "not yet saved")
        settle([ada, eve])
        eve.connection.receive(wire.update(WAITING_FOR_EACH_OTHER))
        assert eve.socket.closed[0] == 4400
        assert server.boards.text("school", "r") is None
        ada.insert(0, "typed while it was read again, ")
        ada.push()
        bob = Peer("bob", 2)
        await arrive(server.boards, bob)
        settle([ada, bob])
        assert texts(ada, bob) == {"typed while it was read again, not yet saved"}
        ada.disconnect()
        bob.disconnect()
        await server.saved()
    async with running(log) as server:
        late = Peer("cyd", 3)
        await arrive(server.boards, late)
        assert str(late.text) == "typed while it was read again, not yet saved"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", 4400),
        (b"\x09\x00", 4400),
        (b"\x00\x00\x05\x01", 4400),
        (b"\x00\x02" + b"\xff" * 7 + b"\x01", 4400),
        (bytes(QUICK.message + 1), 4400),
        (wire.step_1(b"\xff\xff\xff\x7f"), 4400),
        (wire.presence([wire.Entry(5, 1, "{nonsense")]), 4400),
        (wire.presence([wire.Entry(5, 1, "[1]")]), 4400),
        (wire.presence([wire.Entry(5, 1, '{"a":"%s"}' % ("x" * 5000))]), 4400),
        (wire.presence([wire.Entry(5, 2**33, "{}")]), 4400),
        (wire.presence([wire.Entry(5 + i, 1, "{}") for i in range(20)]), 4400),
        (wire.presence([wire.Entry(5, 1, '{"user":{"person":"bob"}}')]), 4403),
    ],
)
async def test_odd_messages_get_a_code_and_a_reason(log, data, code):
    async with running(log) as server:
        socket = Socket()
        connection = await server.boards.open("school", "r", socket, "eve", writes=True)
        connection.receive(data)
        assert socket.closed[0] == code
        assert socket.closed[1]
        connection.receive(b"\x03")
        connection.closed()
        assert server.boards.connections == 0


async def test_a_reader_sees_everything_and_writes_nothing(log):
    async with running(log) as server:
        ada, auditor = Peer("ada", 1), Peer("kim", 2)
        await arrive(server.boards, ada)
        await arrive(server.boards, auditor, writes=False)
        ada.insert(0, "look")
        settle([ada, auditor])
        assert str(auditor.text) == "look"
        assert auditor.socket.closed is None
        auditor.insert(0, "no ")
        auditor.push()
        assert auditor.socket.closed[0] == 4403
        assert server.boards.text("school", "r") == "look"


async def test_a_reader_cannot_write_by_way_of_a_sync_either(log):
    async with running(log) as server:
        socket = Socket()
        connection = await server.boards.open("school", "r", socket, "kim", writes=False)
        connection.receive(wire.step_2(wire.NOTHING))
        assert socket.closed is None
        connection.receive(wire.step_2(LETTER))
        assert socket.closed[0] == 4403


async def test_nobody_writes_in_the_name_of_somebody_who_is_here(log):
    async with running(log) as server:
        ada, eve = Peer("ada", 1), Peer("eve", 1)
        await arrive(server.boards, ada)
        ada.insert(0, "mine")
        settle([ada])
        await eve.connect(server.boards, "r")
        eve.push()
        eve.pull()
        eve.insert(4, " and hers")
        eve.push()
        assert eve.socket.closed[0] == 4403
        assert server.boards.text("school", "r") == "mine"


async def test_the_owner_of_a_client_id_is_known_after_a_restart(log):
    ada = Peer("ada", 1)
    async with running(log) as server:
        await arrive(server.boards, ada)
        ada.insert(0, "mine")
        settle([ada])
    async with running(log) as server:
        await arrive(server.boards, ada)
        eve = Peer("eve", 1)
        await arrive(server.boards, eve)
        eve.insert(0, "hers")
        settle([ada, eve])
        assert eve.socket.closed[0] == 4403


async def test_what_a_killed_server_had_passed_on_comes_back_from_whoever_saw_it(log):
    line = Fallible(log)
    ada, bob = Peer("ada", 1), Peer("bob", 2)
    async with running(line) as server:
        await arrive(server.boards, ada, bob)
        ada.insert(0, "saved, ")
        settle([ada, bob])
        await server.saved()
        line.cut = True
        ada.insert(7, "seen by bob only")
        settle([ada, bob])
    ada.disconnect()
    async with running(log) as server:
        assert str(bob.text) == "saved, seen by bob only"
        await arrive(server.boards, bob)
        assert bob.socket.closed is None
        assert server.boards.text("school", "r") == "saved, seen by bob only"
        ada.insert(0, "ada goes on: ")
        await arrive(server.boards, ada)
        settle([ada, bob])
        assert texts(ada, bob) == {"ada goes on: saved, seen by bob only"}
        await server.saved()
    brought = [run for event in await edits(log, "r") for run in event.runs]
    assert [(run.person, run.client) for run in brought] == [("ada", 1), ("bob", 0), ("ada", 1)]


async def test_nothing_is_lost_while_the_log_cannot_be_written(log):
    line = Fallible(log)
    async with running(line) as server:
        ada = Peer("ada", 1)
        await arrive(server.boards, ada)
        line.cut = True
        ada.insert(0, "patience")
        settle([ada])
        await line.refused(times=3)
        assert server.boards.unsaved
        line.cut = False
        await server.saved()
        assert len(await edits(log, "r")) == 1


async def test_a_board_that_cannot_save_holds_so_much_and_then_says_come_back(log):
    line = Fallible(log)
    async with running(line, replace(QUICK, unsaved=3000)) as server:
        ada, bob = Peer("ada", 1), Peer("bob", 2)
        await arrive(server.boards, ada, bob)
        line.cut = True
        for _ in range(4):
            ada.insert(0, "x" * 1000)
            settle([ada, bob])
        assert ada.socket.closed[0] == 1013
        assert bob.socket.closed is None
        line.cut = False
        await server.saved()
        ada.disconnect()
        await arrive(server.boards, ada)
        settle([ada, bob])
        assert texts(ada, bob) == {"x" * 4000}


async def test_a_log_that_cannot_be_read_is_told_at_the_door(log):
    line = Fallible(log)
    line.cut = True
    async with running(line) as server:
        with pytest.raises(Overloaded) as refused:
            await server.boards.open("school", "r", Socket(), "ada", writes=True)
        assert refused.value.code == 1013
        line.cut = False
        await server.boards.open("school", "r", Socket(), "ada", writes=True)


async def test_many_who_come_at_once_load_the_board_once(log):
    class Counting(Fallible):
        reads = 0

        async def read(self, *query, **where):
            self.reads += 1
            async for batch in super().read(*query, **where):
                yield batch

    line = Counting(log)
    async with running(line) as server, asyncio.TaskGroup() as group:
        for number in range(10):
            group.create_task(server.boards.open("school", "r", Socket(), f"p{number}", writes=True))
    assert line.reads == 1


async def test_a_board_without_anybody_is_unloaded_once_it_is_saved(log):
    now = [0.0]
    line = Fallible(log)
    async with running(line, QUICK, now=lambda: now[0]) as server:
        ada = Peer("ada", 1)
        await arrive(server.boards, ada)
        line.cut = True
        ada.insert(0, "x")
        settle([ada])
        ada.disconnect()
        now[0] += 1000
        await line.refused(times=3)
        assert server.boards.loaded == 1
        line.cut = False
        await server.saved()
        now[0] += 1000
        async with asyncio.timeout(5):
            while server.boards.loaded:  # noqa: ASYNC110 - nobody is told, since nobody is there
                await asyncio.sleep(0.01)
        assert len(await edits(log, "r")) == 1


async def test_a_closed_door_names_its_reason_to_each_socket_of_the_person(log):
    async with running(log) as server:
        ada, again, bob = Peer("ada", 1), Peer("ada", 3), Peer("bob", 2)
        await arrive(server.boards, ada, again, bob)
        server.boards.drop("school", "r", "ada", 4403, "You left the room.")
        assert ada.socket.closed == again.socket.closed == (4403, "You left the room.")
        assert bob.socket.closed is None
        server.boards.drop("school", "r", None, 4404, "The room is closed.")
        assert bob.socket.closed == (4404, "The room is closed.")
        server.boards.drop("school", "unknown", None, 4404, "The room is closed.")


async def test_nobody_comes_in_while_the_server_stops(log):
    boards = Boards(log, clock=lambda: None)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(boards.run())
        await asyncio.sleep(0)
        task.cancel()
    with pytest.raises(Closing) as refused:
        await boards.open("school", "r", Socket(), "ada", writes=True)
    assert refused.value.code == 1012
