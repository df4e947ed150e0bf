"""Quests: a reward for a day's goal, claimed once."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.practice import AnswerGiven, UnknownZone
from domain.quests import (
    QUEST_CLAIMS,
    QUESTS,
    ClaimQuest,
    NotThatDay,
    QuestClaimed,
    QuestNotMet,
    UnknownQuest,
)
from tests.domain.machine import OFTEN, DeciderMachine
from tests.domain.spec import NOON, given

TODAY = NOON.date()
DAY = timedelta(days=1)
FIVE = "daily-five"
THREE_RIGHT = "daily-three-right"


def answer(
    number: int = 0, correct: bool = False, day: date = TODAY, person: str = "ada", zone: str = "UTC"
) -> AnswerGiven:
    return AnswerGiven(
        answer=f"a{number}",
        person=person,
        problem="p1",
        skill="fractions",
        given="1/2",
        correct=correct,
        xp=0,
        day=day,
        zone=zone,
    )


def claim(quest: str = FIVE, day: date = TODAY, zone: str = "UTC") -> ClaimQuest:
    return ClaimQuest(quest=quest, day=day, zone=zone)


def claimed(quest: str = FIVE, day: date = TODAY, xp: int = 20) -> QuestClaimed:
    return QuestClaimed(quest=quest, person="ada", day=day, xp=xp)


five = [answer(number) for number in range(5)]


def test_a_met_quest_is_rewarded_once():
    given(QUEST_CLAIMS, *five).when(claim()).then(claimed()).again().nothing()


def test_an_unmet_quest_is_not_rewarded():
    given(QUEST_CLAIMS).when(claim()).refused(QuestNotMet)
    given(QUEST_CLAIMS, *five[:4]).when(claim()).refused(QuestNotMet)


def test_a_quest_for_right_answers_counts_right_answers_only():
    two = [answer(number, correct=True) for number in range(2)]
    given(QUEST_CLAIMS, *five, *two).when(claim(THREE_RIGHT)).refused(QuestNotMet)
    third = answer(2, correct=True)
    given(QUEST_CLAIMS, *five, *two, third).when(claim(THREE_RIGHT)).then(claimed(THREE_RIGHT, xp=30))


def test_each_quest_of_a_day_has_its_own_reward():
    right = [answer(number, correct=True) for number in range(5)]
    first = given(QUEST_CLAIMS, *right).when(claim()).then(claimed())
    first.when(claim(THREE_RIGHT)).then(claimed(THREE_RIGHT, xp=30)).when(claim()).nothing()


def test_the_answers_of_somebody_else_do_not_count():
    others = [answer(number, person="ben") for number in range(5)]
    given(QUEST_CLAIMS, *others).when(claim()).refused(QuestNotMet)


def test_a_reward_of_somebody_else_takes_nothing_away():
    bens = QuestClaimed(quest=FIVE, person="ben", day=TODAY, xp=20)
    given(QUEST_CLAIMS, *five, bens).when(claim()).then(claimed())


def test_the_answers_of_another_day_do_not_count():
    yesterdays = [answer(number, day=TODAY - DAY) for number in range(5)]
    given(QUEST_CLAIMS, *yesterdays).when(claim()).refused(QuestNotMet)


def test_yesterdays_quest_can_be_claimed_today():
    yesterdays = [answer(number, day=TODAY - DAY) for number in range(5)]
    told = given(QUEST_CLAIMS, *yesterdays).when(claim(day=TODAY - DAY)).then(claimed(day=TODAY - DAY))
    told.again().nothing()


def test_each_day_has_its_own_reward():
    both = [*five, *(answer(number, day=TODAY - DAY) for number in range(5))]
    yesterdays = given(QUEST_CLAIMS, *both).when(claim(day=TODAY - DAY)).then(claimed(day=TODAY - DAY))
    yesterdays.when(claim()).then(claimed())


@pytest.mark.parametrize("days", [-2, 1, 400])
def test_a_quest_of_any_other_day_cannot_be_claimed(days: int):
    day = TODAY + days * DAY
    answers = [answer(number, day=day) for number in range(5)]
    given(QUEST_CLAIMS, *answers).when(claim(day=day)).refused(NotThatDay)


def test_a_reward_that_was_claimed_long_ago_is_not_refused_but_nothing_new():
    given(QUEST_CLAIMS, *five, claimed()).when(claim(), at=NOON + 30 * DAY).nothing()


@pytest.mark.parametrize(
    ("zone", "day"), [("Pacific/Kiritimati", date(2025, 3, 12)), ("Etc/GMT+12", date(2025, 3, 11))]
)
def test_today_is_what_the_learners_calendar_says(zone: str, day: date):
    late = datetime(2025, 3, 11, 12, 30, tzinfo=UTC)
    answers = [answer(number, day=day, zone=zone) for number in range(5)]
    given(QUEST_CLAIMS, *answers).when(claim(day=day, zone=zone), at=late).then(claimed(day=day))


def test_tomorrow_in_the_learners_zone_is_refused_though_it_is_today_elsewhere():
    late = datetime(2025, 3, 10, 23, 30, tzinfo=UTC)
    tomorrow = [answer(number, day=TODAY + DAY) for number in range(5)]
    history = given(QUEST_CLAIMS, *tomorrow)
    history.when(claim(day=TODAY + DAY), at=late).refused(NotThatDay)
    history.when(claim(day=TODAY + DAY, zone="Europe/Berlin"), at=late).then(claimed(day=TODAY + DAY))


def test_a_quest_that_there_is_not_is_refused():
    given(QUEST_CLAIMS, *five).when(claim("daily-hundred")).refused(UnknownQuest)


@pytest.mark.parametrize("zone", ["No/Such", "../../etc/passwd", "Europe", "\0", "\ud800", "x" * 64])
def test_a_zone_that_there_is_not_is_refused(zone: str):
    given(QUEST_CLAIMS, *five).when(claim(zone=zone)).refused(UnknownZone)


ZONE = st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Kiritimati", "Etc/GMT+12", "America/New_York"])
PERSON = st.sampled_from(["ada", "ben"])
QUEST = st.sampled_from(QUESTS)


class QuestsMachine(DeciderMachine):
    """Against a count of what was answered on each day; people travel, and time goes by."""

    decider = QUEST_CLAIMS

    def today(self, zone: str) -> date:
        return self.now.astimezone(ZoneInfo(zone)).date()

    @rule(person=PERSON, zone=ZONE, answers=st.lists(st.booleans(), min_size=1, max_size=4))
    def practise(self, person: str, zone: str, answers: list[bool]) -> None:
        for correct in answers:
            number = len(self.history.events)
            happened = answer(number, correct, self.today(zone), person, zone)
            self.history = given(QUEST_CLAIMS, *self.history.events, happened)

    @rule(minutes=st.sampled_from([1, 180, 720, 1440]))
    def go_on(self, minutes: int) -> None:
        self.wait(minutes)

    @rule(person=PERSON, quest=QUEST, zone=ZONE, days=st.integers(-2, 1))
    def claim_one(self, person: str, quest, zone: str, days: int) -> None:
        day = self.today(zone) + timedelta(days=days)
        reward = QuestClaimed(quest=quest.quest, person=person, day=day, xp=quest.xp)
        had_it = reward in self.history.events
        events = self.wish(claim(quest.quest, day, zone), person)
        if had_it:
            assert events == []
        elif days not in (-1, 0):
            assert events is NotThatDay
        else:
            assert events == ([reward] if self.met(person, quest, day) else QuestNotMet)

    def met(self, person: str, quest, day: date) -> bool:
        answers = [
            event.correct
            for event in self.history.events
            if isinstance(event, AnswerGiven) and (event.person, event.day) == (person, day)
        ]
        return (sum(answers) if quest.counts == "right" else len(answers)) >= quest.goal

    @invariant()
    def no_reward_is_given_twice(self) -> None:
        rewards = [event for event in self.history.events if isinstance(event, QuestClaimed)]
        assert len(rewards) == len({(event.person, event.quest, event.day) for event in rewards})


TestQuests = QuestsMachine.TestCase
TestQuests.settings = OFTEN
