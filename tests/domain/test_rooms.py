"""Rooms: a capacity that holds, one room at a time, and what may happen inside."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.catalogue import UndecodableEvent, checked
from domain.hosting import ROOMS
from domain.practice import ProblemAdded, UnknownProblem
from domain.rooms import (
    CloseRoom,
    JoinRoom,
    LeaveRoom,
    MessageIdTaken,
    MessageSent,
    NotInTheRoom,
    NotYourRoom,
    OpenRoom,
    PoseProblem,
    ProblemPosed,
    RoomClosed,
    RoomIdTaken,
    RoomIsClosed,
    RoomIsFull,
    RoomJoined,
    RoomLeft,
    RoomOpened,
    SendMessage,
    SetTimer,
    TimerOutOfReach,
    TimerSet,
    UnknownRoom,
)
from tests.domain.machine import OFTEN, DeciderMachine
from tests.domain.spec import NOON, given

opened = RoomOpened(room="algebra", title="Algebra", capacity=2, host="tess")
closed = RoomClosed(room="algebra")
elsewhere = RoomOpened(room="logic", title="Logic", capacity=8, host="tess")
problem = ProblemAdded(problem="p1", skill="fractions", prompt="1/2 + 1/3?", key="5/6")
SOON = NOON + timedelta(minutes=25)
WORK = SetTimer(room="algebra", phase="work", ends=SOON)
OFF = SetTimer(room="algebra", phase="off", ends=SOON)


def joined(person: str, room: str = "algebra") -> RoomJoined:
    return RoomJoined(room=room, person=person)


def left(person: str, why: str = "left", room: str = "algebra") -> RoomLeft:
    return RoomLeft(room=room, person=person, why=why)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("role", ["student", "tutor", "admin", "service"])
def test_whoever_opens_a_room_is_its_host(role):
    wish = OpenRoom(room="algebra", title="Algebra", capacity=2)
    given(ROOMS).when(wish, actor="tess", role=role).then(opened).again().nothing()


def test_an_auditor_only_looks():
    given(ROOMS).when(OpenRoom(room="algebra", title="Algebra"), role="auditor").refused(NotYourRoom)


def test_an_id_names_one_room():
    given(ROOMS, opened).when(OpenRoom(room="algebra", title="Algebra")).refused(RoomIdTaken)
    given(ROOMS, opened).when(OpenRoom(room="algebra", title="Other"), actor="tess").refused(RoomIdTaken)
    larger = OpenRoom(room="algebra", title="Algebra", capacity=3)
    given(ROOMS, opened).when(larger, actor="tess").refused(RoomIdTaken)


@pytest.mark.parametrize(
    "wish",
    [
        JoinRoom(room="algebra"),
        LeaveRoom(room="algebra"),
        CloseRoom(room="algebra"),
        SendMessage(room="algebra", message="m1", text="Hi"),
        WORK,
        PoseProblem(room="algebra", problem="p1"),
    ],
    ids=lambda wish: type(wish).__name__,
)
def test_a_room_that_was_never_opened_is_unknown(wish):
    given(ROOMS, elsewhere, problem).when(wish).refused(UnknownRoom)


def test_a_person_joins_once():
    given(ROOMS, opened).when(JoinRoom(room="algebra")).then(joined("ada")).again().nothing()


def test_a_full_room_refuses_the_next_learner():
    given(ROOMS, opened, joined("ben"), joined("cyd")).when(JoinRoom(room="algebra")).refused(RoomIsFull)


def test_a_full_room_keeps_the_members_it_has():
    given(ROOMS, opened, joined("ada"), joined("cyd")).when(JoinRoom(room="algebra")).nothing()


def test_a_full_room_has_a_place_again_when_somebody_leaves():
    history = given(ROOMS, opened, joined("ben"), joined("cyd"), left("ben"))
    history.when(JoinRoom(room="algebra")).then(joined("ada"))


def test_whoever_is_in_another_room_moves():
    history = given(ROOMS, opened, elsewhere, joined("ada", "logic"))
    moved = (left("ada", "moved", "logic"), joined("ada"))
    history.when(JoinRoom(room="algebra")).then(*moved).again().nothing()


def test_nobody_moves_out_of_a_room_to_stand_before_a_full_one():
    history = given(ROOMS, opened, elsewhere, joined("ada", "logic"), joined("ben"), joined("cyd"))
    history.when(JoinRoom(room="algebra")).refused(RoomIsFull)


def test_a_closed_room_lets_nobody_in():
    given(ROOMS, opened, closed).when(JoinRoom(room="algebra")).refused(RoomIsClosed)


def test_a_member_leaves_once():
    history = given(ROOMS, opened, joined("ada"))
    history.when(LeaveRoom(room="algebra")).then(left("ada")).again().nothing()


def test_whoever_is_not_inside_leaves_nothing():
    given(ROOMS, opened, joined("ben")).when(LeaveRoom(room="algebra")).nothing()


@pytest.mark.parametrize("role", ["service", "tutor", "admin"])
def test_who_has_gone_without_a_word_is_taken_out(role):
    wish = LeaveRoom(room="algebra", person="ben")
    given(ROOMS, opened, joined("ben")).when(wish, role=role).then(left("ben", "gone")).again().nothing()


@pytest.mark.parametrize("role", ["student", "auditor"])
def test_nobody_throws_another_out(role):
    wish = LeaveRoom(room="algebra", person="ben")
    given(ROOMS, opened, joined("ben")).when(wish, role=role).refused(NotYourRoom)


def test_naming_oneself_is_leaving():
    wish = LeaveRoom(room="algebra", person="ada")
    given(ROOMS, opened, joined("ada")).when(wish).then(left("ada"))


@pytest.mark.parametrize(
    ("actor", "role"), [("tess", "student"), ("tom", "tutor"), ("root", "admin"), ("upkeep", "service")]
)
def test_closing_a_room_sends_everybody_out_in_the_order_in_which_they_came(actor, role):
    history = given(ROOMS, opened, joined("cyd"), joined("ada"))
    out = (left("cyd", "closed"), left("ada", "closed"), closed)
    history.when(CloseRoom(room="algebra"), actor=actor, role=role).then(*out).again().nothing()


@pytest.mark.parametrize("role", ["student", "auditor"])
def test_a_guest_does_not_close_the_room(role):
    given(ROOMS, opened, joined("ada")).when(CloseRoom(room="algebra"), role=role).refused(NotYourRoom)


HI = SendMessage(room="algebra", message="m1", text="Hi")
said = MessageSent(room="algebra", person="ada", message="m1", text="Hi")


def test_a_message_is_sent_once():
    given(ROOMS, opened, joined("ada")).when(HI).then(said).again().nothing()


def test_a_message_may_belong_to_a_place_on_the_board():
    wish = SendMessage(room="algebra", message="m1", text="Hi", anchor="text@7:12")
    there = MessageSent(room="algebra", person="ada", message="m1", text="Hi", anchor="text@7:12")
    given(ROOMS, opened, joined("ada")).when(wish).then(there).again().nothing()


@pytest.mark.parametrize(
    ("anchor", "fits"),
    [
        ("shape@a1-b2_c3", True),
        ("code@4294967295:0", True),
        ("scratchpad@end", True),
        ("shape@", False),
        ("text@seven:1", False),
        ("text@7:1\n", False),
        ("shape@what I think of Ben", False),
        ("chat@end", False),
    ],
)
def test_a_place_on_the_board_has_no_room_for_words(anchor, fits):
    there = MessageSent(room="algebra", person="ada", message="m1", text="Hi", anchor=anchor)
    with nullcontext() if fits else pytest.raises(UndecodableEvent):
        checked(there)


@pytest.mark.parametrize("since", [(left("ada"),), (left("ada", "closed"), closed)])
def test_a_message_that_was_sent_stays_sent_when_its_sender_asks_again_later(since):
    given(ROOMS, opened, joined("ada"), said, *since).when(HI).nothing()


def test_nobodys_message_is_swallowed_because_another_has_its_id():
    given(ROOMS, opened, joined("ada"), joined("ben"), said).when(HI, actor="ben").refused(MessageIdTaken)


@pytest.mark.parametrize("wish", [HI, WORK, PoseProblem(room="algebra", problem="p1")])
def test_only_members_act_in_a_room_that_is_open(wish):
    given(ROOMS, opened, problem, joined("ben")).when(wish).refused(NotInTheRoom)
    given(ROOMS, opened, problem, joined("ada"), left("ada")).when(wish).refused(NotInTheRoom)
    shut = (joined("ada"), left("ada", "closed"), closed)
    given(ROOMS, opened, problem, *shut).when(wish).refused(RoomIsClosed)


working = TimerSet(room="algebra", person="ada", phase="work", ends=SOON)


def test_a_timer_is_set_once_and_can_be_set_anew():
    later = SOON + timedelta(minutes=5)
    again = given(ROOMS, opened, joined("ada")).when(WORK).then(working).again().nothing()
    rest = SetTimer(room="algebra", phase="break", ends=later)
    again.when(rest).then(TimerSet(room="algebra", person="ada", phase="break", ends=later))


def test_a_timer_that_is_stopped_ends_now_whatever_the_wish_says():
    stopped = TimerSet(room="algebra", person="ada", phase="off", ends=NOON)
    given(ROOMS, opened, joined("ada"), working).when(OFF).then(stopped).again().nothing()


def test_a_timer_that_does_not_run_cannot_be_stopped():
    given(ROOMS, opened, joined("ada")).when(OFF).nothing()


@pytest.mark.parametrize(
    "ends",
    [
        NOON + timedelta(days=1, seconds=1),
        NOON - timedelta(days=1, seconds=1),
        datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-12))),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, tzinfo=UTC),
    ],
)
def test_a_timer_ends_on_a_calendar_within_a_day(ends):
    wish = SetTimer(room="algebra", phase="work", ends=ends)
    given(ROOMS, opened, joined("ada")).when(wish).refused(TimerOutOfReach)


def test_a_problem_is_posed_once_and_can_be_followed_by_another():
    other = ProblemAdded(problem="p2", skill="fractions", prompt="3/4 of 12?", key="9")
    posed = [ProblemPosed(room="algebra", problem=name, person="ada") for name in ("p1", "p2")]
    history = given(ROOMS, opened, problem, other, joined("ada"))
    again = history.when(PoseProblem(room="algebra", problem="p1")).then(posed[0]).again().nothing()
    again = again.when(PoseProblem(room="algebra", problem="p2")).then(posed[1])
    again.when(PoseProblem(room="algebra", problem="p1")).then(posed[0])


def test_a_problem_that_was_never_added_cannot_be_posed():
    history = given(ROOMS, opened, problem, joined("ada"))
    history.when(PoseProblem(room="algebra", problem="p9")).refused(UnknownProblem)


PERSON = st.sampled_from(["ada", "ben", "cyd", "dan"])
ROOM = st.sampled_from(["algebra", "logic", "proofs"])
CAPACITIES = {"algebra": 1, "logic": 2, "proofs": 3}


class RoomsMachine(DeciderMachine):
    """Against a model of who is where: three small rooms, four people."""

    decider = ROOMS

    def __init__(self) -> None:
        super().__init__()
        self.open: dict[str, bool] = {}
        self.place: dict[str, str] = {}
        self.sent: set[tuple[str, str]] = set()

    def inside(self, room: str) -> list[str]:
        return [person for person, place in self.place.items() if place == room]

    @rule(room=ROOM)
    def open_one(self, room: str) -> None:
        wish = OpenRoom(room=room, title=room.title(), capacity=CAPACITIES[room])
        events = self.wish(wish, "tess", "tutor")
        assert bool(events) == (room not in self.open)
        self.open.setdefault(room, True)

    @rule(person=PERSON, room=ROOM)
    def join(self, person: str, room: str) -> None:
        before = self.place.get(person)
        events = self.wish(JoinRoom(room=room), person)
        if not self.open.get(room):
            assert events is (RoomIsClosed if room in self.open else UnknownRoom)
        elif before == room:
            assert events == []
        elif len(self.inside(room)) >= CAPACITIES[room]:
            assert events is RoomIsFull
        else:
            moved = [left(person, "moved", before)] if before else []
            assert events == [*moved, joined(person, room)]
            self.place.pop(person, None)
            self.place[person] = room

    @rule(person=PERSON, room=ROOM, by=st.sampled_from(["themselves", "service", "student"]))
    def leave(self, person: str, room: str, by: str) -> None:
        was = self.place.get(person) == room
        if by == "themselves":
            events = self.wish(LeaveRoom(room=room), person)
        else:
            events = self.wish(LeaveRoom(room=room, person=person), "zoe", by)  # pyright: ignore
        if room not in self.open:
            assert events is UnknownRoom
        elif by == "student":
            assert events is NotYourRoom
        else:
            assert events == ([left(person, "left" if by == "themselves" else "gone", room)] if was else [])
            if was:
                del self.place[person]

    @rule(room=ROOM)
    def close(self, room: str) -> None:
        events = self.wish(CloseRoom(room=room), "tess")
        if self.open.get(room):
            out = [left(person, "closed", room) for person in self.inside(room)]
            assert events == [*out, RoomClosed(room=room)]
            self.open[room] = False
            self.place = {person: place for person, place in self.place.items() if place != room}
        else:
            assert events == ([] if room in self.open else UnknownRoom)

    @rule(person=PERSON, room=ROOM, number=st.integers(1, 3))
    def write(self, person: str, room: str, number: int) -> None:
        wish = SendMessage(room=room, message=f"{person}-{number}", text="Hello")
        events = self.wish(wish, person)
        if (room, wish.message) in self.sent:
            assert events == []
        elif not self.open.get(room):
            assert events is (RoomIsClosed if room in self.open else UnknownRoom)
        elif self.place.get(person) != room:
            assert events is NotInTheRoom
        else:
            assert events == [MessageSent(room=room, person=person, message=wish.message, text="Hello")]
            self.sent.add((room, wish.message))

    @invariant()
    def no_room_is_overfull_and_everybody_is_in_one_at_a_time(self) -> None:
        inside: dict[str, list[str]] = {room: [] for room in CAPACITIES}
        for event in self.history.events:
            if isinstance(event, RoomJoined):
                assert all(event.person not in people for people in inside.values())
                inside[event.room].append(event.person)
                assert len(inside[event.room]) <= CAPACITIES[event.room]
            elif isinstance(event, RoomLeft):
                inside[event.room].remove(event.person)
            elif isinstance(event, RoomClosed):
                assert inside[event.room] == []
        assert inside == {room: self.inside(room) for room in CAPACITIES}

    @invariant()
    def no_message_is_there_twice(self) -> None:
        ids = [(e.room, e.message) for e in self.history.events if isinstance(e, MessageSent)]
        assert len(ids) == len(set(ids))


TestRooms = RoomsMachine.TestCase
TestRooms.settings = OFTEN
