"""Members who have gone without a word leave the room; whoever comes back in time does not."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.redis_presence import RedisPresence
from domain.commands import ROUTES
from domain.events import Context
from domain.hosting import RoomState
from domain.rooms import JoinRoom, LeaveRoom, OpenRoom
from realtime.perform import Performer
from rooms.attendance import GRACE, Absence, Attendance

BEGIN = datetime(2026, 11, 21, 9, tzinfo=UTC)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def presence(redis_url):
    async with RedisPresence.opened(redis_url) as presence:
        yield presence


@pytest.fixture
async def performer(log) -> Performer:
    performer = Performer(log, ROUTES)
    host = Context(org="main", actor="tia", role="tutor", at=BEGIN)
    await performer.perform(OpenRoom(room="algebra", title="Algebra"), host)
    for person in ("ada", "ben"):
        context = Context(org="main", actor=person, role="student", at=BEGIN)
        await performer.perform(JoinRoom(room="algebra"), context)
    return performer


async def members(performer: Performer) -> list[str]:
    service = Context(org="main", actor="test", role="service", at=BEGIN)
    state: RoomState = await performer.look(LeaveRoom(room="algebra"), service)
    return state.members("algebra")


async def test_whoever_has_been_away_for_long_has_left(presence, performer, clock):
    attendance, absence = Attendance(presence, clock), Absence(presence, performer.perform, clock)
    with attendance.attending("main", "algebra", "ada"):
        with attendance.attending("main", "algebra", "ben"):
            await attendance.report()
        clock.now += GRACE + timedelta(seconds=1)
        await attendance.report()
        await absence.look()
    assert await members(performer) == ["ada"]


async def test_whoever_comes_back_in_time_stays(presence, performer, clock):
    attendance, absence = Attendance(presence, clock), Absence(presence, performer.perform, clock)
    with attendance.attending("main", "algebra", "ada"):
        await attendance.report()
    clock.now += GRACE - timedelta(seconds=1)
    await absence.look()
    with attendance.attending("main", "algebra", "ada"):
        await attendance.report()
    clock.now += timedelta(seconds=2)
    await absence.look()
    assert await members(performer) == ["ada", "ben"]


async def test_whoever_is_on_another_node_is_not_away(presence, performer, clock):
    here, there = Attendance(presence, clock), Attendance(presence, clock)
    with here.attending("main", "algebra", "ada"):
        await here.report()
    with there.attending("main", "algebra", "ada"):
        clock.now += GRACE + timedelta(seconds=1)
        await there.report()
        await Absence(presence, performer.perform, clock).look()
    assert await members(performer) == ["ada", "ben"]


async def test_two_streams_of_one_person_count_as_long_as_one_is_open(presence, performer, clock):
    attendance = Attendance(presence, clock)
    with attendance.attending("main", "algebra", "ada"):
        with attendance.attending("main", "algebra", "ada"):
            pass
        clock.now += GRACE + timedelta(seconds=1)
        await attendance.report()
    await Absence(presence, performer.perform, clock).look()
    assert await members(performer) == ["ada", "ben"]


async def test_those_who_never_followed_the_feed_are_left_alone(presence, performer, clock):
    clock.now += timedelta(days=1)
    await Absence(presence, performer.perform, clock).look()
    assert await members(performer) == ["ada", "ben"]


async def test_a_room_that_is_no_more_does_not_stop_the_look(presence, performer, clock):
    attendance, absence = Attendance(presence, clock), Absence(presence, performer.perform, clock)
    with attendance.attending("main", "nowhere", "ada"), attendance.attending("main", "algebra", "ben"):
        await attendance.report()
    clock.now += GRACE + timedelta(seconds=1)
    await absence.look()
    assert await members(performer) == ["ada"]
    assert await presence.unseen(clock.now) == []
