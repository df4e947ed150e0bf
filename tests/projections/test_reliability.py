from datetime import timedelta

import pytest
from hypothesis import given

from domain.appeals import AppealUpheld
from domain.events import Event, Recorded
from domain.sessions import (
    NoShowReported,
    SessionBooked,
    SessionCancelled,
    SessionCompleted,
    SessionRated,
    SessionRescheduled,
    SessionStarted,
)
from projections.reliability import ACTS, RELIABILITY, Reliability, Tally, within
from tests.projections.given import START, fold, state_of
from tests.projections.streams import streams

DAY = timedelta(days=1)


def who(session: str = "s1") -> dict[str, str]:
    return {"session": session, "tutor": "tess", "learner": "ada"}


def booked(session: str = "s1", after: timedelta = DAY) -> SessionBooked:
    return SessionBooked(**who(session), starts=START + after, ends=START + after)


def moved(session: str = "s1", by: str = "tutor", notice: int = 2000) -> SessionRescheduled:
    return SessionRescheduled(
        **who(session), by=by, reason="illness", notice=notice, starts=START + 9 * DAY, ends=START + 9 * DAY
    )


def cancelled(by: str, notice: int = 2000, session: str = "s1") -> SessionCancelled:
    return SessionCancelled(**who(session), by=by, reason="other", notice=notice)


def completed(session: str = "s1") -> SessionCompleted:
    return SessionCompleted(**who(session))


def upheld(act: str = "rescheduled") -> AppealUpheld:
    return AppealUpheld(appeal="ap", session="s1", tutor="tess", act=act, by="root")


def record(*events: Event) -> Reliability:
    return state_of(RELIABILITY, "tess", *events)


def test_one_lesson_rescheduled_and_another_completed():
    total = record(booked("s1"), booked("s2"), moved("s1"), completed("s2")).total
    expected = Tally(
        booked=2, lessons=2, completed=1, rescheduled=1, rescheduled_by_tutor=1, reasons={"illness": 1}
    )
    assert total == expected


def test_a_lesson_that_one_party_moves_again_and_again_is_one_rescheduled_lesson():
    total = record(booked(), moved(), moved(), moved()).total
    assert (total.rescheduled, total.rescheduled_by_tutor, total.lessons) == (1, 1, 1)


def test_what_the_learner_moves_does_not_count_against_the_tutor():
    total = record(booked(), moved(by="learner", notice=5)).total
    assert (total.rescheduled_by_learner, total.rescheduled_by_tutor, total.short_notice) == (1, 0, 0)
    assert total.reasons == {}


def test_what_the_staff_does_counts_in_all_and_against_nobody():
    total = record(
        booked(), moved(by="staff", notice=5), moved(by="staff", notice=5), cancelled("staff", 5)
    ).total
    assert (total.rescheduled, total.rescheduled_by_tutor, total.rescheduled_by_learner) == (1, 0, 0)
    assert (total.cancelled, total.cancelled_by_tutor, total.cancelled_by_learner) == (1, 0, 0)
    assert (total.short_notice, total.lessons) == (0, 1)


def test_a_lesson_that_the_staff_moved_first_still_counts_when_the_tutor_moves_it():
    total = record(booked(), moved(by="staff"), moved(by="tutor", notice=5)).total
    assert (total.rescheduled, total.rescheduled_by_tutor, total.short_notice) == (1, 1, 1)


def test_whoever_calls_a_lesson_off_it_is_cancelled():
    whom = {"s1": "tutor", "s2": "learner", "s3": "learner", "s4": "staff"}
    total = record(*(cancelled(by, session=session) for session, by in whom.items())).total
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
    missing = {"s1": "tutor", "s2": "learner", "s3": "learner"}
    total = record(*(NoShowReported(**who(session), missing=party) for session, party in missing.items()))
    assert (total.total.no_shows, total.total.learner_no_shows) == (1, 2)


def test_a_lesson_that_begins_five_minutes_after_its_time_is_late():
    late = (SessionStarted(**who(session), late=late) for session, late in (("s1", 4), ("s2", 5)))
    assert record(*late).total.late == 1


def test_ratings_are_added_up():
    total = record(*(SessionRated(**who(), stars=stars) for stars in (5, 4, 4))).total
    assert (total.rating_sum, total.ratings) == (13, 3)


@pytest.mark.parametrize("end", [completed(), cancelled("learner")])
def test_a_lesson_that_came_to_its_end_is_remembered_only_if_it_counts_against_the_tutor(end: Event):
    assert record(booked(), moved(by="learner"), end).lessons == {}
    assert list(record(booked(), moved(by="tutor"), end).lessons) == ["s1"]


class TestAnAppealThatIsUpheld:
    def test_takes_the_act_out_of_the_record_and_leaves_the_lesson(self):
        state = record(booked(), moved(notice=5), completed(), upheld())
        total = state.total
        assert (total.rescheduled_by_tutor, total.short_notice, total.excused, total.lessons) == (0, 0, 1, 1)
        assert total.reasons == {"illness": 0}
        assert within(state, START, 7).rescheduled_by_tutor == 0
        assert state.lessons == {}

    def test_corrects_the_day_on_which_the_lesson_counted(self):
        events = (booked(), moved(), completed(), upheld())
        state = state_of(RELIABILITY, "tess", *events, step=20 * DAY)
        assert [tally.rescheduled_by_tutor for tally in state.days.values()] == [0] * len(state.days)

    def test_twice_or_of_what_does_not_count_changes_nothing(self):
        assert record(booked(), moved(), upheld(), upheld()).total.rescheduled_by_tutor == 0
        assert record(booked(), moved(), upheld("missed")).total.rescheduled_by_tutor == 1

    def test_excuses_no_move_that_comes_later(self):
        assert record(booked(), moved(), upheld(), moved()).total.rescheduled_by_tutor == 1


class TestAWindow:
    def test_holds_the_lessons_that_came_to_something_in_it(self):
        state = record(booked("s1"), booked("s2"), moved("s1"), completed("s2"))
        for days in (7, 30, 90):
            seen = within(state, START, days)
            assert (seen.rescheduled_by_tutor, seen.lessons) == (1, 2)
        assert within(state, START + 6 * DAY, 7).lessons == 2
        assert within(state, START + 7 * DAY, 7).lessons == 0

    def test_moves_with_time_though_nothing_happens(self):
        state = record(booked(after=DAY))
        assert within(state, START, 7).lessons == 0, "its time has not come"
        assert within(state, START + 2 * DAY, 7).lessons == 1, "its time has come, and nobody said more"
        assert within(state, START + 20 * DAY, 7).lessons == 0

    def test_never_counts_a_lesson_on_two_days(self):
        state = state_of(
            RELIABILITY, "tess", booked(), moved(), moved("s1", "learner"), completed(), step=DAY
        )
        assert sum(tally.lessons for tally in state.days.values()) == 1


@given(log=streams(*(kind for kind in RELIABILITY.reads if kind is not SessionRated), size=40))
def test_no_count_of_the_tutors_is_ever_above_the_lessons_or_below_nothing(log: list[Recorded]):
    for state in fold(RELIABILITY, log).values():
        for tally in (state.total, *state.days.values()):
            for name in (*ACTS.values(), "short_notice"):
                assert getattr(tally, name) >= 0
            assert all(count >= 0 for count in tally.reasons.values())


def test_the_last_hundred_days_are_kept_apart():
    state = state_of(RELIABILITY, "tess", *[booked(f"s{n}") for n in range(300)], step=DAY)
    assert state.total.booked == 300
    assert len(state.days) == 101
    assert sum(tally.booked for tally in state.days.values()) == 101
    assert len(state.lessons) <= 102, "nor are lessons of long ago"
