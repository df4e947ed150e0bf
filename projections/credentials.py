"""Credentials: each by its id, and again for its holder; pillars; and links to what is shared."""

from datetime import datetime

from msgspec import Struct, field

from domain.credentials import CredentialIssued, CredentialRevoked, CredentialShared, ShareWithdrawn
from domain.events import Recorded
from domain.pillars import PillarDefined, Standing
from projections.keys import BETWEEN, by, by_pair
from projections.view import View


class Share(Struct):
    """What a link shows, and until when; `withdrawn` if it shows nothing any more."""

    skills: tuple[str, ...]
    name: bool
    until: datetime
    withdrawn: bool = False


class Credential(Struct):
    """One credential. `position` is that of the event by which it was issued, at `at`."""

    credential: str = ""
    person: str = ""
    pillar: str = ""
    title: str = ""
    skills: tuple[Standing, ...] = ()
    by: str | None = None
    position: int = 0
    at: datetime | None = None
    revoked: int = 0
    why: str = ""
    shares: dict[str, Share] = field(default_factory=dict[str, Share])


class Pillar(Struct):
    """A named set of skills, and when it is mastered."""

    title: str = ""
    skills: tuple[str, ...] = ()
    answers: int = 0
    part: float = 0.0


class Link(Struct):
    """To which credential a share belongs."""

    credential: str = ""


def apply(state: Credential, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    match recorded.event:
        case CredentialIssued() as event:
            state.credential, state.person = event.credential, event.person
            state.pillar, state.title = event.pillar, event.title
            state.skills, state.by = event.skills, event.by
            state.position, state.at = recorded.position, recorded.at
        case CredentialRevoked() as event:
            state.revoked, state.why = recorded.position, event.why
        case CredentialShared() as event:
            state.shares[event.share] = Share(event.skills, event.name, event.until)
        case ShareWithdrawn() as event if event.share in state.shares:
            state.shares[event.share].withdrawn = True
        case _:
            pass


def apply_pillar(state: Pillar, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    event = recorded.event
    if isinstance(event, PillarDefined):
        state.title, state.skills = event.title, event.skills
        state.answers, state.part = event.answers, event.part


def apply_link(state: Link, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    event = recorded.event
    if isinstance(event, CredentialShared):
        state.credential = event.credential


def prefix_of(person: str) -> str:
    """What the keys of a person's credentials begin with in `held`."""
    return person + BETWEEN


LIFE = (CredentialIssued, CredentialRevoked, CredentialShared, ShareWithdrawn)
CREDENTIALS = View(
    name="credentials", version=1, state=Credential, reads=LIFE, keys=by("credential"), apply=apply
)
HELD = View(
    name="held", version=1, state=Credential, reads=LIFE, keys=by_pair(("person",), "credential"), apply=apply
)
PILLARS = View(
    name="pillars", version=1, state=Pillar, reads=(PillarDefined,), keys=by("pillar"), apply=apply_pillar
)
SHARES = View(
    name="shares", version=1, state=Link, reads=(CredentialShared,), keys=by("share"), apply=apply_link
)
