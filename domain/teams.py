"""Teams: learners who stand together on a leaderboard."""

from domain.deciding import Command
from domain.events import Event
from domain.identity import PersonId, TeamId, Title


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
