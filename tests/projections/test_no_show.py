"""The risk that a lesson is missed: learned as lessons are held, calibrated, and read out term by term."""

import random
from datetime import timedelta

import pytest

from domain.sessions import NoShowReported, SessionCompleted
from projections.attendance import ATTENDANCE
from projections.measures import Measure
from projections.no_show import Facts, History, Learning, marks, risk
from projections.risk import foretold
from projections.sessions import Session
from tests.projections.given import START, state_of

NEW = Facts(History(), History(), 3.0, False, False)
LESSON = Session(tutor="tess", learner="ada", starts=START + timedelta(days=7), booked=START, state="booked")


def learned(lessons: int, seed: int = 1) -> Learning:
    """From lessons of learners of whom some miss a third, and most hardly any."""
    chance, learning = random.Random(seed), Learning()
    learners = [(0.33 if n % 8 == 0 else 0.02, History()) for n in range(60)]
    for number in range(lessons):
        who = number % len(learners)
        rate, history = learners[who]
        missed = chance.random() < rate
        learning.learn(Facts(history, History(), 3.0, False, False), missed)
        learners[who] = rate, History(history.came + (not missed), history.missed + missed)
    return learning


def test_it_is_calibrated_on_lessons_that_were_new():
    learning = learned(3000)
    assert learning.error() < 0.03
    assert learning.lessons == 3000


def test_whoever_missed_many_is_likelier_to_miss_the_next():
    weights = learned(3000).weights
    often = NEW._replace(learner=History(came=12, missed=6))
    never = NEW._replace(learner=History(came=18, missed=0))
    assert risk(weights, marks(often)) > 3 * risk(weights, marks(never))


def test_the_same_lessons_in_the_same_order_teach_the_same_bits():
    assert learned(500).weights == learned(500).weights


def test_without_a_history_nobody_is_suspected():
    assert marks(NEW)[1:3] == (0.0, 0.0)


def test_attendance_is_counted_for_each_party():
    who = {"tutor": "tess", "learner": "ada"}
    events = (
        SessionCompleted(session="s1", **who),
        NoShowReported(session="s2", **who, missing="learner"),
        NoShowReported(session="s3", **who, missing="tutor"),
    )
    ada, tess = (state_of(ATTENDANCE, person, *events) for person in ("ada", "tess"))
    assert (ada.as_learner(), ada.partners) == (History(2, 1), {"tess": 3})
    assert tess.as_tutor() == History(2, 1)
    assert tess.partners == {}


class TestWhatIsShown:
    measure = Measure(weights=(-3.0, 0.5, 0.5, 0.25, 0.5, 0.0), lessons=4000, error=0.01, rate=0.06)

    def test_adds_up_to_the_risk(self):
        shown = foretold("s1", LESSON, {}, self.measure)
        assert shown.risk == pytest.approx(
            1 / (1 + 2.718281828 ** -sum(t.adds for t in shown.terms)), abs=1e-3
        )
        assert (shown.calibrated, shown.lessons) == (True, 4000)
        assert {term.name: term.adds for term in shown.terms}["first"] == 0.5

    def test_is_no_risk_while_nothing_was_learned_or_predictions_were_far_off(self):
        assert foretold("s1", LESSON, {}, None).risk is None
        off = Measure(weights=self.measure.weights, lessons=4000, error=0.2)
        shown = foretold("s1", LESSON, {}, off)
        assert (shown.risk, shown.calibrated, shown.error) == (None, False, 0.2)
