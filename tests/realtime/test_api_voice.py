"""Voice on the whole house: real WebRTC offers over HTTP, and consent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aioice.ice
import httpx
import pytest

from tests.realtime.guests import Guest, guests, problem, room_with
from tests.voice.client import Client, script

SDP = {"Content-Type": "application/sdp"}


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """The WebRTC library of these clients leaves 127.0.0.1 out otherwise."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])


@asynccontextmanager
async def voice(guest: Guest, room: str, *parts: tuple[int, int]) -> AsyncIterator[tuple[Client, str]]:
    """A connected voice, and where it can be ended. It plays silence and tones, so many ms each."""
    client = Client(script(*parts) if parts else None)
    try:
        answer = await offered(guest, room, await client.offer())
        assert answer.status_code == 201, answer.text
        assert answer.headers["content-type"] == "application/sdp"
        await client.take(answer.text)
        yield client, answer.headers["location"]
    finally:
        await client.close()


async def listening() -> str:
    """An offer of somebody who only listens."""
    client = Client(None)
    try:
        return await client.offer()
    finally:
        await client.close()


async def sending() -> str:
    """An offer of somebody who would be heard."""
    client = Client(script((0, 100)))
    try:
        return await client.offer()
    finally:
        await client.close()


async def offered(guest: Guest, room: str, sdp: str) -> httpx.Response:
    return await guest.http.post(f"/rooms/{room}/voice", content=sdp, headers=SDP)


async def test_two_hear_each_other_the_room_sees_who_speaks_and_the_turn_is_recorded(house):
    async with guests(house, ada="student", ben="student", kim="auditor") as (ada, ben, kim):
        room = await room_with(ada, ben)
        for who in (ada, ben):
            await who.put("/people/me/consents/voice")
        async with (
            ben.stream(f"/rooms/{room}/feed") as feed,
            voice(ben, room) as (listener, _),
            voice(ada, room, (500, 1500), (3000, 0)),
        ):
            slots = await feed.until("slots", lambda data: any(slot["person"] for slot in data["slots"]))
            slot = next(slot for slot in slots["slots"] if slot["person"] == ada.person)
            await listener.hears(slot["mid"])
            fact = await feed.until("turn.taken.v1")
        turn = fact["event"]
        assert turn["person"] == ada.person
        assert turn["ended"] - turn["started"] == pytest.approx(1500, abs=500)
        then = await kim.get(f"/audit/rooms/{room}")
        assert [(s["person"], s["turns"]) for s in then["spoke"]] == [(ada.person, 1)]


async def test_nobody_is_heard_without_having_agreed_to_it(house):
    async with guests(house, ada="student") as (ada,):
        room = await room_with(ada)
        assert problem(await offered(ada, room, await sending())) == (403, "no-consent")


async def test_whoever_never_agreed_to_be_heard_listens_and_is_not_heard_even_with_the_floor(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        room = await room_with(tia, ada)
        await tia.put("/people/me/consents/voice")
        async with (
            ada.stream(f"/rooms/{room}/feed") as feed,
            voice(ada, room) as (listener, _),
            voice(tia, room, (200, 20_000)),
        ):
            slots = await feed.until("slots", lambda data: any(slot["person"] for slot in data["slots"]))
            slot = next(slot for slot in slots["slots"] if slot["person"] == tia.person)
            await tia.put(f"/rooms/{room}/floor/speakers/{ada.person}")
            await listener.hears(slot["mid"])


async def test_an_office_hour_has_thirty_listeners(house):
    async with guests(house, tia="tutor") as (tia,):
        room = await room_with(tia, capacity=31)
        await tia.post(f"/rooms/{room}/floor", mode="stage")
        async with guests(house, **{f"p{number}": "student" for number in range(30)}) as students:
            offer = await listening()
            for student in students:
                await student.post(f"/rooms/{room}/join")
                assert (await offered(student, room, offer)).status_code == 201
            assert (await tia.get(f"/rooms/{room}/voice"))["ice_servers"] == []


async def test_whoever_withdraws_their_consent_is_heard_no_longer(house):
    async with guests(house, ada="student", ben="student") as (ada, ben):
        room = await room_with(ada, ben)
        for who in (ada, ben):
            await who.put("/people/me/consents/voice")
        async with ada.stream(f"/rooms/{room}/feed") as feed, voice(ada, room, (200, 20_000)):
            await feed.until("speaking", lambda data: data["speaking"])
            await ada.delete("/people/me/consents/voice")
            await feed.until("speaking", lambda data: not data["speaking"])
        assert problem(await offered(ada, room, await sending())) == (403, "no-consent")


async def test_a_voice_belongs_to_who_joined_with_it(house):
    async with guests(house, ada="student", eve="student") as (ada, eve):
        room = await room_with(ada, eve)
        await ada.put("/people/me/consents/voice")
        async with voice(ada, room, (0, 100)) as (_, location):
            assert await eve.refused("DELETE", location) == (403, "only-for-yourself")
            assert await eve.refused("PATCH", location, content="x") == (403, "only-for-yourself")
            assert await ada.refused("PATCH", location, content="x") == (400, "not-a-restart")
            fragment = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdef01234567\r\n"
            restarted = await ada.http.patch(location, content=fragment)
            assert restarted.status_code == 200
            assert restarted.headers["content-type"] == "application/trickle-ice-sdpfrag"
            assert "a=ice-ufrag:" in restarted.text
            assert (await ada.http.delete(location)).status_code == 204
            assert await ada.refused("DELETE", location) == (404, "unknown-voice")


async def test_whoever_leaves_the_room_has_no_voice_in_it(house):
    async with guests(house, ada="student") as (ada,):
        room = await room_with(ada)
        await ada.put("/people/me/consents/voice")
        async with voice(ada, room, (0, 100)) as (_, location):
            await ada.post(f"/rooms/{room}/leave")
            async with asyncio.timeout(5):
                while (await ada.http.patch(location, content="x")).status_code != 404:
                    pass
        assert problem(await offered(ada, room, "v=0")) == (403, "not-in-the-room")
