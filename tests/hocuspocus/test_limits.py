"""What one socket may not do: flood, hoard, wait for ever, or shout."""

from itertools import pairwise

from realtime.sockets.desk import Patience
from rooms.board import hocuspocus, wire
from tests.hocuspocus.served import school
from tests.hocuspocus.support import TAKEN, hall, insertion


async def test_a_socket_that_never_opens_a_document_is_closed(log):
    async with school(log) as here, hall(here) as sockets:
        stranger = sockets.line(Patience(idle=0.05))
        stranger.say("r", wire.step_1(b"\x00"), hocuspocus.token("nonsense"))
        assert (await stranger.closed())[0] == 4408


async def test_one_that_has_closed_all_its_documents_is_closed_too(log):
    async with school(log) as here, hall(here) as sockets:
        ada = sockets.line(Patience(idle=0.05))
        await ada.welcome("r", here.token("ada"))
        assert ada.carrier.closed is None
        ada.say("r", b"\x07")
        assert (await ada.closed())[0] == 4408


async def test_too_much_before_the_token_closes_the_socket(log):
    async with school(log) as here, hall(here) as sockets:
        for patience in (Patience(queued=3), Patience(queued_size=60)):
            stranger = sockets.line(patience)
            stranger.say("r", *[wire.update(insertion("a" * 10))] * 4)
            assert (await stranger.closed())[0] == 1013
            stranger.come("r", here.token("ada"))
            assert not stranger.carrier.sent


async def test_whoever_tries_token_after_token_is_made_to_wait(log):
    async with school(log) as here, hall(here) as sockets:
        for asked in (hocuspocus.token("nonsense"), hocuspocus.stateless("x"), b"\x07"):
            stranger = sockets.line(Patience(requests=5))
            stranger.say("r", *[asked] * 5)
            assert not stranger.carrier.held
            stranger.say("s", asked)
            assert stranger.carrier.held
        pinging = sockets.line(Patience(requests=1))
        for _ in range(2):
            pinging.session.receive(hocuspocus.PING)
        assert pinging.carrier.held


async def test_there_is_room_for_so_many_documents_and_closed_ones_give_way(log):
    async with school(log) as here, hall(here) as sockets:
        ada = sockets.line(Patience(documents=2))
        for room in ("r", "s"):
            await ada.welcome(room, here.token("ada"))
        ada.come("r", here.token("ada"), session="third")
        why = hocuspocus.denied("There are too many documents on this connection.")
        assert await ada.hear("r", session="third") == why
        ada.say("s", b"\x07")
        await ada.welcome("r", here.token("ada"), session="fourth")


async def test_a_frame_without_an_address_closes_the_socket(log):
    async with school(log) as here, hall(here) as sockets:
        ada = sockets.line()
        await ada.welcome("r", here.token("ada"))
        ada.session.receive(b"\xff\xff")
        assert (await ada.closed())[0] == 4400
        assert here.running.boards.connections == 0
        ada.say("r", wire.update(insertion("late")))
        assert here.text("r") == ""


async def test_stateless_messages_reach_those_who_use_the_protocol_on_the_same_board(log):
    async with school(log) as here, hall(here) as sockets:
        ada, ben, cem = sockets.line(), sockets.line(), sockets.line()
        await ada.welcome("r", here.token("ada"))
        await ben.welcome("r", here.token("ben"))
        await cem.welcome("s", here.token("cem"))
        ada.say("r", hocuspocus.stateless("dinner"), b"\x06" + hocuspocus.stateless("is ready")[1:])
        assert [await ben.hear("r") for _ in range(2)] == [*map(hocuspocus.stateless, ("dinner", "is ready"))]
        assert not ada.carrier.sent
        assert not cem.carrier.sent


async def test_nobody_tells_more_than_so_much_at_a_time(log):
    async with school(log) as here, hall(here) as sockets:
        ada, ben = sockets.line(Patience(stateless_rate=2)), sockets.line()
        await ada.welcome("r", here.token("ada"))
        await ben.welcome("r", here.token("ben"))
        ada.say("r", *[hocuspocus.stateless("x")] * 5, wire.update(insertion("work")))
        assert len(await ben.until("r", wire.update(insertion("work")))) == 2
        assert await ada.hear("r") == TAKEN
        ada.say("r", hocuspocus.stateless("x" * 20_000))
        await ada.until("r", hocuspocus.closed("The message is too large for the board."))


async def test_who_does_not_read_is_not_told(log):
    async with school(log) as here, hall(here) as sockets:
        ada, ben, cem = lines = [sockets.line() for _ in range(3)]
        for line, person in zip(lines, ("ada", "ben", "cem"), strict=True):
            await line.welcome("r", here.token(person))
        ben.carrier.backlog = 2**24
        ada.say("r", hocuspocus.stateless("x"))
        assert await cem.hear("r") == hocuspocus.stateless("x")
        assert not ben.carrier.sent


async def test_a_socket_that_does_not_keep_up_is_closed_as_a_whole_and_comes_back(log):
    async with school(log) as here, hall(here) as sockets:
        ada = sockets.line()
        for room in ("r", "s"):
            await ada.welcome(room, here.token("ada"))
        ada.carrier.backlog = 2**24
        here.kick("r", "ada", 1013, "Too slow.")
        assert await ada.closed() == (1013, "Too slow.")


async def test_a_board_that_keeps_failing_is_left_to_the_client_in_the_end(log):
    async with school(log) as here, hall(here) as sockets:
        ada = sockets.line(Patience(pauses=(0.001, 0.001)))
        await ada.welcome("r", here.token("ada"))
        for _ in pairwise(range(3)):
            here.kick("r", "ada", 1012, "Moving.")
            await ada.until("r", hocuspocus.QUERY)
        here.kick("r", "ada", 1012, "Moving.")
        assert await ada.closed() == (1012, "Moving.")
