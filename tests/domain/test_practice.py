"""Practice: answers count once, hints come in order, and a space is not always nothing."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.practice import (
    PRACTICE,
    XP_FIRST_RIGHT,
    XP_TRIED,
    AddProblem,
    AnswerGiven,
    GiveAnswer,
    HintTaken,
    KeyIsNoChoice,
    NoMoreHints,
    OnlyTutorsAddProblems,
    ProblemAdded,
    ProblemIdTaken,
    TakeHint,
    UnknownProblem,
    UnknownZone,
    same_answer,
)
from tests.domain.machine import OFTEN, DeciderMachine
from tests.domain.spec import given

added = ProblemAdded(
    problem="p1", skill="fractions", prompt="1/2 + 1/3?", key="5/6", hints=("Sixths.", "3/6 + 2/6")
)
other = ProblemAdded(problem="p2", skill="fractions", prompt="3/4 of 12?", key="9")
ADD = AddProblem(
    problem="p1", skill="fractions", prompt="1/2 + 1/3?", key="5/6", hints=("Sixths.", "3/6 + 2/6")
)
TODAY = date(2025, 3, 10)


def answer(given: str, name: str = "a1", zone: str = "UTC") -> GiveAnswer:
    return GiveAnswer(answer=name, problem="p1", given=given, zone=zone)


def answered(given: str, xp: int, name: str = "a1", day: date = TODAY, zone: str = "UTC") -> AnswerGiven:
    return AnswerGiven(
        answer=name,
        person="ada",
        problem="p1",
        skill="fractions",
        given=given,
        correct=same_answer(given, "5/6"),
        xp=xp,
        day=day,
        zone=zone,
    )


@pytest.mark.parametrize("role", ["tutor", "admin", "service"])
def test_who_teaches_adds_a_problem_once(role):
    given(PRACTICE).when(ADD, role=role).then(added).again().nothing()


@pytest.mark.parametrize("role", ["student", "auditor"])
def test_who_learns_or_audits_adds_none(role):
    given(PRACTICE).when(ADD, role=role).refused(OnlyTutorsAddProblems)


def test_an_id_names_one_problem():
    wish = AddProblem(problem="p1", skill="fractions", prompt="1/2 + 1/4?", key="3/4")
    given(PRACTICE, added).when(wish, role="tutor").refused(ProblemIdTaken)


def test_a_problem_with_choices_can_be_answered_by_choosing():
    choices = AddProblem(problem="p3", skill="angles", prompt="Sum?", key="180", choices=("90", " 180"))
    happened = ProblemAdded(problem="p3", skill="angles", prompt="Sum?", key="180", choices=("90", " 180"))
    given(PRACTICE).when(choices, role="tutor").then(happened)


def test_a_problem_whose_answer_is_no_choice_is_refused():
    wish = AddProblem(problem="p3", skill="angles", prompt="Sum?", key="180", choices=("90", "360"))
    given(PRACTICE).when(wish, role="tutor").refused(KeyIsNoChoice)


def test_a_right_answer_earns_its_points_once():
    history = given(PRACTICE, added)
    told = history.when(answer("5/6")).then(answered("5/6", XP_FIRST_RIGHT)).again().nothing()
    told.when(answer("5/6", "a2")).then(answered("5/6", 0, "a2"))


def test_a_first_try_earns_a_little_and_the_next_ones_nothing():
    told = given(PRACTICE, added).when(answer("2/5")).then(answered("2/5", XP_TRIED))
    told = told.when(answer("1/5", "a2")).then(answered("1/5", 0, "a2"))
    told = told.when(answer("5/6", "a3")).then(answered("5/6", XP_FIRST_RIGHT, "a3"))
    told.when(answer("2/5", "a4")).then(answered("2/5", 0, "a4"))


def test_what_others_answered_takes_no_points_away():
    bens = AnswerGiven(
        answer="b1",
        person="ben",
        problem="p1",
        skill="fractions",
        given="5/6",
        correct=True,
        xp=XP_FIRST_RIGHT,
        day=TODAY,
        zone="UTC",
    )
    given(PRACTICE, added, bens).when(answer("5/6")).then(answered("5/6", XP_FIRST_RIGHT))


def test_a_repeated_answer_stays_what_it_was():
    told = given(PRACTICE, added).when(answer("2/5")).then(answered("2/5", XP_TRIED))
    told.when(answer("5/6")).nothing()


def test_nobody_answers_or_takes_hints_to_a_problem_that_is_not_there():
    given(PRACTICE, other).when(answer("5/6")).refused(UnknownProblem)
    given(PRACTICE, other).when(TakeHint(problem="p1")).refused(UnknownProblem)


@pytest.mark.parametrize(
    ("zone", "at", "day"),
    [
        ("Pacific/Kiritimati", datetime(2025, 3, 10, 10, 0, tzinfo=UTC), date(2025, 3, 11)),
        ("Pacific/Kiritimati", datetime(2025, 3, 10, 9, 59, tzinfo=UTC), date(2025, 3, 10)),
        ("Etc/GMT+12", datetime(2025, 3, 10, 11, 59, tzinfo=UTC), date(2025, 3, 9)),
        ("Europe/Berlin", datetime(2025, 3, 30, 21, 59, tzinfo=UTC), date(2025, 3, 30)),
        ("Europe/Berlin", datetime(2025, 3, 30, 22, 0, tzinfo=UTC), date(2025, 3, 31)),
    ],
)
def test_the_day_is_the_learners_own(zone, at, day):
    happened = answered("5/6", XP_FIRST_RIGHT, day=day, zone=zone)
    given(PRACTICE, added).when(answer("5/6", zone=zone), at=at).then(happened)


@pytest.mark.parametrize("zone", ["No/Such", "../etc/passwd", "/etc/localtime", "Europe", "Mars\0"])
def test_a_zone_that_no_calendar_knows_is_refused(zone):
    given(PRACTICE, added).when(answer("5/6", zone=zone)).refused(UnknownZone)


def hint(level: int) -> HintTaken:
    return HintTaken(person="ada", problem="p1", skill="fractions", level=level)


def test_hints_come_one_after_the_other_until_there_are_no_more():
    told = given(PRACTICE, added).when(TakeHint(problem="p1")).then(hint(1))
    told = told.when(TakeHint(problem="p1")).then(hint(2))
    told.when(TakeHint(problem="p1")).refused(NoMoreHints)


def test_a_hint_that_was_asked_for_with_the_number_before_is_taken_once():
    told = given(PRACTICE, added).when(TakeHint(problem="p1", after=0)).then(hint(1)).again().nothing()
    told = told.when(TakeHint(problem="p1", after=1)).then(hint(2)).again().nothing()
    told.when(TakeHint(problem="p1", after=0)).nothing()
    told.when(TakeHint(problem="p1", after=2)).refused(NoMoreHints)


def test_hints_of_others_and_to_others_do_not_count():
    elsewhere = HintTaken(person="ada", problem="p2", skill="fractions", level=1)
    bens = HintTaken(person="ben", problem="p1", skill="fractions", level=1)
    given(PRACTICE, added, other, elsewhere, bens).when(TakeHint(problem="p1")).then(hint(1))


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("x=3", "X = 3"),
        (" 3 / 4 ", "3/4"),
        ("2x", "2 x"),
        ("two  Thirds", "two thirds"),
        ("1  1/2", "1 1/2"),
        ("10 000", "10000"),
        ("1 000 000", "1000000"),
        ("1 234,5", "1234,5"),
        ("\N{MINUS SIGN}2", "-2"),
        ("STRASSE", "straße"),
        ("10\N{NO-BREAK SPACE}000", "10000"),
    ],
)
def test_what_means_the_same_is_the_same_answer(written, key):
    assert same_answer(written, key)
    assert same_answer(key, written)


@pytest.mark.parametrize(
    ("written", "key"), [("1 1/2", "11/2"), ("1 100/3", "1100/3"), ("1 2", "12"), ("2", "-2"), ("", "0")]
)
def test_what_means_something_else_is_another_answer(written, key):
    assert not same_answer(written, key)
    assert not same_answer(key, written)


PERSON = st.sampled_from(["ada", "ben"])
PROBLEM = st.sampled_from(["p1", "p2"])


class PracticeMachine(DeciderMachine):
    """Against a model of who has solved what, and who has had how many hints."""

    decider = PRACTICE

    def __init__(self) -> None:
        super().__init__()
        self.problems: dict[str, AddProblem] = {}
        self.given: dict[tuple[str, str], dict[str, bool]] = {}
        self.hints: dict[tuple[str, str], int] = {}

    @rule(problem=PROBLEM, hints=st.integers(0, 2))
    def add(self, problem: str, hints: int) -> None:
        wish = AddProblem(problem=problem, skill="s", prompt="?", key="1", hints=("h",) * hints)
        events = self.wish(wish, "tess", "tutor")
        known = self.problems.setdefault(problem, wish)
        assert events is ProblemIdTaken if known != wish else isinstance(events, list)

    @rule(person=PERSON, problem=PROBLEM, name=st.sampled_from("abc"), right=st.booleans())
    def answer(self, person: str, problem: str, name: str, right: bool) -> None:
        wish = GiveAnswer(answer=name, problem=problem, given="1" if right else "2")
        events = self.wish(wish, person)
        if problem not in self.problems:
            assert events is UnknownProblem
            return
        mine = self.given.setdefault((person, problem), {})
        if name in mine:
            assert events == []
            return
        earned = 0 if any(mine.values()) else XP_FIRST_RIGHT if right else 0 if mine else XP_TRIED
        assert isinstance(events, list)
        assert [(e.correct, e.xp) for e in events if isinstance(e, AnswerGiven)] == [(right, earned)]
        mine[name] = right

    @rule(person=PERSON, problem=PROBLEM, behind=st.integers(0, 1))
    def take_hint(self, person: str, problem: str, behind: int) -> None:
        had = self.hints.get((person, problem), 0)
        events = self.wish(TakeHint(problem=problem, after=max(0, had - behind)), person)
        if problem not in self.problems:
            assert events is UnknownProblem
        elif behind and had:
            assert events == []
        elif had == len(self.problems[problem].hints):
            assert events is NoMoreHints
        else:
            assert [e.level for e in events if isinstance(e, HintTaken)] == [had + 1]  # pyright: ignore
            self.hints[person, problem] = had + 1

    @invariant()
    def no_problem_earns_more_than_one_try_and_one_solution(self) -> None:
        earned: dict[tuple[str, str], list[int]] = {}
        for event in self.history.events:
            if isinstance(event, AnswerGiven) and event.xp:
                earned.setdefault((event.person, event.problem), []).append(event.xp)
        assert all(xp in ([1], [10], [1, 10]) for xp in earned.values())


TestPractice = PracticeMachine.TestCase
TestPractice.settings = OFTEN
