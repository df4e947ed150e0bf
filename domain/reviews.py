"""Reviews: cards that a learner brings along from elsewhere. All others are made from what was answered."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from domain.deciding import Command, Decider
from domain.errors import Forbidden
from domain.events import Context, Event, Instant, Query, about
from domain.identity import Key, PersonId, ProblemId, SkillId

MOST = 200
"""Cards in one event; an import of more of them is several events."""


class Sm2Card(Struct, frozen=True, kw_only=True):
    """A card as SM-2 leaves it: when it was last reviewed, the days until the next time, and its ease."""

    problem: ProblemId
    skill: SkillId
    reviewed: Instant
    interval: Annotated[int, Meta(ge=1, le=36_500)]
    ease: Annotated[float, Meta(ge=1.3, le=5)]
    lapses: Annotated[int, Meta(ge=0, le=10_000)] = 0


class CardsImported(Event, frozen=True, tag="reviews.cards-imported.v1"):
    """A learner brought these cards along."""

    load: Key
    person: PersonId
    cards: tuple[Sm2Card, ...]


class ImportCards(Command, frozen=True, tag="import-cards"):
    """Go on with these cards of a learner. The id of the load makes a repeated one harmless."""

    load: Key
    person: PersonId
    cards: Annotated[tuple[Sm2Card, ...], Meta(min_length=1, max_length=MOST)]


class NotYourCards(Forbidden):
    """Cards are brought along by the learner, or by the staff for them."""


def evolve(state: set[str], event: Event) -> set[str]:
    """Fold one event."""
    if isinstance(event, CardsImported):
        state.add(event.load)
    return state


def boundary(command: ImportCards, context: Context) -> Query:
    """What this learner has brought along before."""
    return Query((about(f"person:{command.person}", CardsImported),))


def decide(command: ImportCards, state: set[str], context: Context) -> Sequence[Event]:
    """The cards, once."""
    if context.actor != command.person and context.role not in ("tutor", "admin", "service"):
        raise NotYourCards
    if command.load in state:
        return []
    return [CardsImported(load=command.load, person=command.person, cards=command.cards)]


IMPORTS: Decider[ImportCards, set[str]] = Decider(boundary, set[str], evolve, decide)
