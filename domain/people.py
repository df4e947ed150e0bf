"""People: who they are, which roles they hold, and what they have consented to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from domain.deciding import Command, Decider
from domain.errors import Forbidden, Refused, Unknown
from domain.events import Context, Event, Query, Role, about
from domain.identity import ERASED, Name, PersonId, RoomId

Scope = Literal["voice", "text-to-model", "recording", "transcript", "leaderboard"]
"""What consent can be given to: being heard in rooms and measured for turns of speech; chat and board
text shown to a language model; audio kept; speech written down; appearing on leaderboards."""


class PersonRegistered(Event, frozen=True, tag="person.registered.v1"):
    """A person is known to the organisation."""

    person: PersonId
    name: Name
    role: Role


class PersonRenamed(Event, frozen=True, tag="person.renamed.v1"):
    """A person goes by another name."""

    person: PersonId
    name: Name


class RoleGranted(Event, frozen=True, tag="person.role-granted.v1"):
    """A person holds one more role."""

    person: PersonId
    role: Role


class RoleRevoked(Event, frozen=True, tag="person.role-revoked.v1"):
    """A person holds a role no longer."""

    person: PersonId
    role: Role


class ConsentGiven(Event, frozen=True, tag="person.consent-given.v1"):
    """A person agreed to one kind of processing."""

    person: PersonId
    scope: Scope


class ConsentWithdrawn(Event, frozen=True, tag="person.consent-withdrawn.v1"):
    """A person no longer agrees to one kind of processing."""

    person: PersonId
    scope: Scope


class PersonErased(Event, frozen=True, tag="person.erased.v1"):
    """A person's key was destroyed: their name, and all that they wrote or were told, reads as erased.

    `rooms` are those in whose history such words stand.
    """

    person: PersonId
    rooms: tuple[RoomId, ...]


class Register(Command, frozen=True, tag="register"):
    """Make a person known, or give a known one another name."""

    person: PersonId
    name: Name
    role: Role = "student"


class GrantRole(Command, frozen=True, tag="grant-role"):
    """Give a person a role."""

    person: PersonId
    role: Role


class RevokeRole(Command, frozen=True, tag="revoke-role"):
    """Take a role from a person."""

    person: PersonId
    role: Role


class GiveConsent(Command, frozen=True, tag="give-consent"):
    """Agree, for oneself."""

    scope: Scope


class WithdrawConsent(Command, frozen=True, tag="withdraw-consent"):
    """Withdraw, for oneself."""

    scope: Scope


PersonCommand = Register | GrantRole | RevokeRole | GiveConsent | WithdrawConsent


class UnknownPerson(Unknown):
    """There is no such person."""


class PersonWasErased(Refused):
    """This person was erased, for good. Somebody new takes an id of their own."""


class OnlyForAdmins(Forbidden):
    """Only an administrator may do this."""


@dataclass
class Person:
    """What is known of one person."""

    name: str | None = None
    roles: set[Role] = field(default_factory=set[Role])
    consents: set[Scope] = field(default_factory=set[Scope])
    erased: bool = False


def evolve(state: Person, event: Event) -> Person:
    """Fold one event."""
    match event:
        case PersonRegistered():
            state.name = event.name
            state.roles.add(event.role)
        case PersonRenamed():
            state.name = event.name
        case RoleGranted():
            state.roles.add(event.role)
        case RoleRevoked():
            state.roles.discard(event.role)
        case ConsentGiven():
            state.consents.add(event.scope)
        case ConsentWithdrawn():
            state.consents.discard(event.scope)
        case PersonErased():
            state.name, state.erased = ERASED, True
            state.consents.clear()
        case _:
            pass
    return state


LIFE = (
    *(PersonRegistered, PersonRenamed, RoleGranted, RoleRevoked),
    *(ConsentGiven, ConsentWithdrawn, PersonErased),
)


def boundary(command: PersonCommand, context: Context) -> Query:
    """All that is known of the one person."""
    who = command.person if isinstance(command, Register | GrantRole | RevokeRole) else context.actor
    return Query((about(f"person:{who}", *LIFE),))


def decide(command: PersonCommand, state: Person, context: Context) -> Sequence[Event]:
    """Dispatch; each command has its function."""
    match command:
        case Register():
            return _register(command, state, context)
        case GrantRole() | RevokeRole():
            return _change_role(command, state, context)
        case GiveConsent() | WithdrawConsent():
            return _change_consent(command, state, context)


def _register(command: Register, state: Person, context: Context) -> Sequence[Event]:
    if command.person != context.actor and context.role not in ("admin", "service"):
        raise OnlyForAdmins
    if state.erased:
        raise PersonWasErased
    if state.name is None:
        if context.role not in ("admin", "service", command.role):
            raise OnlyForAdmins
        return [PersonRegistered(person=command.person, name=command.name, role=command.role)]
    if state.name != command.name:
        return [PersonRenamed(person=command.person, name=command.name)]
    return []


def _change_role(command: GrantRole | RevokeRole, state: Person, context: Context) -> Sequence[Event]:
    if context.role not in ("admin", "service"):
        raise OnlyForAdmins
    _check_known(state)
    grant = isinstance(command, GrantRole)
    if (command.role in state.roles) == grant:
        return []
    event = RoleGranted if grant else RoleRevoked
    return [event(person=command.person, role=command.role)]


def _change_consent(
    command: GiveConsent | WithdrawConsent, state: Person, context: Context
) -> Sequence[Event]:
    _check_known(state)
    give = isinstance(command, GiveConsent)
    if (command.scope in state.consents) == give:
        return []
    event = ConsentGiven if give else ConsentWithdrawn
    return [event(person=context.actor, scope=command.scope)]


def _check_known(state: Person) -> None:
    if state.name is None:
        raise UnknownPerson
    if state.erased:
        raise PersonWasErased


PEOPLE: Decider[PersonCommand, Person] = Decider(boundary, Person, evolve, decide)
