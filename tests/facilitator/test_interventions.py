"""The decider of interventions: given what happened, when this is wanted, then that."""

import pytest
from msgspec.structs import replace

from domain.errors import Refused
from domain.events import Context, Event
from domain.intervening import INTERVENTIONS
from domain.interventions import (
    CoolingDown,
    DecideIntervention,
    DeliverIntervention,
    InterventionCommand,
    InterventionDecided,
    InterventionDelivered,
    ModelAnswered,
    ModelAsked,
    NobodyToAddress,
    NoOpenRoom,
    OnlyTheFacilitator,
    RecordModelCall,
    UnknownIntervention,
)
from domain.rooms import RoomClosed, RoomJoined, RoomLeft, RoomOpened
from tests.facilitator.script import BEGAN, ms

SERVICE = Context(org="main", actor="facilitator", role="service", at=BEGAN)
OPENED = RoomOpened(room="algebra", title="Algebra", capacity=8, host="tutor")
ADA, BO = (RoomJoined(room="algebra", person=person) for person in ("ada", "bo"))
WANTED = DecideIntervention(
    intervention="i1",
    room="algebra",
    person="ada",
    detector="quiet",
    evidence="The person addressed has spoken 0 s.",
    policy="standard@0",
    seen=7,
    moment=ms(600),
    group_cooldown=180_000,
    person_cooldown=600_000,
    hourly=8,
)
FIELDS = InterventionDecided.__struct_fields__
DECIDED = InterventionDecided(**{field: getattr(WANTED, field) for field in FIELDS})
SAY = DeliverIntervention(intervention="i1", room="algebra", text="Ada?", source="template")
SAID = InterventionDelivered(
    intervention="i1", room="algebra", person="ada", text="Ada?", why=DECIDED.evidence, source="template"
)
ASKED = ModelAsked(intervention="i1", room="algebra", model="m", prompt="0")
ANSWERED = ModelAnswered(
    intervention="i1", room="algebra", outcome="used", reason="", tokens=(640, 21), took=400
)
CALLED = RecordModelCall(asked=ASKED, answered=ANSWERED)


def when(command: InterventionCommand, *given: Event, context: Context = SERVICE) -> list[Event]:
    state = INTERVENTIONS.initial()
    for event in given:
        state = INTERVENTIONS.evolve(state, event)
    return list(INTERVENTIONS.decide(command, state, context))


def test_an_intervention_is_decided_and_said():
    assert when(WANTED, OPENED, ADA) == [DECIDED]
    assert when(SAY, OPENED, ADA, DECIDED) == [SAID]


def test_repeating_changes_nothing():
    assert when(WANTED, OPENED, ADA, DECIDED) == []
    assert when(SAY, OPENED, ADA, DECIDED, SAID) == []
    assert when(CALLED, OPENED, ADA, DECIDED, ASKED, ANSWERED) == []


def test_a_call_to_a_model_is_recorded_with_its_outcome():
    assert when(CALLED, OPENED, ADA, DECIDED) == [ASKED, ANSWERED]


@pytest.mark.parametrize(
    ("command", "given", "refusal"),
    [
        (WANTED, (), NoOpenRoom),
        (WANTED, (OPENED, ADA, RoomClosed(room="algebra")), NoOpenRoom),
        (WANTED, (OPENED, BO), NobodyToAddress),
        (WANTED, (OPENED, ADA, RoomLeft(room="algebra", person="ada", why="left")), NobodyToAddress),
        (SAY, (OPENED, ADA), UnknownIntervention),
        (CALLED, (OPENED, ADA), UnknownIntervention),
    ],
)
def test_what_makes_no_sense_is_refused(command, given, refusal):
    with pytest.raises(refusal):
        when(command, *given)


@pytest.mark.parametrize("role", ["student", "tutor", "auditor", "admin"])
@pytest.mark.parametrize("command", [WANTED, SAY, CALLED])
def test_only_the_facilitator_intervenes(command, role):
    with pytest.raises(OnlyTheFacilitator):
        when(command, OPENED, ADA, DECIDED, context=replace(SERVICE, role=role))


def again(person: str, after: int) -> DecideIntervention:
    return replace(WANTED, intervention="i2", person=person, moment=DECIDED.moment + after)


@pytest.mark.parametrize(
    ("person", "after", "allowed"),
    [
        ("bo", 179_999, False),
        ("bo", 180_000, True),
        ("ada", 599_999, False),
        ("ada", 600_000, True),
        ("bo", -1, False),
    ],
)
def test_group_and_person_are_left_alone_for_as_long_as_the_policy_says(person, after, allowed):
    given = (OPENED, ADA, BO, DECIDED)
    if allowed:
        assert len(when(again(person, after), *given)) == 1
    else:
        with pytest.raises(CoolingDown):
            when(again(person, after), *given)


def test_the_hours_budget_holds_and_comes_back():
    every_four_minutes = [
        replace(DECIDED, intervention=f"e{i}", person=f"p{i}", moment=ms(240 * i)) for i in range(8)
    ]
    given = (OPENED, ADA, *every_four_minutes)
    with pytest.raises(CoolingDown):
        when(replace(WANTED, moment=ms(3599)), *given)
    assert len(when(replace(WANTED, moment=ms(3600)), *given)) == 1


@pytest.mark.parametrize("command", [WANTED, SAY, CALLED])
def test_what_a_decision_needs_is_within_its_boundary(command):
    """Only events that the boundary matches may change what is decided."""
    read = {kind for item in INTERVENTIONS.boundary(command, SERVICE).items for kind in item.types}
    given = (OPENED, ADA, *(() if command is WANTED else (DECIDED,)))
    seen = tuple(event for event in given if str(event.__struct_config__.tag) in read)
    assert when(command, *seen) == when(command, *given)


def test_refusals_have_a_stable_code():
    assert issubclass(NobodyToAddress, Refused)
    assert NobodyToAddress().code == "nobody-to-address"
