"""Cards of SM-2 are brought along from a file, once, or not at all."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from domain.reviews import IMPORTS, MOST, CardsImported, ImportCards, NotYourCards, Sm2Card
from infra.importing import BadLine, Line, imports, lines_in
from tests.domain.spec import given
from tests.house import RunningHouse
from tests.projections.given import START

HEADER = "person,problem,reviewed,interval,ease,lapses\n"
CARD = Sm2Card(problem="p1", skill="fractions", reviewed=START, interval=6, ease=2.5)
ADAS = ImportCards(load="l1", person="ada", cards=(CARD,))
DONE = CardsImported(load="l1", person="ada", cards=(CARD,))


def test_cards_are_brought_along_once_by_the_learner_or_the_staff():
    given(IMPORTS).when(ADAS).then(DONE).again().nothing()
    given(IMPORTS).when(ADAS, actor="tia", role="tutor").then(DONE)
    given(IMPORTS).when(ADAS, actor="ben").refused(NotYourCards)


def test_a_file_is_read_line_by_line(tmp_path: Path):
    file = tmp_path / "cards.csv"
    file.write_text(HEADER + "ada,p1,2026-11-21T09:00:00Z,6,2.5,0\n")
    assert lines_in(file) == [Line("ada", "p1", START, 6, 2.5)]


@pytest.mark.parametrize(
    "line",
    ["ada,p1,yesterday,6,2.5,0", "ada,p1,2026-11-21T09:00:00,6,2.5,0", "ada,p1,2026-11-21T09:00:00Z,0,2.5,0"],
)
def test_a_line_that_is_no_card_is_named(tmp_path: Path, line: str):
    file = tmp_path / "cards.csv"
    file.write_text(HEADER + "ada,p1,2026-11-21T09:00:00Z,6,2.5,0\n" + line + "\n")
    with pytest.raises(BadLine, match="line 3"):
        lines_in(file)


def test_many_cards_are_several_loads_whose_ids_follow_from_what_is_in_them():
    lines = [Line("ada", f"p{n}", START + timedelta(n), 6, 2.5) for n in range(MOST + 1)]
    skills = {line.problem: "fractions" for line in lines}
    found = list(imports(lines, skills))
    assert [len(each.cards) for each in found] == [MOST, 1]
    assert list(imports(lines, skills)) == found
    assert len({each.load for each in found}) == 2


def test_a_problem_that_is_not_there_is_named():
    with pytest.raises(BadLine, match="no problem p1"):
        list(imports([Line("ada", "p1", START, 6, 2.5)], {}))


async def test_a_path_is_published_from_a_file_and_a_bad_one_is_told_what_is_wrong(house, tmp_path: Path):
    file = tmp_path / "path.json"
    steps = [{"skill": "b", "title": "B", "requires": ["a"]}, {"skill": "a", "title": "A"}]

    def publish(status: int = 0, **fields: object) -> str:
        file.write_text(json.dumps({"title": "From a file", "steps": steps} | fields))
        return RunningHouse(house.home, house.environment, ("publish-path", "filed", str(file))).run(
            status=status
        )

    assert "filed is published" in publish()
    assert "filed is as it was" in publish()
    circle = [{"skill": "a", "title": "A", "requires": ["a"]}]
    assert "a → a" in publish(1, steps=circle)
    assert "gate" in publish(1, gate=7)
