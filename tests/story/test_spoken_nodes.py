"""What becomes of speech in a room that another node carries: it is recorded, written down, and answered."""

from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import psycopg
import pytest

from domain.aloud import FACILITATOR
from domain.interventions import InterventionDelivered
from infra.embedded import Servers
from tests.house import RunningHouse
from tests.need import need
from tests.realtime.guests import Guest, guests, room_with
from tests.realtime.test_api_voice import loopback, voice
from tests.recording.spoken import decoded, pitch
from tests.recording.stored import context, opened
from tests.recording.test_in_the_house import segments
from tests.story.test_nodes import deployed

__all__ = ["loopback"]
SAID = "What is the next step?"
WORDS = "Ben, what would you check? Try it with a small number first, and look whether it still holds."


@pytest.fixture
def nodes(
    embedded: Servers, databases: psycopg.Connection, tmp_path: Path
) -> Iterator[tuple[RunningHouse, RunningHouse]]:
    script = tmp_path / "script.json"
    script.write_bytes(msgspec.json.encode([{"text": SAID, "least": 1}]))
    spoken = {
        "LYCEUM_RECORDINGS": str(tmp_path / "recordings"),
        "LYCEUM_RECOGNISER": "scripted",
        "LYCEUM_RECOGNISER_MODEL": str(script),
    }
    with deployed(embedded, databases, tmp_path, **spoken) as serving:
        yield serving


async def test_who_joined_by_another_node_is_recorded_and_written_down_and_hears_the_facilitator(
    nats_url,
    redis_url,
    nodes,
):
    need("espeak-ng")
    here, there = nodes
    async with AsyncExitStack() as stack:
        (ada,) = await stack.enter_async_context(guests(here, ada="student"))
        tia, ben = await stack.enter_async_context(guests(there, tia="tutor", ben="student"))
        await agree(ada, ben)
        room = await room_with(tia, ada, ben)
        feed = await stack.enter_async_context(ben.stream(f"/rooms/{room}/feed"))
        _, first = await stack.enter_async_context(voice(ada, room, (60_000, 0)))
        await tia.post(f"/rooms/{room}/recording")
        await tia.post(f"/rooms/{room}/transcripts", on=True)
        await tia.post(f"/rooms/{room}/facilitator-voice", on=True)
        listener, second = await stack.enter_async_context(voice(ben, room, (600, 1000), (60_000, 0)))
        assert carrier(first) == carrier(second)

        written = (await feed.until("turn.transcribed.v1"))["event"]
        assert (written["person"], written["text"]) == (ben.person, SAID)

        async with opened(there) as (log, _):
            await log.append([delivered(room, ben)], context("facilitator"))
        slots = await feed.until("slots", lambda data: any(s["person"] == FACILITATOR for s in data["slots"]))
        await listener.hears(next(s["mid"] for s in slots["slots"] if s["person"] == FACILITATOR))

        await tia.delete(f"/rooms/{room}/recording")
        found = next(one for one in await segments(tia, room, 2) if one["person"] == ben.person)
        sound = (await tia.http.get(f"/rooms/{room}/recordings/{found['segment']}")).content
        begins, samples = written["started"] - found["started"], decoded(sound)
        # A busy machine sends its second of sound late, and in a rush.
        heard = [pitch(samples, ms) for ms in range(max(0, begins - 300), begins + 1500, 50)]
        assert any(each == pytest.approx(440, abs=30) for each in heard)


def carrier(location: str) -> str:
    """The node that carries a voice."""
    return location.rpartition("/")[2].partition("-")[0]


def delivered(room: str, to: Guest) -> InterventionDelivered:
    why = "Ben has spoken 1 s of the last 180 s."
    return InterventionDelivered(
        intervention="i1", room=room, person=to.person, text=WORDS, why=why, source="template"
    )


async def agree(*people: Guest) -> None:
    for who in people:
        for scope in ("voice", "recording", "transcript"):
            await who.put(f"/people/me/consents/{scope}")
