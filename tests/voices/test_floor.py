"""What is decided about the floor reaches a voice on whichever node it is carried."""

from datetime import UTC, datetime

from domain.commands import ROUTES
from domain.events import Context, Event
from domain.floor import FloorGiven, FloorModeSet, FloorTaken
from domain.people import ConsentGiven, PersonRegistered
from domain.rooms import RoomJoined, RoomOpened
from realtime.access import Access
from realtime.perform import Performer
from realtime.voices import Voices
from tests.voice.client import hush, script

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TIA = Context(org="school", actor="tia", role="tutor", at=NOON)
BEN = Access(sub="ben", role="student", exp=2**40, org="school")
BEFORE = (
    RoomOpened(room="algebra", title="Algebra", capacity=8, host="tia"),
    RoomJoined(room="algebra", person="ben"),
    PersonRegistered(person="ben", name="Ben", role="student"),
    ConsentGiven(person="ben", scope="voice"),
)


async def test_the_floor_is_held_by_the_node_that_carries_whoever_joined_by_another(node, client, log):
    here, there = await node(), await node()
    await log.append(BEFORE, TIA)
    voices = Voices(Performer(log, ROUTES), there.engine, lambda: NOON)

    async def happens(event: Event) -> None:
        last = await log.append([event], TIA)
        async for batch in log.read(after=last - 1):
            for recorded in batch:
                await voices.saw(recorded)

    await here.join(client(hush(20)), "tia")
    speaking = client(script((200, 20_000)))
    await speaking.take((await voices.join(BEN, "algebra", await speaking.offer())).sdp)
    await here.ears.until(lambda: here.ears.hears("tia") == {"ben"})
    await happens(FloorModeSet(room="algebra", mode="stage", by="tia"))
    assert here.ears.hears("tia") == set()
    await happens(FloorGiven(room="algebra", person="ben", by="tia"))
    await here.ears.until(lambda: here.ears.hears("tia") == {"ben"})
    await happens(FloorTaken(room="algebra", person="ben", by="tia"))
    assert here.ears.hears("tia") == set()
