"""What events mean to the leaderboards."""

from datetime import timedelta

import pytest

from domain.events import Event
from domain.people import ConsentGiven, ConsentWithdrawn
from domain.practice import HintTaken
from domain.quests import QuestClaimed
from domain.teams import TeamJoined, TeamLeft
from projections.leaderboards import (
    Award,
    Listing,
    Membership,
    Operation,
    UnknownBoard,
    board,
    boards_changed,
    operations,
)
from projections.seasons import Seasons
from tests.projections.given import START, TODAY, answer, history, recorded

NOW = Seasons("2026-11-21", "2026-W47", "2026-11")


def from_events(*events: Event) -> list[Operation]:
    return operations(history(*events))


def test_an_answer_earns_points_in_its_skill():
    assert from_events(answer()) == [Award("school", "ada", "fractions", 10, 1, NOW)]


def test_a_quest_earns_points_in_no_skill():
    claimed = QuestClaimed(quest="daily-five", person="ada", day=TODAY, xp=20)
    assert from_events(claimed) == [Award("school", "ada", "", 20, 1, NOW)]


def test_the_season_is_that_of_the_record_and_not_of_the_learners_calendar():
    [award] = from_events(answer(day=TODAY + timedelta(days=1), zone="Pacific/Kiritimati"))
    assert award.seasons.day == "2026-11-21"


def test_an_answer_without_points_changes_no_board():
    assert from_events(answer(xp=0), HintTaken(person="ada", problem="p", skill="s", level=1)) == []


def test_only_consent_to_leaderboards_lists():
    events = [
        make(person="ada", scope=scope)
        for make in (ConsentGiven, ConsentWithdrawn)
        for scope in ("voice", "leaderboard")
    ]
    assert from_events(*events) == [Listing("school", "ada", True), Listing("school", "ada", False)]


def test_awards_of_a_kind_are_added_up_and_stand_where_the_last_of_them_stood():
    assert from_events(answer(), answer(person="ben"), answer(xp=1), answer(skill="algebra")) == [
        Award("school", "ada", "fractions", 11, 3, NOW),
        Award("school", "ben", "fractions", 10, 2, NOW),
        Award("school", "ada", "algebra", 10, 4, NOW),
    ]


def test_awards_are_not_added_up_over_a_change_of_team():
    join, leave = TeamJoined(team="owls", person="ada"), TeamLeft(team="owls", person="ada")
    assert from_events(answer(), join, answer(), answer(), leave, answer()) == [
        Award("school", "ada", "fractions", 10, 1, NOW),
        Membership("school", "ada", "owls", True),
        Award("school", "ada", "fractions", 20, 4, NOW),
        Membership("school", "ada", "owls", False),
        Award("school", "ada", "fractions", 10, 6, NOW),
    ]


def test_awards_are_not_added_up_over_days_or_organisations():
    log = [
        recorded(1, answer()),
        recorded(2, answer(), org="club"),
        recorded(3, answer(), START + timedelta(days=1)),
    ]
    assert [(each.org, each.seasons.day) for each in operations(log)] == [
        ("school", "2026-11-21"),
        ("club", "2026-11-21"),
        ("school", "2026-11-22"),
    ]


def test_who_looks_at_which_board_is_told():
    join = Membership("school", "ada", "owls", True)
    assert boards_changed([Award("school", "ada", "fractions", 1, 1, NOW), join]) == {
        ("school", "xp"),
        ("school", "teams"),
        ("school", "skill-fractions"),
    }
    assert boards_changed([Listing("club", "ada", False)]) == {("club", "*")}


@pytest.mark.parametrize("name", ["xp", "teams", "skill-fractions", "skill-skill-1"])
def test_a_board_by_its_name(name: str):
    assert board(name) == name


@pytest.mark.parametrize("name", ["", "XP", "skill-", "skill", "skill-a b", "skill-a:b", "xp:all"])
def test_there_is_no_other_board(name: str):
    with pytest.raises(UnknownBoard):
        board(name)
