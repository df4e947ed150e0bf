from domain.office_hours import (
    NextCalled,
    OfficeHoursClosed,
    OfficeHoursOpened,
    QueueJoined,
    QueueLeft,
)
from projections.office_hours import OFFICE_HOURS, shown
from tests.projections.given import shown_json, state_of

OPENED = OfficeHoursOpened(office_hours="o1", tutor="tess", room="r1", title="Open door", capacity=9)


def joined(person: str) -> QueueJoined:
    return QueueJoined(office_hours="o1", person=person)


def test_the_queue_stands_in_order_and_the_first_is_called():
    state = state_of(
        OFFICE_HOURS,
        "o1",
        OPENED,
        *map(joined, ["ada", "ben", "cyd", "dan"]),
        NextCalled(office_hours="o1", person="ada", call="c1"),
        QueueLeft(office_hours="o1", person="cyd"),
    )
    assert shown_json(shown("o1", state, {"ben": "Ben"})) == {
        "office_hours": "o1",
        "tutor": "tess",
        "room": "r1",
        "title": "Open door",
        "open": True,
        "queue": [{"person": "ben", "name": "Ben"}, {"person": "dan", "name": "dan"}],
        "called": "ada",
    }


def test_whoever_comes_again_stands_at_the_end():
    left = QueueLeft(office_hours="o1", person="ada")
    state = state_of(OFFICE_HOURS, "o1", OPENED, joined("ada"), joined("ben"), left, joined("ada"))
    assert list(state.queue) == ["ben", "ada"]


def test_behind_a_closed_door_nobody_waits():
    state = state_of(OFFICE_HOURS, "o1", OPENED, joined("ada"), OfficeHoursClosed(office_hours="o1"))
    assert (state.open, state.queue) == (False, {})
