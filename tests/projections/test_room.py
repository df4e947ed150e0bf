from domain.guidance import FacilitatorBegun, FacilitatorModeSet, FacilitatorTuned, ReadingSet, Tuning
from domain.interventions import InterventionDelivered
from domain.ratings import Helped, InterventionRated
from domain.recording import RecordingStarted, RecordingStopped
from domain.rooms import (
    MessageSent,
    ProblemPosed,
    RoomClosed,
    RoomJoined,
    RoomLeft,
    RoomOpened,
    TimerSet,
)
from projections.problems import ShownProblem
from projections.room import INTERVENTIONS_KEPT, MESSAGES_KEPT, ROOM, Guidance, shown
from tests.projections.given import START, shown_json, state_of

OPENED = RoomOpened(room="r1", title="Fractions", capacity=4, host="tess")
ADA, BEN = (RoomJoined(room="r1", person=person) for person in ("ada", "ben"))


def said(text: str) -> MessageSent:
    return MessageSent(room="r1", person="ada", message=text, text=text)


def invited(name: str) -> InterventionDelivered:
    return InterventionDelivered(
        intervention=name, room="r1", person="ben", text="Ben?", why="2 of 60 s.", source="template"
    )


def rated(person: str, helped: Helped) -> InterventionRated:
    return InterventionRated(intervention="i1", room="r1", person=person, helped=helped)


def timer(phase: str) -> TimerSet:
    return TimerSet(room="r1", person="tess", phase=phase, ends=START)


def test_a_room_as_somebody_finds_it():
    posed = ProblemPosed(room="r1", problem="p1", person="ada")
    state = state_of(ROOM, "r1", OPENED, ADA, BEN, said("Hi"), invited("i1"), posed, timer("work"))
    problem = ShownProblem(problem="p1", skill="fractions", prompt="½ + ½?", choices=("1",), hints=2)
    assert shown_json(shown("r1", state, {"ada": ("Ada", "student")}, problem)) == {
        "room": "r1",
        "title": "Fractions",
        "host": "tess",
        "capacity": 4,
        "closed": False,
        "members": [
            {"person": "ada", "name": "Ada", "role": "student"},
            {"person": "ben", "name": "ben", "role": None},
        ],
        "problem": {
            "problem": "p1",
            "skill": "fractions",
            "prompt": "½ + ½?",
            "choices": ["1"],
            "hints": 2,
        },
        "timer": {"phase": "work", "ends": "2026-11-21T09:00:00Z"},
        "recording": False,
        "floor": {"mode": "open", "hands": [], "speakers": [], "muted": [], "showing": []},
        "facilitator": {
            "policy": None,
            "hold_out": 0,
            "mode": "on",
            "tuned": 0,
            "reading": False,
        },
        "messages": [
            {"position": 4, "at": "2026-11-21T09:03:00Z", "person": "ada", "text": "Hi", "anchor": None}
        ],
        "interventions": [
            {
                "intervention": "i1",
                "position": 5,
                "at": "2026-11-21T09:04:00Z",
                "person": "ben",
                "text": "Ben?",
                "why": "2 of 60 s.",
                "source": "template",
                "rating": None,
            }
        ],
        "helps": [],
        "summary": None,
        "position": 7,
    }
    assert state.problem == "p1"


def test_a_room_says_by_which_policy_the_facilitator_goes_and_that_there_are_hold_outs():
    begun = FacilitatorBegun(room="r1", policy="standard@1", values="{}", hold_out=2000)
    tuned = FacilitatorTuned(room="r1", version=2, tuning=Tuning(quiet=0.1), by="tess")
    muted = FacilitatorModeSet(room="r1", mode="muted", by="tess")
    read = ReadingSet(room="r1", on=True, by="tess")
    state = state_of(ROOM, "r1", OPENED, begun, tuned, muted, read)
    assert state.facilitator == Guidance("standard@1", 2000, "muted", 2, True)


def test_members_stand_in_the_order_of_their_coming():
    away = RoomLeft(room="r1", person="ada", why="left")
    assert state_of(ROOM, "r1", OPENED, ADA, BEN, away, ADA).members == {"ben": 3, "ada": 5}


def test_the_last_messages_and_interventions_are_kept():
    messages = [said(f"m{n}") for n in range(MESSAGES_KEPT + 1)]
    invitations = [invited(f"i{n}") for n in range(INTERVENTIONS_KEPT + 1)]
    state = state_of(ROOM, "r1", OPENED, *messages, *invitations)
    assert [message.text for message in state.messages] == [f"m{n + 1}" for n in range(MESSAGES_KEPT)]
    assert [each.intervention for each in state.interventions] == [
        f"i{n + 1}" for n in range(INTERVENTIONS_KEPT)
    ]


def test_everybody_sees_their_own_rating_and_nobody_elses():
    log = [OPENED, ADA, BEN, invited("i1"), invited("i2"), rated("ada", "yes"), rated("ben", "no")]
    state = state_of(ROOM, "r1", *log, rated("ben", "yes"), rated("ada", "withdrawn"))
    seen = {
        who: [each.rating for each in shown("r1", state, {}, None, who).interventions]
        for who in ("ada", "ben", "tess")
    }
    assert seen == {"ada": [None, None], "ben": ["yes", None], "tess": [None, None]}


def test_a_timer_that_is_off_is_no_timer():
    assert state_of(ROOM, "r1", OPENED, timer("work"), timer("off")).timer is None


def test_a_closed_room_is_empty():
    state = state_of(ROOM, "r1", OPENED, ADA, timer("work"), RoomClosed(room="r1"))
    assert (state.closed, state.members, state.timer) == (True, {}, None)


def test_whether_it_is_being_recorded():
    on = RecordingStarted(room="r1", recording="rec", by="tess")
    off = RecordingStopped(room="r1", recording="rec", why="full")
    assert state_of(ROOM, "r1", OPENED, on).recording
    assert not state_of(ROOM, "r1", OPENED, on, off).recording
    assert not state_of(ROOM, "r1", OPENED, on, RoomClosed(room="r1")).recording
