from datetime import timedelta

import pytest

from domain.events import Event
from domain.sessions import (
    NoShowReported,
    SessionBooked,
    SessionCancelled,
    SessionCompleted,
    SessionRated,
    SessionRescheduled,
    SessionStarted,
)
from projections.reliability import RELIABILITY, Reliability, flagged, shown
from tests.projections.given import START, shown_json, state_of


def who(session: str = "s1") -> dict[str, str]:
    return {"session": session, "tutor": "tess", "learner": "ada"}


def booked(session: str = "s1") -> SessionBooked:
    return SessionBooked(**who(session), starts=START, ends=START)


def moved(session: str = "s1", by: str = "tutor", notice: int = 2000) -> SessionRescheduled:
    return SessionRescheduled(**who(session), by=by, reason="other", notice=notice, starts=START, ends=START)


def cancelled(by: str, notice: int = 2000) -> SessionCancelled:
    return SessionCancelled(**who(), by=by, reason="other", notice=notice)


def record(*events: Event) -> Reliability:
    return state_of(RELIABILITY, "tess", *events)


def test_one_lesson_rescheduled_and_another_completed():
    state = record(booked("s1"), booked("s2"), moved("s1"), SessionCompleted(**who("s2")))
    assert shown_json(shown("tess", "Tess", state)) == {
        "tutor": "tess",
        "name": "Tess",
        "booked": 2,
        "completed": 1,
        "rescheduled": 1,
        "rescheduled_by_tutor": 1,
        "rescheduled_by_learner": 0,
        "short_notice": 0,
        "cancelled": 0,
        "cancelled_by_tutor": 0,
        "no_shows": 0,
        "learner_no_shows": 0,
        "rate": 0.5,
        "rating": None,
        "ratings": 0,
        "flagged": False,
    }


def test_a_lesson_that_one_party_moves_again_and_again_is_one_rescheduled_lesson():
    state = record(booked(), moved(), moved(), moved())
    assert (state.total.rescheduled, state.total.rescheduled_by_tutor) == (1, 1)


def test_what_the_learner_moves_does_not_count_against_the_tutor():
    scores = shown("tess", "Tess", record(booked(), moved(by="learner", notice=5)))
    assert (scores.rescheduled_by_learner, scores.short_notice, scores.rate) == (1, 0, 0)


def test_what_the_staff_does_counts_in_all_and_against_nobody():
    state = record(booked(), moved(by="staff", notice=5), moved(by="staff", notice=5), cancelled("staff", 5))
    scores = shown("tess", "Tess", state)
    assert (scores.rescheduled, scores.rescheduled_by_tutor, scores.rescheduled_by_learner) == (1, 0, 0)
    assert (scores.cancelled, scores.cancelled_by_tutor, state.total.cancelled_by_learner) == (1, 0, 0)
    assert (scores.short_notice, scores.rate) == (0, 0)


def test_a_lesson_that_the_staff_moved_first_still_counts_when_the_tutor_moves_it():
    total = record(booked(), moved(by="staff"), moved(by="tutor", notice=5)).total
    assert (total.rescheduled, total.rescheduled_by_tutor, total.short_notice) == (1, 1, 1)


def test_whoever_calls_a_lesson_off_it_is_cancelled():
    total = record(*map(cancelled, ("tutor", "learner", "learner", "staff"))).total
    assert (total.cancelled, total.cancelled_by_tutor, total.cancelled_by_learner) == (4, 1, 2)


def test_a_lesson_that_both_move_counts_for_each_and_once_in_all():
    total = record(booked(), moved(by="learner"), moved(by="tutor")).total
    assert (total.rescheduled, total.rescheduled_by_tutor, total.rescheduled_by_learner) == (1, 1, 1)


def test_less_than_a_day_is_short_notice():
    assert record(booked(), moved(notice=24 * 60)).total.short_notice == 0
    assert record(booked(), moved(notice=24 * 60 - 1)).total.short_notice == 1
    assert record(booked(), cancelled("tutor", notice=10)).total.short_notice == 1
    assert record(booked(), cancelled("learner", notice=10)).total.short_notice == 0


def test_no_shows_are_told_apart():
    total = record(
        *(NoShowReported(**who(), missing=party) for party in ("tutor", "learner", "learner"))
    ).total
    assert (total.no_shows, total.learner_no_shows) == (1, 2)


def test_ratings_are_averaged():
    scores = shown("tess", "Tess", record(*(SessionRated(**who(), stars=stars) for stars in (5, 4, 4))))
    assert (scores.rating, scores.ratings) == (4.33, 3)


def test_without_lessons_there_is_no_rate():
    assert shown("tess", "Tess", Reliability()).rate is None


@pytest.mark.parametrize(
    "end", [SessionStarted(**who(), late=0), SessionCompleted(**who()), cancelled("learner")]
)
def test_a_lesson_that_came_to_its_end_is_not_remembered(end: Event):
    assert record(booked(), moved(), end).moved == {}


@pytest.mark.parametrize("lessons", range(5))
def test_nobody_is_flagged_before_five_lessons_even_if_all_were_moved(lessons: int):
    assert not flagged(lessons, lessons)


def test_a_flag_needs_more_than_chance():
    assert flagged(5, 5)
    assert not flagged(1, 5)  # 20 %, above the threshold, and no evidence
    assert not flagged(20, 100)
    assert flagged(25, 100)


def test_the_last_hundred_days_are_kept_apart():
    state = state_of(RELIABILITY, "tess", *[booked(f"s{n}") for n in range(300)], step=timedelta(days=1))
    assert state.total.booked == 300
    assert len(state.days) == 101
    assert sum(tally.booked for tally in state.days.values()) == 101
