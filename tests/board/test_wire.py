"""The y-websocket messages, byte for byte, and what is no message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.board import wire
from rooms.board.closing import Malformed

integers = st.integers(0, wire.LARGEST)
entries = st.builds(wire.Entry, integers, integers, st.none() | st.text().filter(lambda text: text != "null"))


@given(integers)
def test_every_integer_that_javascript_knows_comes_back(number):
    assert wire.Reader(wire.varuint(number)).varuint() == number


@given(st.binary())
def test_bytes_come_back(data):
    assert wire.Reader(wire.varbytes(data)).varbytes() == data


@given(st.text())
def test_text_comes_back(text):
    assert wire.Reader(wire.varstring(text)).varstring() == text


@given(st.lists(entries))
def test_presence_comes_back(present):
    assert wire.parse(wire.presence(present)) == wire.Presence(tuple(present))


@given(st.binary())
def test_sync_steps_come_back(data):
    assert wire.parse(wire.step_1(data)) == wire.Step1(data)
    assert wire.parse(wire.step_2(data)) == wire.Step2(data)
    assert wire.parse(wire.update(data)) == wire.Update(data)


def test_the_bytes_are_those_of_the_real_client():
    assert wire.step_1(b"\x00") == bytes.fromhex("00000100")
    assert wire.step_2(wire.NOTHING) == bytes.fromhex("0001020000")
    assert wire.presence(()) == bytes.fromhex("010100")
    assert wire.parse(bytes.fromhex("03")) == wire.QueryPresence()


def test_bytes_behind_a_message_are_ignored_as_the_clients_do():
    assert wire.parse(wire.update(b"abc") + b"more") == wire.Update(b"abc")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"\x00\x03\x00",
        b"\x00\x02\xff\xff\xff\xff\x0f",
        b"\x04",
        b"\x80" * 20,
        b"\x01\x05\xff\xff\xff\xff\x0f",
        b"\x01\x04\x01\x05\x01\xff",
        wire.varuint(wire.LARGEST + 1),
    ],
)
def test_hostile_lengths_are_refused(data):
    with pytest.raises(Malformed):
        wire.parse(data)


@given(st.binary(max_size=60))
def test_garbage_is_a_message_or_malformed_and_nothing_else(data):
    try:
        wire.parse(data)
    except Malformed:
        return


def test_a_reason_fits_into_a_close_frame():
    assert len(Malformed("ü" * 100).reason.encode()) <= 123


@given(st.dictionaries(integers, integers))
def test_a_state_vector_is_read(clocks):
    data = wire.varuint(len(clocks)) + b"".join(wire.varuint(c) + wire.varuint(n) for c, n in clocks.items())
    assert wire.state_vector(data) == clocks
