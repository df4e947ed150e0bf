"""People: the name, the roles and the consents of each."""

from msgspec import Struct, field

from domain.events import Recorded
from domain.guidance import CallsAllowed, CallsDeclined
from domain.identity import ERASED
from domain.people import (
    ConsentGiven,
    ConsentWithdrawn,
    PersonErased,
    PersonRegistered,
    PersonRenamed,
    RoleGranted,
    RoleRevoked,
)
from projections.keys import by
from projections.view import View


class Person(Struct):
    """One person. The lists stand in the order in which things were given; they hold a handful each."""

    name: str = ""
    roles: list[str] = field(default_factory=list[str])
    consents: list[str] = field(default_factory=list[str])
    called: bool = True


class ShownPerson(Struct, frozen=True):
    """A person as the API answers; `role` is the role held longest, the one they came with.

    `called`: the facilitator may call on them.
    """

    person: str
    name: str
    role: str | None
    roles: tuple[str, ...]
    consents: tuple[str, ...]
    called: bool


def apply(state: Person, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    match recorded.event:
        case PersonRegistered() as event:
            state.name = event.name
            _add(state.roles, event.role)
        case PersonRenamed() as event:
            state.name = event.name
        case RoleGranted() | RoleRevoked() as event:
            (_add if isinstance(event, RoleGranted) else _drop)(state.roles, event.role)
        case ConsentGiven() | ConsentWithdrawn() as event:
            (_add if isinstance(event, ConsentGiven) else _drop)(state.consents, event.scope)
        case CallsDeclined() | CallsAllowed() as event:
            state.called = isinstance(event, CallsAllowed)
        case PersonErased():
            state.name = ERASED
            state.consents.clear()
        case _:
            pass


def shown(person: str, state: Person) -> ShownPerson:
    """The answer to "who am I"."""
    return ShownPerson(
        person=person,
        name=state.name,
        role=state.roles[0] if state.roles else None,
        roles=tuple(state.roles),
        consents=tuple(state.consents),
        called=state.called,
    )


def _add(held: list[str], value: str) -> None:
    if value not in held:
        held.append(value)


def _drop(held: list[str], value: str) -> None:
    if value in held:
        held.remove(value)


PEOPLE = View(
    name="people",
    version=2,
    state=Person,
    reads=(
        *(PersonRegistered, PersonRenamed, RoleGranted, RoleRevoked),
        *(ConsentGiven, ConsentWithdrawn, CallsDeclined, CallsAllowed, PersonErased),
    ),
    keys=by("person"),
    apply=apply,
)
