from domain.interventions import InterventionDecided
from domain.practice import HintTaken
from domain.rooms import BoardEdited, RoomJoined, RoomOpened, Run
from projections.timeline import TIMELINE, key_of, prefix_of
from tests.projections.given import answer, fold, history, shown_json


def runs(*people: str) -> BoardEdited:
    return BoardEdited(room="r1", runs=tuple(Run(person=who, client=1, update=b"") for who in people))


def test_each_event_of_a_room_is_a_row_of_its_own_in_the_order_of_the_log():
    log = history(
        RoomOpened(room="r1", title="Fractions", capacity=4, host="tess"),
        RoomJoined(room="r1", person="ada"),
        runs("ada", "ada"),
        runs("ada", "ben"),
        answer(room="r1"),
        *[HintTaken(person="ben", problem="p", skill="s", level=1, room="r1")] * 6,
    )
    rows = fold(TIMELINE, log)
    keys = [key for _, key in rows]
    assert keys == sorted(keys) == [key_of("r1", position) for position in range(1, 12)]
    assert [(entry.type, entry.person) for entry in rows.values()][:6] == [
        ("room.opened.v1", "tess"),
        ("room.joined.v1", "ada"),
        ("board.edited.v1", "ada"),
        ("board.edited.v1", None),
        ("answer.given.v1", "ada"),
        ("hint.taken.v1", "ben"),
    ]
    assert shown_json(rows["school", key_of("r1", 2)]) == {
        "position": 2,
        "at": "2026-11-21T09:01:00Z",
        "type": "room.joined.v1",
        "person": "ada",
    }


def test_what_is_answered_outside_a_room_is_on_no_timeline():
    assert fold(TIMELINE, history(answer(room=None))) == {}


def test_the_rows_of_a_room_are_not_those_of_a_room_whose_name_begins_alike():
    assert not key_of("r10", 1).startswith(prefix_of("r1"))


def test_what_the_facilitator_decided_names_whom_it_is_about():
    decided = InterventionDecided(
        intervention="i1",
        room="r1",
        person="ben",
        detector="quiet",
        evidence="2 of 60 s.",
        policy="one",
        seen=3,
        moment=0,
    )
    assert fold(TIMELINE, history(decided))["school", key_of("r1", 1)].person == "ben"
