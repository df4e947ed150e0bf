"""Turns of speech that a node told of and did not live to record."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from adapters import nats_bus
from adapters.nats_bus import OF_VOICES, NatsBus, Told
from adapters.nats_voices import NatsLeases
from adapters.postgres_log import PostgresLog
from domain.commands import ROUTES
from domain.events import Context
from domain.rooms import TurnTaken
from domain.speech import LONGEST, RecordTurn
from infra.finishing import Finishing
from infra.voices import finishing
from realtime.outbox import Outbox
from realtime.perform import Performer
from realtime.signals import Speaking, Spoke, encode
from realtime.unrecorded import Unrecorded
from rooms.voices import calls
from rooms.voices.calls import OfVoices
from rooms.voices.ownership import Times
from tests.log.given import NOON, events
from tests.voice.conftest import now

START = 1_795_000_000_000
ROOM = "lyceum.school.rooms.algebra.voice"
DEAD, ALIVE = "dead0dead0de", "alive0alive0"
LONG = Times(lease=60.0)


def speaking(turn: str, at: int = START, node: str = DEAD, person: str = "ada") -> bytes:
    return encode(Speaking(person, turn, at, node))


def spoke(turn: str, ended: int, at: int = START) -> bytes:
    return encode(Spoke("ada", turn, at, ended))


def folded(*told: tuple[str, bytes, int]) -> Unrecorded:
    turns = Unrecorded()
    for subject, payload, at in told:
        turns.heard(subject, payload, at)
    return turns


def beat(node: str) -> bytes:
    return calls.encode(OfVoices(node))


def lasted(turns: Unrecorded) -> list[tuple[str, int]]:
    return [(each.turn, (each.ended or 0) - each.at) for each in turns.of(DEAD)]


def test_a_turn_ends_when_its_node_was_last_heard_of_whatever_its_clock_says():
    turns = folded((ROOM, speaking("t1", START), 500), (OF_VOICES, beat(DEAD), 3500))
    turns.heard(OF_VOICES, beat(ALIVE), 9000)
    assert turns.quiet(9000 - 5000) == [DEAD]
    assert lasted(turns) == [("t1", 3000)]


def test_a_turn_whose_end_was_told_ended_then():
    turns = folded((ROOM, speaking("t1"), 500), (ROOM, spoke("t1", START + 700), 1800))
    turns.heard(
        ROOM, spoke("t1", START + 9000), 7000
    )  # told again by those who noticed that the node is gone
    assert lasted(turns) == [("t1", 700)]
    assert [each.turn for each in turns.ended()] == ["t1"]


@pytest.mark.parametrize(("ended", "length"), [(START - 5, 1), (START, 1), (START + 2 * LONGEST, LONGEST)])
def test_every_turn_is_one_that_can_be_recorded(ended, length):
    assert lasted(folded((ROOM, speaking("t1"), 500), (ROOM, spoke("t1", ended), 600))) == [("t1", length)]
    assert lasted(folded((ROOM, speaking("t2"), 500))) == [("t2", 1)]


def test_whoever_is_heard_of_and_what_no_node_can_lose_is_left_alone():
    turns = folded((ROOM, speaking("t1", node=ALIVE), 500), (ROOM, speaking("t2", node=""), 600))
    turns.heard(OF_VOICES, beat(ALIVE), 8000)
    assert turns.quiet(8000 - 5000) == []
    assert turns.of("") == []


@pytest.mark.parametrize("payload", [b"", b"{}", b"\xff", b'{"type":"spoke"}', b'{"type":"voice.node"}'])
def test_what_cannot_be_read_is_passed_over(payload):
    turns = folded((ROOM, payload, 1), (OF_VOICES, payload, 2), ("lyceum.else", payload, 3))
    assert turns.quiet(9) == []


@pytest.mark.parametrize(
    ("subject", "mark"),
    [
        (ROOM, Speaking("no id", "t1", START, DEAD)),
        (ROOM, Speaking("ada", "", START, DEAD)),
        (ROOM, Speaking("ada", "t1", -1, DEAD)),
        (ROOM, Speaking("ada", "t1", 2**70, DEAD)),
        ("lyceum.no org.rooms.algebra.voice", Speaking("ada", "t1", START, DEAD)),
        ("lyceum.school.rooms.no room.voice", Speaking("ada", "t1", START, DEAD)),
    ],
)
def test_what_can_be_no_turn_is_passed_over(subject, mark):
    assert folded((subject, encode(mark), 1)).quiet(9) == []


@pytest.fixture
async def bus(nats_url, monkeypatch) -> AsyncIterator[NatsBus]:
    monkeypatch.setattr(nats_bus, "LOOK", 0.05)
    monkeypatch.setattr(nats_bus, "LINGER", 0.2)
    async with NatsBus.opened(nats_url) as bus:
        yield bus


@asynccontextmanager
async def worker(bus: NatsBus, log: PostgresLog) -> AsyncIterator[Finishing]:
    outbox = Outbox(bus)
    at_work = finishing(bus, Performer(log, ROUTES), outbox, now, LONG)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(run()) for run in (outbox.run, at_work.run)]
        yield at_work
        for task in tasks:
            task.cancel()


async def taken(log: PostgresLog, turn: str) -> None:
    async with asyncio.timeout(20):
        async for batch in log.follow():
            if any(isinstance(e.event, TurnTaken) and e.event.turn == turn for e in batch):
                return


async def turns_of(log: PostgresLog) -> list[tuple[str, int]]:
    return [(e.turn, e.ended - e.started) for e in await events(log) if isinstance(e, TurnTaken)]


async def test_what_a_killed_node_told_of_is_recorded_once_by_however_many_and_what_lives_is_left_alone(
    bus, log
):
    await NatsLeases(bus.client, LONG.lease).nodes.put(ALIVE, "here", 0)
    await log_turn(log, "t0", 400)
    for payload in (
        *(speaking("t0"), spoke("t0", START + 400)),  # recorded by the node itself
        *(speaking("t1"), spoke("t1", START + 700)),  # it ended, and was not recorded
        speaking("t2", START + 1000),  # it went on when the node was killed
        speaking("t3", START, ALIVE, "ben"),
    ):
        await bus.publish_voice("school", "algebra", payload)
    async with worker(bus, log), worker(bus, log):
        await taken(log, "t2")
    once = await turns_of(log)
    assert sorted(turn for turn, _ in once) == ["t0", "t1", "t2"]
    assert {turn: length for turn, length in once if turn != "t2"} == {"t0": 400, "t1": 700}

    await bus.publish_voice("school", "algebra", speaking("t4", START + 5000, "gone0gone0go"))
    async with worker(bus, log):  # a worker that begins anew reads all of it again
        await taken(log, "t4")
    assert sorted(turn for turn, _ in await turns_of(log)) == ["t0", "t1", "t2", "t4"]


async def log_turn(log: PostgresLog, turn: str, length: int) -> None:
    command = RecordTurn(room="algebra", person="ada", turn=turn, started=START, ended=START + length)
    context = Context(org="school", actor="voice", role="service", at=NOON)
    await Performer(log, ROUTES).perform(command, context)


async def test_the_end_is_told_on_the_bus_as_well(bus, log):
    told: list[bytes] = []
    ended = asyncio.Event()

    async def heard(_: str, payload: bytes) -> None:
        told.append(payload)
        if b'"spoke"' in payload:
            ended.set()

    await bus.listen(ROOM, heard)
    await bus.publish_voice("school", "algebra", speaking("t1"))
    async with worker(bus, log), asyncio.timeout(20):
        await ended.wait()
    assert told[1:] == [spoke("t1", START + 1)]


async def test_what_ended_and_is_on_record_is_forgotten(bus, log, monkeypatch):
    monkeypatch.setattr("infra.finishing.SWEEP", 0.0)

    seen: list[int] = []
    settled = Unrecorded.settled

    def noted(self: Unrecorded, turns: Sequence) -> None:
        settled(self, turns)
        seen.append(len(self.ended()))

    monkeypatch.setattr(Unrecorded, "settled", noted)

    async def told() -> AsyncIterator[Sequence[Told]]:
        yield [Told(ROOM, speaking("t1", node=ALIVE), 5)]
        yield [Told(ROOM, spoke("t1", START + 400), 6)]
        yield []
        await log_turn(log, "t1", 400)
        yield []

    async def there(_: str) -> bool:
        return True

    await Finishing(told, there, Performer(log, ROUTES), Outbox(bus), now, 0.5).run()
    assert seen == [1, 0]
