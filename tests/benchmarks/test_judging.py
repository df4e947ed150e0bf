import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.measuring.judging import auc, calibration_error
from benchmarks.measuring.practice_data import Given, answers_in, split

JUDGED = st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.booleans()), min_size=2).filter(
    lambda pairs: len({correct for _, correct in pairs}) == 2
)


@given(JUDGED)
def test_auc_is_the_share_of_pairs_that_are_in_order(pairs: list[tuple[float, bool]]):
    right = [likely for likely, correct in pairs if correct]
    wrong = [likely for likely, correct in pairs if not correct]
    won = sum((good > bad) + (good == bad) / 2 for good in right for bad in wrong)
    assert auc(*zip(*pairs, strict=True)) == pytest.approx(won / len(right) / len(wrong))


def test_the_calibration_error_by_hand():
    """Of two answers held 20 % likely one was right, of two at 90 % both: (2 · 0.3 + 2 · 0.1) / 4."""
    assert calibration_error([0.2, 0.2, 0.9, 0.9], [True, False, True, True]) == pytest.approx(0.2)


def test_a_file_of_answers_is_read_and_split_by_learner(tmp_path):
    path = tmp_path / "answers.csv"
    rows = [f"{learner}\t7\t60\t1\t3" for learner in (10, 9, 8, 9)]
    path.write_text("\n".join(["user_id\titem_id\ttimestamp\tcorrect\tskill_id", *rows]) + "\n")
    answers = answers_in(path)
    assert answers[0] == Given("10", "7", "3", 60.0, True)
    learned, held = split(answers, every=2)
    assert [each.learner for each in learned] == ["10", "8"]
    assert [each.learner for each in held] == ["9", "9"]
