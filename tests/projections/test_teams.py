from domain.teams import TeamFormed, TeamJoined, TeamLeft
from projections.teams import TEAMS
from tests.projections.given import state_of


def test_a_team_and_who_belongs_to_it():
    state = state_of(
        TEAMS,
        "owls",
        TeamFormed(team="owls", title="The Owls", person="ada"),
        TeamJoined(team="owls", person="ada"),
        TeamJoined(team="owls", person="ben"),
        TeamLeft(team="owls", person="ada"),
    )
    assert (state.title, state.founder, state.members) == ("The Owls", "ada", {"ben": 3})
