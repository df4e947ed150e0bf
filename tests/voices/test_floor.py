"""What ends a right reaches a voice on whichever node it is carried, and though a node lags behind."""

from datetime import UTC, datetime

import pytest

from domain.commands import ROUTES
from domain.events import Context, Event
from domain.floor import FloorGiven, FloorModeSet, FloorTaken
from domain.people import ConsentGiven, ConsentWithdrawn, PersonRegistered
from domain.rooms import NotInTheRoom, RoomJoined, RoomLeft, RoomOpened
from realtime.access import Access
from realtime.perform import Performer
from realtime.voices import Voices
from tests.voice.client import hush, script, tone

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


async def happening(log, node, other, event: Event, monkeypatch) -> None:
    """It happens while a voice that joins by `node` is on its way to the `other`, which knows it first."""
    join = node.engine.join

    async def joined(*args, **options):
        await log.append([event], TIA)
        await other.media.silence("school/", "ben")
        await other.media.expel("school/algebra", "ben")
        return await join(*args, **options)

    monkeypatch.setattr(node.engine, "join", joined)


async def test_a_consent_that_ends_while_a_join_is_routed_has_ended_though_the_feed_there_lags(
    node, client, log, monkeypatch
):
    here, there = await node(), await node()
    await log.append(BEFORE, TIA)
    await here.join(client(tone(20_000)), "tia")
    await happening(log, there, here, ConsentWithdrawn(person="ben", scope="voice"), monkeypatch)
    speaking = client(script((200, 20_000)))
    joined = await Voices(Performer(log, ROUTES), there.engine, lambda: NOON).join(
        BEN, "algebra", await speaking.offer()
    )
    await speaking.take(joined.sdp)
    await here.ears.until(lambda: here.ears.hears("ben") == {"tia"})
    await speaking.hears(next(mid for mid, person in here.ears.bound["ben"].items() if person == "tia"))
    assert here.ears.hears("tia") == set()


async def test_whoever_leaves_while_their_join_is_routed_has_no_voice_though_the_feed_there_lags(
    node, client, log, monkeypatch
):
    here, there = await node(), await node()
    await log.append(BEFORE, TIA)
    await here.join(client(hush(20)), "tia")
    await happening(log, there, here, RoomLeft(room="algebra", person="ben", why="left"), monkeypatch)
    voices = Voices(Performer(log, ROUTES), there.engine, lambda: NOON)
    with pytest.raises(NotInTheRoom):
        await voices.join(BEN, "algebra", await client(hush(20)).offer())
    assert here.media.voices == 1
