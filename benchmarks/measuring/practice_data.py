"""Real answers of learners, read from the folder of real input."""

import csv
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple


class Given(NamedTuple):
    """An answer as `Model.answered` takes it; `at` in seconds."""

    learner: str
    item: str
    skill: str
    at: float
    correct: bool


def answers_in(path: Path) -> list[Given]:
    """Of the file, in its order: by learner, and each learner's as they came."""
    with path.open(newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return [
            Given(
                row["user_id"],
                row["item_id"],
                row["skill_id"],
                float(row["timestamp"]),
                row["correct"] == "1",
            )
            for row in rows
        ]


def split(answers: Iterable[Given], every: int) -> tuple[list[Given], list[Given]]:
    """Those to learn from, and those of the last of each so many learners, in the order of their numbers."""
    answers = list(answers)
    learners = sorted({each.learner for each in answers}, key=int)
    held: Collection[str] = set(learners[every - 1 :: every])
    return (
        [each for each in answers if each.learner not in held],
        [each for each in answers if each.learner in held],
    )
