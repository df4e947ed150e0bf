"""Teams: one at a time, and thirty members at most."""

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.teams import (
    CAPACITY,
    TEAMS,
    FormTeam,
    JoinTeam,
    LeaveTeam,
    TeamFormed,
    TeamIdTaken,
    TeamIsFull,
    TeamJoined,
    TeamLeft,
    UnknownTeam,
)
from tests.domain.machine import OFTEN, DeciderMachine
from tests.domain.spec import given

owls = TeamFormed(team="owls", title="The owls", person="ada")
foxes = TeamFormed(team="foxes", title="The foxes", person="ben")
ada_in_owls = TeamJoined(team="owls", person="ada")
ada_left_owls = TeamLeft(team="owls", person="ada")
ada_in_foxes = TeamJoined(team="foxes", person="ada")
full_foxes = [foxes, *(TeamJoined(team="foxes", person=f"p{number}") for number in range(CAPACITY))]


def test_whoever_forms_a_team_is_in_it():
    form = FormTeam(team="owls", title="The owls")
    given(TEAMS).when(form).then(owls, ada_in_owls).again().nothing()


def test_whoever_forms_a_team_leaves_their_old_one_first():
    formed = TeamFormed(team="foxes", title="The foxes", person="ada")
    form = FormTeam(team="foxes", title="The foxes")
    given(TEAMS, owls, ada_in_owls).when(form).then(formed, ada_left_owls, ada_in_foxes)


def test_a_team_that_was_left_is_not_joined_again_by_a_late_repeat_of_its_forming():
    form = FormTeam(team="owls", title="The owls")
    given(TEAMS, owls, ada_in_owls, ada_left_owls).when(form).nothing()


def test_an_id_names_one_team():
    given(TEAMS, owls).when(FormTeam(team="owls", title="Other owls")).refused(TeamIdTaken)
    given(TEAMS, owls).when(FormTeam(team="owls", title="The owls"), actor="ben").refused(TeamIdTaken)


def test_anybody_may_join_a_team_and_joins_once():
    given(TEAMS, owls).when(JoinTeam(team="owls")).then(ada_in_owls).again().nothing()


def test_joining_a_team_leaves_the_old_one_first():
    history = given(TEAMS, owls, foxes, ada_in_owls)
    history.when(JoinTeam(team="foxes")).then(ada_left_owls, ada_in_foxes).again().nothing()


def test_a_team_that_was_never_formed_can_be_neither_joined_nor_left():
    given(TEAMS).when(JoinTeam(team="owls")).refused(UnknownTeam)
    given(TEAMS, foxes).when(LeaveTeam(team="owls")).refused(UnknownTeam)


def test_a_full_team_refuses_the_next_member():
    given(TEAMS, *full_foxes).when(JoinTeam(team="foxes")).refused(TeamIsFull)


def test_a_full_team_keeps_the_members_it_has():
    given(TEAMS, *full_foxes).when(JoinTeam(team="foxes"), actor="p7").nothing()


def test_a_full_team_has_a_place_again_when_somebody_leaves():
    left = TeamLeft(team="foxes", person="p7")
    given(TEAMS, *full_foxes, left).when(JoinTeam(team="foxes")).then(ada_in_foxes)


def test_a_full_team_has_a_place_again_when_somebody_moves():
    moved = (TeamLeft(team="foxes", person="p7"), TeamJoined(team="owls", person="p7"))
    given(TEAMS, owls, *full_foxes, *moved).when(JoinTeam(team="foxes")).then(ada_in_foxes)


def test_a_member_leaves_once():
    leave = LeaveTeam(team="owls")
    given(TEAMS, owls, ada_in_owls).when(leave).then(ada_left_owls).again().nothing()


def test_leaving_another_team_than_ones_own_changes_nothing():
    given(TEAMS, owls, foxes, ada_in_owls).when(LeaveTeam(team="foxes")).nothing()


PERSON = st.sampled_from(["ada", "ben", "cyd", "dan"])
TEAM = st.sampled_from(["owls", "foxes"])


class TeamsMachine(DeciderMachine):
    """Against a model of who belongs where. Strangers come in crowds, so that teams are full now and then."""

    decider = TEAMS

    def __init__(self) -> None:
        super().__init__()
        self.formed: dict[str, str] = {}
        self.team_of: dict[str, str] = {}

    @rule(person=PERSON, team=TEAM)
    def form(self, person: str, team: str) -> None:
        events = self.wish(FormTeam(team=team, title=f"The {team}"), person)
        if team not in self.formed:
            assert events
            self.formed[team] = person
            self.team_of[person] = team
        else:
            assert events == ([] if self.formed[team] == person else TeamIdTaken)

    @rule(team=TEAM)
    def come_in_a_crowd(self, team: str) -> None:
        for number in range(CAPACITY - 1):
            self.join(f"{team}-{number}", team)

    @rule(person=PERSON, team=TEAM)
    def join(self, person: str, team: str) -> None:
        members = [one for one, other in self.team_of.items() if other == team]
        events = self.wish(JoinTeam(team=team), person)
        if team not in self.formed:
            assert events is UnknownTeam
        elif person in members:
            assert events == []
        elif len(members) >= CAPACITY:
            assert events is TeamIsFull
        else:
            assert events
            self.team_of[person] = team

    @rule(person=PERSON, team=TEAM)
    def leave(self, person: str, team: str) -> None:
        if self.wish(LeaveTeam(team=team), person) == [TeamLeft(team=team, person=person)]:
            assert self.team_of.pop(person) == team
        else:
            assert self.team_of.get(person) != team

    @invariant()
    def everybody_is_in_one_team_at_a_time_and_no_team_is_overfull(self) -> None:
        inside: dict[str, set[str]] = {}
        for event in self.history.events:
            if isinstance(event, TeamJoined):
                assert not any(event.person in members for members in inside.values())
                inside.setdefault(event.team, set()).add(event.person)
                assert len(inside[event.team]) <= CAPACITY
            elif isinstance(event, TeamLeft):
                inside[event.team].remove(event.person)
        assert {person: team for team, members in inside.items() for person in members} == self.team_of


TestTeams = TeamsMachine.TestCase
TestTeams.settings = OFTEN
