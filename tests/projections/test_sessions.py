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
from projections.sessions import SCHEDULE, SESSIONS, prefix_of
from tests.projections.given import START, fold, history, shown_json, state_of

HOUR = timedelta(hours=1)
WHO = {"session": "s1", "tutor": "tess", "learner": "ada"}
BOOKED = SessionBooked(**WHO, starts=START, ends=START + HOUR, subject="Fractions")
MOVED = SessionRescheduled(
    **WHO, by="tutor", reason="illness", notice=60, starts=START + HOUR, ends=START + 2 * HOUR
)


def test_a_booked_session():
    assert shown_json(state_of(SESSIONS, "s1", BOOKED)) == {
        **WHO,
        "starts": "2026-11-21T09:00:00Z",
        "ends": "2026-11-21T10:00:00Z",
        "subject": "Fractions",
        "state": "booked",
        "rescheduled": 0,
        "stars": None,
        "booked": "2026-11-21T09:00:00Z",
        "room": None,
    }


def test_a_rescheduled_session_is_still_booked():
    state = state_of(SESSIONS, "s1", BOOKED, MOVED)
    assert (state.state, state.starts, state.ends, state.rescheduled) == (
        "booked",
        START + HOUR,
        START + 2 * HOUR,
        1,
    )


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (SessionStarted(**WHO, late=0), "started"),
        (SessionCompleted(**WHO), "completed"),
        (SessionCancelled(**WHO, by="learner", reason="other", notice=9), "cancelled"),
        (NoShowReported(**WHO, missing="learner"), "no-show"),
    ],
)
def test_what_became_of_it(event: Event, state: str):
    assert state_of(SESSIONS, "s1", BOOKED, event).state == state


def test_a_rating_leaves_the_outcome():
    state = state_of(SESSIONS, "s1", BOOKED, SessionCompleted(**WHO), SessionRated(**WHO, stars=4))
    assert (state.state, state.stars) == ("completed", 4)


def test_both_parties_find_it_in_their_schedule_and_in_the_same_state():
    rows = fold(SCHEDULE, history(BOOKED, MOVED))
    assert list(rows) == [("school", prefix_of("tess") + "s1"), ("school", prefix_of("ada") + "s1")]
    assert set(map(repr, rows.values())) == {repr(state_of(SESSIONS, "s1", BOOKED, MOVED))}
