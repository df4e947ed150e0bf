"""What the prediction remembers: a row for each learner, item, skill and step, and one for all of them.

A row is of one size, however many answers it has seen. Effects are in logits, and stand as a normal
distribution: what it is believed to be (`mean`) and how surely (`precision`, the information of the answers
seen, which is the sum of p (1 - p) over them; what is assumed beforehand is added by `model.py`).
"""

from msgspec import Struct, field

MARKS = ("base", "right", "wrong", "form", "lately", "first", "pause", "rest", "known", "missed")
"""What an answer is described by, beside who, what and what came before; each has a weight.

1; the logarithms of right and wrong answers so far on the skill; the form on it, and on everything within
the last minutes; whether it is the first on the skill;
the logarithm of the minutes since the last on the skill, and since the last of all; whether this very item
was answered right, or wrong, of late.
"""


def _zeros() -> list[float]:
    return [0.0] * len(MARKS)


class Effect(Struct, gc=False):
    """What being just this adds: an item, or a step from one item (or skill) and its result to the next."""

    mean: float = 0.0
    precision: float = 0.0


class Weights(Struct):
    """A weight for each of `MARKS`, and the squares of what moved it (AdaGrad)."""

    values: list[float] = field(default_factory=_zeros)
    squares: list[float] = field(default_factory=_zeros)


class Skill(Struct):
    """A skill: how easy it is, and how its weights differ from those of all skills."""

    mean: float = 0.0
    precision: float = 0.0
    weights: Weights = field(default_factory=Weights)


class Learner(Struct):
    """A learner: how strong on everything, and the last answer (`at` in seconds).

    `lately` is the form on everything, as it was at that answer; it fades with time.
    """

    mean: float = 0.0
    precision: float = 0.0
    lately: float = 0.0
    item: str = ""
    skill: str = ""
    correct: bool = False
    at: float = 0.0


class Standing(Struct):
    """A learner on a skill: how strong beyond the rest, what was answered, and of late.

    `form` is the decayed sum of how much better the answers were than their difficulty alone made likely.
    `items` holds the results of the last items, of which only so many are kept.
    """

    mean: float = 0.0
    precision: float = 0.0
    right: int = 0
    wrong: int = 0
    form: float = 0.0
    at: float = 0.0
    items: dict[str, bool] = field(default_factory=dict[str, bool])


class Rows(Struct):
    """All of them. Keys with several parts have them in order, with a `.` between."""

    common: Weights = field(default_factory=Weights)
    learners: dict[str, Learner] = field(default_factory=dict[str, Learner])
    standings: dict[str, Standing] = field(default_factory=dict[str, Standing])
    items: dict[str, Effect] = field(default_factory=dict[str, Effect])
    skills: dict[str, Skill] = field(default_factory=dict[str, Skill])
    steps: dict[str, Effect] = field(default_factory=dict[str, Effect])
    turns: dict[str, Effect] = field(default_factory=dict[str, Effect])


class Around(Struct):
    """The rows that one answer has to do with: all that predicting or learning from it looks at.

    `step` leads from the learner's last item and its result to this item, `turn` from the last skill and
    result to this skill; a learner who begins has neither.
    """

    common: Weights
    learner: Learner
    standing: Standing
    item: Effect
    skill: Skill
    step: Effect | None
    turn: Effect | None
