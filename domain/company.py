"""Company: who would like to learn with others, and with whom never."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta

from domain.deciding import Command, Decider
from domain.errors import Refused
from domain.events import Context, Event, Query, about
from domain.identity import Key, PathId, PersonId
from domain.practice import Zone, day_in

Hour = Annotated[int, Meta(ge=0, le=167)]
Hours = Annotated[tuple[Hour, ...], Meta(min_length=1, max_length=168)]
"""Hours of a week on one's own clock, from 0, which is Monday's first."""
MOST = 1000
"""People whom one person can block."""


class PartnersSought(Event, frozen=True, tag="company.sought.v1"):
    """Somebody agrees to be suggested to others who follow the same path, with what they can help with."""

    person: PersonId
    path: PathId
    hours: tuple[int, ...]
    zone: Zone


class PartnersDeclined(Event, frozen=True, tag="company.declined.v1"):
    """Somebody is suggested to nobody on a path any more."""

    person: PersonId
    path: PathId


class PersonBlocked(Event, frozen=True, tag="company.blocked.v1"):
    """Somebody is never to be matched with another, who is not told: `whom` is no tag of theirs."""

    person: PersonId
    whom: Key


class PersonUnblocked(Event, frozen=True, tag="company.unblocked.v1"):
    """Somebody may be matched with another again."""

    person: PersonId
    whom: Key


class SeekPartners(Command, frozen=True, tag="seek-partners"):
    """Be suggested to others on a path, who have time at some of these hours."""

    path: PathId
    hours: Hours
    zone: Zone = "UTC"


class DeclinePartners(Command, frozen=True, tag="decline-partners"):
    """Be suggested to nobody on a path."""

    path: PathId


class Block(Command, frozen=True, tag="block"):
    """Never be matched with this person."""

    whom: Key


class Unblock(Command, frozen=True, tag="unblock"):
    """Take a block back."""

    whom: Key


CompanyCommand = SeekPartners | DeclinePartners | Block | Unblock


class NobodyBlocksThemselves(Refused):
    """Nobody can block themselves."""


class TooManyBlocked(Refused):
    """No more than a thousand people can be blocked."""


@dataclass
class Company:
    """What one person has said."""

    sought: dict[str, PartnersSought] = field(default_factory=dict[str, PartnersSought])
    blocked: set[str] = field(default_factory=set[str])


def evolve(state: Company, event: Event) -> Company:
    """Fold one event."""
    match event:
        case PartnersSought():
            state.sought[event.path] = event
        case PartnersDeclined():
            state.sought.pop(event.path, None)
        case PersonBlocked():
            state.blocked.add(event.whom)
        case PersonUnblocked():
            state.blocked.discard(event.whom)
        case _:
            pass
    return state


def boundary(command: CompanyCommand, context: Context) -> Query:
    """What this person has said before."""
    me = f"person:{context.actor}"
    return Query((about(me, PartnersSought, PartnersDeclined, PersonBlocked, PersonUnblocked),))


def decide(command: CompanyCommand, state: Company, context: Context) -> Sequence[Event]:
    """Each once."""
    me = context.actor
    match command:
        case SeekPartners():
            day_in(command.zone, context.at)  # a zone that is none is refused
            hours = tuple(sorted(set(command.hours)))
            sought = PartnersSought(person=me, path=command.path, hours=hours, zone=command.zone)
            return [] if state.sought.get(command.path) == sought else [sought]
        case DeclinePartners():
            declined = PartnersDeclined(person=me, path=command.path)
            return [declined] if command.path in state.sought else []
        case Block():
            return _block(command, state, me)
        case Unblock():
            return [PersonUnblocked(person=me, whom=command.whom)] if command.whom in state.blocked else []


def _block(command: Block, state: Company, me: str) -> Sequence[Event]:
    if command.whom == me:
        raise NobodyBlocksThemselves
    if command.whom in state.blocked:
        return []
    if len(state.blocked) >= MOST:
        raise TooManyBlocked
    return [PersonBlocked(person=me, whom=command.whom)]


COMPANY: Decider[CompanyCommand, Company] = Decider(boundary, Company, evolve, decide)
