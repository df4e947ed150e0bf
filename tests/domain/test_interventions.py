"""Interventions over a room's life: what the facilitator does to a room keeps to its limits, whatever comes.

The sentences about cool-downs, budgets and refusals one by one are in `tests/facilitator`.
"""

from itertools import pairwise

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from msgspec.structs import replace

from domain.intervening import INTERVENTIONS
from domain.interventions import (
    HOUR,
    CoolingDown,
    DecideIntervention,
    DeliverIntervention,
    InterventionDecided,
    InterventionDelivered,
    ModelAnswered,
    ModelAsked,
    NobodyToAddress,
    NoOpenRoom,
    RecordModelCall,
    TwoInterventions,
    UnknownIntervention,
)
from domain.model_calls import LONGEST, ModelTextsKept
from domain.rooms import RoomClosed, RoomJoined, RoomLeft, RoomOpened
from tests.domain.machine import OFTEN, DeciderMachine
from tests.domain.spec import History, given

FACILITATOR = {"actor": "facilitator", "role": "service"}
GROUP, PERSON, HOURLY = 180_000, 600_000, 3
opened = RoomOpened(room="algebra", title="Algebra", capacity=8, host="tia")
ada = RoomJoined(room="algebra", person="ada")
closed = RoomClosed(room="algebra")


def wanted(intervention: str, person: str, moment: int, room: str = "algebra") -> DecideIntervention:
    return DecideIntervention(
        intervention=intervention,
        room=room,
        person=person,
        detector="quiet",
        evidence="The person addressed has spoken 0 s.",
        policy="standard@1",
        seen=7,
        moment=moment,
        group_cooldown=GROUP,
        person_cooldown=PERSON,
        hourly=HOURLY,
    )


def decided(intervention: str, person: str, moment: int, room: str = "algebra") -> InterventionDecided:
    wish = wanted(intervention, person, moment, room)
    return InterventionDecided(
        **{name: getattr(wish, name) for name in InterventionDecided.__struct_fields__}
    )


def call(asked: str = "i1", answered: str = "i1", room: str = "algebra") -> RecordModelCall:
    return RecordModelCall(
        asked=ModelAsked(intervention=asked, room="algebra", model="small-1", prompt="00"),
        answered=ModelAnswered(
            intervention=answered, room=room, outcome="late", reason="no answer", tokens=(640, 0), took=9_000
        ),
    )


def say(intervention: str = "i1", text: str = "Ada, what do you see?") -> DeliverIntervention:
    return DeliverIntervention(intervention=intervention, room="algebra", text=text, source="template")


def test_an_intervention_goes_from_decision_to_delivery():
    told = given(INTERVENTIONS, opened, ada).when(wanted("i1", "ada", 0), **FACILITATOR)
    asked = told.then(decided("i1", "ada", 0)).when(call(), **FACILITATOR)
    answered = asked.then(call().asked, call().answered)
    answered.again().nothing()
    said = InterventionDelivered(
        intervention="i1",
        room="algebra",
        person="ada",
        text="Ada, what do you see?",
        why="The person addressed has spoken 0 s.",
        source="template",
    )
    answered.when(say(), **FACILITATOR).then(said).again().nothing()


def test_what_was_said_once_is_not_said_again_in_other_words():
    history = given(INTERVENTIONS, opened, ada, decided("i1", "ada", 0))
    first = history.when(say(), **FACILITATOR)
    first.then(*first.decide()).when(say(text="Ada?"), **FACILITATOR).nothing()


@pytest.mark.parametrize("wish", [call(answered="i2"), call(room="physics")])
def test_an_answer_belongs_to_its_question(wish):
    history = given(INTERVENTIONS, opened, ada, decided("i1", "ada", 0))
    history.when(wish, **FACILITATOR).refused(TwoInterventions)


def test_a_call_to_a_model_is_on_record_even_when_the_room_closed_meanwhile():
    history = given(INTERVENTIONS, opened, ada, decided("i1", "ada", 0), closed)
    history.when(call(), **FACILITATOR).then(call().asked, call().answered).again().nothing()


def test_what_was_sent_and_answered_is_kept_for_whom_it_was_meant():
    history = given(INTERVENTIONS, opened, ada, decided("i1", "ada", 0))
    wish = replace(call(), request="{}", answer="S1, " + "well " * 2000)
    texts = ModelTextsKept(
        intervention="i1", room="algebra", person="ada", request="{}", answer=wish.answer[:LONGEST]
    )
    done = history.when(wish, **FACILITATOR).then(call().asked, texts, call().answered)
    done.again().nothing()


def test_nothing_is_said_into_a_closed_room():
    history = given(INTERVENTIONS, opened, ada, decided("i1", "ada", 0), closed)
    history.when(say(), **FACILITATOR).refused(NoOpenRoom)


def test_whoever_was_about_to_be_addressed_may_have_left():
    left = RoomLeft(room="algebra", person="ada", why="left")
    given(INTERVENTIONS, opened, ada, left).when(wanted("i1", "ada", 0), **FACILITATOR).refused(
        NobodyToAddress
    )


def test_each_room_has_cool_downs_of_its_own():
    other = decided("i0", "ada", 0, room="physics")
    history = given(INTERVENTIONS, opened, ada, other)
    history.when(wanted("i1", "ada", 1), **FACILITATOR).then(decided("i1", "ada", 1))


def test_an_intervention_of_another_room_is_unknown_here():
    history = given(INTERVENTIONS, opened, ada, decided("i1", "ada", 0, room="physics"))
    history.when(say(), **FACILITATOR).refused(UnknownIntervention)


def test_the_cool_down_of_the_group_holds_for_each_person_too():
    history = given(INTERVENTIONS, opened, ada, decided("i0", "ada", 0))
    soon, later = (replace(wanted("i1", "ada", moment), person_cooldown=0) for moment in (GROUP - 1, GROUP))
    history.when(soon, **FACILITATOR).refused(CoolingDown)
    history.when(later, **FACILITATOR).then(decided("i1", "ada", GROUP))


IDS = st.sampled_from([f"i{number}" for number in range(12)])
WHO = st.sampled_from(["ada", "bo", "cy"])


class AnEagerFacilitator(DeciderMachine):
    """One that wants to speak all the time, in a room where people come and go."""

    decider = INTERVENTIONS

    def __init__(self) -> None:
        super().__init__()
        self.clock = 0
        self.present: set[str] = set()
        self.open = True

    @initialize()
    def opens(self):
        self.happens(opened)

    def happens(self, event):
        self.history = History(INTERVENTIONS, (*self.history.events, event))

    def of(self, kind):
        return [event for event in self.history.events if isinstance(event, kind)]

    @precondition(lambda self: self.open)
    @rule(person=WHO)
    def comes_or_goes(self, person):
        if person in self.present:
            self.happens(RoomLeft(room="algebra", person=person, why="left"))
        else:
            self.happens(RoomJoined(room="algebra", person=person))
        self.present ^= {person}

    @precondition(lambda self: len(self.history.events) > 25)
    @rule()
    def closes(self):
        self.open = False
        self.happens(closed)

    @rule(intervention=IDS, person=WHO, later=st.sampled_from([GROUP, PERSON, GROUP - 1, 60_000, 0, -1]))
    def wants(self, intervention, person, later):
        self.clock = max(0, self.clock + later)
        expected = self.expected(intervention, person)
        assert self.wish(wanted(intervention, person, self.clock), **FACILITATOR) == expected

    def expected(self, intervention, person):
        """What the policy says, in other words than the decider's."""
        made = self.of(InterventionDecided)
        if not self.open:
            return NoOpenRoom
        if any(event.intervention == intervention for event in made):
            return []
        if person not in self.present:
            return NobodyToAddress
        waits = [event.moment + (PERSON if event.person == person else GROUP) for event in made]
        within_the_hour = [event for event in made if event.moment > self.clock - HOUR]
        if self.clock < max(waits, default=0) or len(within_the_hour) >= HOURLY:
            return CoolingDown
        return [decided(intervention, person, self.clock)]

    @rule(intervention=IDS)
    def asks_a_model(self, intervention):
        known = any(event.intervention == intervention for event in self.of(InterventionDecided))
        before = any(event.intervention == intervention for event in self.of(ModelAsked))
        happened = self.wish(call(intervention, intervention), **FACILITATOR)
        if not known:
            assert happened is UnknownIntervention
        else:
            assert len(happened) == (0 if before else 2)

    @rule(intervention=IDS, text=st.sampled_from(["Ada?", "Well?"]))
    def speaks(self, intervention, text):
        known = any(event.intervention == intervention for event in self.of(InterventionDecided))
        before = any(event.intervention == intervention for event in self.of(InterventionDelivered))
        happened = self.wish(say(intervention, text), **FACILITATOR)
        if not self.open:
            assert happened is NoOpenRoom
        elif not known:
            assert happened is UnknownIntervention
        else:
            assert len(happened) == (0 if before else 1)

    @invariant()
    def the_group_and_each_person_are_left_alone_long_enough(self):
        made = self.of(InterventionDecided)
        assert all(second.moment - first.moment >= GROUP for first, second in pairwise(made))
        for person in ("ada", "bo", "cy"):
            own = [event for event in made if event.person == person]
            assert all(second.moment - first.moment >= PERSON for first, second in pairwise(own))

    @invariant()
    def no_hour_has_more_than_its_budget(self):
        moments = [event.moment for event in self.of(InterventionDecided)]
        for moment in moments:
            assert sum(moment <= other < moment + HOUR for other in moments) <= HOURLY

    @invariant()
    def everything_is_on_record_once(self):
        for kind in (InterventionDecided, ModelAsked, ModelAnswered, InterventionDelivered):
            ids = [event.intervention for event in self.of(kind)]
            assert len(ids) == len(set(ids))

    @invariant()
    def whatever_is_said_is_what_was_decided(self):
        made = {event.intervention: event for event in self.of(InterventionDecided)}
        for event in self.of(InterventionDelivered):
            assert (event.person, event.why) == (
                made[event.intervention].person,
                made[event.intervention].evidence,
            )


TestAnEagerFacilitator = AnEagerFacilitator.TestCase
TestAnEagerFacilitator.settings = OFTEN
