"""Nobody is booked twice, over the real log and from several processes at once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from domain.calendars import Schedule
from domain.commands import ROUTES
from domain.deciding import Command
from domain.errors import Refused
from domain.events import Context, Event, Query
from domain.log import EventLog
from domain.people import PersonRegistered
from domain.sessions import (
    BookSession,
    CancelSession,
    RescheduleSession,
    SessionBooked,
    SessionRescheduled,
    TutorIsBusy,
    UnknownSession,
)
from realtime.perform import Performer

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEARNERS = ("ada", "ben", "zoe", *(f"learner-{number}" for number in range(9)))
CONTEXT = Context(org="main", actor="tess", role="tutor", at=NOW)


def book(session: str, learner: str, hour: int) -> BookSession:
    starts = NOW + hour * HOUR
    return BookSession(session=session, tutor="tess", learner=learner, starts=starts, ends=starts + HOUR)


def move(session: str, hour: int) -> RescheduleSession:
    starts = NOW + hour * HOUR
    return RescheduleSession(session=session, starts=starts, ends=starts + HOUR)


def booked(session: str, learner: str, hour: int) -> SessionBooked:
    starts = NOW + hour * HOUR
    return SessionBooked(session=session, tutor="tess", learner=learner, starts=starts, ends=starts + HOUR)


async def outcome(performer: Performer, command: Command) -> str:
    """`done`, `nothing`, or the code of the refusal."""
    try:
        return "done" if (await performer.perform(command, CONTEXT)).events else "nothing"
    except Refused as refused:
        return refused.code


async def written(log: EventLog, *kinds: type[Event]) -> list[Event]:
    return [
        each.event async for batch in log.read(Query()) for each in batch if isinstance(each.event, kinds)
    ]


@pytest.fixture
async def processes(log: EventLog) -> list[Performer]:
    """Three performers over one log, none of which knows what the others have in memory."""
    people = [PersonRegistered(person="tess", name="Tess", role="tutor")]
    people += [PersonRegistered(person=person, name="Learner", role="student") for person in LEARNERS]
    await log.append(people, CONTEXT)
    return [Performer(log, ROUTES) for _ in range(3)]


async def test_a_lesson_is_not_moved_onto_one_that_another_process_has_booked(processes):
    one, other, _ = processes
    assert await outcome(one, book("s1", "ada", 1)) == "done"
    assert await outcome(one, move("s1", 2)) == "done"
    assert await outcome(other, book("s2", "ben", 4)) == "done"
    # What `one` has in memory of the tutor's calendar is older than the second lesson.
    assert await outcome(one, move("s1", 4)) == "tutor-is-busy"
    assert await outcome(one, move("s1", 5)) == "done"
    assert await outcome(one, move("s1", 5)) == "nothing"


async def test_a_lesson_that_another_process_has_booked_is_moved_within_its_parties_calendars(processes):
    one, other, _ = processes
    with pytest.raises(UnknownSession):
        await one.perform(move("s1", 2), CONTEXT)
    await other.perform(book("s1", "ada", 1), CONTEXT)
    await other.perform(book("s2", "ben", 2), CONTEXT)
    # `one` remembers that there was no such lesson, so that it has to learn of its parties first.
    with pytest.raises(TutorIsBusy):
        await one.perform(move("s1", 2), CONTEXT)
    assert await outcome(one, move("s1", 3)) == "done"


async def test_of_many_bookings_of_one_hour_at_once_one_is_done(log, processes):
    wishes = [book(f"s{number}", f"learner-{number}", 1) for number in range(9)]
    outcomes = await asyncio.gather(
        *(outcome(processes[number % 3], wish) for number, wish in enumerate(wishes))
    )
    assert sorted(outcomes) == ["done", *["tutor-is-busy"] * 8]
    assert len(await written(log, SessionBooked)) == 1


async def test_of_many_lessons_that_are_moved_into_one_hour_at_once_one_is(log, processes):
    for number in range(6):
        await log.append([booked(f"s{number}", f"learner-{number}", number + 2)], CONTEXT)
    wishes = [move(f"s{number}", 1) for number in range(6)]
    outcomes = await asyncio.gather(
        *(outcome(processes[number % 3], wish) for number, wish in enumerate(wishes)),
        outcome(processes[0], book("s9", "zoe", 1)),
    )
    assert sorted(outcomes) == ["done", *["tutor-is-busy"] * 6]
    assert len(await written(log, SessionRescheduled)) + len(await written(log, SessionBooked)) == 7


async def test_an_hour_that_was_given_back_can_be_booked_by_another_process(processes):
    one, other, _ = processes
    await one.perform(book("s1", "ada", 1), CONTEXT)
    assert await outcome(other, book("s2", "ben", 1)) == "tutor-is-busy"
    await one.perform(CancelSession(session="s1"), CONTEXT)
    assert await outcome(other, book("s2", "ben", 1)) == "done"


async def test_looking_at_what_a_move_depends_on_shows_the_calendars_of_both_parties(processes):
    one, other, _ = processes
    await one.perform(book("s1", "ada", 1), CONTEXT)
    await other.perform(book("s2", "ben", 2), CONTEXT)
    schedule: Schedule = await one.look(move("s1", 3), CONTEXT)
    assert set(schedule.lessons) == {"s1", "s2"}
