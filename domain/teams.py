"""Teams: learners who stand together on a leaderboard."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.deciding import Command, Decider
from domain.errors import Refused, Unknown
from domain.events import Context, Event, Query, about
from domain.identity import PersonId, TeamId, Title

CAPACITY = 30


class TeamFormed(Event, frozen=True, tag="team.formed.v1"):
    """A team exists."""

    team: TeamId
    title: Title
    person: PersonId


class TeamJoined(Event, frozen=True, tag="team.joined.v1"):
    """A person belongs to the team, and to no other."""

    team: TeamId
    person: PersonId


class TeamLeft(Event, frozen=True, tag="team.left.v1"):
    """A person belongs to the team no longer."""

    team: TeamId
    person: PersonId


class FormTeam(Command, frozen=True, tag="form-team"):
    """Form a team, and join it."""

    team: TeamId
    title: Title


class JoinTeam(Command, frozen=True, tag="join-team"):
    """Join a team; whoever is in another team leaves that first."""

    team: TeamId


class LeaveTeam(Command, frozen=True, tag="leave-team"):
    """Leave one's team."""

    team: TeamId


TeamCommand = FormTeam | JoinTeam | LeaveTeam


class UnknownTeam(Unknown):
    """There is no such team."""


class TeamIdTaken(Refused):
    """Another team has this id already."""


class TeamIsFull(Refused):
    """The team is full: thirty members at most."""


@dataclass
class TeamState:
    """One team, and to which team each person that the boundary speaks of belongs."""

    formed: TeamFormed | None = None
    team_of: dict[str, str] = field(default_factory=dict[str, str])

    def size(self, team: str) -> int:
        """How many belong to `team`."""
        return sum(other == team for other in self.team_of.values())


def evolve(state: TeamState, event: Event) -> TeamState:
    """Fold one event."""
    match event:
        case TeamFormed():
            state.formed = event
        case TeamJoined():
            state.team_of[event.person] = event.team
        case TeamLeft():
            state.team_of.pop(event.person, None)
        case _:
            pass
    return state


def boundary(command: TeamCommand, context: Context) -> Query:
    """The team and its members; for joining, also where the person belongs now."""
    life = about(f"team:{command.team}", TeamFormed, TeamJoined, TeamLeft)
    if isinstance(command, LeaveTeam):
        return Query((life,))
    return Query((life, about(f"person:{context.actor}", TeamJoined, TeamLeft)))


def decide(command: TeamCommand, state: TeamState, context: Context) -> Sequence[Event]:
    """Dispatch; each command has its function."""
    if isinstance(command, FormTeam):
        return _form(command, state, context)
    if state.formed is None:
        raise UnknownTeam
    match command:
        case JoinTeam():
            return _join(command, state, context)
        case LeaveTeam():
            return _leave(command, state, context)


def _form(command: FormTeam, state: TeamState, context: Context) -> Sequence[Event]:
    formed = TeamFormed(team=command.team, title=command.title, person=context.actor)
    if state.formed is None:
        return [formed, *_move(command.team, state, context)]
    if state.formed == formed:
        return []
    raise TeamIdTaken


def _join(command: JoinTeam, state: TeamState, context: Context) -> Sequence[Event]:
    if state.team_of.get(context.actor) == command.team:
        return []
    if state.size(command.team) >= CAPACITY:
        raise TeamIsFull
    return _move(command.team, state, context)


def _move(team: str, state: TeamState, context: Context) -> Sequence[Event]:
    old = state.team_of.get(context.actor)
    left = [TeamLeft(team=old, person=context.actor)] if old else []
    return [*left, TeamJoined(team=team, person=context.actor)]


def _leave(command: LeaveTeam, state: TeamState, context: Context) -> Sequence[Event]:
    if state.team_of.get(context.actor) != command.team:
        return []
    return [TeamLeft(team=command.team, person=context.actor)]


TEAMS: Decider[TeamCommand, TeamState] = Decider(boundary, TeamState, evolve, decide)
