"""Every call to a model, what it was told, what it answered, what became of that, and what it cost."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from msgspec import Struct

from domain.events import Event, Item, Query, Recorded, about, type_of
from domain.interventions import InterventionDecided, InterventionDelivered, ModelAnswered, ModelAsked
from domain.log import EventLog
from domain.model_calls import ModelTextsKept
from domain.prices import Price, cost

TOGETHER = 40
"""Calls that are looked up in one go."""
FATE = (InterventionDecided, ModelAsked, ModelTextsKept, InterventionDelivered)


class Tokens(Struct, frozen=True, kw_only=True):
    """Tokens by what they cost: `read` is all that was read, also from the cache and into it."""

    read: int
    written: int
    from_cache: int
    into_cache: int


class Spoken(Struct, frozen=True, kw_only=True):
    """What the room was told in the end, and whose words they were."""

    position: int
    at: datetime
    text: str
    source: str


class ModelCall(Struct, frozen=True, kw_only=True):
    """One call. `hash` is the SHA-256 of all that was sent; `usd` is None where no price is known.

    `outcome` is `used`, `rejected` (and `reason` is the validator's), `late` or `failed`.
    """

    position: int
    at: datetime
    room: str
    intervention: str
    person: str | None
    model: str
    hash: str
    request: str
    answer: str
    outcome: str
    reason: str
    tokens: Tokens
    took: int
    usd: float | None
    said: Spoken | None


async def calls(
    log: EventLog, org: str, prices: Sequence[Price], after: int, upto: int, room: str | None = None
) -> AsyncIterator[list[ModelCall]]:
    """The calls at after < position ≤ upto, in order, some at a time. Raises `LogUnavailable`."""
    query = Query((Item(types=(type_of(ModelAnswered),), tags=(f"room:{room}",) if room else ()),))
    async for batch in log.read(query, after=after, upto=upto, org=org):
        for start in range(0, len(batch), TOGETHER):
            some = batch[start : start + TOGETHER]
            yield await _told(log, org, prices, some, upto)


async def _told(
    log: EventLog, org: str, prices: Sequence[Price], some: Sequence[Recorded], upto: int
) -> list[ModelCall]:
    answers = [each for each in some if isinstance(each.event, ModelAnswered)]
    query = Query(tuple(about(f"intervention:{_of(each.event)}", *FATE) for each in answers))
    fates: dict[tuple[str, type[Event]], Recorded] = {}
    async for batch in log.read(query, upto=upto, org=org):
        fates |= {(_of(each.event), type(each.event)): each for each in batch}
    return [_call(each, fates, prices) for each in answers]


def _of(event: Event) -> str:
    return str(getattr(event, "intervention", ""))


def _call(
    answered: Recorded, fates: dict[tuple[str, type[Event]], Recorded], prices: Sequence[Price]
) -> ModelCall:
    event = answered.event
    assert isinstance(event, ModelAnswered)

    def fate(kind: type[Event]) -> object:
        found = fates.get((event.intervention, kind))
        return found.event if found else None

    decided, asked, texts = (fate(kind) for kind in FATE[:3])
    model = asked.model if isinstance(asked, ModelAsked) else ""
    return ModelCall(
        position=answered.position,
        at=answered.at,
        room=event.room,
        intervention=event.intervention,
        person=_person(decided, texts),
        model=model,
        hash=asked.prompt if isinstance(asked, ModelAsked) else "",
        request=texts.request if isinstance(texts, ModelTextsKept) else "",
        answer=texts.answer if isinstance(texts, ModelTextsKept) else "",
        outcome=event.outcome,
        reason=event.reason,
        tokens=_tokens(event),
        took=event.took,
        usd=cost(prices, model, answered.at.date(), event.tokens, event.cached),
        said=_spoken(fates.get((event.intervention, InterventionDelivered))),
    )


def _person(decided: object, texts: object) -> str | None:
    """Whom it was for; help that somebody asked for has no decision."""
    found = decided if isinstance(decided, InterventionDecided) else texts
    return found.person if isinstance(found, InterventionDecided | ModelTextsKept) else None


def _tokens(event: ModelAnswered) -> Tokens:
    read, written = event.tokens
    return Tokens(read=read, written=written, from_cache=event.cached[0], into_cache=event.cached[1])


def _spoken(found: Recorded | None) -> Spoken | None:
    if found is None or not isinstance(found.event, InterventionDelivered):
        return None
    said = found.event
    return Spoken(position=found.position, at=found.at, text=said.text, source=said.source)
