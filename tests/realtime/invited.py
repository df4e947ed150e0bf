"""What a facilitator said, in a house that runs, as if it had been decided there."""

from typing import Any

from domain.events import Context, Event
from domain.interventions import InterventionDecided, InterventionDelivered, ModelAnswered, ModelAsked
from domain.model_calls import ModelTextsKept
from infra.wiring import utc_now
from rooms.facilitator.picture import millis
from tests.house import RunningHouse
from tests.realtime.guests import fresh
from tests.recording.stored import opened

WHY = "The person addressed has spoken 0 s of the last 180 s, and written nothing."


async def invited(house: RunningHouse, room: str, person: str, **decided: Any) -> str:
    """Have somebody invited, by a template, since the model's words broke a rule; the intervention's id."""
    intervention = fresh("i")
    common = {"intervention": intervention, "room": room}
    at = utc_now()
    events: list[Event] = [
        InterventionDecided(
            **{"detector": "quiet", "evidence": WHY, "policy": "standard@1", "seen": 1}
            | common
            | {"person": person, "moment": millis(at)}
            | decided
        ),
        ModelAsked(**common, model="claude-haiku-5-5", prompt="00" * 32),
        ModelTextsKept(**common, person=person, request='{"invite":"S2"}', answer="S2, is it 7?"),
        ModelAnswered(
            **common, outcome="rejected", reason="answer", tokens=(640, 21), took=412, cached=(600, 0)
        ),
        InterventionDelivered(**common, person=person, text="Ada, well?", why=WHY, source="template"),
    ]
    async with opened(house) as (log, _):
        context = Context(org="main", actor="facilitator", role="service", at=at)
        await log.append(events, context)
    return intervention
