"""The facilitator's voice, with real peers and a real synthesiser: where it is wanted, and over nobody."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from adapters.espeak import LONGEST, Espeak
from domain.aloud import FACILITATOR, FacilitatorVoiceSet
from domain.interventions import InterventionDelivered
from domain.rooms import TurnTaken
from realtime import aloud
from realtime.aloud import FacilitatorsVoice
from rooms.aloud.frames import FRAME, RATE, frames_of
from rooms.aloud.synthesiser import CannotSpeak, Sound
from tests.log.given import events
from tests.need import need
from tests.voice.client import Client, Samples, close_all, hush, script, tone
from tests.voice.conftest import now
from tests.voice.spoken import ROOM, VoiceNode, until

BRIEF = "Ada, what would you check?"
LONG = "Let us gather another approach before we go on with this one. Ada, how would you begin? " * 4


class Order(list[str]):
    """What happened in which order: packets of the facilitator, and turns of people."""

    def hear(self, packet: object, at: int) -> None:
        self.append("facilitator")
        self.last = at

    def speaking(self, room: str, person: str, turn: str, at: int) -> None:
        self.append(f"{person} begins")
        self.began = at

    def spoke(self, room: str, person: str, turn: str, started: int, ended: int) -> None:
        self.append(f"{person} ends")

    def slots(self, *_: object) -> None: ...

    def left(self, *_: object) -> None: ...


class Scene:
    """A room with the facilitator's voice on, if wanted."""

    def __init__(self, node: VoiceNode, voice: FacilitatorsVoice) -> None:
        self.node, self.voice, self.order = node, voice, Order()
        node.speech.others.append(self.order)
        self._said = 0

    async def set(self, on: bool) -> None:
        await self.node.record(FacilitatorVoiceSet(room="algebra", on=on, by="tia"))

    async def deliver(self, text: str) -> None:
        self._said += 1
        await self.node.record(
            InterventionDelivered(
                intervention=f"i{self._said}",
                room="algebra",
                person="ada",
                text=text,
                why="Ada has spoken 0 s of the last 180 s.",
                source="template",
            )
        )

    async def join(self, client: Client, person: str) -> Client:
        await client.join(self.node.engine, ROOM, person)
        return client

    async def ends(self, outcome: str) -> None:
        await until(lambda: self.voice.counts[outcome] == 1)


@pytest.fixture
async def scene(log) -> AsyncIterator[Scene]:
    need("espeak-ng")
    node = VoiceNode(log)
    voice = FacilitatorsVoice(node.engine, node.performer, Espeak(), now)
    node.attach(voice)
    async with node.running():
        scene = Scene(node, voice)
        node.engine.tap(ROOM, FACILITATOR, scene.order.hear)
        yield scene


@pytest.fixture
async def peer(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[[Samples], Client]]:
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
    clients: list[Client] = []

    def make(samples: Samples) -> Client:
        clients.append(Client(samples))
        return clients[-1]

    yield make
    await close_all(clients)


async def test_all_in_voice_hear_what_it_says_to_the_room_and_it_is_nobodys_turn(scene: Scene, peer, log):
    ada, ben = await scene.join(peer(hush(20)), "ada"), await scene.join(peer(hush(20)), "ben")
    ears = scene.node.ears
    await ears.until(lambda: ears.hears("ada") == {"ben"} and ears.hears("ben") == {"ada"})
    await scene.set(True)
    await scene.deliver(BRIEF * 2)
    for who, client in (("ada", ada), ("ben", ben)):
        await ears.until(lambda who=who: FACILITATOR in ears.hears(who))
        slot = next(mid for mid, person in ears.bound[who].items() if person == FACILITATOR)
        await client.hears(slot)
    await scene.ends("spoken")
    await ears.until(lambda: FACILITATOR not in ears.hears("ada") | ears.hears("ben"))
    assert set(scene.order) == {"facilitator"}
    assert not any(isinstance(event, TurnTaken) for event in await events(log))


async def test_it_falls_silent_as_soon_as_anybody_begins_to_speak(scene: Scene, peer):
    await scene.set(True)
    ben = peer(script((2500, 1500)))
    await scene.join(ben, "ben")
    await scene.node.ears.until(lambda: "ben" in scene.node.ears.bound)
    await scene.deliver(LONG)
    await scene.ends("cut")
    assert scene.order[0] == "facilitator"
    after = scene.order[scene.order.index("ben begins") + 1 :]
    assert "facilitator" not in after
    assert scene.order.last - scene.order.began <= 200


async def test_it_waits_until_nobody_speaks(scene: Scene, peer):
    await scene.set(True)
    await scene.join(peer(script((200, 1500), (5000, 0))), "ben")
    await scene.node.ears.until(lambda: bool(scene.node.ears.began))
    await scene.deliver(BRIEF)
    await scene.ends("spoken")
    assert scene.order[:3] == ["ben begins", "ben ends", "facilitator"]


async def test_when_nobody_pauses_the_words_are_only_read(scene: Scene, peer, monkeypatch):
    monkeypatch.setattr(aloud, "PATIENCE", 0.1)
    await scene.set(True)
    await scene.join(peer(tone(20_000)), "ben")
    await scene.node.ears.until(lambda: bool(scene.node.ears.began))
    await scene.deliver(BRIEF)
    await scene.ends("unsaid")
    assert scene.order == ["ben begins"]


async def test_it_speaks_only_where_a_tutor_wants_it_and_stops_when_they_do_not(scene: Scene, peer):
    await scene.join(peer(hush(20)), "ada")
    await scene.node.ears.until(lambda: "ada" in scene.node.ears.bound)
    await scene.deliver(BRIEF)
    await until(lambda: not scene.voice.waiting())
    assert scene.order == []
    await scene.set(True)
    await scene.deliver(LONG)
    await scene.node.ears.until(lambda: scene.node.ears.hears("ada") == {FACILITATOR})
    await scene.set(False)
    await scene.node.ears.until(lambda: scene.node.ears.hears("ada") == set())
    await scene.deliver(BRIEF)
    await until(lambda: not scene.voice.waiting())
    assert not any(scene.voice.counts.values())


async def test_its_frames_are_as_long_as_its_words_and_say_how_loud_they_are():
    need("espeak-ng")
    sound = await Espeak().speak(BRIEF)
    frames = frames_of(sound)
    assert len(frames) * FRAME / RATE == pytest.approx(len(sound.samples) / 2 / sound.rate, abs=0.3)
    assert min(frame.level for frame in frames) < 30
    assert {frame.level for frame in frames[-5:]} == {127}


async def test_silence_is_encoded_too():
    assert {frame.level for frame in frames_of(Sound(22_050, bytes(22_050)))} == {127}


@pytest.mark.parametrize(
    ("does", "text", "reason"),
    [
        ("cat > /dev/null", "", "no-sound"),
        ("cat > /dev/null; head -c 5000 /dev/zero", BRIEF, "malformed"),
        ("exec sleep 60", BRIEF, "late"),
        ("exit 3", BRIEF, "failed"),
        ("cat", "a" * (LONGEST + 1), "too-long"),
    ],
)
async def test_a_synthesiser_that_fails_is_named_and_stopped(tmp_path: Path, does, text, reason):
    program = tmp_path / "espeak-ng"
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(0o755)
    with pytest.raises(CannotSpeak) as failed:
        await Espeak(program=str(program), limit=0.5).speak(text)
    assert failed.value.reason == reason


async def test_a_synthesiser_that_is_not_installed_is_named(tmp_path: Path):
    with pytest.raises(CannotSpeak) as failed:
        await Espeak(program=str(tmp_path / "none")).speak(BRIEF)
    assert failed.value.reason == "not-installed"


async def test_what_is_said_is_no_argument_that_others_on_the_machine_can_see(tmp_path: Path):
    program, seen = tmp_path / "espeak-ng", tmp_path / "seen"
    program.write_text(f'#!/bin/sh\necho "$@" > {seen}\ncat >> {seen}.in\n')
    program.chmod(0o755)
    with pytest.raises(CannotSpeak):
        await Espeak(program=str(program)).speak("Ada,\n[[what]] $(now)?")
    assert "Ada" not in seen.read_text()
    assert (tmp_path / "seen.in").read_text() == "Ada, what]] $(now)?\n"
