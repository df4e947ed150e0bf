"""The floor: who leads says who speaks and shows, others raise their hands, and all ends with leaving."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.errors import Refused
from domain.floor import (
    SHOWERS,
    SPEAKERS,
    AllowShowing,
    EndShowing,
    FloorGiven,
    FloorIsFull,
    FloorModeSet,
    FloorTaken,
    GiveFloor,
    HandLowered,
    HandRaised,
    LowerHand,
    Mute,
    PersonMuted,
    PersonNotInTheRoom,
    PersonUnmuted,
    RaiseHand,
    SetFloorMode,
    ShowingAllowed,
    ShowingEnded,
    TakeFloor,
    TooManyShow,
    Unmute,
)
from domain.moderating import FLOOR, FloorState, may_show, may_speak
from domain.rooms import (
    NotInTheRoom,
    NotYourRoom,
    RoomClosed,
    RoomIsClosed,
    RoomJoined,
    RoomLeft,
    RoomOpened,
    UnknownRoom,
)
from tests.domain.machine import OFTEN, DeciderMachine
from tests.domain.spec import History, given

ROOM = "algebra"
opened = RoomOpened(room=ROOM, title="Algebra", capacity=40, host="tess")
closed = RoomClosed(room=ROOM)
stage = FloorModeSet(room=ROOM, mode="stage", by="tess")
raise_hand = RaiseHand(room=ROOM)


def joined(person: str = "ada") -> RoomJoined:
    return RoomJoined(room=ROOM, person=person)


def left(person: str = "ada") -> RoomLeft:
    return RoomLeft(room=ROOM, person=person, why="left")


def raised(person: str = "ada") -> HandRaised:
    return HandRaised(room=ROOM, person=person)


def about(event: type, person: str = "ada", by: str = "tess"):
    """A floor event that concerns a person, or a command that does."""
    return event(room=ROOM, person=person, by=by)


def wish(command: type, person: str = "ada"):
    return command(room=ROOM, person=person)


def state(*events) -> FloorState:
    return given(FLOOR, opened, *events).within(FLOOR.boundary(raise_hand, None))


@pytest.mark.parametrize(("actor", "role"), [("tess", "student"), ("tia", "tutor"), ("root", "admin")])
def test_the_host_and_the_staff_make_a_stage(actor, role):
    set_by = FloorModeSet(room=ROOM, mode="stage", by=actor)
    told = given(FLOOR, opened).when(SetFloorMode(room=ROOM, mode="stage"), actor=actor, role=role)
    told.then(set_by).again().nothing()


def test_nobody_else_decides_for_others():
    history = given(FLOOR, opened, joined(), joined("ben"), raised("ben"))
    history.when(SetFloorMode(room=ROOM, mode="stage")).refused(NotYourRoom)
    for command in (GiveFloor, TakeFloor, Mute, Unmute, AllowShowing, EndShowing, LowerHand):
        history.when(wish(command, "ben")).refused(NotYourRoom)


def test_nobody_gives_themselves_what_only_those_who_lead_can_give():
    history = given(FLOOR, opened, stage, joined(), about(PersonMuted))
    for command in (GiveFloor, Unmute, AllowShowing):
        history.when(wish(command)).refused(NotYourRoom)


def test_there_is_a_floor_only_in_a_room_that_is_open():
    for command in (raise_hand, wish(GiveFloor), SetFloorMode(room=ROOM, mode="stage")):
        given(FLOOR).when(command, actor="tess").refused(UnknownRoom)
        given(FLOOR, opened, joined("tess"), closed).when(command, actor="tess").refused(RoomIsClosed)


def test_a_member_raises_a_hand_once_and_lowers_it_once():
    told = given(FLOOR, opened, joined()).when(raise_hand).then(raised()).again().nothing()
    lowered = about(HandLowered, by="ada")
    told.when(wish(LowerHand)).then(lowered).again().nothing()


def test_whoever_is_not_in_the_room_raises_no_hand():
    given(FLOOR, opened).when(raise_hand).refused(NotInTheRoom)
    given(FLOOR, opened, joined(), left()).when(raise_hand).refused(NotInTheRoom)


def test_whoever_leads_lowers_any_hand():
    history = given(FLOOR, opened, joined(), raised())
    history.when(wish(LowerHand), actor="tess").then(about(HandLowered))


def test_hands_stand_in_the_order_in_which_they_were_raised():
    both = (joined(), joined("ben"), raised(), raised("ben"))
    assert state(*both).floor.hands == ["ada", "ben"]
    again = (about(HandLowered, by="ada"), raised())
    assert state(*both, *again).floor.hands == ["ben", "ada"]


def test_the_floor_is_given_once_and_the_hand_goes_down():
    history = given(FLOOR, opened, stage, joined(), raised())
    told = history.when(wish(GiveFloor), actor="tess").then(about(FloorGiven)).again().nothing()
    told.when(wish(LowerHand)).nothing()


def test_the_floor_is_taken_back_or_given_back_once():
    for actor in ("tess", "ada"):
        history = given(FLOOR, opened, stage, joined(), about(FloorGiven))
        history.when(wish(TakeFloor), actor=actor).then(about(FloorTaken, by=actor)).again().nothing()


def test_the_floor_is_given_only_to_who_is_there_and_to_a_few():
    given(FLOOR, opened).when(wish(GiveFloor), actor="tess").refused(PersonNotInTheRoom)
    others = [f"p{number}" for number in range(SPEAKERS)]
    full = [event for who in others for event in (joined(who), about(FloorGiven, who))]
    history = given(FLOOR, opened, joined(), *full)
    history.when(wish(GiveFloor), actor="tess").refused(FloorIsFull)
    history.when(wish(GiveFloor, "p0"), actor="tess").nothing()


def test_on_a_stage_speak_those_who_lead_and_whoever_has_the_floor():
    found = state(stage, joined(), joined("ben"), about(FloorGiven))
    speak = {who: may_speak(found, who, "student") for who in ("tess", "ada", "ben")}
    assert speak == {"tess": True, "ada": True, "ben": False}
    assert may_speak(found, "tia", "tutor")
    assert not may_speak(state(stage, joined(), about(FloorGiven), about(FloorTaken)), "ada", "student")


def test_in_an_open_room_everybody_speaks():
    assert may_speak(state(joined()), "ada", "student")
    assert may_speak(state(stage, FloorModeSet(room=ROOM, mode="open", by="tess")), "ada", "student")


def test_a_new_mode_begins_with_nobody_on_the_floor_and_with_the_same_hands():
    found = state(joined(), joined("ben"), about(FloorGiven), raised("ben"), stage)
    assert (found.floor.speakers, found.floor.hands) == ([], ["ben"])


def test_whoever_is_muted_does_not_speak_in_any_mode_until_somebody_who_leads_lets_them():
    history = given(FLOOR, opened, joined())
    muted = history.when(wish(Mute), actor="tess").then(about(PersonMuted)).again().nothing()
    muted.when(wish(Unmute)).refused(NotYourRoom)
    assert not may_speak(state(joined(), about(PersonMuted)), "ada", "student")
    assert not may_speak(state(joined("tia"), about(PersonMuted, "tia")), "tia", "tutor")
    muted.when(wish(Unmute), actor="tess").then(about(PersonUnmuted)).again().nothing()


def test_leaving_and_coming_back_unmutes_nobody():
    back = (joined(), about(PersonMuted), left(), joined())
    assert not may_speak(state(*back), "ada", "student")


def test_whoever_gets_the_floor_is_muted_no_longer_even_who_had_it_before():
    history = given(FLOOR, opened, stage, joined(), about(FloorGiven), about(PersonMuted))
    told = history.when(wish(GiveFloor), actor="tess").then(about(FloorGiven)).again().nothing()
    assert told.history.within(FLOOR.boundary(raise_hand, None)).floor.speakers == ["ada"]


def test_nobody_shows_anything_until_they_may_and_only_a_few_may():
    assert not may_show(state(joined()), "ada")
    history = given(FLOOR, opened, joined())
    told = history.when(wish(AllowShowing), actor="tess").then(about(ShowingAllowed)).again().nothing()
    assert may_show(told.history.within(FLOOR.boundary(raise_hand, None)), "ada")
    told.when(wish(EndShowing)).then(about(ShowingEnded, by="ada")).again().nothing()
    others = [f"p{number}" for number in range(SHOWERS)]
    many = [event for who in others for event in (joined(who), about(ShowingAllowed, who))]
    given(FLOOR, opened, joined(), *many).when(wish(AllowShowing), actor="tess").refused(TooManyShow)


def test_whoever_leaves_has_no_hand_no_floor_and_shows_nothing():
    found = state(joined(), about(FloorGiven), about(ShowingAllowed), raised(), left(), joined())
    assert (found.floor.hands, found.floor.speakers, found.floor.showing) == ([], [], [])


PERSON = st.sampled_from(["ada", "ben", "cyd"])
ACTOR = st.sampled_from(["tess", "ada", "ben"])
COMMAND = st.sampled_from([LowerHand, GiveFloor, TakeFloor, Mute, Unmute, AllowShowing, EndShowing])


class FloorMachine(DeciderMachine):
    """Wishes of all kinds by a host and students, who come and go."""

    decider = FLOOR

    def __init__(self) -> None:
        super().__init__()
        self.history = given(FLOOR, opened)
        self.inside: set[str] = set()

    @rule(person=PERSON)
    def come_or_go(self, person: str) -> None:
        event = left(person) if person in self.inside else joined(person)
        self.inside ^= {person}
        self.history = History(FLOOR, (*self.history.events, event))

    @rule(person=PERSON)
    def raise_a_hand(self, person: str) -> None:
        refused = self.wish(raise_hand, person) is NotInTheRoom
        assert refused == (person not in self.inside)

    @rule(mode=st.sampled_from(["open", "stage"]), actor=ACTOR)
    def change_the_mode(self, mode: str, actor: str) -> None:
        refused = self.wish(SetFloorMode(room=ROOM, mode=mode), actor) is NotYourRoom
        assert refused == (actor != "tess")

    @rule(command=COMMAND, person=PERSON, actor=ACTOR)
    def say_who_speaks(self, command: type, person: str, actor: str) -> None:
        before = self.floor()
        happened = self.wish(wish(command, person), actor)
        own = command in (LowerHand, TakeFloor, EndShowing) and actor == person
        assert (happened is NotYourRoom) == (actor != "tess" and not own)
        if isinstance(happened, type) and issubclass(happened, Refused):
            assert self.floor() == before

    def floor(self):
        return self.history.within(FLOOR.boundary(raise_hand, None)).floor

    @invariant()
    def only_members_have_hands_floor_and_cameras_and_each_once(self) -> None:
        floor = self.floor()
        for persons in (floor.hands, floor.speakers, floor.showing):
            assert set(persons) <= self.inside
        for persons in (floor.hands, floor.speakers, floor.showing, floor.muted):
            assert len(persons) == len(set(persons))

    @invariant()
    def nobody_speaks_on_a_stage_without_the_floor_and_nobody_who_is_muted(self) -> None:
        found = self.history.within(FLOOR.boundary(raise_hand, None))
        for who in self.inside:
            if may_speak(found, who, "student"):
                assert who not in found.floor.muted
                assert found.floor.mode == "open" or who in found.floor.speakers


TestFloor = FloorMachine.TestCase
TestFloor.settings = OFTEN
