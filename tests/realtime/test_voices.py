"""What changes while a voice is about to join reaches it all the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from domain.commands import ROUTES
from domain.errors import LogUnavailable
from domain.events import Context, Event
from domain.floor import FloorModeSet, PersonMuted
from domain.people import ConsentGiven, ConsentWithdrawn, PersonRegistered
from domain.rooms import NotInTheRoom, RoomJoined, RoomLeft, RoomOpened
from realtime.access import Access
from realtime.perform import Performer
from realtime.voices import NoConsent, Voices, sends
from rooms.voice.engine import Joined, May
from rooms.voice.ice_lite import IceLiteEngine
from tests.voice.client import Client, tone
from tests.voice.ears import Ears

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TIA = Context(org="school", actor="tia", role="tutor", at=NOON)
ADA = Access(sub="ada", role="student", exp=2**40, org="school")
BEFORE = (
    RoomOpened(room="algebra", title="Algebra", capacity=8, host="tia"),
    RoomJoined(room="algebra", person="ada"),
    PersonRegistered(person="ada", name="Ada", role="student"),
    ConsentGiven(person="ada", scope="voice"),
)


class Watched(IceLiteEngine):
    """Something happens just before a voice joins; what the voice may do then is to be seen."""

    last: May | None = None
    expelled = 0

    async def join(self, room: str, person: str, sdp: str, *, may: May = May()) -> Joined:  # noqa: B008
        await self.just_before()
        self.last = may
        return await super().join(room, person, sdp, may=may)

    async def just_before(self) -> None:
        """Nothing, unless a test says otherwise."""

    async def permit(self, room: str, person: str, may: May) -> None:
        self.last = may
        await super().permit(room, person, may)

    async def expel(self, room: str, person: str) -> None:
        self.expelled += 1
        await super().expel(room, person)


@asynccontextmanager
async def running() -> AsyncIterator[Watched]:
    engine = Watched("127.0.0.1", 0, ["127.0.0.1"], Ears(), lambda: datetime.now(UTC))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(engine.run())
        await engine.opened()
        yield engine
        task.cancel()


async def offer() -> str:
    client = Client(tone(100))
    try:
        return await client.offer()
    finally:
        await client.close()


@pytest.mark.parametrize(
    "meanwhile",
    [
        FloorModeSet(room="algebra", mode="stage", by="tia"),
        PersonMuted(room="algebra", person="ada", by="tia"),
        ConsentWithdrawn(person="ada", scope="voice"),
    ],
)
async def test_a_right_that_ends_while_a_voice_joins_ends_for_that_voice(log, meanwhile: Event):
    await log.append(BEFORE, TIA)
    async with running() as engine:
        voices = Voices(Performer(log, ROUTES), engine, lambda: NOON)

        async def happens() -> None:
            last = await log.append([meanwhile], TIA)
            async for batch in log.read(after=last - 1):
                for recorded in batch:
                    await voices.saw(recorded)

        engine.just_before = happens
        await voices.join(ADA, "algebra", await offer())
        assert engine.last == May(speak=False)


async def test_whoever_leaves_while_their_voice_joins_has_none(log):
    await log.append(BEFORE, TIA)
    async with running() as engine:
        voices = Voices(Performer(log, ROUTES), engine, lambda: NOON)

        async def leaves() -> None:
            last = await log.append([RoomLeft(room="algebra", person="ada", why="left")], TIA)
            async for batch in log.read(after=last - 1):
                await voices.saw(batch[0])

        engine.just_before = leaves
        with pytest.raises(NotInTheRoom):
            await voices.join(ADA, "algebra", await offer())
        assert engine.expelled == 1
        assert engine.voices == 0


async def test_whoever_joins_while_the_log_goes_away_has_no_voice(log, monkeypatch):
    await log.append(BEFORE, TIA)
    async with running() as engine:
        performer = Performer(log, ROUTES)
        voices = Voices(performer, engine, lambda: NOON)

        async def away(*_: object) -> None:
            raise LogUnavailable

        async def goes() -> None:
            monkeypatch.setattr(performer, "look", away)

        engine.just_before = goes
        with pytest.raises(LogUnavailable):
            await voices.join(ADA, "algebra", await offer())
        assert engine.voices == 0


async def test_whoever_did_not_agree_is_refused_when_they_would_be_heard(log):
    await log.append(BEFORE[:3], TIA)
    async with running() as engine:
        voices = Voices(Performer(log, ROUTES), engine, lambda: NOON)
        with pytest.raises(NoConsent):
            await voices.join(ADA, "algebra", await offer())
        listening = (await offer()).replace("a=sendonly", "a=inactive")
        await voices.join(ADA, "algebra", listening)
        assert engine.last == May(speak=False)


@pytest.mark.parametrize(
    ("directions", "wanted"),
    [
        (["recvonly", "recvonly"], False),
        (["recvonly", "sendonly"], True),
        (["sendrecv"], True),
        ([""], True),
        (["inactive"], False),
        ([], False),
    ],
)
def test_an_offer_sends_where_a_line_does(directions, wanted):
    lines = [f"m=audio 9 X 111\r\na=mid:0\r\n{f'a={way}' if way else 'a=x'}\r\n" for way in directions]
    assert sends("v=0\r\n" + "".join(lines)) is wanted
