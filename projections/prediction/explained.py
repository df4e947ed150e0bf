"""A prediction in words: what counts most first, and nothing that hardly counts."""

from msgspec import Struct, structs

from projections.keys import BETWEEN
from projections.prediction.learning import probability
from projections.prediction.model import Model, Prediction, Terms

SHOWN = 0.05
"""Logits: a term that is smaller changes no probability by more than 1.25 %, and is left out."""

EIGHT_OF_TEN = 1.2816
"""Standard deviations within which a normal distribution has eight tenths."""
NOBODYS = ""
"""Stands for an item that nobody has met, since no item has this id."""

MINUTE, HOUR, DAY = 60, 3600, 86_400
UNITS = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"))


def explained(prediction: Prediction, skill: str, ago: float | None = None, most: int = 4) -> str:
    """Such as "predicted 62 %: this item is hard -0.8, your form on fractions is good +0.6".

    `ago` is in seconds, since the learner's last answer on the skill. Of the terms at most so many are
    named, the largest first; what all answers have in common (`base`) is not among them.
    """
    terms = reasons(prediction.terms, skill, ago)
    told = ", ".join(f"{words} {logits:+.1f}" for words, logits in terms[:most])
    return f"predicted {100 * prediction.probability:.0f} %" + (f": {told}" if told else "")


class Reason(Struct, frozen=True):
    """One term: what it is, in words, and how much it speaks for a right answer, in logits."""

    words: str
    logits: float


class ShownPrediction(Struct, frozen=True):
    """How likely the next answer is to be right, 0 to 1, in a sentence, and term by term.

    `low` to `high` holds it in eight of ten cases, as far as item, skill and learner are uncertain. `reasons`
    that are smaller than 0.05 are left out; with `base`, what all answers have in common, the rest adds up to
    the logit. `item` is the problem that it is for; without one it is for a problem nobody has met yet.
    """

    probability: float
    low: float
    high: float
    why: str
    base: float
    reasons: tuple[Reason, ...]
    item: str | None = None


def shown(model: Model, learner: str, item: str | None, skill: str, at: float) -> ShownPrediction:
    """What is predicted of an answer at `at` (seconds)."""
    about = item or NOBODYS
    prediction = model.predict(learner, about, skill, at)
    spread = EIGHT_OF_TEN * model.doubt(learner, about, skill)
    centre = sum(structs.astuple(prediction.terms))
    last = model.rows.standings.get(learner + BETWEEN + skill)
    ago = max(0.0, at - last.at) if last and last.at else None
    told = reasons(prediction.terms, skill, ago)
    return ShownPrediction(
        probability=round(prediction.probability, 4),
        low=round(probability(centre - spread), 4),
        high=round(probability(centre + spread), 4),
        why=explained(prediction, skill, ago),
        base=round(prediction.terms.base, 3),
        reasons=tuple(Reason(words, round(logits, 3)) for words, logits in told),
        item=item,
    )


def reasons(terms: Terms, skill: str, ago: float | None = None) -> list[tuple[str, float]]:
    """Every term that counts, in words and in logits, the largest first."""
    named = [
        (_either(terms.item, "this item is easy", "this item is hard"), terms.item),
        (_either(terms.skill, f"{skill} is easy", f"{skill} is hard"), terms.skill),
        ("your answers on everything", terms.learner),
        (f"your strength in {skill}", terms.standing),
        (f"your form on {skill}", terms.form),
        ("your last minutes", terms.lately),
        (f"what you have practised of {skill}", terms.practice),
        ("the time since" if ago is None else since(ago), terms.pause),
        (f"your first answer on {skill}", terms.first),
        ("you have met this item before", terms.repeat),
        ("what you answered just before", terms.previous),
    ]
    return sorted((each for each in named if abs(each[1]) >= SHOWN), key=lambda each: -abs(each[1]))


def since(seconds: float) -> str:
    """Such as "11 days ago", whole units, the largest that fits."""
    for length, unit in UNITS:
        count = int(seconds // length)
        if count >= 1:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def _either(logits: float, more: str, less: str) -> str:
    return more if logits >= 0 else less
