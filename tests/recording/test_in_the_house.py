"""Real voices in a house that runs: who is recorded, what withdrawing does, and what a kill leaves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from infra.recorded import check_recordings
from tests.house import RunningHouse, home
from tests.realtime.guests import PATIENCE, Guest, guests, room_with
from tests.recording.spoken import decoded, pitch
from tests.recording.stored import opened
from tests.voice.client import Client, close_all, tone


@dataclass
class Speaking:
    """Somebody with a microphone."""

    guest: Guest
    client: Client

    async def join(self, room: str) -> None:
        offer = await self.client.offer()
        headers = {"Content-Type": "application/sdp"}
        answer = await self.guest.http.post(f"/rooms/{room}/voice", content=offer, headers=headers)
        assert answer.status_code == 201, answer.text
        await self.client.take(answer.text)


@pytest.fixture
async def mortal(postgres_url: str) -> AsyncIterator[RunningHouse]:
    """A house that may be killed; its database is its own, as its keys are."""
    with home() as folder:
        running = RunningHouse(folder, {"LYCEUM_POSTGRES": postgres_url})
        yield running.start()
        assert running.stop() == 0


@pytest.fixture
async def talking(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[[Guest, int], Speaking]]:
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
    clients: list[Client] = []

    def make(guest: Guest, hertz: int) -> Speaking:
        clients.append(Client(tone(30_000, hertz), 2))
        return Speaking(guest, clients[-1])

    yield make
    await close_all(clients)


async def agree(guest: Guest, *scopes: str) -> None:
    for scope in scopes:
        await guest.put(f"/people/me/consents/{scope}")


async def segments(who: Guest, room: str, many: int = 1) -> list[dict[str, Any]]:
    """What there is to hear, as soon as there is so much."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE):
        while len(found) < many:
            found = (await who.get(f"/rooms/{room}/recordings"))["segments"]
    return found


async def growing(house: RunningHouse, person: str) -> None:
    """Wait until a file of this person's has sound in it."""
    folder = house.home / "recordings" / "main" / person
    async with asyncio.timeout(PATIENCE):
        while not any(path.stat().st_size > 1000 for path in folder.glob("*.part")):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_whoever_agreed_is_recorded_alone_and_what_a_kill_leaves_is_finished(mortal, talking):
    async with guests(mortal, tia="tutor", ada="student", ben="student") as (tia, ada, ben):
        await agree(ada, "voice", "recording")
        await agree(ben, "voice")
        room = await room_with(tia, ada, ben)
        await tia.post(f"/rooms/{room}/recording")
        await talking(ada, 400).join(room)
        await talking(ben, 1000).join(room)
        await growing(mortal, ada.person)
        await ada.delete("/people/me/consents/recording")
        [segment] = await segments(tia, room)
        assert segment["person"] == ada.person
        heard = (await tia.http.get(f"/rooms/{room}/recordings/{segment['segment']}")).content
        assert pitch(decoded(heard), 400) == pytest.approx(400, abs=30)
        assert not (mortal.home / "recordings" / "main" / ben.person).exists()
        await agree(ben, "recording")  # he is recorded from here on, in the middle of his words
        await growing(mortal, ben.person)
        mortal.kill()
        mortal.start()
    async with guests(mortal, uma="auditor") as (uma,):
        found = await segments(uma, room, 2)
        assert [each["person"] for each in found] == [ada.person, ben.person]
        heard = (await uma.http.get(f"/rooms/{room}/recordings/{found[1]['segment']}")).content
        assert pitch(decoded(heard), 400) == pytest.approx(1000, abs=30)
    async with opened(mortal) as (log, sounds):
        wrong = await check_recordings(log, sounds, lambda *_: None)
        assert not [each for each in wrong if any(one["segment"] in each for one in found)]
