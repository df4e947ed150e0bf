"""Quests: goals for a day, and their rewards, each claimed once."""

from datetime import date

from msgspec import Struct

from domain.deciding import Command
from domain.events import Event
from domain.identity import PersonId, QuestId, Title
from domain.practice import Zone


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
