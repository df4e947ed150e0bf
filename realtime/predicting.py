"""What is predicted of a learner's next answers, read from the rows of the prediction."""

from collections.abc import Mapping, Sequence

from projections.prediction.explained import ShownPrediction, shown
from projections.prediction.model import Model
from projections.prediction.rows import Learner
from projections.prediction.view import (
    COMMON,
    PREDICTION,
    item_key,
    lead_to,
    learner_key,
    rows_of,
    skill_key,
    standings_of,
)
from realtime.house import House

Wanted = Sequence[tuple[str, str | None]]
"""Skills, and the item of each; without one, an item that nobody has met."""


async def predicted(house: House, org: str, person: str, wanted: Wanted) -> list[ShownPrediction]:
    """The chance that this person would answer each of these right, now. Raises `NotThereYet`."""
    model = Model(rows_of(await _rows(house, org, person, wanted)))
    at = house.clock().timestamp()
    return [shown(model, person, item, skill, at) for skill, item in wanted]


async def _rows(house: House, org: str, person: str, wanted: Wanted) -> Mapping[str, object]:
    mine = learner_key(person)
    keys = [COMMON, mine]
    for skill, item in wanted:
        keys += [skill_key(skill), standings_of(person) + skill, *([item_key(item)] if item else ())]
    found = await house.views.rows(PREDICTION, org, list(dict.fromkeys(keys)))
    last: Learner = found.get(mine) or Learner()
    leads = [key for skill, item in wanted for key in lead_to(last, item or "", skill)]
    if leads:
        found |= await house.views.rows(PREDICTION, org, list(dict.fromkeys(leads)))
    return found
