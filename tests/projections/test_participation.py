from domain.rooms import BoardEdited, MessageSent, RoomJoined, RoomLeft, Run, TurnTaken
from projections.participation import PARTICIPATION, shown
from tests.projections.given import shown_json, state_of


def turn(person: str, started: int, ended: int) -> TurnTaken:
    return TurnTaken(room="r1", person=person, turn="t", started=started, ended=ended)


def run(person: str) -> Run:
    return Run(person=person, client=1, update=b"")


def test_speech_messages_and_edits_are_counted_for_each_person():
    state = state_of(
        PARTICIPATION,
        "r1",
        RoomJoined(room="r1", person="ada"),
        RoomJoined(room="r1", person="ben"),
        turn("ada", 1000, 4200),
        turn("ada", 5000, 5300),
        MessageSent(room="r1", person="ben", message="m", text="Hallo"),
        BoardEdited(room="r1", runs=(run("ben"), run("ada"), run("ben"))),
    )
    assert shown_json(shown("r1", state, {"ada": "Ada"})) == {
        "room": "r1",
        "people": [
            {"person": "ada", "name": "Ada", "talk_ms": 3500, "turns": 2, "messages": 0, "edits": 1},
            {"person": "ben", "name": "ben", "talk_ms": 0, "turns": 0, "messages": 1, "edits": 2},
        ],
    }


def test_whoever_said_nothing_is_there_and_stays_there():
    left = RoomLeft(room="r1", person="ada", why="left")
    state = state_of(PARTICIPATION, "r1", RoomJoined(room="r1", person="ada"), left)
    assert state.people["ada"].turns == 0


def test_a_clock_that_went_back_takes_no_time_away():
    assert state_of(PARTICIPATION, "r1", turn("ada", 5000, 4000)).people["ada"].talk_ms == 0
