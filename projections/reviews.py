"""Reviews: when each problem that somebody has answered should come back, before it is forgotten.

A card is made of the first answer to a problem, and every later one reviews it, by FSRS as the `fsrs` library
has it, without steps within a day and without chance. The grade follows from the answer: wrong is "again",
right with a hint "hard". Right without one is "good"; "easy" if it took less than half the time of the last
right answer to the problem, and "hard" if it took more than twice as long.
"""

from datetime import UTC, datetime
from math import exp

from fsrs import Card as FsrsCard
from fsrs import Rating, Scheduler, State
from msgspec import Struct

from domain.events import Recorded
from domain.practice import AnswerGiven, HintTaken
from domain.reviews import CardsImported, Sm2Card
from projections.keys import BETWEEN
from projections.view import View

RETENTION = 0.9
"""A card is due when the chance that its answer is remembered has fallen to this."""
SCHEDULER = Scheduler(
    desired_retention=RETENTION, learning_steps=(), relearning_steps=(), enable_fuzzing=False
)
QUICKLY, SLOWLY = 0.5, 2.0
"""Times of the last right answer: below is "easy", above is "hard"."""
EASIEST, HARDEST = 1.0, 10.0
"""The range of difficulties."""


class Card(Struct):
    """What one person remembers of one problem. `stability` is in days; `due` and `reviewed` are instants.

    `hints` were taken since the last answer; `took` is how long the last right answer took, in ms. Until the
    first answer `reviewed` is None, and nothing is due.
    """

    skill: str = ""
    stability: float = 0.0
    difficulty: float = 0.0
    due: datetime | None = None
    reviewed: datetime | None = None
    reviews: int = 0
    lapses: int = 0
    hints: int = 0
    took: int = 0


def apply(state: Card, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    match recorded.event:
        case AnswerGiven() as event:
            _reviewed(state, event, recorded.at.astimezone(UTC))
        case HintTaken():
            state.hints += 1
        case CardsImported() as event:
            for card in event.cards:
                if state.reviewed is None and key.endswith(BETWEEN + card.problem):
                    _taken_over(state, card)
        case _:
            pass


def grade(state: Card, event: AnswerGiven) -> Rating:
    """How well it was remembered."""
    if not event.correct:
        return Rating.Again
    if state.hints:
        return Rating.Hard
    if not (state.took and event.elapsed):
        return Rating.Good
    if event.elapsed < QUICKLY * state.took:
        return Rating.Easy
    return Rating.Hard if event.elapsed > SLOWLY * state.took else Rating.Good


def _reviewed(state: Card, event: AnswerGiven, at: datetime) -> None:
    given = grade(state, event)
    after, _ = SCHEDULER.review_card(card_of(state), given, max(at, state.reviewed or at))
    state.lapses += given is Rating.Again and state.reviews > 0
    state.skill = event.skill
    state.stability, state.difficulty = after.stability or 0.0, after.difficulty or 0.0
    state.due, state.reviewed = after.due, after.last_review
    state.reviews += 1
    state.hints = 0
    if event.correct and event.elapsed:
        state.took = event.elapsed


def _taken_over(state: Card, card: Sm2Card) -> None:
    """Go on where SM-2 has come to: its interval is the stability, and its ease that of the next review.

    What FSRS makes of a right answer on the day is solved for the difficulty with which it grows by `ease`.
    """
    weights = SCHEDULER.parameters
    stability = float(card.interval)
    growth = exp(weights[8]) * stability ** -weights[9] * (exp((1 - RETENTION) * weights[10]) - 1)
    state.skill, state.stability = card.skill, stability
    state.difficulty = min(HARDEST, max(EASIEST, 11 - (card.ease - 1) / growth))
    state.reviewed = card.reviewed.astimezone(UTC)
    state.due = datetime.fromtimestamp(state.reviewed.timestamp() + 86_400 * card.interval, UTC)
    state.reviews, state.lapses = 1, card.lapses


def card_of(state: Card) -> FsrsCard:
    """As the library has it."""
    if state.reviewed is None:
        return FsrsCard(card_id=1)
    return FsrsCard(
        card_id=1,
        state=State.Review,
        stability=state.stability,
        difficulty=state.difficulty,
        due=state.due,
        last_review=state.reviewed,
    )


def recall(state: Card, at: datetime) -> float:
    """The chance that the answer is remembered at an instant."""
    return SCHEDULER.get_card_retrievability(card_of(state), at.astimezone(UTC))


def _keys(recorded: Recorded) -> tuple[str, ...]:
    match recorded.event:
        case AnswerGiven() | HintTaken() as event:
            return (event.person + BETWEEN + event.problem,)
        case CardsImported() as event:
            return tuple(dict.fromkeys(event.person + BETWEEN + card.problem for card in event.cards))
        case _:
            return ()


def prefix_of(person: str) -> str:
    """What the keys of a learner's cards begin with; the problem follows."""
    return person + BETWEEN


REVIEWS = View(
    name="reviews",
    version=1,
    state=Card,
    reads=(AnswerGiven, HintTaken, CardsImported),
    keys=_keys,
    apply=apply,
)
