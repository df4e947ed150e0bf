from datetime import date, timedelta

from hypothesis import given

from domain import quests
from domain.events import Recorded
from domain.practice import AnswerGiven
from domain.quests import QuestClaimed
from projections.quests import DAYS_KEPT, QUESTS, Progress, shown
from tests.projections.given import TODAY, answer, fold, shown_json, state_of
from tests.projections.streams import streams

DAY = timedelta(days=1)


def quest(state: Progress, name: str, day: date = TODAY) -> dict:
    answered = shown_json(shown("ada", state, day))
    return next(quest for quest in answered["quests"] if quest["quest"] == name)


def test_a_newcomer_is_at_level_one_with_nothing_done():
    assert shown_json(shown("ada", Progress(), TODAY)) == {
        "person": "ada",
        "day": "2026-11-21",
        "xp": 0,
        "level": 1,
        "streak": 0,
        "quests": [
            {
                "quest": "daily-five",
                "title": "Answer five problems",
                "goal": 5,
                "done": 0,
                "met": False,
                "claimed": False,
                "xp": 20,
            },
            {
                "quest": "daily-three-right",
                "title": "Get three right",
                "goal": 3,
                "done": 0,
                "met": False,
                "claimed": False,
                "xp": 30,
            },
        ],
    }


def test_answers_count_for_the_quests_of_their_day():
    state = state_of(QUESTS, "ada", answer(), answer(correct=False), answer(day=TODAY - DAY))
    assert (quest(state, "daily-five")["done"], quest(state, "daily-three-right")["done"]) == (2, 1)
    assert quest(state, "daily-five", TODAY - DAY)["done"] == 1
    assert quest(state, "daily-five", TODAY + DAY)["done"] == 0


def test_a_quest_is_met_at_its_goal_and_shows_no_more_than_that():
    state = state_of(QUESTS, "ada", *[answer()] * 4)
    assert quest(state, "daily-three-right") == {
        "quest": "daily-three-right",
        "title": "Get three right",
        "goal": 3,
        "done": 3,
        "met": True,
        "claimed": False,
        "xp": 30,
    }


def test_a_claim_adds_its_points_and_marks_its_day_only():
    claim = QuestClaimed(quest="daily-three-right", person="ada", day=TODAY, xp=30)
    state = state_of(QUESTS, "ada", answer(day=TODAY - DAY), *[answer()] * 3, claim)
    assert state.xp == 70
    assert shown("ada", state, TODAY).level == 2
    assert quest(state, "daily-three-right")["claimed"]
    assert not quest(state, "daily-five")["claimed"]
    assert not quest(state, "daily-three-right", TODAY - DAY)["claimed"]


def test_the_streak_is_a_matter_of_when_it_is_asked():
    state = state_of(QUESTS, "ada", answer(day=TODAY - DAY), answer(day=TODAY))
    assert [shown("ada", state, TODAY + n * DAY).streak for n in range(3)] == [2, 2, 0]


def test_a_long_history_keeps_a_few_days_only():
    state = state_of(QUESTS, "ada", *[answer(day=TODAY + n * DAY) for n in range(400)])
    assert len(state.days) == DAYS_KEPT.days + 1
    assert (state.streak.length, state.xp) == (400, 4000)


@given(log=streams(AnswerGiven, size=40))
def test_progress_shown_is_the_progress_that_a_claim_is_judged_by(log: list[Recorded]):
    for (org, person), state in fold(QUESTS, log).items():
        judged = quests.Progress()
        for each in log:
            if (each.org, each.event.person) == (org, person):
                quests.evolve(judged, each.event)
        for day in (max(state.days), max(state.days) - DAY):
            progress = shown(person, state, day).quests
            done = [judged.done(quest, day) for quest in quests.QUESTS]
            assert [quest.met for quest in progress] == [
                count >= quest.goal for count, quest in zip(done, quests.QUESTS, strict=True)
            ]
            assert [quest.done for quest in progress] == [
                min(count, quest.goal) for count, quest in zip(done, quests.QUESTS, strict=True)
            ]
