"""Why the facilitator said something: from the log, for those who read it in the room."""

from datetime import datetime

from msgspec import Struct

from domain.events import Event, Query, Recorded, about
from domain.interventions import (
    InterventionDecided,
    InterventionDelivered,
    ModelAnswered,
    ModelAsked,
    UnknownIntervention,
)
from domain.log import EventLog
from domain.model_calls import ModelTextsKept
from rooms.facilitator.reasons import RULES, USED

STEPS = (InterventionDecided, ModelAsked, ModelTextsKept, ModelAnswered, InterventionDelivered)


class ByModel(Struct, frozen=True, kw_only=True):
    """What a language model had to do with the words: what it was told, and whether its words were used.

    `outcome` is `used`, `rejected` (they broke a rule; a ready-made sentence was said), `late` or `failed`.
    """

    model: str
    told: str
    outcome: str


class Explained(Struct, frozen=True, kw_only=True):
    """Why something was said: the rule, the evidence for it, and all that was used to come to it."""

    intervention: str
    room: str
    at: datetime
    person: str
    pattern: str
    move: str
    rule: str
    evidence: str
    used: tuple[str, ...]
    policy: str
    source: str
    approved: bool
    model: ByModel | None


async def explained(log: EventLog, org: str, room: str, intervention: str) -> Explained:
    """Of what was said, why. Raises `UnknownIntervention`, and `LogUnavailable`."""
    found: dict[type[Event], Recorded] = {}
    async for batch in log.read(Query((about(f"intervention:{intervention}", *STEPS),)), org=org):
        found |= {type(recorded.event): recorded for recorded in batch}
    delivered, decided = found.get(InterventionDelivered), found.get(InterventionDecided)
    if delivered is None or not isinstance(said := delivered.event, InterventionDelivered):
        raise UnknownIntervention
    if said.room != room or decided is None or not isinstance(why := decided.event, InterventionDecided):
        raise UnknownIntervention
    return Explained(
        intervention=intervention,
        room=room,
        at=delivered.at,
        person=said.person,
        pattern=why.detector,
        move=why.move,
        rule=RULES[why.detector],
        evidence=why.evidence,
        used=USED[why.detector],
        policy=why.policy,
        source=said.source,
        approved=said.approved_by is not None,
        model=_by_model(found),
    )


def _by_model(found: dict[type[Event], Recorded]) -> ByModel | None:
    asked, texts, answered = (
        found[kind].event if kind in found else None for kind in (ModelAsked, ModelTextsKept, ModelAnswered)
    )
    if not isinstance(asked, ModelAsked) or not isinstance(answered, ModelAnswered):
        return None
    told = texts.request if isinstance(texts, ModelTextsKept) else ""
    return ByModel(model=asked.model, told=told, outcome=answered.outcome)
