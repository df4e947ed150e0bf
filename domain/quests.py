"""Quests: goals for a day, and their rewards, each claimed once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from msgspec import Struct

from domain.deciding import Command, Decider
from domain.errors import Refused, Unknown
from domain.events import Context, Event, Query, about
from domain.identity import PersonId, QuestId, Title
from domain.practice import AnswerGiven, Zone, day_in


class Quest(Struct, frozen=True, kw_only=True):
    """A daily quest: `goal` answers of the kind that `counts`, for `xp`."""

    quest: QuestId
    title: Title
    counts: str
    goal: int
    xp: int


QUESTS: tuple[Quest, ...] = (
    Quest(quest="daily-five", title="Answer five problems", counts="answers", goal=5, xp=20),
    Quest(quest="daily-three-right", title="Get three right", counts="right", goal=3, xp=30),
)
"""The quests of every day."""


class QuestClaimed(Event, frozen=True, tag="quest.claimed.v1"):
    """A person claimed the reward of a quest that they had met, for one day on their own calendar."""

    quest: QuestId
    person: PersonId
    day: date
    xp: int


class ClaimQuest(Command, frozen=True, tag="claim-quest"):
    """Claim a quest's reward for a day (today in `zone`, or the day before)."""

    quest: QuestId
    day: date
    zone: Zone = "UTC"


QuestCommand = ClaimQuest

GRACE = timedelta(days=1)
"""So long after its day a quest's reward can be claimed."""


class UnknownQuest(Unknown):
    """There is no such quest."""


class QuestNotMet(Refused):
    """The quest is not met yet."""


class NotThatDay(Refused):
    """A quest's reward can be claimed on its day and on the day after."""


@dataclass
class Progress:
    """What one person did on each day of their calendar, and which rewards they have, in XP."""

    answers: Counter[date] = field(default_factory=Counter[date])
    right: Counter[date] = field(default_factory=Counter[date])
    claimed: dict[tuple[str, date], int] = field(default_factory=dict[tuple[str, date], int])

    def done(self, quest: Quest, day: date) -> int:
        """How many of what the quest counts."""
        return self.right[day] if quest.counts == "right" else self.answers[day]


def evolve(state: Progress, event: Event) -> Progress:
    """Fold one event."""
    match event:
        case AnswerGiven():
            state.answers[event.day] += 1
            state.right[event.day] += event.correct
        case QuestClaimed():
            state.claimed[event.quest, event.day] = event.xp
        case _:
            pass
    return state


def boundary(command: QuestCommand, context: Context) -> Query:
    """The answers and the rewards of the one person."""
    return Query((about(f"person:{context.actor}", AnswerGiven, QuestClaimed),))


def decide(command: QuestCommand, state: Progress, context: Context) -> Sequence[Event]:
    """The reward, if the quest is met and its day is not over for long; once."""
    quest = next((quest for quest in QUESTS if quest.quest == command.quest), None)
    if quest is None:
        raise UnknownQuest
    today = day_in(command.zone, context.at)
    if (command.quest, command.day) in state.claimed:
        return []
    if not today - GRACE <= command.day <= today:
        raise NotThatDay
    if state.done(quest, command.day) < quest.goal:
        raise QuestNotMet
    return [QuestClaimed(quest=command.quest, person=context.actor, day=command.day, xp=quest.xp)]


QUEST_CLAIMS: Decider[QuestCommand, Progress] = Decider(boundary, Progress, evolve, decide)
