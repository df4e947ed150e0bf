"""From the packets of a real peer to the log: a turn with its lead, of who agreed, and of nobody else."""

import array
import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import chain

import pytest

from domain.people import ConsentGiven, ConsentWithdrawn, PersonErased
from domain.transcripts import TranscriptsSet, TurnTranscribed
from realtime.transcripts import TranscriptsOfRooms
from rooms.aloud.frames import frames_of
from rooms.aloud.synthesiser import Sound
from rooms.transcripts.decoding import samples_of
from rooms.transcripts.gathering import CUT, KEPT, LEAD, LONGEST, TAIL, Gathering, Utterance
from rooms.transcripts.recogniser import RATE, Heard, RecogniserFailed
from rooms.transcripts.transcriber import WAITING, Transcriber
from rooms.voice.rtp import Packet
from tests.log.given import events
from tests.voice.client import Client, Samples, close_all, hush, script, tone
from tests.voice.conftest import now
from tests.voice.spoken import ROOM, VoiceNode, until

START = 1_795_000_000_000


class Listening:
    """A recogniser of the test: remembers what it is given, and answers when it may."""

    name = "listening"
    at_once = 1

    def __init__(self) -> None:
        self.given: list[bytes] = []
        self.asked = asyncio.Event()
        self.may = asyncio.Event()
        self.answers = [Heard("What was said.", "en")]

    async def recognise(self, samples: bytes) -> Heard:
        self.given.append(samples)
        self.asked.set()
        await self.may.wait()
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Scene:
    def __init__(self, log) -> None:
        self.node = VoiceNode(log)
        self.recogniser = Listening()
        self.transcripts = TranscriptsOfRooms(self.node.engine, self.node.performer, self.recogniser, now)
        self.node.attach(self.transcripts)
        self.counts = self.transcripts.transcriber.counts

    async def agreed(self, person: str = "ada") -> None:
        await self.node.record(
            TranscriptsSet(room="algebra", on=True, by="tia"),
            *(ConsentGiven(person=person, scope=scope) for scope in ("voice", "transcript")),
        )

    async def written(self) -> list[TurnTranscribed]:
        return [e for e in await events(self.node.log) if isinstance(e, TurnTranscribed)]


@pytest.fixture
async def scene(log) -> AsyncIterator[Scene]:
    scene = Scene(log)
    async with scene.node.running():
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


def loud(samples: bytes) -> tuple[float, float]:
    """From when to when it is loud, in seconds."""
    heard = [n for n, sample in enumerate(array.array("h", samples)) if abs(sample) > 1000]
    return heard[0] / RATE, heard[-1] / RATE


async def test_a_turn_reaches_the_recogniser_with_its_lead_and_becomes_an_event(scene: Scene, peer):
    await scene.agreed()
    scene.recogniser.may.set()
    await peer(script((800, 1000), (2000, 0))).join(scene.node.engine, ROOM, "ada")
    await until(lambda: scene.counts["written"] == 1)
    (said,) = await scene.written()
    (turn,) = scene.node.ears.turns
    assert (said.turn, said.piece, said.started, said.ended) == (turn.turn, 0, turn.started, turn.ended)
    assert (said.text, said.language, said.recogniser) == ("What was said.", "en", "listening")
    begins, ends = loud(scene.recogniser.given[0])
    assert begins == pytest.approx(LEAD / 1000, abs=0.15)
    assert ends - begins == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize(
    "event",
    [
        ConsentWithdrawn(person="ada", scope="transcript"),
        ConsentWithdrawn(person="ada", scope="voice"),
        PersonErased(person="ada", rooms=()),
        TranscriptsSet(room="algebra", on=False, by="tia"),
    ],
)
async def test_what_is_being_written_down_when_it_is_withdrawn_is_dropped(scene: Scene, peer, event):
    await scene.agreed()
    await peer(script((300, 500), (700, 500), (20_000, 0))).join(scene.node.engine, ROOM, "ada")
    await scene.recogniser.asked.wait()
    await scene.node.record(event)
    await until(lambda: scene.counts["withdrawn"] == 1)
    scene.recogniser.may.set()
    await scene.node.ears.until(lambda: len(scene.node.ears.turns) == 2)
    assert not scene.transcripts.waiting()
    assert len(scene.recogniser.given) == 1
    assert await scene.written() == []


async def test_who_agrees_while_in_voice_is_written_down_from_their_next_turn_on(scene: Scene, peer):
    scene.recogniser.may.set()
    await peer(script((300, 500), (1500, 600), (20_000, 0))).join(scene.node.engine, ROOM, "ada")
    await scene.node.ears.until(lambda: len(scene.node.ears.turns) == 1)
    await scene.agreed()
    await until(lambda: scene.counts["written"] == 1)
    (said,) = await scene.written()
    assert said.turn == scene.node.ears.turns[1].turn


async def test_no_text_or_a_failing_recogniser_is_counted_and_says_nothing_of_anybody(scene: Scene, caplog):
    async def fails(samples: bytes) -> Heard:
        raise RecogniserFailed("late")

    transcriber = scene.transcripts.transcriber
    scene.recogniser.answers = [Heard("  ", "en"), Heard("x" * 3000, "Klingon"), Heard("No.", "en")]
    scene.recogniser.may.set()
    await scene.agreed()
    for turn in ("1", "2"):
        transcriber.put(utterance(turn))
    await until(lambda: scene.counts["empty"] == scene.counts["written"] == 1)
    (said,) = await scene.written()
    assert (len(said.text), said.language) == (2000, "und")
    scene.recogniser.recognise = fails
    transcriber.put(utterance("3"))
    await until(lambda: scene.counts["failed"] == 1)
    assert "late" in caplog.text
    assert "ada" not in caplog.text


def utterance(turn: str) -> Utterance:
    return Utterance(ROOM, "ada", turn, 0, START, START + 900, ((START, packet(0)),))


def packet(n: int, level: int = 20, payload: bytes = b"\xf8\xff\xfe", ssrc: int = 7) -> Packet:
    return Packet(111, 0, n & 0xFFFF, (960 * n) & 0xFFFFFFFF, ssrc, level, payload)


async def test_a_recogniser_that_does_not_keep_up_loses_the_oldest_and_holds_up_nobody():
    recorded: list[str] = []

    async def record(one: Utterance, heard: Heard) -> bool:
        recorded.append(one.turn)
        return True

    recogniser = Listening()
    transcriber = Transcriber(recogniser, record)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(transcriber.run())
        transcriber.put(utterance("first"))
        await recogniser.asked.wait()
        for n in range(WAITING + 3):
            transcriber.put(utterance(str(n)))
        assert transcriber.waiting == WAITING
        assert transcriber.counts["dropped"] == 3
        recogniser.may.set()
        await until(lambda: transcriber.counts["written"] == WAITING + 1)
        running.cancel()
    assert recorded == ["first", *map(str, range(3, WAITING + 3))]


def heard(gathering: Gathering, start: int, ms: int, level: int = 20) -> list[Utterance]:
    times = range(start, start + ms, 20)
    found = [gathering.heard(packet((at - START) // 20, level), at) for at in times]
    return [one for one in found if one is not None]


def test_outside_of_turns_no_more_is_kept_than_may_become_a_lead():
    gathering = Gathering(ROOM, "ada")
    heard(gathering, START, 60_000)
    gathering.began("t", START + 60_000)
    said = gathering.ended("t", START + 60_100)
    assert said is not None
    assert said.packets[0][0] >= START + 60_000 - LEAD
    assert KEPT >= LEAD


def test_an_utterance_is_the_turn_with_a_lead_and_a_tail_and_what_follows_may_be_the_next_lead():
    gathering = Gathering(ROOM, "ada")
    heard(gathering, START, 2000)
    gathering.began("t1", START + 1800)
    heard(gathering, START + 2000, 2000)
    first = gathering.ended("t1", START + 3000)
    assert first is not None
    assert [first.packets[0][0], first.packets[-1][0]] == [START + 1800 - LEAD, START + 3000 + TAIL]
    gathering.began("t2", START + 3800)
    second = gathering.ended("t2", START + 3900)
    assert second is not None
    assert [second.packets[0][0], second.packets[-1][0]] == [START + 3300, START + 3980]


@pytest.mark.parametrize(("level", "cut"), [(20, LONGEST), (60, CUT)])
def test_a_long_turn_is_cut_where_it_is_quiet_or_at_last_anywhere_and_nothing_is_lost(level, cut):
    gathering = Gathering(ROOM, "ada")
    gathering.began("t", START)
    (first,) = heard(gathering, START, cut + 20, level)
    heard(gathering, START + cut + 20, 1000)
    second = gathering.ended("t", START + cut + 1000)
    assert second is not None
    assert (first.piece, first.started, first.ended) == (0, START, START + cut)
    assert (second.piece, second.started, second.ended) == (1, START + cut, START + cut + 1000)
    assert len(first.packets) + len(second.packets) == (cut + 1020) // 20


def test_a_turn_whose_beginning_was_before_the_consent_is_no_utterance():
    gathering = Gathering(ROOM, "ada")
    heard(gathering, START, 1000)
    assert gathering.ended("t", START + 900) is None


def encoded(samples: Samples) -> list[Packet]:
    return [packet(n, f.level, f.opus) for n, f in enumerate(frames_of(Sound(48_000, samples.tobytes())))]


def test_where_packets_are_missing_there_is_silence_and_what_follows_keeps_its_place():
    sound = array.array("h", chain(tone(500), hush(1000), tone(500), hush(200)))
    packets = encoded(sound)
    kept = [(START + 20 * n, one) for n, one in enumerate(packets) if not 30 <= n < 70]
    samples = samples_of(kept)
    assert len(samples) / 2 / RATE == pytest.approx(len(packets) * 0.02, abs=0.03)
    begins, ends = loud(samples)
    assert begins == pytest.approx(0, abs=0.05)
    assert ends == pytest.approx(2.0, abs=0.05)
    quiet = array.array("h", samples)[int(0.6 * RATE) : int(1.4 * RATE)]
    assert max(map(abs, quiet)) < 300


def test_what_comes_twice_late_or_damaged_and_another_clock_do_no_harm():
    packets = encoded(tone(400))
    twice = [(START + 20 * n, one) for n, one in enumerate(packets[:20]) for _ in range(2)]
    late = [(START + 400, packets[3])]
    damaged = [(START + 420, packet(21, payload=b"\xff" * 5))]
    other = [(START + 440 + 20 * n, one._replace(ssrc=9)) for n, one in enumerate(packets[:10])]
    length = len(samples_of([*twice, *late, *damaged, *other])) / 2 / RATE
    assert length == pytest.approx(0.64, abs=0.08)
