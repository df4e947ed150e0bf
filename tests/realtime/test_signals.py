"""Signals between the nodes: sent in order and without waiting, heard by whom they concern."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from infra.marks import Marks
from projections.store import Key
from realtime import outbox as outboxes
from realtime.announcing import Announcer
from realtime.hub import Hub
from realtime.metrics import Metrics
from realtime.outbox import Outbox
from realtime.progress import Progress
from realtime.signals import Moved, Signal, Slots, Speaking, Spoke, Switchboard, encode
from realtime.streams import Frame
from rooms.facilitator.ports import Mark
from rooms.voice.engine import SlotContent

SOON = 5.0


class Wire:
    """A bus that says what goes over it, and fails when told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.away = False
        self.quiet = asyncio.Event()
        self.failed = asyncio.Event()

    async def signal(self, subject: str, payload: bytes = b"") -> None:
        if self.away:
            self.failed.set()
            raise ConnectionError("away")
        self.sent.append((subject, payload))
        if subject == "end":
            self.quiet.set()

    async def publish_voice(self, org: str, room: str, payload: bytes) -> None:
        await self.signal(f"lyceum.{org}.rooms.{room}.voice", payload)

    async def listen(self, subject: str, heard: Callable[[str, bytes], Awaitable[None]]) -> None:
        raise AssertionError("nobody listens here")


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def outbox(wire: Wire) -> AsyncIterator[Outbox]:
    """At work."""
    outbox = Outbox(wire)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(outbox.run())
        yield outbox
        task.cancel()


async def all_sent(outbox: Outbox, wire: Wire) -> list[tuple[str, bytes]]:
    outbox.signal("end", Moved("end", 0))
    async with asyncio.timeout(SOON):
        await wire.quiet.wait()
    return wire.sent[:-1]


async def test_signals_and_turns_of_speech_go_out_in_the_order_in_which_they_were_handed_over(outbox, wire):
    outbox.signal("lyceum.views.head", Moved("views", 7))
    outbox.voice("school", "algebra", Speaking("ada", "t1", 1000))
    outbox.signal("lyceum.views.head", Moved("views", 8))
    assert await all_sent(outbox, wire) == [
        ("lyceum.views.head", b'{"type":"moved","name":"views","position":7}'),
        (
            "lyceum.school.rooms.algebra.voice",
            b'{"type":"speaking","person":"ada","turn":"t1","at":1000}',
        ),
        ("lyceum.views.head", b'{"type":"moved","name":"views","position":8}'),
    ]


async def test_a_bus_that_is_away_loses_signals_and_nothing_else(outbox, wire, caplog):
    wire.away = True
    outbox.voice("school", "algebra", Speaking("ada", "t1", 1000))
    await wire.failed.wait()
    wire.away = False
    outbox.signal("lyceum.views.head", Moved("views", 8))
    assert [subject for subject, _ in await all_sent(outbox, wire)] == ["lyceum.views.head"]
    assert outbox.dropped == 1
    assert "ada" not in caplog.text


async def test_when_too_much_waits_the_oldest_signals_are_dropped(wire, monkeypatch):
    monkeypatch.setattr(outboxes, "WAITING", 3)
    outbox = Outbox(wire)
    for position in range(5):
        outbox.signal(f"s{position}", Moved("views", position))
    assert outbox.dropped == 2
    async with asyncio.TaskGroup() as group:
        task = group.create_task(outbox.run())
        sent = await all_sent(outbox, wire)
        task.cancel()
    assert [subject for subject, _ in sent] == ["s3", "s4"]


async def test_changed_keys_are_told_to_those_who_watch_and_positions_to_everybody(outbox, wire):
    announcer = Announcer(outbox)
    announcer.views([Key("mastery", "school", "ada"), Key("timeline", "school", "algebra")], 7)
    announcer.boards({("school", "xp")}, 8)
    announcer.boards({("school", "*")}, 9)
    assert [subject for subject, _ in await all_sent(outbox, wire)] == [
        "lyceum.school.views.mastery.ada",
        "lyceum.views.head",
        "lyceum.school.views.leaderboards.xp",
        "lyceum.views.head",
        "lyceum.school.views.leaderboards.all-boards",
        "lyceum.views.head",
    ]


class House:
    """What a switchboard serves."""

    def __init__(self) -> None:
        self.hub, self.progress, self.metrics = Hub(), Progress(), Metrics()
        self.switchboard = Switchboard(self.hub, self.progress, self.metrics)

    async def hears(self, subject: str, signal: Signal | bytes) -> None:
        await self.switchboard.heard(subject, signal if isinstance(signal, bytes) else encode(signal))


def data(frames: list[Frame]) -> list[bytes]:
    return [frame.data for frame in frames]


async def test_a_room_hears_who_speaks():
    house = House()
    with (
        house.hub.listening(("room", "school", "algebra")) as here,
        house.hub.listening(("room", "other", "algebra"), ("room", "school", "biology")) as elsewhere,
    ):
        await house.hears("lyceum.school.rooms.algebra.voice", Speaking("ada", "t1", 1000))
        await house.hears("lyceum.school.rooms.algebra.voice", Spoke("ada", "t1", 1000, 1500))
        assert data(here.drain()) == [
            b'event: speaking\ndata: {"person":"ada","speaking":true,"at":1000}\n\n',
            b'event: speaking\ndata: {"person":"ada","speaking":false,"at":1500}\n\n',
        ]
        assert elsewhere.drain() == []


async def test_who_spoke_at_a_node_that_is_gone_has_ended_and_nobody_else():
    house = House()
    algebra, biology = "lyceum.school.rooms.algebra.voice", "lyceum.school.rooms.biology.voice"
    await house.hears(algebra, Speaking("ada", "t1", 1000, "one"))
    await house.hears(biology, Speaking("ben", "t2", 1000, "two"))
    with house.hub.listening(("room", "school", "algebra"), ("room", "school", "biology")) as here:
        assert house.switchboard.voices_gone("one", 1800) == [
            ("school", "algebra", Spoke("ada", "t1", 1000, 1800))
        ]
        assert data(here.drain()) == [
            b'event: speaking\ndata: {"person":"ada","speaking":false,"at":1800}\n\n',
        ]
    assert house.switchboard.speaking("school", "algebra") == []
    assert len(house.switchboard.speaking("school", "biology")) == 1


async def test_whoever_speaks_anew_is_not_ended_by_the_late_end_of_an_earlier_turn():
    house = House()
    subject = "lyceum.school.rooms.algebra.voice"
    await house.hears(subject, Speaking("ada", "t2", 3000, "two"))
    with house.hub.listening(("room", "school", "algebra")) as here:
        await house.hears(subject, Spoke("ada", "t1", 1000, 1800))
        assert here.drain() == []
    assert len(house.switchboard.speaking("school", "algebra")) == 1


async def test_slots_are_for_their_listener_only():
    house = House()
    with (
        house.hub.listening(("slots", "school", "algebra", "ada")) as ada,
        house.hub.listening(("slots", "school", "algebra", "ben")) as ben,
    ):
        await house.hears(
            "lyceum.school.rooms.algebra.presence",
            Slots("ada", (SlotContent("1", "ben"), SlotContent("2", None))),
        )
        assert data(ada.drain()) == [
            b'event: slots\ndata: {"slots":[{"mid":"1","person":"ben","what":"voice"},'
            b'{"mid":"2","person":null,"what":"voice"}]}\n\n'
        ]
        assert ben.drain() == []


async def test_a_view_that_moved_is_told_to_those_who_watch_this_key():
    house = House()
    with house.hub.listening(("view", "school", "mastery", "ada")) as watching:
        await house.hears("lyceum.school.views.mastery.ada", Moved("mastery", 7))
        await house.hears("lyceum.school.views.mastery.ben", Moved("mastery", 8))
        await house.hears("lyceum.other.views.mastery.ada", Moved("mastery", 9))
        assert watching.drain() == [Moved("mastery", 7)]


async def test_positions_of_the_views_and_the_boards_are_known_from_their_signals():
    house = House()
    await house.hears("lyceum.views.head", Moved("views", 7))
    await house.hears("lyceum.views.head", Moved("boards", 5))
    assert (house.progress.reached("views"), house.progress.reached("boards")) == (7, 5)


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"garbage",
        b"\xff",
        b'{"type":"moved","name":"\xff","position":1}',
        b'{"type":"moved"}',
        b"[" * 9000,
    ],
    ids=repr,
)
async def test_what_is_no_signal_is_counted_and_dropped(garbage: bytes):
    house, marks = House(), Marks()
    with house.hub.listening(("room", "school", "algebra")) as here:
        await house.hears("lyceum.school.rooms.algebra.voice", garbage)
        await marks.heard("lyceum.school.rooms.algebra.voice", garbage)
        assert here.drain() == []
    assert b'lyceum_refused_total{boundary="bus",reason="undecodable-signal"} 1.0' in house.metrics.text()


async def test_the_facilitator_is_given_marks_of_turns_and_nothing_else():
    marks = Marks()
    await marks.heard("lyceum.school.rooms.algebra.voice", encode(Speaking("ada", "t1", 1000)))
    await marks.heard("lyceum.school.rooms.algebra.voice", encode(Moved("views", 7)))
    await marks.heard("lyceum.school.rooms.algebra.voice", encode(Spoke("ada", "t1", 1000, 1500)))
    stream = marks.stream()
    assert [await anext(stream), await anext(stream)] == [
        Mark(org="school", room="algebra", person="ada", speaking=True, at=1000),
        Mark(org="school", room="algebra", person="ada", speaking=False, at=1500),
    ]
    await stream.aclose()
