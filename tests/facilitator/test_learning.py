"""Lots and talk moves: fair, learning, and the same again anywhere."""

from statistics import mean, variance

import pytest

from domain.interventions import OutcomeMeasured
from rooms.facilitator.learning import CERTAIN, MOST, UNIFORMS, Tally, beta, chance, move

MOVES = ("invite", "connect", "revoice")


def came_of(move: str, result: str, arm: str = "said", detector: str = "quiet") -> OutcomeMeasured:
    fields = {"detector": detector, "move": move, "arm": arm, "result": result}
    return OutcomeMeasured(
        intervention="i", room="r", person="p", began=0, ended=1, before=0, after=0, seen=1, **fields
    )


def tally(**better_of_ten: int) -> Tally:
    found = Tally()
    for name, better in better_of_ten.items():
        for number in range(10):
            found.count(came_of(name, "better" if number < better else "same"))
    return found


def test_lots_are_what_they_were_on_any_machine_and_python():
    assert [chance("salt", "hold-out", f"i{n}") for n in range(4)] == [6806, 4018, 6137, 1125]
    assert beta(3, 1, "seed") == 10220568839831658679


def test_a_lot_is_as_likely_to_be_any():
    drawn = [chance("", "hold-out", str(number)) for number in range(4000)]
    assert min(drawn) >= 0
    assert max(drawn) < CERTAIN
    assert sum(each < 2000 for each in drawn) / 4000 == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize(("better", "same"), [(0, 0), (3, 1), (1, 9), (20, 20)])
def test_what_is_drawn_is_distributed_as_beta(better, same):
    drawn = [beta(better, same, str(number)) / UNIFORMS for number in range(1500)]
    a, b = better + 1, same + 1
    assert mean(drawn) == pytest.approx(a / (a + b), abs=0.03)
    assert variance(drawn) == pytest.approx(a * b / ((a + b) ** 2 * (a + b + 1)), rel=0.2)


def test_more_outcomes_than_matter_are_scaled_down_and_cost_nothing():
    drawn = beta(3 * 10**9, 10**9, "seed") / UNIFORMS
    assert drawn == pytest.approx(0.75, abs=0.15)
    assert beta(3 * MOST, MOST, "seed") == beta(6 * MOST, 2 * MOST, "seed")


def test_moves_are_tried_as_often_as_they_may_be_the_best():
    helped = tally(invite=2, connect=9, revoice=2)
    drawn = [move("quiet", MOVES, helped, f"seed{number}") for number in range(300)]
    assert drawn.count("connect") > 250
    assert len({move("quiet", MOVES, Tally(), f"seed{number}") for number in range(50)}) == 3


def test_what_helped_with_one_pattern_says_nothing_of_another_and_no_move_is_not_a_move():
    found = tally(connect=9)
    found.count(came_of("connect", "better", arm="held-out"))
    assert found.of("quiet", "connect") == (9, 1)
    assert found.of("quiet", None) == (1, 0)
    assert found.of("dominance", "connect") == (0, 0)
