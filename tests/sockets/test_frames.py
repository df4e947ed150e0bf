"""Frames: what is right is read wherever it is cut, what is wrong fails with its code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.protocol import State
from websockets.uri import parse_uri

from realtime.sockets import frames
from realtime.sockets.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    Parser,
    sole_message,
    unmasked,
)
from tests.sockets.client import Read, Sent, binary, cut, ours

LARGEST = 70_000


def read(*sent: Sent) -> Read:
    return ours([b"".join(frame.encoded() for frame in sent)], LARGEST)


@given(
    st.sampled_from([0, 1, 124, 125, 126, 127, 128, 1000, frames.MIDDLE - 2]),
    st.binary(max_size=50),
    st.binary(min_size=4, max_size=4),
)
def test_a_message_that_came_alone_is_read_at_a_glance(size, end, key):
    payload = bytes(size) + end
    data = Sent(BINARY, payload).encoded(key)
    assert sole_message(data) == (payload if len(data) <= frames.MIDDLE + 6 else None)


@given(st.integers(0, 3 * frames.MIDDLE), st.binary(max_size=50), st.binary(min_size=4, max_size=4))
def test_a_mask_goes_over_every_byte_whatever_the_size(size, end, key):
    payload = bytes(size) + end
    masked = unmasked(payload, key)
    assert masked == bytes(byte ^ key[at % 4] for at, byte in enumerate(payload))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x82",
        Sent(BINARY, b"abc").encoded()[:-1],
        Sent(BINARY, b"abc").encoded() + b"\x82",
        Sent(BINARY, b"abc", final=False).encoded(),
        Sent(BINARY, b"abc", reserved=1).encoded(),
        Sent(BINARY, b"abcdefg", masked=False).encoded(),
        Sent(BINARY, bytes(126)).encoded()[:-1],
        Sent(BINARY, bytes(126), masked=False).encoded(),
        Sent(BINARY, bytes(126)).encoded() + b"\x82",
        Sent(BINARY, bytes(125), width=2).encoded(),
        Sent(BINARY, bytes(124), width=2).encoded(),
        Sent(BINARY, bytes(200), width=8).encoded(),
        Sent(BINARY, bytes(120), width=2).encoded(),
        Sent(TEXT, b"abc").encoded(),
        Sent(PING, b"abc").encoded(),
        Sent(CONTINUATION, b"abc").encoded(),
    ],
)
def test_all_else_is_left_to_the_parser(data):
    assert sole_message(data) is None


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_lengths_of_every_width_are_read_whether_they_come_byte_by_byte_or_at_once(size):
    data = Sent(BINARY, bytes(size)).encoded()
    for places in ((), range(20), (len(data) - 1,)):
        assert ours(cut(data, places), LARGEST) == Read([(BINARY, bytes(size))], None)


def test_fragments_are_one_message_and_control_frames_may_come_between_them():
    first, second, third = binary(b"one ", b"", b"two")
    ping, pong = Sent(PING, b"there?"), Sent(PONG, b"yes")
    assert read(first, ping, second, pong, third) == Read(
        [(PING, b"there?"), (PONG, b"yes"), (BINARY, b"one two")], None
    )


def test_a_character_may_be_cut_between_two_fragments_of_a_text():
    whole = "né😀".encode()
    for at in range(len(whole) + 1):
        parts = Sent(TEXT, whole[:at], final=False), Sent(CONTINUATION, whole[at:])
        assert read(*parts) == Read([(TEXT, whole)], None)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ([Sent(3, b"")], 1002),
        ([Sent(11, b"")], 1002),
        ([Sent(BINARY, b"", reserved=4)], 1002),
        ([Sent(BINARY, b"x", masked=False)], 1002),
        ([Sent(BINARY, bytes(125), width=2)], 1002),
        ([Sent(BINARY, bytes(65_535), width=8)], 1002),
        ([Sent(PING, bytes(126))], 1002),
        ([Sent(PING, b"", final=False)], 1002),
        ([Sent(CLOSE, b"\x03\xe8", final=False)], 1002),
        ([Sent(CONTINUATION, b"")], 1002),
        ([*binary(b"a", b"b")[:1], Sent(BINARY, b"")], 1002),
        ([*binary(b"a", b"b")[:1], Sent(TEXT, b"")], 1002),
        ([Sent(CLOSE, b"\x03")], 1002),
        ([Sent(CLOSE, b"\x03\xe7")], 1002),
        ([Sent(CLOSE, b"\x03\xed")], 1002),
        ([Sent(CLOSE, b"\x0b\xb7")], 1002),
        ([Sent(CLOSE, b"\x13\x88")], 1002),
        ([Sent(CLOSE, b"\x03\xe8\xff")], 1007),
        ([Sent(TEXT, b"\xed\xa0\x80")], 1007),
        ([Sent(TEXT, "é".encode()[:1])], 1007),
        ([Sent(TEXT, b"\xff", final=False)], 1007),
        ([Sent(BINARY, bytes(LARGEST + 1))], 1009),
        (binary(bytes(LARGEST - 1), b"ab"), 1009),
    ],
    ids=repr,
)
def test_what_a_client_may_not_send_fails_with_its_code_and_what_came_before_is_read(sent, code):
    assert read(Sent(PING, b"first")) == Read([(PING, b"first")], None)
    assert read(Sent(PING, b"first"), *sent) == Read([(PING, b"first")], code)


def test_what_is_too_large_fails_before_it_is_here():
    huge = bytes([0x82, 0xFF]) + (1 << 62).to_bytes(8, "big")
    assert ours([huge], LARGEST) == Read([], 1009)
    assert ours([bytes([0x82, 0xFF]) + (1 << 63).to_bytes(8, "big")], LARGEST) == Read([], 1002)


def test_fragments_without_content_take_no_memory_however_many():
    parser = Parser(LARGEST)
    parser.feed(Sent(BINARY, b"", final=False).encoded())
    for _ in range(10_000):
        parser.feed(Sent(CONTINUATION, b"", final=False).encoded())
        assert parser.next() is None
    parser.feed(Sent(CONTINUATION, b"end").encoded())
    assert parser.next() == (BINARY, b"end")
    assert parser.is_between_messages()


def test_a_parser_is_between_messages_only_if_nothing_waits_for_its_rest():
    parser = Parser(LARGEST)
    assert parser.is_between_messages()
    parser.feed(b"\x82")
    assert not parser.is_between_messages()
    parser = Parser(LARGEST)
    parser.feed(Sent(BINARY, b"a", final=False).encoded())
    assert parser.next() is None
    assert not parser.is_between_messages()


@given(
    st.sampled_from([BINARY, PING, PONG]),
    st.sampled_from([0, 1, 125, 126, 65_535, 65_536]),
    st.binary(max_size=200),
)
def test_what_we_send_is_what_a_client_reads(kind, size, content):
    payload = (content or b"x").ljust(size, b"\x00")
    if kind != BINARY:
        payload = payload[:125]
    sent = frames.binary(payload) if kind == BINARY else frames.control(kind, payload)
    [frame] = seen_by_a_client(sent)
    assert (frame.opcode, bytes(frame.data), frame.fin) == (kind, payload, True)


@given(st.sampled_from(sorted(frames.TOLD)), st.text(max_size=200))
def test_a_close_carries_its_code_and_as_much_of_the_reason_as_fits(code, reason):
    [frame] = seen_by_a_client(frames.close(code, reason))
    assert frames.close_code(bytes(frame.data)) == code
    told = bytes(frame.data)[2:].decode()
    assert reason.startswith(told)
    assert told == reason or len(told.encode()) > 123 - 4


def seen_by_a_client(data: bytes):
    client = ClientProtocol(parse_uri("ws://localhost/"), state=State.OPEN, max_size=None)
    client.receive_data(data)
    assert client.parser_exc is None
    return client.events_received()
