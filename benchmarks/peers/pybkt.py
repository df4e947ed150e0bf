"""pyBKT: Bayesian knowledge tracing in a package that is installed into a folder of its own."""

import importlib
import subprocess
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

from benchmarks.measuring.practice_data import Given

VERSION = "1.4.3"
FOLDER = Path(__file__).parents[2] / ".cache" / "peers" / f"pybkt-{VERSION}"
NEEDS = ("scikit-learn==1.5.2", "pandas<3", "numpy<2.3")
"""It does not run with the scikit-learn of today."""
SEED = 42
SHOWN = 300
"""Answers that the roster is shown."""


class PyBktMissing(Exception):
    """The peer cannot be had."""


class Fitted(NamedTuple):
    """What its fit took, in seconds of processor time, and what it then predicts of others' answers."""

    seconds: float
    predicted: list[float]
    correct: list[bool]


class PyBkt:
    """The package, installed once. Raises `PyBktMissing`."""

    def __init__(self) -> None:
        _install()
        sys.path.insert(0, str(FOLDER))
        try:
            self._pandas: Any = importlib.import_module("pandas")
            self._models: Any = importlib.import_module("pyBKT.models")
        except Exception as error:
            raise PyBktMissing(f"pyBKT does not run on this Python: {error}") from error
        finally:
            sys.path.remove(str(FOLDER))

    def fit(self, answers: Sequence[Given], others: Sequence[Given]) -> Fitted:
        """Every skill from these answers, with forgetting, once, in this process."""
        model, seconds = self._fitted(answers)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table = model.predict(data=self._table(others))
        predicted = [float(each) for each in table["correct_predictions"]]
        return Fitted(seconds, predicted, [bool(each) for each in table["correct"]])

    def answers_a_second(self, answers: Sequence[Given]) -> float:
        """Its `Roster` of one skill and twenty learners, a second of processor time."""
        skill = answers[0].skill
        model, _ = self._fitted([each for each in answers if each.skill == skill])
        learners = [str(number) for number in range(20)]
        roster = self._models.Roster(students=learners, skills=[skill], model=model)
        before = process_time()
        for number in range(SHOWN):
            roster.update_state(skill, learners[number % 20], number % 2)
        return SHOWN / (process_time() - before)

    def _fitted(self, answers: Sequence[Given]) -> tuple[Any, float]:
        model = self._models.Model(seed=SEED, num_fits=1, parallel=False)
        before = process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(data=self._table(answers), forgets=True)
        return model, process_time() - before

    def _table(self, answers: Sequence[Given]) -> Any:
        return self._pandas.DataFrame(
            {
                "order_id": range(len(answers)),
                "user_id": [int(each.learner) for each in answers],
                "skill_name": [each.skill for each in answers],
                "correct": [int(each.correct) for each in answers],
            }
        )


def _install() -> None:
    """Into `FOLDER`, with the pip of this Python; once."""
    if (FOLDER / "pyBKT").exists():
        return
    command = (sys.executable, "-m", "pip", "install", "-q", "--only-binary=:all:", "--target", str(FOLDER))
    ended = subprocess.run(
        [*command, f"pyBKT=={VERSION}", *NEEDS], capture_output=True, text=True, check=False
    )
    if ended.returncode:
        raise PyBktMissing(f"pyBKT {VERSION} could not be installed: {ended.stderr.strip()[-200:]}")
