"""Quests: experience points, level, streak, and the progress of the day's quests."""

from datetime import date, timedelta

from msgspec import Struct, field

from domain.events import Recorded
from domain.practice import AnswerGiven
from domain.quests import QUESTS as DAILY
from domain.quests import Quest, QuestClaimed
from projections.keys import by
from projections.levels import level_of
from projections.streaks import Streak, practised, standing
from projections.view import View

DAYS_KEPT = timedelta(days=4)
"""Yesterday's quest can be claimed, and two zones can be two dates apart."""


class Day(Struct):
    """What a person did on one date of their calendar."""

    answers: int = 0
    right: int = 0
    claimed: list[str] = field(default_factory=list[str])


class Progress(Struct):
    """One person's points and days; `days` holds the last few only."""

    xp: int = 0
    streak: Streak = field(default_factory=Streak)
    days: dict[date, Day] = field(default_factory=dict[date, Day])


class ShownQuest(Struct, frozen=True):
    """A quest as the API answers; `done` stops at `goal`."""

    quest: str
    title: str
    goal: int
    done: int
    met: bool
    claimed: bool
    xp: int


class ShownProgress(Struct, frozen=True):
    """A person's progress as the API answers, on the date that was asked for."""

    person: str
    day: date
    xp: int
    level: int
    streak: int
    quests: tuple[ShownQuest, ...]


def apply(state: Progress, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    match recorded.event:
        case AnswerGiven() as event:
            state.xp += event.xp
            day = _day(state, event.day)
            day.answers += 1
            day.right += event.correct
            practised(state.streak, event.day, event.zone)
        case QuestClaimed() as event:
            state.xp += event.xp
            claimed = _day(state, event.day).claimed
            if event.quest not in claimed:
                claimed.append(event.quest)
        case _:
            pass


def shown(person: str, state: Progress, today: date, zone: str | None = None) -> ShownProgress:
    """The progress on `today`, which is a date in `zone` (where they last practised, if not given)."""
    day = state.days.get(today) or Day()
    return ShownProgress(
        person=person,
        day=today,
        xp=state.xp,
        level=level_of(state.xp),
        streak=standing(state.streak, today, zone or state.streak.zone),
        quests=tuple(_quest(quest, day) for quest in DAILY),
    )


def _quest(quest: Quest, day: Day) -> ShownQuest:
    count = day.right if quest.counts == "right" else day.answers
    return ShownQuest(
        quest=quest.quest,
        title=quest.title,
        goal=quest.goal,
        done=min(count, quest.goal),
        met=count >= quest.goal,
        claimed=quest.quest in day.claimed,
        xp=quest.xp,
    )


def _day(state: Progress, on: date) -> Day:
    day = state.days.get(on)
    if day is not None:
        return day
    day = state.days[on] = Day()
    oldest = max(state.days) - DAYS_KEPT
    for past in [past for past in state.days if past < oldest]:
        del state.days[past]
    return day


QUESTS = View(
    name="quests",
    version=1,
    state=Progress,
    reads=(AnswerGiven, QuestClaimed),
    keys=by("person"),
    apply=apply,
)
