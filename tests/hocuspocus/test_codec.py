"""The Hocuspocus messages, byte for byte, and what is no message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.board import hocuspocus, wire
from rooms.board.closing import Malformed
from rooms.board.hocuspocus import Ignored, Leave, Presence, Stateless, Sync, Token

names = st.text(max_size=60).filter(lambda name: "\0" not in name)


@given(names, st.none() | st.text(max_size=20), st.binary())
def test_an_address_and_what_is_behind_it_come_back(name, session, body):
    address = hocuspocus.address(name, session)
    assert hocuspocus.split(address + body) == (address, body)
    assert hocuspocus.name(address) == name


@given(st.binary())
def test_sync_frames_are_those_of_y_websocket_behind_an_address(data):
    for step, frame in enumerate((wire.step_1(data), wire.step_2(data), wire.update(data))):
        assert hocuspocus.parse(frame) == Sync(step, frame)
        assert hocuspocus.parse(b"\x04" + frame[1:]) == Sync(step, frame, answered=True)


def test_so_are_those_about_presence():
    here = wire.presence([wire.Entry(7, 1, "{}")])
    assert hocuspocus.parse(here) == Presence(here)
    assert hocuspocus.parse(hocuspocus.QUERY) == Presence(hocuspocus.QUERY)
    assert isinstance(wire.parse(hocuspocus.QUERY), wire.QueryPresence)


@given(st.text(), st.none() | st.text(max_size=20))
def test_a_token_comes_back_with_the_version_of_its_library(text, version):
    assert hocuspocus.parse(hocuspocus.token(text, version)) == Token(text, version)


@given(st.text())
def test_a_stateless_message_comes_back_whether_it_is_to_be_broadcast_or_not(text):
    frame = hocuspocus.stateless(text)
    assert hocuspocus.parse(frame) == Stateless(text)
    assert hocuspocus.parse(b"\x06" + frame[1:]) == Stateless(text)


def test_the_bytes_are_those_of_the_real_client_and_server():
    assert hocuspocus.address("r") == b"\x01r"
    assert hocuspocus.address("r", "s1") == b"\x04r\x00s1"
    assert hocuspocus.token("t", "4.8.0") == b"\x02\x00\x01t\x054.8.0"
    assert hocuspocus.denied("no") == b"\x02\x01\x02no"
    assert hocuspocus.authenticated(writes=True) == b"\x02\x02\x0aread-write"
    assert hocuspocus.authenticated(writes=False) == b"\x02\x02\x08readonly"
    assert hocuspocus.ASK_FOR_TOKEN == b"\x02\x00"
    assert hocuspocus.stateless("a") == b"\x05\x01a"
    assert hocuspocus.closed("bye") == b"\x07\x03bye"
    assert hocuspocus.sync_status(taken=True) == b"\x08\x01"
    assert hocuspocus.sync_status(taken=False) == b"\x08\x00"
    assert hocuspocus.parse(b"\x07") == Leave()


def test_what_only_a_server_says_is_ignored():
    for said in (hocuspocus.sync_status(taken=True), hocuspocus.denied("no")):
        assert hocuspocus.parse(said) == Ignored()


@pytest.mark.parametrize(
    "data",
    [b"", hocuspocus.PING, hocuspocus.PONG, b"\xff\x01", b"\x80" * 20, hocuspocus.address("n" * 600)],
)
def test_a_frame_without_a_proper_address_is_refused(data):
    with pytest.raises(Malformed):
        hocuspocus.split(data)


@pytest.mark.parametrize(
    "body", [b"", b"\x09", b"\x00", b"\x00\x03\x00", b"\x02\x00\x05ab", b"\x05\x01\xff", b"\x80" * 20]
)
def test_a_body_that_is_no_message_is_refused(body):
    with pytest.raises(Malformed):
        hocuspocus.parse(body)


@given(st.binary(max_size=80))
def test_garbage_is_a_frame_or_malformed_and_nothing_else(data):
    try:
        address, body = hocuspocus.split(data)
        hocuspocus.name(address)
        hocuspocus.parse(body)
    except Malformed:
        return
