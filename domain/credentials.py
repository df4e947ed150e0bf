"""Credentials: a mastered pillar on record, shared as its holder chooses, and revoked where it must be."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Literal

from msgspec import Meta

from domain.deciding import Command, Decider
from domain.errors import Forbidden, Invalid, Refused, Unknown
from domain.events import Context, Event, Instant, Query, about
from domain.identity import CredentialId, PersonId, PillarId, ShareId, SkillId, Title, Words
from domain.people import PersonErased, PersonWasErased
from domain.pillars import (
    Answered,
    DefinePillar,
    OnlyTutorsDefinePillars,
    PillarDefined,
    PillarIdTaken,
    Standing,
    UnknownPillar,
    mastered,
)
from domain.practice import AnswerGiven

Why = Literal["mistake", "replaced", "asked"]
Note = Annotated[str, Meta(max_length=2000, extra={"personal": True})]
TEACHING = ("tutor", "admin", "service")
"""Who defines pillars, and issues credentials by what they have seen."""


class CredentialIssued(Event, frozen=True, tag="credential.issued.v1"):
    """A person holds a credential for a pillar. `by` is the tutor who vouches for it, with a note, or None if
    the answers on record were enough; `skills` say how they stood then."""

    credential: CredentialId
    person: PersonId
    pillar: PillarId
    title: Title
    skills: tuple[Standing, ...]
    by: PersonId | None = None
    note: Note = ""


class CredentialRevoked(Event, frozen=True, tag="credential.revoked.v1"):
    """The credential holds no longer."""

    credential: CredentialId
    person: PersonId
    by: PersonId
    why: Why


class CredentialShared(Event, frozen=True, tag="credential.shared.v1"):
    """The holder lets whoever has the link see the evidence of these skills, and perhaps their name."""

    share: ShareId
    credential: CredentialId
    person: PersonId
    skills: tuple[SkillId, ...]
    name: bool
    until: Instant


class ShareWithdrawn(Event, frozen=True, tag="credential.share-withdrawn.v1"):
    """The link shows nothing any more."""

    share: ShareId
    credential: CredentialId
    person: PersonId


class ClaimCredential(Command, frozen=True, tag="claim-credential"):
    """Have a credential for a pillar, by what one has answered. Whoever holds one already keeps that."""

    credential: CredentialId
    pillar: PillarId


class IssueCredential(Command, frozen=True, tag="issue-credential"):
    """Vouch that somebody has mastered a pillar, and say by what."""

    credential: CredentialId
    person: PersonId
    pillar: PillarId
    note: Words


class RevokeCredential(Command, frozen=True, tag="revoke-credential"):
    """Revoke a credential: its holder, whoever vouched for it, or an administrator."""

    credential: CredentialId
    why: Why


class ShareCredential(Command, frozen=True, tag="share-credential"):
    """Share one's credential by a link, for some days, with the evidence that one chooses."""

    share: ShareId
    credential: CredentialId
    skills: tuple[SkillId, ...] = ()
    name: bool = False
    days: Annotated[int, Meta(ge=1, le=366)] = 30


class WithdrawShare(Command, frozen=True, tag="withdraw-share"):
    """Withdraw a link."""

    share: ShareId
    credential: CredentialId


IssuingCommand = DefinePillar | ClaimCredential | IssueCredential
HoldingCommand = RevokeCredential | ShareCredential | WithdrawShare


class NotMastered(Refused):
    """The pillar is not mastered yet: too few answers, or too few right ones, in one of its skills."""


class OnlyTutorsIssue(Forbidden):
    """Only a tutor or an administrator may vouch for somebody, and nobody for themselves."""


class UnknownCredential(Unknown):
    """There is no such credential."""


class NotYourCredential(Forbidden):
    """Only the holder may share a credential."""


class MayNotRevoke(Forbidden):
    """Only the holder, whoever vouched for it, or an administrator may revoke a credential."""


class CredentialIsRevoked(Refused):
    """This credential was revoked."""


class NoSuchEvidence(Invalid):
    """The credential says nothing about one of these skills."""


class ShareIdTaken(Refused):
    """Another share has this id already."""


@dataclass
class Issuing:
    """One pillar, and one person's answers and credentials for it, by pillar."""

    pillar: PillarDefined | None = None
    answered: Answered = field(default_factory=Answered)
    held: dict[str, str] = field(default_factory=dict[str, str])
    erased: bool = False


def evolve(state: Issuing, event: Event) -> Issuing:
    """Fold one event."""
    match event:
        case PillarDefined():
            state.pillar = event
        case AnswerGiven():
            state.answered.saw(event)
        case CredentialIssued():
            state.held[event.pillar] = event.credential
        case CredentialRevoked():
            state.held = {key: held for key, held in state.held.items() if held != event.credential}
        case PersonErased():
            state.erased = True
        case _:
            pass
    return state


def boundary(command: IssuingCommand, context: Context) -> Query:
    """The pillar; for a credential, also what its holder has answered, and holds."""
    pillar = about(f"pillar:{command.pillar}", PillarDefined)
    if isinstance(command, DefinePillar):
        return Query((pillar,))
    person = command.person if isinstance(command, IssueCredential) else context.actor
    kinds = (AnswerGiven, CredentialIssued, CredentialRevoked, PersonErased)
    return Query((pillar, about(f"person:{person}", *kinds)))


def decide(command: IssuingCommand, state: Issuing, context: Context) -> Sequence[Event]:
    """Dispatch; each command has its function."""
    if isinstance(command, DefinePillar):
        return _define(command, state, context)
    if state.pillar is None:
        raise UnknownPillar
    if state.erased:
        raise PersonWasErased
    if isinstance(command, IssueCredential):
        return _issue(command, state.pillar, state, context)
    return _claim(command, state.pillar, state, context)


def _define(command: DefinePillar, state: Issuing, context: Context) -> Sequence[Event]:
    if context.role not in TEACHING:
        raise OnlyTutorsDefinePillars
    defined = PillarDefined(
        pillar=command.pillar,
        title=command.title,
        skills=tuple(dict.fromkeys(command.skills)),
        answers=command.answers,
        part=command.part,
    )
    if state.pillar == defined:
        return []
    if state.pillar is not None:
        raise PillarIdTaken
    return [defined]


def _claim(
    command: ClaimCredential, pillar: PillarDefined, state: Issuing, context: Context
) -> Sequence[Event]:
    if command.pillar in state.held:
        return []
    standings = state.answered.standings(pillar)
    if not mastered(pillar, standings):
        raise NotMastered
    return [_issued(command.credential, context.actor, pillar, standings)]


def _issue(
    command: IssueCredential, pillar: PillarDefined, state: Issuing, context: Context
) -> Sequence[Event]:
    if context.role not in TEACHING or context.actor == command.person:
        raise OnlyTutorsIssue
    if command.pillar in state.held:
        return []
    standings = state.answered.standings(pillar)
    return [
        _issued(command.credential, command.person, pillar, standings, by=context.actor, note=command.note)
    ]


def _issued(
    credential: str,
    person: str,
    pillar: PillarDefined,
    standings: tuple[Standing, ...],
    *,
    by: str | None = None,
    note: str = "",
) -> CredentialIssued:
    return CredentialIssued(
        credential=credential,
        person=person,
        pillar=pillar.pillar,
        title=pillar.title,
        skills=standings,
        by=by,
        note=note,
    )


@dataclass
class Holding:
    """One credential, and its shares: True while one can be seen."""

    issued: CredentialIssued | None = None
    revoked: bool = False
    shares: dict[str, bool] = field(default_factory=dict[str, bool])


def evolve_held(state: Holding, event: Event) -> Holding:
    """Fold one event."""
    match event:
        case CredentialIssued():
            state.issued = event
        case CredentialRevoked():
            state.revoked = True
        case CredentialShared():
            state.shares[event.share] = True
        case ShareWithdrawn():
            state.shares[event.share] = False
        case _:
            pass
    return state


LIFE = (CredentialIssued, CredentialRevoked, CredentialShared, ShareWithdrawn)


def boundary_held(command: HoldingCommand, context: Context) -> Query:
    """The one credential; for a share, also whether its id is taken."""
    life = about(f"credential:{command.credential}", *LIFE)
    if isinstance(command, ShareCredential):
        return Query((life, about(f"share:{command.share}", CredentialShared)))
    return Query((life,))


def decide_held(command: HoldingCommand, state: Holding, context: Context) -> Sequence[Event]:
    """Dispatch; each command has its function."""
    issued = state.issued
    if issued is None:
        raise UnknownCredential
    match command:
        case RevokeCredential():
            return _revoke(command, issued, state, context)
        case ShareCredential():
            return _share(command, issued, state, context)
        case WithdrawShare():
            return _withdraw(command, issued, state, context)


def _revoke(
    command: RevokeCredential, issued: CredentialIssued, state: Holding, context: Context
) -> Sequence[Event]:
    if context.actor not in (issued.person, issued.by) and context.role not in ("admin", "service"):
        raise MayNotRevoke
    if state.revoked:
        return []
    revoked = CredentialRevoked(
        credential=issued.credential, person=issued.person, by=context.actor, why=command.why
    )
    return [revoked]


def _share(
    command: ShareCredential, issued: CredentialIssued, state: Holding, context: Context
) -> Sequence[Event]:
    if context.actor != issued.person:
        raise NotYourCredential
    if state.revoked:
        raise CredentialIsRevoked
    if command.share in state.shares:
        return []
    if not {each.skill for each in issued.skills}.issuperset(command.skills):
        raise NoSuchEvidence
    return [
        CredentialShared(
            share=command.share,
            credential=issued.credential,
            person=issued.person,
            skills=tuple(dict.fromkeys(command.skills)),
            name=command.name,
            until=context.at + timedelta(days=command.days),
        )
    ]


def _withdraw(
    command: WithdrawShare, issued: CredentialIssued, state: Holding, context: Context
) -> Sequence[Event]:
    if context.actor != issued.person:
        raise NotYourCredential
    if not state.shares.get(command.share, False):
        return []
    return [ShareWithdrawn(share=command.share, credential=issued.credential, person=issued.person)]


ISSUING: Decider[IssuingCommand, Issuing] = Decider(boundary, Issuing, evolve, decide)
HOLDING: Decider[HoldingCommand, Holding] = Decider(boundary_held, Holding, evolve_held, decide_held)
