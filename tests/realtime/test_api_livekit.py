"""A house whose voice LiveKit carries: passes, rights, turns and events, on the whole house."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

pytest.importorskip("livekit.rtc")

from livekit.protocol.models import ParticipantInfo

from tests.fakes.livekit import KEY, SECRET, LiveKit, Person, Reason, livekit, signed
from tests.house import RunningHouse, home
from tests.realtime.guests import Guest, guests, room_with
from tests.voice.client import Samples, hush, script

STRANGER = ParticipantInfo(identity="eve")


@pytest.fixture
async def server() -> AsyncIterator[LiveKit]:
    async with livekit() as server:
        yield server


@pytest.fixture
async def carried(server: LiveKit, embedded, databases) -> AsyncIterator[RunningHouse]:
    databases.execute("DROP DATABASE IF EXISTS carried")
    databases.execute("CREATE DATABASE carried TEMPLATE template0")
    environment = {
        "LYCEUM_POSTGRES": embedded.postgres.replace("/lyceum?", "/carried?"),
        "LYCEUM_LIVEKIT": server.url,
        "LYCEUM_LIVEKIT_KEY": KEY,
        "LYCEUM_LIVEKIT_SECRET": SECRET,
    }
    with home() as folder:
        running = RunningHouse(folder, environment)
        await asyncio.to_thread(running.start)
        async with httpx.AsyncClient(base_url=running.url) as http:

            async def told(body: bytes, signature: str) -> None:
                answer = await http.post(
                    "/livekit/events", content=body, headers={"Authorization": signature}
                )
                assert answer.status_code == 204, answer.text

            server.hooks.append(told)
            yield running
        server.hooks.clear()
        assert await asyncio.to_thread(running.stop) == 0


async def joined(server: LiveKit, guest: Guest, room: str, samples: Samples | None) -> Person:
    given = await guest.post(f"/rooms/{room}/voice/pass")
    assert given["url"] == server.url
    return await server.join(given["token"], samples)


async def test_people_join_livekit_and_the_house_knows_who_speaks_and_ends_what_must_end(server, carried):
    async with guests(carried, ada="student", ben="student", kim="auditor") as (ada, ben, kim):
        room = await room_with(ada, ben)
        await ada.put("/people/me/consents/voice")
        assert (await ada.get(f"/rooms/{room}/voice"))["carrier"] == "livekit"
        sdp = {"Content-Type": "application/sdp"}
        refused = await ben.refused(
            "POST", f"/rooms/{room}/voice", content="v=0\r\nm=audio\r\na=recvonly", headers=sdp
        )
        assert refused == (409, "carried-elsewhere")
        async with ben.stream(f"/rooms/{room}/feed") as feed:
            listening = await joined(server, ben, room, hush(20))
            assert not listening.info.tracks  # without consent one may listen
            speaking = await joined(server, ada, room, script((500, 1500), (1500, 20_000)))
            heard = {"speaking": lambda data: data["speaking"]}
            slots = (await feed.every(heard | {"slots": lambda data: data["slots"]}))["slots"]
            assert [(slot["mid"], slot["person"]) for slot in slots["slots"]] == [
                (speaking.info.identity, ada.person)
            ]
            assert ada.person not in speaking.info.identity
            turn = (await feed.every(heard | {"turn.taken.v1": lambda data: True}))["turn.taken.v1"]["event"]
            assert turn["person"] == ada.person
            assert turn["ended"] - turn["started"] == pytest.approx(1500, abs=300)
            await ada.delete("/people/me/consents/voice")
            await feed.until("speaking", lambda data: not data["speaking"])
            await server.until(lambda: not speaking.info.tracks)
            assert not speaking.info.permission.can_publish
        await ben.post(f"/rooms/{room}/leave")
        assert await asyncio.wait_for(listening.gone, 5) == Reason.PARTICIPANT_REMOVED
        then = await kim.get(f"/audit/rooms/{room}")
        assert [s["person"] for s in then["spoke"]] == [ada.person]


async def test_an_event_that_livekit_did_not_sign_is_refused(server, carried):
    body, signature = signed("participant_left", "main/algebra", STRANGER)
    _, forged = signed("participant_left", "main/algebra", STRANGER, secret="x" * 40)
    async with httpx.AsyncClient(base_url=carried.url) as http:

        async def posted(content: bytes, **headers: str) -> int:
            return (await http.post("/livekit/events", content=content, headers=headers)).status_code

        assert await posted(body, Authorization=signature) == 204
        assert await posted(body, Authorization=forged) == 403
        assert await posted(body.replace(b"algebra", b"biology"), Authorization=signature) == 403
        assert await posted(body) == 403
        assert await posted(b"\xff", Authorization=signature) == 403


async def test_a_house_that_carries_voice_itself_gives_no_passes(house):
    async with guests(house, ada="student") as (ada,):
        room = await room_with(ada)
        assert (await ada.get(f"/rooms/{room}/voice"))["carrier"] == "here"
        assert await ada.refused("POST", f"/rooms/{room}/voice/pass") == (409, "carried-here")
        assert await ada.refused("POST", "/livekit/events", content=b"{}") == (409, "carried-here")
