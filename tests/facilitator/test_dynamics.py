"""The dynamics of a room: figures over windows, what became of decisions, and what holds words back."""

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from domain.events import Recorded
from domain.guidance import FacilitatorModeSet, FacilitatorTuned, StuckReported, Tuning
from domain.interventions import InterventionHeldOut, OutcomeMeasured
from domain.ratings import InterventionRated
from domain.rooms import TimerSet
from rooms.facilitator.dynamics import DECISIONS_KEPT, Dynamics
from rooms.facilitator.policy import STANDARD
from rooms.facilitator.restraint import noticed
from tests.facilitator.script import BEGAN, Script, lecture, ms


def dynamics(events: Iterable[Recorded]) -> Dynamics:
    found = Dynamics("main", "algebra")
    for recorded in events:
        found.fold(recorded)
    return found


def test_talk_overlap_and_silence_of_each_window_in_milliseconds():
    script = Script().joins("ada", "bo").speaks("ada", 500, 520).speaks("bo", 510, 540).writes("bo", 541)
    short, middle, hour = dynamics(script.events).windows(ms(600))
    assert (short.length, short.talked_ms, short.overlap_ms) == (180_000, 40_000, 10_000)
    assert (short.silent_ms, middle.silent_ms, hour.silent_ms) == (140_000, 560_000, 560_000)
    ada, bo = short.people
    assert (ada.person, ada.talk_ms, ada.share, ada.turns, ada.messages) == ("ada", 20_000, 0.4, 1, 0)
    assert (bo.person, bo.talk_ms, bo.share, bo.turns, bo.messages) == ("bo", 30_000, 0.6, 1, 1)
    assert short.evenness == {"talk": 0.8, "messages": 0.0, "edits": None}


def test_people_stand_in_the_order_of_their_coming_whoever_talks_most():
    script = Script().joins("zoe", "ada", "bo").speaks("bo", 0, 50).speaks("ada", 51, 60)
    assert [part.person for part in dynamics(script.events).windows(ms(61))[0].people] == ["zoe", "ada", "bo"]


def test_who_asked_for_help():
    script = Script().joins("ada", "bo").asks_for_a_hint("ada", "p1", at=10)
    script.write(20, StuckReported(room="algebra", person="bo", report="r1", moment=ms(20)))
    ada, bo = dynamics(script.events).windows(ms(30))[0].people
    assert [(part.hints, part.stuck) for part in (ada, bo)] == [(1, 0), (0, 1)]


def test_what_became_of_a_decision():
    script = lecture("ada").decided("i1", "ada", 200).decided("i2", "ada", 400)
    common = {"room": "algebra", "person": "ada"}
    script.write(401, InterventionHeldOut(intervention="i2", drawn=1, share=2000, **common))
    script.delivered("i1", "ada", 202)
    measured = OutcomeMeasured(
        **common,
        intervention="i1",
        detector="quiet",
        move="invite",
        arm="said",
        began=0,
        ended=1,
        before=0,
        after=900,
        result="better",
        seen=1,
    )
    script.write(500, measured)
    for person, helped in (("ada", "yes"), ("bo", "no"), ("bo", "withdrawn")):
        rated = InterventionRated(intervention="i1", room="algebra", person=person, helped=helped)
        script.write(501, rated)
    found = dynamics(script.events).decisions
    assert [(each.fate, each.result) for each in found.values()] == [("said", "better"), ("held-out", None)]
    assert found["i1"].ratings == {"ada": "yes", "bo": "withdrawn"}


def test_no_more_decisions_are_kept_than_can_be_read():
    script = Script()
    for number in range(DECISIONS_KEPT + 5):
        script.decided(f"i{number}", "ada", number)
    assert len(dynamics(script.events).decisions) == DECISIONS_KEPT


PROMPT = replace(STANDARD, gap=0)


def held_back(script: Script, policy=PROMPT, now: float = 301) -> set[str | None]:
    found = noticed(dynamics(script.events).picture, ms(now), policy)
    assert found
    return {each.held_back for each in found}


def test_nothing_holds_back_what_is_about_to_be_said():
    assert held_back(lecture("ada")) == {None}


@pytest.mark.parametrize(
    ("script", "policy", "why"),
    [
        (lecture("ada"), replace(PROMPT, hourly=0), "budget"),
        (lecture("ada").decided("i1", "ada", 290), PROMPT, "cool-down"),
        (lecture("ada").decided("i1", "ada", 20), PROMPT, "person-cool-down"),
        (lecture("ada"), replace(PROMPT, off=("quiet", "dominance")), "turned-off"),
    ],
)
def test_what_holds_it_back(script, policy, why):
    assert held_back(script, policy) == {why}


def test_what_people_want_holds_it_back():
    muted = lecture("ada")
    muted.write(300, FacilitatorModeSet(room="algebra", mode="muted", by="tutor"))
    assert held_back(muted) == {"muted"}
    pause = lecture("ada")
    pause.write(300, TimerSet(room="algebra", person="tutor", phase="break", ends=BEGAN.replace(hour=10)))
    assert held_back(pause) == {"break"}
    tuned = lecture("ada")
    wish = Tuning(off=("quiet", "dominance"))
    tuned.write(300, FacilitatorTuned(room="algebra", version=1, tuning=wish, by="tutor"))
    assert held_back(tuned) == {"turned-off"}


def test_an_empty_room_shows_nothing():
    assert noticed(dynamics(Script().events).picture, ms(301), PROMPT) == []
    assert dynamics(Script().events).windows(ms(301))[0].people == ()
