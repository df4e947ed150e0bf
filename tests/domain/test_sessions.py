"""Sessions: nobody has two lessons at a time, and each lesson comes to one end."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from msgspec.structs import replace

from domain.calendars import Lesson
from domain.errors import Refused
from domain.events import Event
from domain.people import PersonRegistered, RoleGranted, RoleRevoked, UnknownPerson
from domain.scheduling import SESSIONS
from domain.sessions import (
    AlreadyRated,
    BookSession,
    CancelSession,
    CompleteSession,
    EndsBeforeItStarts,
    InThePast,
    LearnerIsBusy,
    NoShowReported,
    NotATutor,
    NotCompleted,
    NotYourSession,
    OnlyTheLearner,
    OnlyTheTutor,
    RateSession,
    ReportNoShow,
    RescheduleSession,
    SessionBooked,
    SessionCancelled,
    SessionCompleted,
    SessionHasBegun,
    SessionHasEnded,
    SessionHasNotBegun,
    SessionIdTaken,
    SessionRated,
    SessionRescheduled,
    SessionStarted,
    StartSession,
    TooEarlyToStart,
    TooFarAhead,
    TooLong,
    TutorIsBusy,
    TutorIsTheLearner,
    UnknownSession,
)
from tests.domain.machine import OFTEN, DeciderMachine
from tests.domain.spec import NOON, History, given

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
STARTS = NOON + 24 * HOUR
WHO = {"session": "s1", "tutor": "tess", "learner": "ada"}

book = BookSession(**WHO, starts=STARTS, ends=STARTS + HOUR, subject="fractions")
booked = SessionBooked(**WHO, starts=STARTS, ends=STARTS + HOUR, subject="fractions")
later = RescheduleSession(session="s1", starts=STARTS + HOUR, ends=STARTS + 2 * HOUR, reason="illness")
cancel = CancelSession(session="s1", reason="illness")
start = StartSession(session="s1")
complete = CompleteSession(session="s1")
tutor_missing = ReportNoShow(session="s1", missing="tutor")

cancelled = SessionCancelled(**WHO, by="learner", reason="illness", notice=24 * 60)
started = SessionStarted(**WHO, late=0)
no_show = NoShowReported(**WHO, missing="tutor")
completed = SessionCompleted(**WHO)
rated = SessionRated(**WHO, stars=5)
ENDED = (cancelled, no_show, completed)


def known(person: str, role: str) -> PersonRegistered:
    return PersonRegistered(person=person, name=person.title(), role=role)


KNOWN = (known("tess", "tutor"), known("tom", "tutor"), known("ada", "student"), known("ben", "student"))


def rescheduled(
    by: str = "learner", notice: int = 24 * 60, starts: datetime = STARTS + HOUR
) -> SessionRescheduled:
    return SessionRescheduled(
        **WHO, by=by, reason="illness", notice=notice, starts=starts, ends=starts + HOUR
    )


def another(tutor: str = "tess", learner: str = "ada", starts: datetime = STARTS) -> SessionBooked:
    return SessionBooked(session="s0", tutor=tutor, learner=learner, starts=starts, ends=starts + HOUR)


def school(*events: Event) -> History:
    """Two tutors and two learners, and what happened between them."""
    return given(SESSIONS, *KNOWN, *events)


def with_lesson(*events: Event) -> History:
    return school(booked, *events)


# Booking


def test_a_learner_books_a_lesson_with_a_tutor():
    school().when(book).then(booked).again().nothing()


def test_a_tutor_an_administrator_and_a_service_book_lessons_too():
    school().when(book, actor="tess", role="tutor").then(booked)
    school().when(book, actor="root", role="admin").then(booked)
    school().when(book, actor="bot", role="service").then(booked)


def test_nobody_books_lessons_for_others():
    for role in ("student", "tutor", "auditor"):
        school().when(book, actor="ben", role=role).refused(NotYourSession)


def test_only_tutors_are_booked():
    school().when(replace(book, tutor="ben")).refused(NotATutor)
    school().when(replace(book, tutor="nobody")).refused(NotATutor)
    school(RoleRevoked(person="tess", role="tutor")).when(book).refused(NotATutor)
    history = school(RoleGranted(person="ben", role="tutor"))
    history.when(replace(book, tutor="ben")).then(replace(booked, tutor="ben"))


def test_only_those_who_are_known_learn():
    stranger = replace(book, learner="nobody")
    school().when(stranger, actor="tess", role="tutor").refused(UnknownPerson)
    told = school(known("nobody", "student")).when(stranger, actor="tess", role="tutor")
    told.then(replace(booked, learner="nobody"))


def test_whoever_holds_no_role_any_more_may_still_learn():
    school(RoleRevoked(person="ada", role="student")).when(book).then(booked)


def test_a_tutor_who_is_one_no_more_keeps_the_lessons_that_were_booked():
    history = with_lesson(RoleRevoked(person="tess", role="tutor"))
    history.when(book).nothing()
    history.when(later).then(rescheduled())


def test_a_late_repeat_of_a_booking_books_nothing_whatever_became_of_the_lesson():
    with_lesson(rescheduled()).when(book, at=STARTS + 9 * HOUR).nothing()
    with_lesson(cancelled).when(book).nothing()


def test_an_id_names_one_lesson():
    with_lesson().when(replace(book, subject="logic")).refused(SessionIdTaken)
    with_lesson().when(replace(book, starts=STARTS - HOUR)).refused(SessionIdTaken)
    with_lesson().when(replace(book, tutor="tom", learner="ben"), actor="ben").refused(SessionIdTaken)


@pytest.mark.parametrize("minutes", [-59, -1, 0, 1, 59])
def test_a_tutor_has_no_two_lessons_at_a_time(minutes: int):
    other = another(learner="ben", starts=STARTS + minutes * MINUTE)
    school(other).when(book).refused(TutorIsBusy)


@pytest.mark.parametrize("minutes", [-59, -1, 0, 1, 59])
def test_a_learner_has_no_two_lessons_at_a_time(minutes: int):
    other = another(tutor="tom", starts=STARTS + minutes * MINUTE)
    school(other).when(book).refused(LearnerIsBusy)


def test_a_lesson_within_another_and_one_around_another_are_refused():
    school(another()).when(replace(book, starts=STARTS + MINUTE, ends=STARTS + 2 * MINUTE)).refused(
        TutorIsBusy
    )
    school(another()).when(replace(book, starts=STARTS - HOUR, ends=STARTS + 2 * HOUR)).refused(TutorIsBusy)


def test_who_teaches_cannot_learn_at_the_same_time():
    school(another(tutor="ada", learner="ben")).when(book).refused(LearnerIsBusy)
    school(another(tutor="tom", learner="tess")).when(book).refused(TutorIsBusy)


@pytest.mark.parametrize("hours", [-1, 1])
def test_one_lesson_may_begin_when_another_ends(hours: int):
    school(another(starts=STARTS + hours * HOUR)).when(book).then(booked)


def test_lessons_of_others_are_in_nobodys_way():
    school(another(tutor="tom", learner="ben")).when(book).then(booked)


@pytest.mark.parametrize(
    "end",
    [
        SessionCancelled(session="s0", tutor="tess", learner="ada", by="tutor", reason="other", notice=1),
        NoShowReported(session="s0", tutor="tess", learner="ada", missing="tutor"),
        SessionCompleted(session="s0", tutor="tess", learner="ada"),
    ],
)
def test_a_lesson_that_came_to_its_end_takes_no_more_time(end):
    school(another(), end).when(book).then(booked)


def test_a_lesson_that_was_moved_frees_its_old_time_and_takes_its_new_one():
    moved = SessionRescheduled(
        session="s0",
        tutor="tess",
        learner="ben",
        by="tutor",
        reason="other",
        notice=1,
        starts=STARTS + HOUR,
        ends=STARTS + 2 * HOUR,
    )
    history = school(another(learner="ben"), moved)
    history.when(book).then(booked)
    history.when(replace(book, starts=STARTS + HOUR, ends=STARTS + 2 * HOUR)).refused(TutorIsBusy)


def test_nobody_teaches_themselves():
    school().when(replace(book, tutor="ada")).refused(TutorIsTheLearner)


IMPOSSIBLE = [
    (STARTS, STARTS, EndsBeforeItStarts),
    (STARTS, STARTS - MINUTE, EndsBeforeItStarts),
    (STARTS, STARTS + 8 * HOUR + timedelta(microseconds=1), TooLong),
    (NOON - timedelta(microseconds=1), NOON + HOUR, InThePast),
    (NOON + timedelta(days=3654), NOON + timedelta(days=3654) + HOUR, TooFarAhead),
    (datetime(9999, 12, 31, 22, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC), TooFarAhead),
    (datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 1, 1, tzinfo=UTC), InThePast),
]


@pytest.mark.parametrize(("starts", "ends", "error"), IMPOSSIBLE)
def test_impossible_times_are_refused(starts: datetime, ends: datetime, error: type[Refused]):
    school().when(replace(book, starts=starts, ends=ends)).refused(error)
    with_lesson().when(RescheduleSession(session="s1", starts=starts, ends=ends)).refused(error)


def test_a_lesson_may_begin_at_once_and_last_eight_hours():
    now = replace(book, starts=NOON, ends=NOON + 8 * HOUR)
    school().when(now).then(replace(booked, starts=NOON, ends=NOON + 8 * HOUR))


def test_a_lesson_that_was_never_booked_is_unknown_to_every_wish():
    for wish in (later, cancel, start, tutor_missing, complete, RateSession(session="s1", stars=5)):
        school(another()).when(wish).refused(UnknownSession)


# Moving


def test_each_party_moves_a_lesson_in_its_own_name():
    with_lesson().when(later).then(rescheduled()).again().nothing()
    with_lesson().when(later, actor="tess", role="tutor").then(rescheduled(by="tutor")).again().nothing()


def test_what_the_staff_moves_is_neither_partys_doing():
    with_lesson().when(later, actor="root", role="admin").then(rescheduled(by="staff")).again().nothing()
    with_lesson().when(later, actor="bot", role="service").then(rescheduled(by="staff"))


def test_an_administrator_who_teaches_or_learns_acts_as_such():
    with_lesson().when(later, actor="tess", role="admin").then(rescheduled(by="tutor"))
    with_lesson().when(cancel, actor="ada", role="admin").then(cancelled)


def test_nobody_else_moves_a_lesson_or_calls_it_off():
    for role in ("student", "tutor", "auditor"):
        with_lesson().when(later, actor="ben", role=role).refused(NotYourSession)
        with_lesson().when(cancel, actor="ben", role=role).refused(NotYourSession)


def test_notice_is_counted_in_whole_minutes_to_the_old_start():
    at = STARTS - 90 * MINUTE - timedelta(seconds=59)
    with_lesson().when(later, at=at).then(rescheduled(notice=90))
    with_lesson().when(cancel, at=at).then(replace(cancelled, notice=90))
    last = STARTS - timedelta(seconds=1)
    with_lesson().when(later, at=last).then(rescheduled(notice=0))


def test_notice_of_a_moved_lesson_is_counted_to_where_it_was_moved():
    with_lesson(rescheduled()).when(cancel).then(replace(cancelled, notice=25 * 60))


def test_a_lesson_may_be_moved_into_its_own_old_time():
    half = RescheduleSession(
        session="s1", starts=STARTS + 30 * MINUTE, ends=STARTS + 90 * MINUTE, reason="illness"
    )
    with_lesson().when(half).then(rescheduled(starts=STARTS + 30 * MINUTE))


def test_a_lesson_may_be_moved_again_and_back():
    back = RescheduleSession(session="s1", starts=STARTS, ends=STARTS + HOUR, reason="illness")
    told = with_lesson().when(later).then(rescheduled())
    told.when(back).then(rescheduled(notice=25 * 60, starts=STARTS))


def test_a_lesson_cannot_be_moved_onto_another_of_its_tutor_or_learner():
    onto = STARTS + 90 * MINUTE
    with_lesson(another(learner="ben", starts=onto)).when(later).refused(TutorIsBusy)
    with_lesson(another(tutor="tom", starts=onto)).when(later).refused(LearnerIsBusy)
    with_lesson(another(tutor="tom", learner="ben", starts=onto)).when(later).then(rescheduled())


def test_a_lesson_whose_time_has_come_is_neither_moved_nor_called_off():
    for wish in (later, cancel):
        with_lesson().when(wish, at=STARTS).refused(SessionHasBegun)
        with_lesson(started).when(wish, at=STARTS - 5 * MINUTE).refused(SessionHasBegun)


def test_a_lesson_that_came_to_its_end_is_not_moved():
    for end in ENDED:
        with_lesson(end).when(later).refused(SessionHasEnded)


# Calling off


def test_each_party_calls_a_lesson_off_in_its_own_name():
    with_lesson().when(cancel).then(cancelled).again().nothing()
    with_lesson().when(cancel, actor="tess").then(replace(cancelled, by="tutor"))


def test_what_the_staff_calls_off_is_neither_partys_doing():
    for role in ("admin", "service"):
        with_lesson().when(cancel, actor="root", role=role).then(replace(cancelled, by="staff"))


def test_a_lesson_that_was_missed_or_took_place_is_not_called_off():
    for end in (no_show, completed):
        with_lesson(end).when(cancel).refused(SessionHasEnded)


# Beginning


@pytest.mark.parametrize(("minutes", "late"), [(-15, 0), (-1, 0), (0, 0), (0.99, 0), (1, 1), (75.5, 75)])
def test_a_lesson_starts_up_to_fifteen_minutes_early_or_late(minutes: float, late: int):
    told = with_lesson().when(start, actor="tess", at=STARTS + minutes * MINUTE)
    told.then(replace(started, late=late)).again().nothing()


def test_a_lesson_starts_no_earlier():
    early = STARTS - 15 * MINUTE - timedelta(seconds=1)
    with_lesson().when(start, actor="tess", at=early).refused(TooEarlyToStart)


def test_a_moved_lesson_starts_at_its_new_time():
    with_lesson(rescheduled()).when(start, actor="tess", at=STARTS).refused(TooEarlyToStart)


def test_only_the_tutor_or_an_administrator_starts_and_completes():
    for wish in (start, complete):
        for actor, role in (("ada", "student"), ("tom", "tutor"), ("eve", "auditor")):
            with_lesson().when(wish, actor=actor, role=role, at=STARTS).refused(OnlyTheTutor)
    with_lesson().when(start, actor="root", role="admin", at=STARTS).then(started)
    with_lesson().when(complete, actor="bot", role="service", at=STARTS).then(completed)


def test_a_lesson_that_came_to_its_end_does_not_start():
    for end in ENDED:
        with_lesson(end).when(start, actor="tess", at=STARTS).refused(SessionHasEnded)


def test_a_late_repeat_of_a_start_starts_nothing():
    with_lesson(started, completed).when(start, actor="tess", at=STARTS + HOUR).nothing()


# Not coming


def test_either_party_reports_that_somebody_did_not_come():
    with_lesson().when(tutor_missing, at=STARTS).then(no_show).again().nothing()
    learner_missing = ReportNoShow(session="s1", missing="learner")
    missed = NoShowReported(**WHO, missing="learner")
    with_lesson().when(learner_missing, actor="tess", at=STARTS).then(missed)
    with_lesson().when(learner_missing, actor="root", role="admin", at=STARTS).then(missed)


def test_nobody_else_reports_it():
    with_lesson().when(tutor_missing, actor="ben", at=STARTS).refused(NotYourSession)


def test_nobody_is_missing_before_the_time():
    with_lesson().when(tutor_missing, at=STARTS - MINUTE).refused(SessionHasNotBegun)


def test_nobody_is_missing_from_a_lesson_that_began():
    with_lesson(started).when(tutor_missing, at=STARTS + MINUTE).refused(SessionHasBegun)


def test_a_lesson_that_came_to_its_end_has_no_other_end():
    for end in (cancelled, completed, replace(no_show, missing="learner")):
        with_lesson(end).when(tutor_missing, at=STARTS).refused(SessionHasEnded)
    for end in (cancelled, no_show):
        with_lesson(end).when(complete, actor="tess", at=STARTS).refused(SessionHasEnded)


# Taking place


def test_a_lesson_that_was_started_early_can_be_completed_before_its_time():
    early = STARTS - 10 * MINUTE
    told = with_lesson().when(start, actor="tess", at=early).then(started)
    told.when(complete, actor="tess", at=early).then(completed).again().nothing()


def test_a_lesson_whose_start_nobody_marked_can_be_completed_from_its_time_on():
    with_lesson().when(complete, actor="tess", at=STARTS).then(completed)
    with_lesson().when(complete, actor="tess", at=STARTS - MINUTE).refused(SessionHasNotBegun)


# Rating


def test_the_learner_rates_a_lesson_once():
    told = with_lesson(completed).when(RateSession(session="s1", stars=5)).then(rated)
    told.again().nothing().when(RateSession(session="s1", stars=1)).refused(AlreadyRated)


def test_nobody_else_rates_a_lesson():
    rate = RateSession(session="s1", stars=5)
    for actor, role in (("tess", "tutor"), ("ben", "student"), ("root", "admin"), ("bot", "service")):
        with_lesson(completed).when(rate, actor=actor, role=role).refused(OnlyTheLearner)


def test_a_lesson_that_did_not_take_place_is_not_rated():
    for events in ((), (started,), (cancelled,), (no_show,)):
        with_lesson(*events).when(RateSession(session="s1", stars=5)).refused(NotCompleted)


PERSON = st.sampled_from(["ada", "ben", "tess", "tom"])
SESSION = st.sampled_from(["s1", "s2", "s3", "s4"])
QUARTERS = st.integers(0, 12)
LENGTH = st.integers(1, 6)


class SessionsMachine(DeciderMachine):
    """Four people, four lessons and an afternoon, so that they are in each other's way."""

    decider = SESSIONS

    def __init__(self) -> None:
        super().__init__()
        everybody = ("ada", "ben", "tess", "tom")
        self.history = given(SESSIONS, *(known(person, "tutor") for person in everybody))
        self.tutors = set(everybody)

    def lessons(self) -> dict[str, Lesson]:
        state = SESSIONS.initial()
        for event in self.history.events:
            SESSIONS.evolve(state, event)
        return state.lessons

    def busy(self, session: str, people: set[str], starts: datetime, ends: datetime) -> bool:
        """Whether any of these people has another lesson in any minute of that time."""
        return any(
            lesson.end is None
            and people & {lesson.booked.tutor, lesson.booked.learner}
            and max(lesson.starts, starts) < min(lesson.ends, ends)
            for key, lesson in self.lessons().items()
            if key != session
        )

    @rule(session=SESSION, tutor=PERSON, learner=PERSON, quarter=QUARTERS, length=LENGTH)
    def book(self, session: str, tutor: str, learner: str, quarter: int, length: int) -> None:
        starts = NOON + quarter * 15 * MINUTE
        ends = starts + length * 15 * MINUTE
        known = session in self.lessons()
        busy = self.busy(session, {tutor, learner}, starts, ends)
        command = BookSession(session=session, tutor=tutor, learner=learner, starts=starts, ends=ends)
        events = self.wish(command, learner)
        if known:
            assert events in ([], SessionIdTaken)
        elif tutor == learner:
            assert events is TutorIsTheLearner
        elif starts < self.now:
            assert events is InThePast
        elif tutor not in self.tutors:
            assert events is NotATutor
        elif busy:
            assert events in (TutorIsBusy, LearnerIsBusy)
        else:
            assert isinstance(events, list)
            assert len(events) == 1

    @rule(person=PERSON)
    def change_hands(self, person: str) -> None:
        """A tutor teaches no more, or again."""
        change = RoleRevoked if person in self.tutors else RoleGranted
        self.tutors ^= {person}
        self.history = History(SESSIONS, (*self.history.events, change(person=person, role="tutor")))

    @rule(session=SESSION, actor=PERSON, quarter=QUARTERS, length=LENGTH)
    def move(self, session: str, actor: str, quarter: int, length: int) -> None:
        starts = NOON + quarter * 15 * MINUTE
        ends = starts + length * 15 * MINUTE
        lesson = self.lessons().get(session)
        events = self.wish(RescheduleSession(session=session, starts=starts, ends=ends), actor)
        if events in (TutorIsBusy, LearnerIsBusy):
            assert lesson is not None
            assert self.busy(session, {lesson.booked.tutor, lesson.booked.learner}, starts, ends)
        elif isinstance(events, list) and events:
            assert lesson is not None
            assert actor in (lesson.booked.tutor, lesson.booked.learner)
            assert lesson.end is None
            assert not lesson.started
            assert self.now < lesson.starts

    @rule(session=SESSION, actor=PERSON)
    def call_off(self, session: str, actor: str) -> None:
        self.wish(CancelSession(session=session), actor)

    @rule(session=SESSION, missing=st.sampled_from(["tutor", "learner"]))
    def miss(self, session: str, missing) -> None:
        self.wish(ReportNoShow(session=session, missing=missing), "root", "admin")

    @rule(session=SESSION)
    def begin(self, session: str) -> None:
        self.wish(StartSession(session=session), "root", "admin")

    @rule(session=SESSION)
    def end(self, session: str) -> None:
        self.wish(CompleteSession(session=session), "root", "admin")

    @rule(session=SESSION, stars=st.integers(1, 5))
    def rate(self, session: str, stars: int) -> None:
        lesson = self.lessons().get(session)
        self.wish(RateSession(session=session, stars=stars), lesson.booked.learner if lesson else "ada")

    @rule(minutes=st.sampled_from([1, 5, 15]))
    def let_time_go_by(self, minutes: int) -> None:
        self.wait(minutes)

    @invariant()
    def nobody_has_two_lessons_at_a_time(self) -> None:
        taking = [lesson for lesson in self.lessons().values() if lesson.end is None]
        for one, other in combinations(taking, 2):
            if {one.booked.tutor, one.booked.learner} & {other.booked.tutor, other.booked.learner}:
                assert one.ends <= other.starts or other.ends <= one.starts

    @invariant()
    def each_lesson_has_one_life(self) -> None:
        lives: dict[str, list[type]] = {}
        for event in self.history.events:
            if not isinstance(event, PersonRegistered | RoleGranted | RoleRevoked):
                lives.setdefault(event.session, []).append(type(event))  # pyright: ignore
        for life in lives.values():
            told = [kind for kind in life if kind is not SessionRescheduled]
            assert told in POSSIBLE_LIVES


POSSIBLE_LIVES = [
    [SessionBooked],
    [SessionBooked, SessionCancelled],
    [SessionBooked, NoShowReported],
    *(
        [SessionBooked, *begun, *done]
        for begun in ([], [SessionStarted])
        for done in ([], [SessionCompleted], [SessionCompleted, SessionRated])
    ),
]


TestSessions = SessionsMachine.TestCase
TestSessions.settings = OFTEN
