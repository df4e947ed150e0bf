"""From the end of a turn of speech to what the facilitator decides and says; real sound over WebRTC."""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from unittest.mock import patch

from benchmarks.measuring.clients import Arrived, Watch, ask, watching
from benchmarks.report import Row, spread
from domain.catalogue import from_json
from domain.events import Recorded, type_of
from domain.interventions import InterventionDecided, InterventionDelivered
from domain.rooms import TurnTaken
from rooms.facilitator.delivery import ACTOR
from rooms.facilitator.policy import Policy
from tests.house import RunningHouse
from tests.voice.client import Client, hush, tone

DELIVERED = type_of(InterventionDelivered)
SOUND, PAUSE = 900, 1600
"""Milliseconds that each speaker speaks, and is silent then; again and again."""
WINDOW = 600_000
POLICY = Policy(
    name="every-turn",
    long=WINDOW,
    short=WINDOW,
    held=WINDOW,
    step=WINDOW,
    warm_up=1,
    least_talk=1,
    least_messages=10**6,
    least_edits=10**6,
    group_cooldown=1500,
    person_cooldown=1500,
    hourly=60,
    gap=0,
    hold_out=0.0,
    off=("silence", "overlap", "consensus", "stuck", "reasons", "alone", "drift"),
)
"""Every recorded turn gives reason to invite whoever says nothing, and nothing else does.

Its step is so long that the facilitator never looks by itself: what is decided, is decided because a turn
was recorded, so that the time in between is the time that it takes.
"""


@dataclass(frozen=True)
class Answered:
    """A turn of speech that the facilitator answered; all in milliseconds since the epoch."""

    over: float
    decided: float
    shown: float


async def prepare(house: RunningHouse, quick: bool) -> None:
    """Rooms with a speaker and somebody silent in them; a facilitator that starts now knows them at once."""
    async with house.client("root", "admin") as admin:
        for room, speaker, silent in _rooms(quick):
            await ask(admin, "POST", "/rooms", {"room": room, "title": "A conversation"})
            for person in (speaker, silent):
                await ask(admin, "POST", "/people", {"person": person, "name": person.title()})
                async with house.client(person) as client:
                    await ask(client, "PUT", "/people/me/consents/voice")
                    await ask(client, "POST", f"/rooms/{room}/join")


async def speech(house: RunningHouse, quick: bool) -> list[Row]:
    """In each room one speaks again and again; `house` has the rooms of `prepare`, and runs with `POLICY`."""
    turns = 4 if quick else 40
    rooms = _rooms(quick)
    late: list[float] = []
    answered: list[Answered] = []
    async with _conversations(house, rooms, turns) as conversations:
        for room, (speaker, feed) in conversations.items():
            ended = await feed.first(turns, _is_silence, within=turns * (SOUND + PAUSE) / 1000 + 30)
            late += _late(speaker, ended)
            answered += _answered(await _recorded(house, room), feed)
    return [
        *spread("sound ends → turn over (incl. the 500 ms pause that ends it)", late),
        *spread(
            f"turn over → the facilitator's decision ({len(rooms) * turns} turns)",
            [a.decided - a.over for a in answered],
            None,
            150,
        ),
        *spread(
            "decision → its words on a member's feed (template)",
            [a.shown - a.decided for a in answered],
            None,
            100,
        ),
        *spread("turn over → words on a member's feed", [a.shown - a.over for a in answered]),
    ]


def _late(speaker: Client, ended: Sequence[Arrived]) -> list[float]:
    """Milliseconds from the last sound of each turn to when the feed said that the turn is over."""
    if speaker.playing is None or speaker.playing.zero is None:
        raise RuntimeError("a speaker has not been heard")
    zero = speaker.playing.zero
    return [1000 * arrived.wall - zero - number * (SOUND + PAUSE) for number, arrived in enumerate(ended, 1)]


def _answered(events: Sequence[Recorded], feed: Watch) -> list[Answered]:
    """Turns, and the decision that had seen just that turn as the last thing in the room."""
    turns = {r.position: r for r in events if isinstance(r.event, TurnTaken)}
    positions = [r.position for r in events if r.actor != ACTOR]
    shown = {
        arrived.data["event"]["intervention"]: 1000 * arrived.wall
        for arrived in feed.arrived
        if arrived.event == DELIVERED
    }
    return [
        Answered(_ms(turns[last]), _ms(r), shown[r.event.intervention])
        for r in events
        if isinstance(r.event, InterventionDecided)
        and (last := positions[bisect_right(positions, r.event.seen) - 1]) in turns
    ]


def _ms(recorded: Recorded) -> float:
    return 1000 * recorded.at.timestamp()


def _is_silence(arrived: Arrived) -> bool:
    return arrived.event == "speaking" and not arrived.data["speaking"]


async def _recorded(house: RunningHouse, room: str) -> list[Recorded]:
    """What the log has of a room, once the facilitator has had time to answer the last turn."""
    await asyncio.sleep(0.5)
    async with house.client("uma", "auditor") as auditor:
        response = await auditor.get("/audit/events", params={"tag": f"room:{room}", "limit": 100_000})
    return [from_json(line) for line in response.raise_for_status().content.splitlines()]


@asynccontextmanager
async def _conversations(
    house: RunningHouse, rooms: Sequence[tuple[str, str, str]], turns: int
) -> AsyncGenerator[dict[str, tuple[Client, Watch]], None]:
    """For each room its speaker, who begin at different moments, and the feed of whoever is silent there."""
    sound = (hush(PAUSE) + tone(SOUND)) * turns
    async with AsyncExitStack() as stack:
        # aioice offers every address but that of loopback, and nothing here is to leave the machine.
        stack.enter_context(patch("aioice.ice.get_host_addresses", _loopback))
        found: dict[str, tuple[Client, Watch]] = {}
        for room, speaker, silent in rooms:
            feed = await stack.enter_async_context(watching(house, silent, f"/rooms/{room}/feed"))
            client = Client(sound, slots=1)
            stack.push_async_callback(client.close)
            await _join_voice(house, room, speaker, client)
            found[room] = client, feed
            await asyncio.sleep((SOUND + PAUSE) / 1000 / len(rooms))
        yield found


def _loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    return ["127.0.0.1"]


async def _join_voice(house: RunningHouse, room: str, speaker: str, client: Client) -> None:
    async with house.client(speaker) as http:
        headers = {"Content-Type": "application/sdp"}
        answer = await http.post(f"/rooms/{room}/voice", content=await client.offer(), headers=headers)
    await client.take(answer.raise_for_status().text)


def _rooms(quick: bool) -> list[tuple[str, str, str]]:
    """Room, speaker, silent person."""
    return [(f"talk-{n}", f"speaker-{n}", f"silent-{n}") for n in range(3 if quick else 4)]
