"""Real voices in a house that runs: who is recorded, what withdrawing does, and what a kill leaves."""

import asyncio
from array import array
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from benchmarks.measuring.spoken_sounds import Voice, scaled, spoken
from infra.embedded import Servers
from infra.recorded import check_recordings
from tests.house import RunningHouse, home
from tests.need import need
from tests.realtime.guests import PATIENCE, Guest, guests, room_with
from tests.recording.spoken import RATE, decoded, loudness, pitch
from tests.recording.stored import opened
from tests.voice.client import Client, Samples, close_all, hush, script, tone


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

    def plays(self, samples: Samples) -> None:
        """This from now on, where it has come to."""
        assert self.client.playing is not None
        self.client.playing._samples = samples

    async def hears(self, mid: str, hertz: int) -> None:
        """Waits until this tone is heard in a slot."""
        track = next(t.receiver.track for t in self.client.pc.getTransceivers() if t.mid == mid)
        async with asyncio.timeout(PATIENCE):
            while True:
                frames = [await track.recv() for _ in range(5)]
                # Planes are longer than what is in them: 16 bits, left and right.
                heard = b"".join(bytes(each.planes[0])[: 4 * each.samples] for each in frames)
                left = array("h", heard)[::2]
                if abs(pitch(left, 0) - hertz) < 50:
                    return


@pytest.fixture(scope="module")
def mortal(embedded: Servers, databases: psycopg.Connection) -> Iterator[RunningHouse]:
    """A house that may be killed, and tells speech from noise; its database is its own, as its keys are."""
    databases.execute("CREATE DATABASE mortal TEMPLATE template0")
    settings = {
        "LYCEUM_POSTGRES": embedded.postgres.replace("/lyceum?", "/mortal?"),
        "LYCEUM_SPEECH_CHECK": "silero",
    }
    with home() as folder:
        running = RunningHouse(folder, settings)
        yield running.start()
        assert running.stop() == 0
    databases.execute("DROP DATABASE mortal WITH (FORCE)")


@pytest.fixture
async def talking(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[[Guest, int], Speaking]]:
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
    clients: list[Client] = []

    def make(guest: Guest, hertz: int) -> Speaking:
        clients.append(Client(90 * tone(1000, hertz), 2))
        return Speaking(guest, clients[-1])

    yield make
    await close_all(clients)


def at_48_khz(samples: Sequence[float]) -> Samples:
    """Of 16 kHz."""
    return array("h", (max(-32768, min(32767, round(each))) for each in samples for _ in range(3)))


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


async def pitches(who: Guest, room: str, segment: dict[str, Any]) -> set[int]:
    """All that is to be heard in a segment, in steps of 50 Hz, but for where the codec begins and ends."""
    heard = decoded((await who.http.get(f"/rooms/{room}/recordings/{segment['segment']}")).content)
    windows = range(100, 1000 * len(heard) // RATE - 200, 100)
    return {50 * round(pitch(heard, at) / 50) for at in windows if loudness(heard, at, 100) > 0.05}


async def growing(house: RunningHouse, person: str) -> None:
    """Wait until a file of this person's has sound in it."""
    folder = house.home / "recordings" / "main" / person
    async with asyncio.timeout(PATIENCE):
        while not any(path.stat().st_size > 1000 for path in folder.glob("*.part")):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_what_is_loud_and_no_speech_is_forwarded_and_is_nobodys_turn(mortal, talking):
    need("espeak-ng")
    said = scaled(spoken("Could you say that once more for all of us?", Voice("en-gb+f2", 165, 45)), 25)
    async with guests(mortal, ada="student", ben="student", kim="auditor") as (ada, ben, kim):
        await agree(ada, "voice")
        await agree(ben, "voice")
        room = await room_with(ada, ben)
        speaker, noisy = talking(ada, 400), talking(ben, 400)
        speaker.plays(hush(3000) + at_48_khz(said) + hush(2000))
        noisy.plays(script((500, 1500)))
        async with ada.stream(f"/rooms/{room}/feed") as feed:
            await noisy.join(room)
            await speaker.join(room)
            await feed.until("slots", lambda data: any(s["person"] == ben.person for s in data["slots"]))
            turn = (await feed.until("turn.taken.v1"))["event"]
        assert turn["person"] == ada.person
        assert turn["ended"] - turn["started"] == pytest.approx(len(said) / 16, abs=400)
        assert [one["person"] for one in (await kim.get(f"/audit/rooms/{room}"))["spoke"]] == [ada.person]


async def test_whoever_agreed_is_recorded_alone_and_what_a_kill_leaves_is_finished(mortal, talking):
    async with (
        guests(mortal, tia="tutor", ada="student", ben="student") as (tia, ada, ben),
        AsyncExitStack() as stack,
    ):
        await agree(ada, "voice", "recording")
        await agree(ben, "voice")
        room = await room_with(tia, ada, ben)
        await tia.post(f"/rooms/{room}/recording")
        speaker, listener = talking(ada, 400), talking(ben, 1000)
        feed = await stack.enter_async_context(ben.stream(f"/rooms/{room}/feed"))
        await speaker.join(room)
        await listener.join(room)
        slots = await feed.until("slots", lambda data: any(s["person"] == ada.person for s in data["slots"]))
        mid = next(slot["mid"] for slot in slots["slots"] if slot["person"] == ada.person)
        await growing(mortal, ada.person)
        await ada.delete("/people/me/consents/recording")
        await segments(tia, room)
        for hertz in (2000, 700):  # she is still heard, and not recorded
            speaker.plays(90 * tone(1000, hertz))
            await listener.hears(mid, hertz)
        await agree(ada, "recording")
        await growing(mortal, ada.person)
        await ada.delete("/people/me/consents/recording")
        of_ada = await segments(tia, room, 2)
        assert [await pitches(tia, room, each) for each in of_ada] == [{400}, {700}]
        assert of_ada[0]["ended"] < of_ada[1]["started"]
        assert not (mortal.home / "recordings" / "main" / ben.person).exists()
        await agree(ben, "recording")  # he is recorded from here on, in the middle of his words
        await growing(mortal, ben.person)
        mortal.kill()
        mortal.start()
    async with guests(mortal, uma="auditor") as (uma,):
        found = await segments(uma, room, 3)
        assert [each["person"] for each in found] == [ada.person, ada.person, ben.person]
        assert await pitches(uma, room, found[2]) == {1000}
    async with opened(mortal) as (log, sounds):
        wrong = await check_recordings(log, sounds, lambda *_: None)
        assert not [each for each in wrong if any(one["segment"] in each for one in found)]
