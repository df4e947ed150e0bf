"""What nodes tell each other is closed to everybody else, and is believed from nobody else."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.envelopes import Envelopes

ONE, OTHER, STRANGER = Envelopes("ours"), Envelopes("ours"), Envelopes("theirs")
SUBJECT = "lyceum.main.rooms.r.sync"


def test_those_who_share_the_secret_read_it_and_nobody_else():
    closed = ONE.close(SUBJECT, b"what is being typed")
    assert b"typed" not in closed
    assert OTHER.open(SUBJECT, closed) == ONE.open(SUBJECT, closed) == b"what is being typed"
    assert STRANGER.open(SUBJECT, closed) is None


def test_of_another_room_it_is_not_believed():
    assert OTHER.open("lyceum.main.rooms.s.sync", ONE.close(SUBJECT, b"")) is None


def test_no_two_are_closed_alike():
    assert len({ONE.close(SUBJECT, b"x") for _ in range(100)} | {OTHER.close(SUBJECT, b"x")}) == 101


@given(st.data())
def test_of_what_was_altered_anywhere_nothing_is_read(data):
    closed = bytearray(ONE.close(SUBJECT, b"what is being typed"))
    at = data.draw(st.integers(0, len(closed) - 1))
    closed[at] ^= data.draw(st.integers(1, 255))
    assert OTHER.open(SUBJECT, bytes(closed)) is None
    assert OTHER.open(SUBJECT, bytes(closed[:at])) is None


@given(st.binary(max_size=80))
def test_what_nobody_closed_is_not_opened(anything):
    assert ONE.open(SUBJECT, anything) is None
