"""VP8 payloads: where pictures begin, and numbers that go on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.voice import rtp
from rooms.voice.vp8 import VideoOutgoing, begins_keyframe, describe


def payload(picture: int, level: int = 0, *, key: bool, start: bool = True) -> bytes:
    """With a long picture number and a layer index, then the first bytes of a frame."""
    head = bytes([0x80 | (0x10 if start else 0), 0xC0, 0x80 | picture >> 8, picture & 0xFF, level])
    return head + bytes([0 if key else 1, 7, 7])


def packet(sequence: int, ssrc: int, content: bytes) -> rtp.Packet:
    return rtp.Packet(97, 0, sequence & 0xFFFF, 3000 * sequence & 0xFFFFFFFF, ssrc, None, content)


def written(stream: VideoOutgoing, one: rtp.Packet) -> rtp.Packet | None:
    data = stream.write(one, 1000)
    return None if data is None else rtp.parse(data, 0)


def test_a_keyframe_begins_where_its_first_partition_does():
    assert begins_keyframe(payload(5, key=True))
    assert not begins_keyframe(payload(5, key=False))
    assert not begins_keyframe(payload(5, key=True, start=False))
    assert begins_keyframe(b"\x10\x00")
    assert not begins_keyframe(b"\x10")


@given(st.binary(max_size=12))
def test_any_bytes_are_a_descriptor_or_a_value_error(data):
    begins_keyframe(data)
    try:
        found = describe(data)
    except ValueError:
        return
    assert found.size <= 7


def test_nothing_is_written_before_a_whole_picture():
    stream = VideoOutgoing(9, 100, (0, ""))
    assert stream.waits
    assert written(stream, packet(1, 1, payload(5, key=False))) is None
    assert written(stream, packet(2, 1, payload(6, key=True))) is not None
    assert not stream.waits
    assert written(stream, packet(3, 1, payload(7, key=False))) is not None


@pytest.mark.parametrize("begins", [0, 77, 32767])
def test_numbers_of_packets_and_pictures_go_on_with_another_source(begins):
    stream = VideoOutgoing(9, 100, (0, ""))
    first = written(stream, packet(500, 1, payload(300, 9, key=True)))
    stream.switch()
    assert written(stream, packet(7, 2, payload(begins, 200, key=False))) is None
    second = written(stream, packet(8, 2, payload(begins, 201, key=True)))
    third = written(stream, packet(9, 2, payload((begins + 1) & 0x7FFF, 202, key=False)))
    assert [one.sequence - first.sequence for one in (second, third)] == [1, 2]
    assert [describe(one.payload).picture for one in (first, second, third)] == [300, 301, 302]
    assert [describe(one.payload).level for one in (first, second, third)] == [9, 10, 11]
    assert second.timestamp > first.timestamp
    assert second.payload[5:] == payload(begins, 201, key=True)[5:]


def test_a_packet_without_content_leaves_no_gap():
    stream = VideoOutgoing(9, 100, (0, ""))
    first = written(stream, packet(10, 1, payload(1, key=True)))
    stream.skip(packet(11, 1, b""))
    stream.skip(packet(12, 1, b""))
    after = written(stream, packet(13, 1, payload(2, key=False)))
    assert after.sequence == first.sequence + 1
    assert written(stream, packet(9, 1, payload(0, key=False))) is None
