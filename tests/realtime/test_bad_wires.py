"""Board frames, offers of voice and messages on the bus that make no sense: nobody else loses anything."""

import re
from datetime import timedelta
from pathlib import Path

import nats
import pytest

from realtime.app import BODY
from tests.realtime.guests import asked, counted, fresh, guests, refusals, room_with

pytestmark = pytest.mark.usefixtures("without_complaint")


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (b"", "A message ends too early."),
        (b"\x09", "There is no such type of message."),
        (b"\x00\x02\x03\xab\xcd\xef", "This update is damaged: A message ends too early."),
        (bytes.fromhex("000218010207b7ffffbfff0f2701016d016b0204000760017800"), None),
        (b"\x00\x02" + b"\xff" * 12, None),
    ],
    ids=lambda part: repr(part)[:40],
)
async def test_a_damaged_frame_ends_its_sender_and_nobody_else(house, frame, reason):
    async with guests(house, ada="student", eve="student") as (ada, eve):
        room = await room_with(ada, eve)
        before = await refusals(house, "board", "4400")
        async with ada.board(room) as hers, eve.board(room) as theirs:
            await hers.write("work")
            await theirs.until("work")
            await theirs.socket.send(frame)
            code, said = await theirs.closed()
            assert code == 4400
            assert said
            assert reason in (None, said)
            await hers.write(" goes on")
            async with eve.board(room) as again:
                await again.until("work goes on")
        assert await refusals(house, "board", "4400") == before + 1


async def test_a_frame_that_is_too_large_ends_its_sender_and_nobody_else(house):
    async with guests(house, ada="student", eve="student") as (ada, eve):
        room = await room_with(ada, eve)
        async with ada.board(room) as hers, eve.board(room) as theirs:
            await hers.write("work")
            await theirs.until("work")
            before = await refusals(house, "board", "1009")
            await theirs.socket.send(b"\x00\x02" + bytes(1024 * 1024))
            assert (await theirs.closed())[0] == 1009
            assert await counted(house, "1009", before + 1, "board")
            await hers.write(" goes on")
        async with eve.board(room) as again:
            await again.until("work goes on")


async def test_a_board_socket_with_a_bad_token_or_room_is_told_so_and_counted(house):
    async with guests(house, ada="student") as (ada,):
        for at, claims, code, reason in (
            ("r", {"lasts": timedelta(seconds=-1)}, 4401, "token-expired"),
            ("nowhere", {}, 4404, "unknown-room"),
            ("a%20b", {}, 4404, "unknown-room"),
            ("a%00b", {}, 4404, "unknown-room"),
        ):
            before = await refusals(house, "board", reason)
            async with ada.board(at, **claims) as board:
                assert (await board.closed())[0] == code
            assert await refusals(house, "board", reason) == before + 1


@pytest.mark.parametrize(
    ("sdp", "refusal"),
    [
        (b"", (400, "not-an-offer")),
        (b"hello", (400, "not-an-offer")),
        (b"v=0\r\n", (400, "not-an-offer")),
        (b"\xff\xfe", (400, "not-text")),
        (b"v=0\r\n" + b"a=x\r\n" * 20_000, (400, "offer-too-large")),
        (b"x" * (BODY + 1), (413, "too-large")),
    ],
    ids=lambda part: repr(part)[:30],
)
async def test_an_offer_that_is_none_is_refused(tia, sdp, refusal):
    room = await room_with(tia)
    await tia.put("/people/me/consents/voice")
    headers = {"Content-Type": "application/sdp"}
    assert await asked(tia, "POST", f"/rooms/{room}/voice", content=sdp, headers=headers) == refusal


async def test_a_voice_that_is_none_is_refused(tia):
    room = await room_with(tia)
    for method in ("PATCH", "DELETE"):
        path = f"/rooms/{room}/voice/{fresh('v')}"
        assert await asked(tia, method, path) == (404, "unknown-voice")


@pytest.mark.parametrize("payload", [b"", b"{", b'"\xff"', b"[1]", b'{"type":"speaking"}', b'{"type":"x"}'])
async def test_a_message_on_the_bus_that_does_not_decode_is_counted_and_harms_nobody(house, payload):
    async with guests(house, ada="student") as (ada,):
        room = await room_with(ada)
        signals = await refusals(house, "bus", "undecodable-signal")
        facts = await refusals(house, "bus", "undecodable-fact")
        bus = await nats.connect(bus_of(house.home))
        async with ada.stream(f"/rooms/{room}/feed") as feed:
            await feed.next()
            for topic in ("voice", "board", "presence"):
                await bus.publish(f"lyceum.main.rooms.{room}.{topic}", payload)
            await bus.publish("lyceum.main.views.mastery.x", payload)
            await bus.publish("lyceum.log.head", payload)
            await bus.jetstream().publish("lyceum.main.facts.room.joined.v1", payload)
            await bus.close()
            done = await ada.post(f"/rooms/{room}/messages", text="still here")
            assert (await feed.next()).id == done["position"]
            await ada.get("/people/me", at_least=done["position"])
        assert await counted(house, "undecodable-signal", signals + 4)
        assert await counted(house, "undecodable-fact", facts + 1)


async def test_a_signal_in_the_wrong_place_ends_no_stream(house):
    async with guests(house, ada="student") as (ada,):
        bus = await nats.connect(bus_of(house.home))
        async with ada.stream(f"/learners/{ada.person}/live") as live:
            for _ in range(2):
                await live.next()
            spoke = b'{"type":"spoke","person":"x","turn":"t","started":1,"ended":2}'
            await bus.publish(f"lyceum.main.views.mastery.{ada.person}", spoke)
            moved = b'{"type":"moved","name":"mastery","position":1}'
            await bus.publish(f"lyceum.main.views.mastery.{ada.person}", moved)
            await bus.close()
            assert (await live.next()).event == "mastery"


def bus_of(home: Path) -> str:
    """Where the house's own NATS is."""
    configuration = (home / "nats" / "nats.conf").read_text()
    listen, token = re.findall(r'listen: "(.*)"', configuration), re.findall(r'token: "(.*)"', configuration)
    return f"nats://{token[0]}@{listen[0]}"
