"""Appeals: a tutor says that something should not count against them, and an administrator decides."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from domain.deciding import Command, Decider
from domain.errors import Forbidden, Refused, Unknown
from domain.events import Context, Event, Query, about
from domain.identity import AppealId, PersonId, SessionId, Words
from domain.sessions import (
    NoShowReported,
    SessionBooked,
    SessionCancelled,
    SessionRescheduled,
    UnknownSession,
)

Act = Literal["rescheduled", "cancelled", "missed"]
"""What counts against a tutor of one lesson: that they moved it, called it off, or did not come."""


class AppealMade(Event, frozen=True, tag="appeal.made.v1"):
    """A tutor, `person`, asks that what they did with a lesson should not count against them."""

    appeal: AppealId
    session: SessionId
    person: PersonId
    act: Act
    text: Words


class AppealUpheld(Event, frozen=True, tag="appeal.upheld.v1"):
    """It does not count against the tutor any more."""

    appeal: AppealId
    session: SessionId
    tutor: PersonId
    act: Act
    by: PersonId


class AppealRejected(Event, frozen=True, tag="appeal.rejected.v1"):
    """It goes on to count."""

    appeal: AppealId
    session: SessionId
    tutor: PersonId
    act: Act
    by: PersonId


class MakeAppeal(Command, frozen=True, tag="make-appeal"):
    """Appeal, for oneself, against what counts of one lesson. The appeal's id makes a repetition harmless."""

    appeal: AppealId
    session: SessionId
    act: Act
    text: Words


class DecideAppeal(Command, frozen=True, tag="decide-appeal"):
    """Uphold an appeal against one's lesson's record, or reject it; administrators only, never the tutor."""

    appeal: AppealId
    session: SessionId
    upheld: bool


AppealCommand = MakeAppeal | DecideAppeal


class OnlyTheLessonsTutor(Forbidden):
    """Only the tutor of the lesson may appeal."""


class OnlyAdminsDecide(Forbidden):
    """Only an administrator may decide an appeal, and nobody their own."""


class UnknownAppeal(Unknown):
    """There is no such appeal against this lesson's record."""


class AppealIdTaken(Refused):
    """Another appeal has this id already."""


class NothingToAppeal(Refused):
    """Nothing of this kind counts against the tutor of this lesson."""


class AppealedAlready(Refused):
    """There is an appeal against this already, or it was decided on."""


class AppealDecided(Refused):
    """This appeal has been decided on."""


@dataclass
class Record:
    """One lesson: its tutor, which acts count against them, and the appeals."""

    tutor: str | None = None
    counts: set[Act] = field(default_factory=set[Act])
    appeals: dict[str, AppealMade] = field(default_factory=dict[str, AppealMade])
    ends: dict[str, bool] = field(default_factory=dict[str, bool])

    def closed(self, act: Act) -> bool:
        """Whether an appeal against this act waits, or was rejected since the act was last repeated."""
        return any(made.act == act and not self.ends.get(key, False) for key, made in self.appeals.items())


def evolve(state: Record, event: Event) -> Record:
    """Fold one event."""
    match event:
        case SessionBooked():
            state.tutor = event.tutor
        case SessionRescheduled() if event.by == "tutor":
            state.counts.add("rescheduled")
        case SessionCancelled() if event.by == "tutor":
            state.counts.add("cancelled")
        case NoShowReported() if event.missing == "tutor":
            state.counts.add("missed")
        case AppealMade():
            state.appeals[event.appeal] = event
        case AppealUpheld():
            state.ends[event.appeal] = True
            state.counts.discard(event.act)
        case AppealRejected():
            state.ends[event.appeal] = False
        case _:
            pass
    return state


LIFE = (
    *(SessionBooked, SessionRescheduled, SessionCancelled, NoShowReported),
    *(AppealMade, AppealUpheld, AppealRejected),
)


def boundary(command: AppealCommand, context: Context) -> Query:
    """The one lesson, and what else has this appeal's id."""
    appeal = about(f"appeal:{command.appeal}", AppealMade)
    return Query((about(f"session:{command.session}", *LIFE), appeal))


def decide(command: AppealCommand, state: Record, context: Context) -> Sequence[Event]:
    """Dispatch; each command has its function."""
    if state.tutor is None:
        raise UnknownSession
    if isinstance(command, MakeAppeal):
        return _make(command, state, context)
    return _decide(command, state, context)


def _make(command: MakeAppeal, state: Record, context: Context) -> Sequence[Event]:
    if context.actor != state.tutor:
        raise OnlyTheLessonsTutor
    made = AppealMade(
        appeal=command.appeal,
        session=command.session,
        person=context.actor,
        act=command.act,
        text=command.text,
    )
    before = state.appeals.get(command.appeal)
    if before is not None:
        if (before.session, before.act) == (made.session, made.act):
            return []
        raise AppealIdTaken
    if command.act not in state.counts:
        raise NothingToAppeal
    if state.closed(command.act):
        raise AppealedAlready
    return [made]


def _decide(command: DecideAppeal, state: Record, context: Context) -> Sequence[Event]:
    if context.role != "admin" or context.actor == state.tutor:
        raise OnlyAdminsDecide
    made = state.appeals.get(command.appeal)
    if made is None or made.session != command.session:
        raise UnknownAppeal
    if command.appeal in state.ends:
        if state.ends[command.appeal] == command.upheld:
            return []
        raise AppealDecided
    kind = AppealUpheld if command.upheld else AppealRejected
    return [kind(appeal=made.appeal, session=made.session, tutor=made.person, act=made.act, by=context.actor)]


APPEALS: Decider[AppealCommand, Record] = Decider(boundary, Record, evolve, decide)
