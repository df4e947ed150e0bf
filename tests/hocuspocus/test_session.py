"""One socket with many documents, message by message, with the real door and real boards behind it."""

import asyncio

import pytest

from realtime.sockets.desk import Patience
from rooms.board import hocuspocus, wire
from rooms.board.limits import Limits
from tests.board.support import QUICK as QUICK_BOARD
from tests.board.support import WAITING_FOR_EACH_OTHER, Fallible
from tests.hocuspocus.served import school
from tests.hocuspocus.support import NOT_TAKEN, QUICK, TAKEN, hall, insertion

WRITES = hocuspocus.authenticated(writes=True)
READS = hocuspocus.authenticated(writes=False)


async def test_a_client_is_answered_in_the_order_that_it_expects(log):
    async with school(log) as here, hall(here) as sockets:
        ada, ben = sockets.line(), sockets.line()
        await ada.welcome("r", here.token("ada"))
        ada.say("r", wire.presence([wire.Entry(7, 1, "{}")]), wire.update(insertion("hello")))
        await ada.until("r", TAKEN)
        ben.come("r", here.token("ben"))
        assert await ben.hear("r") == WRITES
        assert await ben.hear("r") == wire.presence([wire.Entry(7, 1, "{}")])
        assert await ben.hear("r") == wire.step_2(insertion("hello"))
        asked = wire.parse(await ben.hear("r"))
        assert isinstance(asked, wire.Step1)
        assert wire.state_vector(asked.state) == {7: 5}


async def test_what_comes_before_the_token_is_handled_after_it_in_order(log):
    async with school(log) as here, hall(here) as sockets:
        ada = sockets.line()
        ada.say("r", wire.step_1(b"\x00"), wire.update(insertion("early")))
        assert not ada.carrier.sent
        ada.say("r", hocuspocus.token(here.token("ada")))
        told = await ada.until("r", TAKEN)
        assert told[:2] == [WRITES, wire.step_2(wire.NOTHING)]
        assert here.text("r") == "early"


async def test_every_edit_is_acknowledged_and_echoed_to_others_only(log):
    async with school(log) as here, hall(here) as sockets:
        ada, ben = sockets.line(), sockets.line()
        for line, person in ((ada, "ada"), (ben, "ben")):
            await line.welcome("r", here.token(person))
        edit = wire.update(insertion("x"))
        ada.say("r", edit, edit, wire.step_2(wire.NOTHING))
        assert [await ada.hear("r") for _ in range(3)] == [TAKEN] * 3
        assert await ben.hear("r") == edit


async def test_an_edit_that_stands_on_others_is_acknowledged_with_the_sync_that_brings_them(log):
    async with school(log) as here, hall(here) as sockets:
        ada = sockets.line()
        await ada.welcome("r", here.token("ada"))
        later = bytes.fromhex("01010705840704017900")  # client 7's sixth character, behind its fifth
        ada.say("r", wire.update(later))
        assert isinstance(wire.parse(await ada.hear("r")), wire.Step1)
        ada.say("r", wire.step_2(insertion("hello")))
        assert await ada.hear("r") == TAKEN
        assert not ada.carrier.sent


async def test_a_reply_to_a_sync_is_not_answered_with_a_question(log):
    async with school(log) as here, hall(here) as sockets:
        ada = sockets.line()
        await ada.welcome("r", here.token("ada"))
        ada.say("r", b"\x04" + wire.step_1(b"\x00")[1:], hocuspocus.QUERY)
        assert await ada.hear("r") == wire.step_2(wire.NOTHING)
        assert await ada.hear("r") == wire.presence(())


async def test_documents_on_one_socket_are_apart_even_two_sessions_of_one(log):
    async with school(log) as here, hall(here) as sockets:
        ada = sockets.line()
        for room, session in (("r", None), ("s", None), ("r", "other")):
            await ada.welcome(room, here.token("ada"), session=session)
        ada.say("r", wire.update(insertion("in r")))
        assert await ada.hear("r", session="other") == wire.update(insertion("in r"))
        ada.say("s", wire.update(insertion("in s")))
        assert await ada.hear("s") == TAKEN
        assert (here.text("r"), here.text("s")) == ("in r", "in s")


async def test_whoever_only_reads_is_told_that_nothing_was_taken_and_stays(log):
    async with school(log) as here, hall(here) as sockets:
        kim = sockets.line()
        await here.room("t", ["ada", "kim"])
        kim.come("t", here.token("kim", "auditor"))
        assert await kim.hear("t") == READS
        await kim.until("t", wire.step_1(b"\x00"))
        kim.say("t", wire.step_2(wire.NOTHING), wire.step_2(insertion("no")), wire.update(insertion("no")))
        assert [await kim.hear("t") for _ in range(3)] == [TAKEN, NOT_TAKEN, NOT_TAKEN]
        kim.say("t", hocuspocus.stateless("no"), wire.step_1(b"\x00"))
        assert await kim.hear("t") == wire.step_2(wire.NOTHING)
        assert here.text("t") == ""


@pytest.mark.parametrize(
    ("token", "room", "why"),
    [
        (
            "nonsense",
            "r",
            "A valid token is needed: `Authorization: Bearer …`, or `?token=…` for streams and sockets.",
        ),
        ("eve", "r", "You are not in this room."),
        ("ada", "nowhere", "There is no such room."),
        ("ada", "../r", "There is no such room."),
    ],
)
async def test_whoever_may_not_come_in_is_told_why_and_the_other_documents_stay(log, token, room, why):
    async with school(log) as here, hall(here) as sockets:
        line = sockets.line()
        await line.welcome("s", here.token("ada"))
        line.come(room, here.token(token) if token != "nonsense" else token)
        assert await line.hear(room) == hocuspocus.denied(why)
        line.say("s", wire.update(insertion("on")))
        assert await line.hear("s") == TAKEN
        line.say(room, wire.update(insertion("ignored")))
        if room == "r":
            line.come(room, here.token("ada"))
            assert await line.hear(room) == WRITES
            assert here.text("r") == ""


async def test_the_token_of_the_socket_does_for_clients_that_send_none(log):
    async with school(log) as here, hall(here) as sockets:
        line = sockets.line(token=here.token("ada"))
        line.say("r", hocuspocus.token(""))
        assert await line.hear("r") == WRITES


async def test_whoever_is_shown_out_keeps_their_other_documents(log):
    async with school(log) as here, hall(here) as sockets:
        ada = sockets.line()
        for room in ("r", "s"):
            await ada.welcome(room, here.token("ada"))
        here.kick("r", "ada")
        reason = "You have left this room."
        assert [await ada.hear("r") for _ in range(2)] == [
            hocuspocus.denied(reason),
            hocuspocus.closed(reason),
        ]
        ada.say("r", wire.update(insertion("ghost")))
        ada.say("s", wire.update(insertion("alive")))
        assert await ada.hear("s") == TAKEN
        assert here.text("s") == "alive"
        ada.come("r", here.token("ada"))
        await ada.until("r", wire.step_2(wire.NOTHING))


async def test_a_bad_update_closes_its_document_and_no_other(log):
    async with school(log) as here, hall(here) as sockets:
        ada = sockets.line()
        for room in ("r", "s"):
            await ada.welcome(room, here.token("ada"))
        ada.say("r", wire.update(b"\xab\xcd\xef"))
        assert (await ada.hear("r"))[:2] == b"\x02\x01"
        assert (await ada.hear("r"))[:1] == b"\x07"
        ada.say("s", wire.update(WAITING_FOR_EACH_OTHER))
        await ada.until("s", hocuspocus.closed("This update is damaged."))
        assert ada.carrier.closed is None


async def test_a_board_that_moves_is_come_back_to_without_the_client_doing_anything(log):
    async with school(log) as here, hall(here) as sockets:
        ada, ben = sockets.line(), sockets.line()
        for line, person in ((ada, "ada"), (ben, "ben")):
            await line.welcome("r", here.token(person))
        here.kick("r", "ada", 1012, "Rights on this board changed.")
        ben.say("r", wire.update(insertion("meanwhile")))
        ada.say("r", wire.update(insertion("mine", 8)))
        told = await ada.until("r", hocuspocus.QUERY)
        assert told[0] == WRITES
        assert wire.step_2(insertion("meanwhile")) in told
        await ada.until("r", TAKEN)
        assert len(here.text("r")) == len("meanwhile") + len("mine")


async def test_edits_that_an_overloaded_board_refused_are_acknowledged_once_they_are_in(log):
    line = Fallible(log)
    limits = Limits(**{**vars(QUICK_BOARD), "unsaved": 80})
    async with school(line, limits) as here, hall(here) as sockets:
        ada = sockets.line(Patience(pauses=(0.01,) * 200))
        await ada.welcome("r", here.token("ada"))
        line.cut = True
        ada.say("r", wire.update(insertion("a" * 30)), wire.update(insertion("b" * 30, 8)))
        assert await ada.hear("r") == TAKEN
        await line.refused(1)
        line.cut = False
        await ada.until("r", hocuspocus.QUERY)
        await here.running.saved()
        ada.say("r", wire.step_2(insertion("b" * 30, 8)))
        assert [await ada.hear("r") for _ in range(2)] == [TAKEN, TAKEN]
        assert sorted(here.text("r")) == ["a"] * 30 + ["b"] * 30


async def test_when_nothing_helps_the_socket_is_closed_and_the_client_comes_back(log):
    line = Fallible(log)
    async with school(line) as here, hall(here) as sockets:
        line.cut = True
        ada = sockets.line(QUICK)
        ada.come("r", here.token("ada"))
        assert (await ada.closed())[0] == 1013


class Unread(Fallible):
    """A log that says when it was asked in vain."""

    asked: asyncio.Event

    async def read(self, *query, **where):
        if self.cut:
            self.asked.set()
        async for batch in super().read(*query, **where):
            yield batch


async def test_a_document_waits_for_the_log_and_opens_then(log):
    line = Unread(log)
    line.asked = asyncio.Event()
    async with school(line) as here, hall(here) as sockets:
        line.cut = True
        ada = sockets.line(Patience(pauses=(0.01,) * 500))
        ada.come("r", here.token("ada"))
        ada.say("r", wire.update(insertion("kept")))
        await line.asked.wait()
        line.cut = False
        await ada.until("r", TAKEN)
        assert here.text("r") == "kept"


async def test_a_client_that_closes_a_document_is_gone_from_it_and_may_open_it_again(log):
    async with school(log) as here, hall(here) as sockets:
        ada, ben = sockets.line(), sockets.line()
        for line, person in ((ada, "ada"), (ben, "ben")):
            await line.welcome("r", here.token(person))
        ada.say("r", wire.presence([wire.Entry(7, 1, "{}")]))
        await ben.until("r", wire.presence([wire.Entry(7, 1, "{}")]))
        ada.say("r", b"\x07", hocuspocus.token(here.token("ada")), b"\x07")
        await ben.until("r", wire.presence([wire.Entry(7, 2, None)]))
        assert here.running.boards.connections == 1
        ada.come("r", here.token("ada"))
        await ada.until("r", wire.step_2(wire.NOTHING))
        assert here.running.boards.connections == 2
        ada.session.closed()
        ada.session.closed()
        assert here.running.boards.connections == 1


async def test_a_token_is_asked_for_before_it_expires_and_a_fresh_one_lets_one_stay(log):
    async with school(log) as here, hall(here) as sockets:
        ada = sockets.line()
        await ada.welcome("r", here.token("ada", brief=True))
        await ada.until("r", hocuspocus.ASK_FOR_TOKEN)
        ada.say("r", hocuspocus.token(here.token("ada")))
        assert await ada.hear("r") == WRITES
        ada.say("r", hocuspocus.token(here.token("ben")))
        why = "A fresh token must be of the same person in the same role."
        await ada.until("r", hocuspocus.closed(why))


async def test_a_token_that_expires_closes_its_document_and_no_other(log):
    async with school(log) as here, hall(here) as sockets:
        ada = sockets.line()
        await ada.welcome("s", here.token("ada"))
        await ada.welcome("r", here.token("ada", brief=True))
        await ada.until("r", hocuspocus.closed("The token has expired."))
        ada.say("s", wire.update(insertion("on")))
        assert await ada.hear("s") == TAKEN
        assert here.running.boards.connections == 1


async def test_who_comes_back_is_asked_who_they_are_once_they_were_told_that_they_are_gone(log):
    async with school(log) as here, hall(here) as sockets:
        ada, ben = sockets.line(), sockets.line()
        for line, person in ((ada, "ada"), (ben, "ben")):
            await line.welcome("r", here.token(person))
        ada.say("r", wire.presence([wire.Entry(7, 5, "{}")]))
        assert await ada.hear("r") == wire.presence([wire.Entry(7, 5, None)])
        assert await ada.hear("r") == hocuspocus.QUERY
        ada.session.closed()
        await ben.until("r", wire.presence([wire.Entry(7, 6, None)]))
        assert not ben.carrier.sent


async def test_a_ping_is_answered_and_a_pong_is_not(log):
    async with school(log) as here, hall(here) as sockets:
        ada = sockets.line()
        ada.session.receive(hocuspocus.PONG)
        ada.session.receive(hocuspocus.PING)
        assert list(ada.carrier.sent) == [hocuspocus.PONG]
