"""Turns of speech get into the log once, whatever the log does meanwhile."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from adapters.postgres_log import PostgresLog
from domain.aloud import FACILITATOR
from domain.commands import ROUTES
from domain.deciding import Command
from domain.errors import LogUnavailable
from domain.events import Context
from domain.rooms import TurnTaken
from realtime import speech as speeches
from realtime.outbox import Outbox
from realtime.perform import Performer
from realtime.speech import Speech, place
from rooms.voice.engine import SlotContent
from tests.log.given import NOON, events
from tests.realtime.test_signals import Wire, all_sent

START = 1_795_000_000_000
ROOM = place("school", "algebra")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(speeches, "RETRY", 0.005)
    monkeypatch.setattr(speeches, "LAST", 0.2)


class Fickle:
    """The log of this node as its commands see it: there, away, or about to lose its answers."""

    def __init__(self, log: PostgresLog) -> None:
        self._perform = Performer(log, ROUTES).perform
        self.away = False
        self.answers = True
        self.tried = asyncio.Event()
        self.blocked: asyncio.Event | None = None

    async def perform(self, command: Command, context: Context) -> None:
        self.tried.set()
        if self.blocked is not None:
            await self.blocked.wait()
        if self.away:
            raise LogUnavailable
        await self._perform(command, context)
        if not self.answers:
            self.answers = True
            raise LogUnavailable


@pytest.fixture
def fickle(log: PostgresLog) -> Fickle:
    return Fickle(log)


@pytest.fixture
def speech(fickle: Fickle) -> Speech:
    return Speech(Outbox(Wire()), fickle.perform, lambda: NOON)


@asynccontextmanager
async def working(run: Callable[[], Awaitable[None]]):
    async with asyncio.TaskGroup() as group:
        task = group.create_task(run())
        yield
        task.cancel()


def speak(speech: Speech, *turns: str) -> None:
    """A second each, one after the other."""
    for turn in turns:
        speech.spoke(ROOM, "ada", turn, START + 1000 * int(turn), START + 1000 * int(turn) + 900)


async def recorded(log: PostgresLog, *expected: str) -> None:
    """These turns, in this order, and no other, as soon as the last one is there."""
    async with asyncio.timeout(5):
        async for batch in log.follow():
            if any(isinstance(e.event, TurnTaken) and e.event.turn == expected[-1] for e in batch):
                break
    assert [event.turn for event in await events(log) if isinstance(event, TurnTaken)] == list(expected)


async def test_a_turn_is_recorded_with_its_instants(speech, log):
    async with working(speech.run):
        speak(speech, "1")
        await recorded(log, "1")
    assert await events(log) == [
        TurnTaken(room="algebra", person="ada", turn="1", started=START + 1000, ended=START + 1900)
    ]


async def test_turns_wait_while_the_log_is_away_and_are_recorded_once_in_order(speech, fickle, log):
    fickle.away = True
    async with working(speech.run):
        speak(speech, "1", "2")
        await fickle.tried.wait()
        speak(speech, "3")
        assert await log.head() == 0
        fickle.away = False
        await recorded(log, "1", "2", "3")


async def test_a_turn_whose_answer_was_lost_is_recorded_once(speech, fickle, log):
    fickle.answers = False
    async with working(speech.run):
        speak(speech, "1", "2")
        await recorded(log, "1", "2")


async def test_what_waits_when_the_node_stops_is_recorded_before_it_does(speech, log):
    async with working(speech.run):
        await asyncio.sleep(0)
        speak(speech, "1", "2", "3")
    await recorded(log, "1", "2", "3")


async def test_the_turn_that_is_just_being_recorded_when_the_node_stops_is_not_lost(speech, fickle, log):
    fickle.blocked = asyncio.Event()
    async with working(speech.run):
        speak(speech, "1", "2")
        await fickle.tried.wait()
        fickle.blocked = None
    await recorded(log, "1", "2")


async def test_a_node_that_stops_while_the_log_is_away_says_how_many_turns_are_lost(
    speech, fickle, log, caplog
):
    fickle.away = True
    async with asyncio.timeout(3), working(speech.run):
        speak(speech, "1", "2")
        await fickle.tried.wait()
    assert "2 turns of speech could not be recorded" in caplog.text
    assert "ada" not in caplog.text


async def test_a_turn_that_is_none_is_refused_and_the_next_one_is_recorded(speech, log, caplog):
    caplog.set_level(logging.WARNING)
    async with working(speech.run):
        speech.spoke(ROOM, "ada", "backwards", START, START - 1)
        speak(speech, "2")
        await recorded(log, "2")
    assert "no-such-turn" in caplog.text
    assert "ada" not in caplog.text


async def test_nodes_are_told_of_turns_at_once_whatever_the_log_does(fickle):
    fickle.away = True
    wire = Wire()
    outbox = Outbox(wire)
    speech = Speech(outbox, fickle.perform, lambda: NOON)
    async with working(outbox.run):
        speech.speaking(ROOM, "ada", "1", START)
        speak(speech, "0")
        speech.slots(ROOM, "ben", [SlotContent("1", "ada")])
        assert await all_sent(outbox, wire) == [
            (
                "lyceum.school.rooms.algebra.voice",
                b'{"type":"speaking","person":"ada","turn":"1","at":%d}' % START,
            ),
            (
                "lyceum.school.rooms.algebra.voice",
                b'{"type":"spoke","person":"ada","turn":"0","started":%d,"ended":%d}' % (START, START + 900),
            ),
            (
                "lyceum.school.rooms.algebra.presence",
                b'{"type":"slots","person":"ben","slots":[["1","ada","voice"]]}',
            ),
        ]


async def test_what_the_facilitator_says_is_nobodys_turn(fickle, log):
    wire = Wire()
    outbox = Outbox(wire)
    speech = Speech(outbox, fickle.perform, lambda: NOON)
    async with working(speech.run), working(outbox.run):
        speech.speaking(ROOM, FACILITATOR, "1", START)
        speech.spoke(ROOM, FACILITATOR, "1", START, START + 900)
        speak(speech, "2")
        await recorded(log, "2")
        assert [subject for subject, _ in await all_sent(outbox, wire)] == [
            "lyceum.school.rooms.algebra.voice"
        ]
