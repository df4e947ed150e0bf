from itertools import product
from math import exp, inf, isfinite

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.prediction.explained import explained, reasons, since
from projections.prediction.learning import LEAK, LIMIT, REMEMBERED, probability
from projections.prediction.model import Model, Prediction, Terms
from projections.prediction.rows import MARKS, Rows

Answer = tuple[str, str, str, float, bool]

NOTHING = dict.fromkeys(Terms.__struct_fields__, 0.0)
DAY = 86_400.0
SKILLS = {"halves": "fractions", "thirds": "fractions", "roots": "algebra"}

ANSWERS = st.lists(
    st.builds(
        lambda learner, item, at, correct: (learner, item, SKILLS[item], at, correct),
        st.sampled_from(["ada", "ben", "cleo"]),
        st.sampled_from(sorted(SKILLS)),
        st.floats(0, 1e9) | st.sampled_from([0.0, 60.0]),
        st.booleans(),
    ),
    max_size=40,
)


def after(*answers: Answer) -> Model:
    model = Model()
    for answer in answers:
        model.answered(*answer)
    return model


def bits(model: Model) -> bytes:
    return msgspec.msgpack.encode(model.rows)


def reread(model: Model) -> Model:
    return Model(msgspec.msgpack.decode(bits(model), type=Rows))


def chance(model: Model, learner: str = "zoe", item: str = "halves", at: float = 0) -> float:
    return model.predict(learner, item, SKILLS.get(item, "fractions"), at).probability


def logit_of(prediction: Prediction) -> float:
    return sum(msgspec.structs.astuple(prediction.terms))


def everybody(item: str, correct: bool, learners: int = 20) -> list[Answer]:
    """So many learners, each of whom answers this item once."""
    return [(f"{item}{number}", item, SKILLS[item], 0.0, correct) for number in range(learners)]


def test_before_any_answer_the_chance_is_even():
    prediction = Model().predict("ada", "halves", "fractions", 0)
    assert prediction == Prediction(0.5, Terms(**NOTHING))


def test_the_first_answer_by_hand():
    """p = 1/2, so the precision grows by 1/4, and the mean moves by (1 - 1/2) / (1.5 + 1/4)."""
    model = Model()
    assert model.answered("ada", "halves", "fractions", 0, True) == 0.5
    item = model.rows.items["halves"]
    assert (item.mean, item.precision) == (0.5 / 1.75, 0.25)


def test_a_hard_item_lowers_what_is_expected_of_anybody():
    model = after(*everybody("halves", False), *everybody("thirds", True))
    hard, easy = (model.predict("zoe", item, "fractions", 0) for item in ("halves", "thirds"))
    assert hard.terms.item < 0 < easy.terms.item
    assert hard.probability < easy.probability


def test_practice_that_goes_well_raises_what_is_expected_and_mistakes_lower_it():
    steps = [("ada", "halves", "fractions", 60.0 * minute) for minute in range(6)]
    usual = everybody("thirds", True) + everybody("thirds", False)
    well = after(*usual, *((*step, True) for step in steps))
    badly = after(*usual, *((*step, False) for step in steps))
    assert chance(badly, "ada", "thirds", 400) < chance(after(*usual), "ada", "thirds", 400)
    assert chance(after(*usual), "ada", "thirds", 400) < chance(well, "ada", "thirds", 400)


def test_whoever_is_strong_in_one_skill_is_expected_to_be_in_another_but_less_so():
    model = after(*(("ada", "halves", "fractions", 60.0 * minute, minute != 5) for minute in range(30)))
    same, other = model.predict("ada", "new", "fractions", DAY), model.predict("ada", "roots", "algebra", DAY)
    assert same.terms.learner == other.terms.learner > 0
    assert same.terms.standing > other.terms.standing == 0


def test_what_usually_follows_a_mistake_is_expected_after_a_mistake():
    learners = [f"learner{number}" for number in range(60)]
    answers: list[Answer] = []
    for number, learner in enumerate(learners):
        missed = number % 2 == 0
        answers.append((learner, "roots", "algebra", 0.0, not missed))
        answers.append((learner, "halves", "fractions", 60.0, missed))
    model = after(*answers, ("ada", "roots", "algebra", 0.0, False), ("ben", "roots", "algebra", 0.0, True))
    missed, solved = (model.predict(name, "halves", "fractions", 60) for name in ("ada", "ben"))
    assert missed.terms.previous > 0 > solved.terms.previous


def test_a_strong_learner_who_fails_now_is_believed_weaker_however_long_the_record():
    """Precision leaks: hundreds of answers do not hold a learner where they were."""
    long = [("ada", f"item{number}", "fractions", 0.0, True) for number in range(500)]
    model = after(*long)
    before = model.rows.learners["ada"].mean
    for number in range(30):
        model.answered("ada", f"other{number}", "fractions", 0, False)
    assert model.rows.learners["ada"].mean < before - 1
    assert model.rows.learners["ada"].precision < 0.25 / (1 - LEAK)


def test_the_form_of_the_last_minutes_counts_on_every_skill_and_fades():
    learners = [(f"learner{number}", number % 2 == 0) for number in range(40)]
    usual = [
        (name, item, SKILLS[item], 0.0, strong)
        for item in ("halves", "thirds", "roots")
        for name, strong in learners
    ]
    model = after(*usual, *(("ada", "halves", "fractions", 0.0, False) for _ in range(3)))
    now, later = (model.predict("ada", "roots", "algebra", minutes * 60) for minutes in (0, 60))
    assert now.terms.lately < -0.01
    assert abs(later.terms.lately) < 0.01


def test_a_pause_counts_from_the_last_answer_on_the_skill():
    model = after(
        *(
            answer
            for number in range(40)
            for answer in (
                (f"learner{number}", "halves", "fractions", 0.0, True),
                (f"learner{number}", "thirds", "fractions", 30 * DAY, False),
            )
        ),
        ("ada", "halves", "fractions", 0.0, True),
    )
    soon, late = (model.predict("ada", "thirds", "fractions", days * DAY) for days in (0, 30))
    assert soon.terms.pause == 0 > late.terms.pause
    assert late.probability < soon.probability


def test_an_item_that_was_missed_before_is_told_from_one_that_was_not():
    model = after(
        *(
            (f"learner{number}", "halves", "fractions", float(minute), bool(minute))
            for number in range(20)
            for minute in (0, 1)
        ),
        ("ada", "halves", "fractions", 0.0, False),
    )
    again, another = (model.predict("ada", item, "fractions", 1) for item in ("halves", "thirds"))
    assert again.terms.repeat > another.terms.repeat == 0


def test_predicting_changes_nothing():
    model = after(("ada", "halves", "fractions", 0, True))
    before = bits(model)
    for learner, item in product(("ada", "zoe"), ("halves", "unseen")):
        chance(model, learner, item)
    assert bits(model) == before


@given(ANSWERS)
def test_the_same_answers_in_the_same_order_leave_the_same_bits(answers: list[Answer]):
    assert bits(after(*answers)) == bits(after(*answers))


@given(ANSWERS, st.sets(st.integers(0, 40)))
def test_rows_written_down_anywhere_go_on_to_the_same_bits(answers: list[Answer], cuts: set[int]):
    model = Model()
    predicted: list[float] = []
    for number, answer in enumerate(answers):
        if number in cuts:
            model = reread(model)
        predicted.append(model.answered(*answer))
    straight = Model()
    assert predicted == [straight.answered(*answer) for answer in answers]
    assert bits(model) == bits(straight)


@given(ANSWERS, st.sampled_from(["ada", "zoe"]), st.sampled_from(sorted(SKILLS)), st.floats(0, 1e9))
def test_the_terms_add_up_to_the_logit(answers: list[Answer], learner: str, item: str, at: float):
    prediction = after(*answers).predict(learner, item, SKILLS[item], at)
    assert prediction.probability == pytest.approx(1 / (1 + exp(-logit_of(prediction))))


@given(ANSWERS)
def test_what_is_predicted_is_what_the_answer_is_learned_against(answers: list[Answer]):
    model = Model()
    for learner, item, skill, at, correct in answers:
        expected = model.predict(learner, item, skill, at).probability
        assert 0 < expected < 1
        assert model.answered(learner, item, skill, at, correct) == expected


@pytest.mark.parametrize("logit", [-inf, -1e9, -LIMIT, 0.0, LIMIT, 1e9, inf])
def test_no_logit_makes_anything_certain(logit: float):
    assert 0 < probability(logit) < 1


@pytest.mark.parametrize("at", [(0.0, 0.0), (DAY, 0.0), (0.0, 1e300)])
def test_equal_instants_and_clocks_that_were_set_back_harm_nothing(at: tuple[float, float]):
    model = after(*(("ada", "halves", "fractions", when, True) for when in at))
    assert isfinite(logit_of(model.predict("ada", "halves", "fractions", at[1])))
    assert 0.5 < chance(model, "ada", "halves", at[1]) < 1


def test_however_many_answers_there_were_the_rows_are_no_larger():
    def sizes(answers: int) -> tuple[list[int], int]:
        model = Model()
        items = [f"item{number}" for number in range(2 * REMEMBERED)]
        for number in range(answers):
            model.answered("ada", items[number % len(items)], "fractions", float(number), number % 3 == 0)
        rows = model.rows
        kept = (rows.learners, rows.standings, rows.items, rows.skills, rows.turns)
        return [len(each) for each in kept], len(rows.standings["ada.fractions"].items)

    assert sizes(200) == sizes(2000) == ([1, 1, 2 * REMEMBERED, 1, 2], REMEMBERED)


def test_a_thousand_identical_answers_leave_everything_finite():
    model = after(*(("ada", "halves", "fractions", 0.0, True) for _ in range(1000)))
    assert 0.9 < chance(model, "ada") < 1
    assert len(model.rows.common.values) == len(MARKS)
    assert max(map(abs, model.rows.common.values)) < 20


def _terms(**given: float) -> Prediction:
    return Prediction(0.62, Terms(**(NOTHING | given)))


def test_a_prediction_says_why():
    told = explained(_terms(item=-0.8, form=0.6, pause=-0.2, base=0.7), "fractions", ago=11 * DAY)
    assert told == "predicted 62 %: this item is hard -0.8, your form on fractions +0.6, 11 days ago -0.2"


def test_what_hardly_counts_is_not_told():
    assert explained(_terms(item=0.04), "fractions") == "predicted 62 %"


def test_the_largest_reasons_are_told_and_no_more_than_asked_for():
    prediction = _terms(item=0.3, learner=-0.9, first=0.2, repeat=0.4)
    told = explained(prediction, "fractions", most=2)
    assert told == "predicted 62 %: your answers on everything -0.9, you have met this item before +0.4"


def test_every_term_but_the_common_one_can_be_told():
    prediction = _terms(**{name: 1.0 for name in NOTHING})
    assert len({words for words, _ in reasons(prediction.terms, "fractions")}) == len(NOTHING) - 1


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5.0, "just now"),
        (59.0, "just now"),
        (60.0, "1 minute ago"),
        (7200.0, "2 hours ago"),
        (DAY, "1 day ago"),
    ],
)
def test_how_long_ago_is_told_in_whole_units(seconds: float, words: str):
    assert since(seconds) == words
