from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fsrs import Card as FsrsCard
from fsrs import Rating, Scheduler

from domain.practice import HintTaken
from domain.reviews import CardsImported, Sm2Card
from projections.reviews import RETENTION, REVIEWS, Card, grade, recall
from realtime.routes.reviews import cursor, forecast
from tests.projections.given import START, answer, history, state_of

KEY = "ada.p1"
DAY = timedelta(days=1)
HINT = HintTaken(person="ada", problem="p1", skill="fractions", level=1)


def timed(elapsed: int, correct: bool = True):
    return answer(correct=correct, elapsed=elapsed)


@pytest.mark.parametrize(
    ("before", "given", "rating"),
    [
        ([], answer(correct=False), Rating.Again),
        ([], answer(), Rating.Good),
        ([HINT], answer(), Rating.Hard),
        ([HINT], answer(correct=False), Rating.Again),
        ([HINT, answer()], answer(), Rating.Good),
        ([timed(10_000)], timed(4_999), Rating.Easy),
        ([timed(10_000)], timed(5_000), Rating.Good),
        ([timed(10_000)], timed(20_001), Rating.Hard),
        ([timed(10_000), timed(100, correct=False)], timed(4_999), Rating.Easy),
        ([timed(10_000)], answer(), Rating.Good),
    ],
)
def test_the_grade_follows_from_the_answer_its_hints_and_its_time(before, given, rating):
    state = state_of(REVIEWS, KEY, *before) if before else Card()
    assert grade(state, given) is rating


def test_a_card_goes_as_the_library_has_it():
    events = [answer(), answer(correct=False), answer(), answer()]
    library, card = (
        Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False),
        FsrsCard(card_id=1),
    )
    for each, rating in zip(history(*events, step=3 * DAY), (3, 1, 3, 3), strict=True):
        card, _ = library.review_card(card, Rating(rating), each.at)
    state = state_of(REVIEWS, KEY, *events, step=3 * DAY)
    assert (state.stability, state.difficulty, state.due) == (card.stability, card.difficulty, card.due)
    assert (state.reviews, state.lapses) == (4, 1)


def test_it_is_due_when_it_is_about_to_be_forgotten():
    state = state_of(REVIEWS, KEY, answer(), answer(), step=DAY)
    assert recall(state, state.due) == pytest.approx(RETENTION, abs=0.02)
    assert recall(state, state.due + 30 * DAY) < RETENTION


def test_a_hint_alone_makes_no_card_that_is_due():
    assert state_of(REVIEWS, KEY, HINT).due is None


def test_what_sm2_had_learned_goes_on_and_what_was_answered_here_counts_more():
    old = Sm2Card(problem="p1", skill="fractions", reviewed=START - 9 * DAY, interval=10, ease=2.5, lapses=2)
    brought = CardsImported(load="l", person="ada", cards=(old,))
    state = state_of(REVIEWS, KEY, brought)
    assert (state.stability, state.due, state.lapses) == (10, START + DAY, 2)
    again = state_of(REVIEWS, KEY, brought, answer(), start=START + DAY)
    assert again.stability == pytest.approx(10 * 2.5, rel=0.1)  # as SM-2 would have made it
    assert state_of(REVIEWS, KEY, answer(), brought) == state_of(REVIEWS, KEY, answer())


def test_the_load_is_of_the_learners_own_days_and_what_waits_is_todays():
    night = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    cards = [Card(due=night), Card(due=night - 9 * DAY), Card(due=night + 40 * DAY), Card()]
    for zone, counts in (("UTC", [2, 0]), ("Europe/Berlin", [1, 1])):
        found = forecast(cards, date(2026, 11, 21), 2, ZoneInfo(zone))
        assert [load.cards for load in found] == counts


def test_cursors_sort_as_the_list_does():
    places = [(START + timedelta(microseconds=n * 10**7), f"p{n}") for n in range(0, 3000, 7)]
    assert sorted(map(cursor, places)) == [cursor(place) for place in places]
