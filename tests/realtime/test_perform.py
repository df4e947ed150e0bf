"""Commands of several processes on one log: what is kept in memory never leads to a wrong record."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from itertools import count

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import Litestar, post

from adapters.postgres_log import PostgresLog
from domain.commands import ROUTES
from domain.deciding import Command
from domain.errors import LogUnavailable, Refused
from domain.events import Boundary, Context, Event
from domain.rooms import (
    JoinRoom,
    LeaveRoom,
    MessageSent,
    OpenRoom,
    RoomIsFull,
    RoomJoined,
    RoomLeft,
    RoomOpened,
    SendMessage,
    UnknownRoom,
)
from realtime import perform
from realtime.metrics import Metrics
from realtime.perform import RETRIES, BoundaryKeepsMoving, Performed, Performer
from realtime.problems import handlers
from tests.log.given import by, joined, read
from tests.realtime.guests import problem


def opened(room: str = "algebra", capacity: int = 8) -> OpenRoom:
    return OpenRoom(room=room, title="A room", capacity=capacity)


class Pauses(list[int]):
    """Remembers before which retries a pause was due, and waits for none."""

    async def __call__(self, retry: int) -> None:
        self.append(retry)


@pytest.fixture
def one(log: PostgresLog) -> Performer:
    return Performer(log, ROUTES, Pauses())


@pytest.fixture
async def other(log: PostgresLog, postgres_url: str) -> AsyncIterator[Performer]:
    """The performer of another node."""
    async with PostgresLog.opened(postgres_url) as opened_there:
        yield Performer(opened_there, ROUTES, Pauses())


async def in_room(log: PostgresLog, org: str = "school") -> dict[str, set[str]]:
    """Who is in which room, by the log alone; fails if ever too many were in one, or somebody in two."""
    members: dict[str, set[str]] = {}
    capacity: dict[str, int] = {}
    for each in await read(log, org=org):
        match each.event:
            case RoomOpened() as event:
                members[event.room], capacity[event.room] = set(), event.capacity
            case RoomJoined() as event:
                assert not any(event.person in group for group in members.values())
                members[event.room].add(event.person)
                assert len(members[event.room]) <= capacity[event.room]
            case RoomLeft() as event:
                members[event.room].remove(event.person)
            case _:
                pass
    return members


async def test_a_command_becomes_events_and_says_where_they_are(one, log):
    performed = await one.perform(opened(), by("tess"))
    assert performed == Performed(1, performed.events)
    assert [each.event for each in await read(log)] == list(performed.events)


async def test_a_repeated_command_answers_without_an_event_at_a_position_that_shows_the_first(one, other):
    await one.perform(opened(), by("tess"))
    first = await one.perform(JoinRoom(room="algebra"), by("ada"))
    for performer in (one, other, one):
        again = await performer.perform(JoinRoom(room="algebra"), by("ada"))
        assert again.events == ()
        assert again.position >= first.position


async def test_thirty_join_at_once_and_all_get_in(one, log):
    await one.perform(opened(capacity=30), by("tess"))
    people = [f"p{n}" for n in range(30)]
    await asyncio.gather(*(one.perform(JoinRoom(room="algebra"), by(person)) for person in people))
    assert await in_room(log) == {"algebra": set(people)}
    assert one._locks == {}


async def test_nobody_is_refused_by_what_is_only_remembered(one, other):
    await one.perform(opened(capacity=1), by("tess"))
    await one.perform(JoinRoom(room="algebra"), by("ada"))
    with pytest.raises(RoomIsFull):
        await one.perform(JoinRoom(room="algebra"), by("ben"))
    await other.perform(LeaveRoom(room="algebra"), by("ada"))
    assert (await one.perform(JoinRoom(room="algebra"), by("ben"))).events == [joined(person="ben")]


async def test_nothing_is_taken_as_done_by_what_is_only_remembered(one, other, log):
    await one.perform(opened(), by("tess"))
    await one.perform(JoinRoom(room="algebra"), by("ada"))
    await other.perform(LeaveRoom(room="algebra"), by("ada"))
    assert (await one.perform(JoinRoom(room="algebra"), by("ada"))).events == [joined(person="ada")]
    assert await in_room(log) == {"algebra": {"ada"}}


async def test_what_is_remembered_wrongly_is_not_recorded(one, other, log):
    await one.perform(opened(capacity=2), by("tess"))
    await one.perform(JoinRoom(room="algebra"), by("ada"))
    await other.perform(JoinRoom(room="algebra"), by("ben"))
    with pytest.raises(RoomIsFull):  # there was a place left, as far as this one remembers
        await one.perform(JoinRoom(room="algebra"), by("cyd"))
    assert await in_room(log) == {"algebra": {"ada", "ben"}}


async def test_a_look_shows_what_another_process_has_recorded(one, other):
    await one.perform(opened(), by("tess"))
    assert (await one.look(LeaveRoom(room="algebra"), by("ada"))).members("algebra") == []
    await other.perform(JoinRoom(room="algebra"), by("ada"))
    assert (await one.look(LeaveRoom(room="algebra"), by("ada"))).members("algebra") == ["ada"]


async def test_organisations_share_no_state(one):
    await one.perform(opened(), by("tess", org="school"))
    with pytest.raises(UnknownRoom):
        await one.perform(JoinRoom(room="algebra"), by("ada", org="other"))


class Slow:
    """The log of a process that always comes second: somebody else joins just before each append."""

    def __init__(self, log: PostgresLog, others: int) -> None:
        self._log = log
        self._others = others
        self.read = log.read
        self.follow = log.follow
        self.head = log.head
        self.appends = 0

    async def append(
        self, events: Sequence[Event], context: Context, boundary: Boundary | None = None
    ) -> int:
        self.appends += 1
        if self.appends <= self._others:
            await self._log.append([joined(person=f"quick-{self.appends}")], context)
        return await self._log.append(events, context, boundary)


async def test_commands_about_what_is_remembered_read_nothing(one, log, monkeypatch):
    await one.perform(opened(), by("tess"))
    await one.perform(JoinRoom(room="algebra"), by("ada"))
    await one.perform(SendMessage(room="algebra", message="m0", text="hello"), by("ada"))

    def read(*_, **options):
        raise AssertionError("it should remember")

    monkeypatch.setattr(log, "read", read)
    for n in range(1, 10):
        await one.perform(SendMessage(room="algebra", message=f"m{n}", text="hello"), by("ada"))


async def test_a_decision_is_taken_anew_three_times_when_its_boundary_moves(one, log):
    await one.perform(opened(), by("tess"))
    slow, pauses = Slow(log, others=RETRIES), Pauses()
    await Performer(slow, ROUTES, pauses).perform(JoinRoom(room="algebra"), by("ada"))
    assert slow.appends == 1 + RETRIES == 4
    assert pauses == [1, 2, 3]
    assert "ada" in (await in_room(log))["algebra"]


async def test_and_not_a_fourth_time(one, log):
    await one.perform(opened(capacity=100), by("tess"))
    slow, pauses = Slow(log, others=100), Pauses()
    with pytest.raises(BoundaryKeepsMoving) as refused:
        await Performer(slow, ROUTES, pauses).perform(JoinRoom(room="algebra"), by("ada"))
    assert (refused.value.status, refused.value.code) == (409, "boundary-keeps-moving")
    assert slow.appends == 1 + RETRIES
    assert pauses == [1, 2, 3]
    assert "ada" not in (await in_room(log))["algebra"]


async def test_what_was_only_remembered_wrongly_is_decided_anew_without_a_pause(one, other, log):
    pauses = Pauses()
    here = Performer(log, ROUTES, pauses)
    await here.perform(opened(), by("tess"))
    await other.perform(JoinRoom(room="algebra"), by("ben"))
    await here.perform(JoinRoom(room="algebra"), by("ada"))
    assert pauses == []
    assert await in_room(log) == {"algebra": {"ada", "ben"}}


async def test_the_answer_to_http_names_what_kept_moving_and_says_when_to_try_again(one, log):
    await one.perform(opened(capacity=100), by("tess"))
    performer = Performer(Slow(log, others=100), ROUTES, Pauses())

    @post("/join")
    async def join() -> None:
        await performer.perform(JoinRoom(room="algebra"), by("ada"))

    app = Litestar([join], exception_handlers=handlers(Metrics()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://house") as http:
        response = await http.post("/join")
    assert problem(response) == (409, "boundary-keeps-moving")
    assert "room:algebra" in response.json()["detail"]
    assert response.headers["Retry-After"] == "1"


async def test_the_last_place_that_goes_meanwhile_is_a_refusal_and_no_conflict(one, log):
    await one.perform(opened(capacity=1), by("tess"))
    with pytest.raises(RoomIsFull):
        await Performer(Slow(log, others=1), ROUTES).perform(JoinRoom(room="algebra"), by("ada"))


class Silent(Slow):
    """The log of a process whose connection is lost after each append was recorded."""

    async def append(
        self, events: Sequence[Event], context: Context, boundary: Boundary | None = None
    ) -> int:
        await self._log.append(events, context, boundary)
        raise LogUnavailable


async def test_a_command_whose_answer_was_lost_can_be_asked_again(one, log):
    await one.perform(opened(), by("tess"))
    silent = Performer(Silent(log, 0), ROUTES)
    with pytest.raises(LogUnavailable):
        await silent.perform(JoinRoom(room="algebra"), by("ada"))
    assert (await silent.perform(JoinRoom(room="algebra"), by("ada"))).events == ()
    assert await in_room(log) == {"algebra": {"ada"}}


async def test_whoever_hangs_up_in_between_leaves_nothing_locked_or_wrong(one, log):
    await one.perform(opened(capacity=50), by("tess"))
    for patience in range(12):
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(one.perform(JoinRoom(room="algebra"), by(f"p{patience}-{n}")))
                for n in range(3)
            ]
            for _ in range(patience):
                await asyncio.sleep(0)
            tasks[0].cancel()
            tasks[2].cancel()
        assert tasks[1].result().events
    assert one._locks == {}
    assert {f"p{patience}-1" for patience in range(12)} <= (await in_room(log))["algebra"]


async def test_states_that_were_forgotten_are_read_again(log, monkeypatch):
    monkeypatch.setattr(perform, "KEPT", 2)
    performer = Performer(log, ROUTES)
    rooms = [f"room{n}" for n in range(5)]
    for room in rooms:
        await performer.perform(opened(room, capacity=1), by("tess"))
    for _ in range(2):
        for room in rooms:
            await performer.perform(JoinRoom(room=room), by(f"in-{room}"))
            with pytest.raises(RoomIsFull):
                await performer.perform(JoinRoom(room=room), by("late"))
    assert len(performer._kept) == 2
    assert await in_room(log) == {room: {f"in-{room}"} for room in rooms}


ROOMS = ("a", "b")
CAPACITIES = {"a": 2, "b": 1}
a_command = st.tuples(
    st.sampled_from([JoinRoom, JoinRoom, LeaveRoom]),
    st.sampled_from(ROOMS),
    st.sampled_from(["ada", "ben", "cyd", "dan"]),
    st.integers(0, 1),
)
a_plan = st.lists(st.lists(a_command, min_size=1, max_size=6), min_size=1, max_size=5)
orgs = count(1)


async def test_two_processes_never_fill_a_room_beyond_its_capacity_nor_put_anybody_in_two(one, other, log):
    loop = asyncio.get_running_loop()

    async def play(plan) -> None:
        org = f"org{next(orgs)}"
        for room in ROOMS:
            await one.perform(opened(room, CAPACITIES[room]), by("tess", org))
        for wishes in plan:
            await asyncio.gather(
                *(
                    attempt((one, other)[through], make(room=room), by(person, org))
                    for make, room, person, through in wishes
                )
            )
        members = await in_room(log, org)
        fresh = Performer(log, ROUTES)
        for performer in (one, other):
            for room in ROOMS:
                for command in (JoinRoom(room=room), LeaveRoom(room=room)):
                    looked = await performer.look(command, by("ada", org))
                    assert looked == await fresh.look(command, by("ada", org))
                    assert set(looked.members(room)) == members[room]

    @settings(max_examples=40, deadline=None)
    @given(a_plan)
    def holds(plan) -> None:
        asyncio.run_coroutine_threadsafe(play(plan), loop).result()

    await asyncio.to_thread(holds)


async def attempt(performer: Performer, command: Command, context: Context) -> None:
    with suppress(Refused):
        await performer.perform(command, context)


async def test_two_processes_that_race_for_a_message_id_record_it_once(one, other, log):
    for performer in (one, other):
        await performer.perform(opened(), by("tess"))
        await performer.perform(JoinRoom(room="algebra"), by("ada"))
    sending = SendMessage(room="algebra", message="m1", text="hello")
    await asyncio.gather(*(each.perform(sending, by("ada")) for each in (one, other, one, other)))
    sent = [each for each in await read(log) if isinstance(each.event, MessageSent)]
    assert len(sent) == 1
