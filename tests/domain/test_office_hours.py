"""Office hours: first come, first called, and nobody twice by a repeated request."""

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from domain.office_hours import (
    OFFICE_HOURS,
    CallNext,
    CloseOfficeHours,
    JoinQueue,
    LeaveQueue,
    NextCalled,
    NobodyWaits,
    NotYourOfficeHours,
    OfficeHoursAreClosed,
    OfficeHoursClosed,
    OfficeHoursIdTaken,
    OfficeHoursOpened,
    OnlyTutorsReceive,
    OpenOfficeHours,
    QueueIsFull,
    QueueJoined,
    QueueLeft,
    UnknownOfficeHours,
)
from domain.rooms import RoomClosed, RoomIsClosed, RoomOpened, UnknownRoom
from tests.domain.machine import OFTEN, DeciderMachine
from tests.domain.spec import given

DOOR = "monday"
room = RoomOpened(room="algebra", title="Algebra", capacity=8, host="tess")
open_door = OpenOfficeHours(office_hours=DOOR, room="algebra", title="Algebra", capacity=2)
opened = OfficeHoursOpened(office_hours=DOOR, tutor="tess", room="algebra", title="Algebra", capacity=2)
closed = OfficeHoursClosed(office_hours=DOOR)
join = JoinQueue(office_hours=DOOR)
leave = LeaveQueue(office_hours=DOOR)
close = CloseOfficeHours(office_hours=DOOR)


def joined(person: str) -> QueueJoined:
    return QueueJoined(office_hours=DOOR, person=person)


def left(person: str) -> QueueLeft:
    return QueueLeft(office_hours=DOOR, person=person)


def called(person: str, by: str = "c1") -> NextCalled:
    return NextCalled(office_hours=DOOR, person=person, call=by)


def call(by: str = "c1") -> CallNext:
    return CallNext(office_hours=DOOR, call=by)


def test_a_tutor_opens_the_door():
    given(OFFICE_HOURS, room).when(open_door, actor="tess", role="tutor").then(opened).again().nothing()


def test_an_administrator_opens_the_door():
    given(OFFICE_HOURS, room).when(open_door, actor="tess", role="admin").then(opened)


def test_a_door_opens_into_a_room_that_is_open():
    given(OFFICE_HOURS).when(open_door, actor="tess", role="tutor").refused(UnknownRoom)
    other = RoomOpened(room="logic", title="Logic", capacity=8, host="tess")
    given(OFFICE_HOURS, other).when(open_door, actor="tess", role="tutor").refused(UnknownRoom)
    history = given(OFFICE_HOURS, room, RoomClosed(room="algebra"))
    history.when(open_door, actor="tess", role="tutor").refused(RoomIsClosed)


def test_opening_a_door_again_changes_nothing_when_its_room_is_closed_by_now():
    history = given(OFFICE_HOURS, room, opened, RoomClosed(room="algebra"))
    history.when(open_door, actor="tess", role="tutor").nothing()


def test_nobody_else_opens_the_door():
    for role in ("student", "auditor", "service"):
        given(OFFICE_HOURS, room).when(open_door, actor="tess", role=role).refused(OnlyTutorsReceive)


def test_an_id_names_one_door():
    given(OFFICE_HOURS, room, opened).when(open_door, actor="tom", role="tutor").refused(OfficeHoursIdTaken)
    other = OpenOfficeHours(office_hours=DOOR, room="logic", title="Algebra", capacity=2)
    given(OFFICE_HOURS, opened).when(other, actor="tess", role="tutor").refused(OfficeHoursIdTaken)


def test_a_door_that_was_closed_is_not_opened_again_by_a_late_repeat():
    given(OFFICE_HOURS, opened, closed).when(open_door, actor="tess", role="tutor").nothing()


def test_a_door_that_was_never_opened_is_unknown_to_every_wish():
    for wish in (join, leave, call(), close):
        given(OFFICE_HOURS).when(wish, actor="tess", role="tutor").refused(UnknownOfficeHours)


def test_a_learner_queues_once():
    given(OFFICE_HOURS, opened).when(join).then(joined("ada")).again().nothing()


def test_a_full_queue_refuses_the_next_learner():
    given(OFFICE_HOURS, opened, joined("ben"), joined("cyd")).when(join).refused(QueueIsFull)


def test_a_full_queue_keeps_whoever_waits_in_it():
    given(OFFICE_HOURS, opened, joined("ada"), joined("cyd")).when(join).nothing()


def test_a_full_queue_has_a_place_again_when_somebody_was_called():
    history = given(OFFICE_HOURS, opened, joined("ben"), joined("cyd"), called("ben"))
    history.when(join).then(joined("ada"))


def test_a_full_queue_has_a_place_again_when_somebody_left():
    history = given(OFFICE_HOURS, opened, joined("ben"), joined("cyd"), left("cyd"))
    history.when(join).then(joined("ada"))


def test_nobody_queues_at_a_closed_door():
    given(OFFICE_HOURS, opened, closed).when(join).refused(OfficeHoursAreClosed)


def test_whoever_was_called_in_may_queue_again_at_once():
    given(OFFICE_HOURS, opened, joined("ada"), called("ada")).when(join).then(joined("ada"))


def test_whoever_queues_again_waits_behind_those_who_came_before():
    turns = (joined("ada"), joined("ben"), called("ada"), joined("ada"))
    told = given(OFFICE_HOURS, opened, *turns).when(call("c2"), actor="tess").then(called("ben", "c2"))
    told.when(call("c3"), actor="tess").then(called("ada", "c3"))


def test_a_learner_leaves_the_queue_once():
    given(OFFICE_HOURS, opened, joined("ada")).when(leave).then(left("ada")).again().nothing()


def test_leaving_a_queue_in_which_one_does_not_wait_changes_nothing():
    given(OFFICE_HOURS, opened, joined("ben")).when(leave).nothing()
    given(OFFICE_HOURS, opened, joined("ada"), closed).when(leave).nothing()


def test_whoever_has_waited_longest_is_called():
    history = given(OFFICE_HOURS, opened, joined("ben"), joined("ada"))
    first = history.when(call("c1"), actor="tess").then(called("ben", "c1"))
    first.when(call("c2"), actor="tess").then(called("ada", "c2")).again().nothing()


def test_whoever_left_the_queue_is_not_called():
    history = given(OFFICE_HOURS, opened, joined("ben"), joined("ada"), left("ben"))
    history.when(call(), actor="tess").then(called("ada"))


def test_whoever_left_and_came_back_waits_at_the_end():
    history = given(OFFICE_HOURS, opened, joined("ben"), joined("ada"), left("ben"), joined("ben"))
    history.when(call(), actor="tess").then(called("ada"))


def test_a_lone_learner_is_called_again_and_again():
    told = given(OFFICE_HOURS, opened, joined("ada")).when(call("c1"), actor="tess").then(called("ada", "c1"))
    again = told.when(join).then(joined("ada")).when(call("c2"), actor="tess").then(called("ada", "c2"))
    again.again().nothing()


def test_a_repeated_call_calls_nobody_twice_even_while_others_wait():
    history = given(OFFICE_HOURS, opened, joined("ada"), joined("ben"))
    told = history.when(call("c1"), actor="tess").then(called("ada", "c1"))
    told.again().nothing().when(call("c2"), actor="tess").then(called("ben", "c2"))


def test_a_repeated_call_does_not_call_whoever_queues_again():
    history = given(OFFICE_HOURS, opened, joined("ada"), called("ada", "c1"), joined("ada"))
    history.when(call("c1"), actor="tess").nothing()


def test_a_late_repeat_of_an_earlier_call_calls_nobody():
    turns = (joined("ada"), joined("ben"), called("ada", "c1"), called("ben", "c2"))
    for later in ((), (joined("cyd"),), (closed,)):
        history = given(OFFICE_HOURS, opened, *turns, *later)
        for repeat in ("c1", "c2"):
            history.when(call(repeat), actor="tess").nothing()


def test_each_door_has_its_own_calls():
    elsewhere = (
        OfficeHoursOpened(office_hours="tuesday", tutor="tess", room="algebra", title="Algebra", capacity=2),
        QueueJoined(office_hours="tuesday", person="ben"),
        NextCalled(office_hours="tuesday", person="ben", call="c1"),
    )
    given(OFFICE_HOURS, opened, joined("ada"), *elsewhere).when(call("c1"), actor="tess").then(called("ada"))


def test_an_empty_queue_has_nobody_to_call():
    given(OFFICE_HOURS, opened).when(call(), actor="tess").refused(NobodyWaits)


def test_nobody_is_called_to_a_closed_door():
    history = given(OFFICE_HOURS, opened, joined("ada"), closed)
    history.when(call(), actor="tess").refused(OfficeHoursAreClosed)


def test_only_the_tutor_of_the_door_or_an_administrator_calls_and_closes():
    history = given(OFFICE_HOURS, opened, joined("ada"))
    for wish in (call(), close):
        history.when(wish).refused(NotYourOfficeHours)
        history.when(wish, actor="tom", role="tutor").refused(NotYourOfficeHours)
        history.when(wish, actor="bot", role="service").refused(NotYourOfficeHours)
    history.when(call(), actor="root", role="admin").then(called("ada"))
    history.when(close, actor="root", role="admin").then(closed)


def test_the_tutor_closes_the_door_once():
    history = given(OFFICE_HOURS, opened, joined("ada"))
    history.when(close, actor="tess", role="tutor").then(closed).again().nothing()


PERSON = st.sampled_from(["ada", "ben", "cyd", "dan"])


class OfficeHoursMachine(DeciderMachine):
    """Against a model of the queue with three places; the door is sometimes closed."""

    decider = OFFICE_HOURS

    def __init__(self) -> None:
        super().__init__()
        self.queue: list[str] = []
        self.calls: list[str] = []
        self.open = True
        self.history = given(OFFICE_HOURS, room)
        opening = OpenOfficeHours(office_hours=DOOR, room="algebra", title="t", capacity=3)
        assert self.wish(opening, "tess", "tutor") != []

    @rule(person=PERSON)
    def queue_up(self, person: str) -> None:
        events = self.wish(join, person)
        if not self.open:
            assert events is OfficeHoursAreClosed
        elif person in self.queue:
            assert events == []
        elif len(self.queue) == 3:
            assert events is QueueIsFull
        else:
            assert events == [joined(person)]
            self.queue.append(person)

    @rule(person=PERSON)
    def give_up(self, person: str) -> None:
        waited = person in self.queue
        assert self.wish(leave, person) == ([left(person)] if waited else [])
        if waited:
            self.queue.remove(person)

    @rule()
    def call_next(self) -> None:
        new = f"c{len(self.calls)}"
        events = self.wish(call(new), "tess")
        if not self.open:
            assert events is OfficeHoursAreClosed
        elif not self.queue:
            assert events is NobodyWaits
        else:
            assert events == [called(self.queue.pop(0), new)]
            self.calls.append(new)

    @rule(data=st.data())
    @precondition(lambda self: self.calls)
    def repeat_a_call(self, data: st.DataObject) -> None:
        assert self.wish(call(data.draw(st.sampled_from(self.calls))), "tess") == []

    @rule(person=PERSON)
    def call_as_somebody_else(self, person: str) -> None:
        assert self.wish(call("other"), person) is NotYourOfficeHours

    @rule(sure=st.integers(0, 9))
    def close_now_and_then(self, sure: int) -> None:
        if sure == 0:
            assert self.wish(close, "tess") == ([closed] if self.open else [])
            self.open = False
            self.queue.clear()

    @invariant()
    def people_are_called_in_the_order_in_which_they_came(self) -> None:
        waiting: list[str] = []
        for event in self.history.events:
            match event:
                case QueueJoined():
                    assert event.person not in waiting
                    waiting.append(event.person)
                    assert len(waiting) <= 3
                case QueueLeft():
                    waiting.remove(event.person)
                case NextCalled():
                    assert event.person == waiting.pop(0)
                case _:
                    pass
        assert waiting == self.queue or not self.open


TestOfficeHours = OfficeHoursMachine.TestCase
TestOfficeHours.settings = OFTEN
