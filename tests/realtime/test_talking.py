"""What follows from turns goes to the bus, in order, and a room that all have left is forgotten."""

from datetime import UTC, datetime

import pytest

from realtime.outbox import Outbox
from realtime.signals import Signal, decode
from realtime.talking import Talking
from rooms.voice.talk import Overlapped, Overlapping, Silence, Silent


class Bus:
    def __init__(self) -> None:
        self.told: list[tuple[str, str, Signal]] = []

    async def signal(self, subject: str, payload: bytes) -> None:
        raise AssertionError("what follows from turns is kept by the bus")

    async def publish_voice(self, org: str, room: str, payload: bytes) -> None:
        self.told.append((org, room, decode(payload)))

    async def listen(self, subject: str, heard: object) -> None:
        raise AssertionError("nobody listens here")


class Clock:
    def __init__(self) -> None:
        self.ms = 1_000_000

    def __call__(self) -> datetime:
        return datetime.fromtimestamp(self.ms / 1000, UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def sent(outbox: Outbox) -> None:
    while not outbox._waiting.empty():
        await outbox._waiting.get_nowait()()


async def test_an_overlap_is_told_when_it_begins_and_when_it_ends(clock):
    bus = Bus()
    outbox = Outbox(bus)
    talking = Talking(outbox, clock)
    talking.speaking("school/algebra", "ada", "a1", 1_000_000)
    talking.speaking("school/algebra", "ben", "b1", 1_002_000)
    clock.ms = 1_003_000
    talking.tick()
    await sent(outbox)
    assert bus.told == [("school", "algebra", Overlapping(("ada", "ben"), 1_002_000))]
    talking.spoke("school/algebra", "ada", "a1", 1_000_000, 1_004_000)
    clock.ms = 1_006_000
    talking.tick()
    await sent(outbox)
    assert ("school", "algebra", Overlapped(("ada", "ben"), 1_002_000, 1_004_000)) in bus.told


async def test_when_all_who_spoke_have_left_the_silence_is_over_and_nothing_is_kept(clock):
    bus = Bus()
    outbox = Outbox(bus)
    talking = Talking(outbox, clock)
    talking.spoke("school/algebra", "ada", "a1", 1_000_000, 1_001_000)
    clock.ms = 1_009_000
    talking.tick()
    talking.left("school/algebra", "eve", "v2", "left")
    talking.left("school/algebra", "ada", "v1", "left")
    talking.left("school/algebra", "ada", "v1", "left")
    talking.tick()
    await sent(outbox)
    assert [signal for _, _, signal in bus.told] == [Silent(1_001_000), Silence(1_001_000, 1_009_000)]
    assert not talking._rooms
