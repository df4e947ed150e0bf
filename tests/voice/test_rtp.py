"""RTP headers, read and written anew."""

import pytest
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import (
    HeaderExtensionsMap,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    RtpPacket,
)
from hypothesis import given
from hypothesis import strategies as st

from rooms.voice import rtcp, rtp
from rooms.voice.sdp import LEVEL, MID


def extensions(mid: int = 4, level: int = 1) -> HeaderExtensionsMap:
    offered = [(mid, MID), (level, LEVEL)]
    known = HeaderExtensionsMap()
    known.configure(
        RTCRtpParameters([], [RTCRtpHeaderExtensionParameters(number, uri) for number, uri in offered])
    )
    return known


def packet(sequence: int = 7, timestamp: int = 960, ssrc: int = 1, payload: bytes = b"opus") -> rtp.Packet:
    return rtp.Packet(111, 0, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc, 25, payload)


def read(data: bytes) -> RtpPacket:
    return RtpPacket.parse(data, extensions())


def slot() -> rtp.Outgoing:
    return rtp.Outgoing(99, 96, (4, "3"), 1)


@pytest.mark.parametrize("level_id", [1, 14, 15, 200])
def test_the_level_is_found_in_narrow_and_wide_extensions_and_its_top_bit_ignored(level_id):
    sent = RtpPacket(payload_type=111, sequence_number=7, timestamp=8, ssrc=9, payload=b"opus")
    sent.extensions.mid, sent.extensions.audio_level = "0", (True, 25)
    sent.csrc, sent.padding_size = [1, 2], 4
    found = rtp.parse(sent.serialize(extensions(4, level_id)), level_id)
    assert found == rtp.Packet(111, 0, 7, 8, 9, 25, b"opus")


@given(st.binary(max_size=80), st.integers(0, 255))
def test_any_bytes_are_a_packet_or_a_value_error(data, level_id):
    try:
        found = rtp.parse(data, level_id)
    except ValueError:
        return
    assert found.level is None or 0 <= found.level <= 127
    assert len(found.payload) <= len(data)


def test_a_slot_has_its_own_name_numbers_and_extensions_and_leaves_the_sound_alone():
    heard = read(slot().write(packet(), 1000))
    assert (heard.ssrc, heard.payload_type, heard.payload) == (99, 96, b"opus")
    assert heard.extensions.mid == "3"
    assert heard.extensions.audio_level == (True, 25)


def test_a_slot_without_extensions_sends_none():
    data = rtp.Outgoing(99, 96, (0, "3"), 0).write(packet(), 1000)
    assert len(data) == 12 + len(b"opus")
    assert read(data).payload == b"opus"


def test_losses_and_reordering_stay_as_they_were():
    stream = slot()
    heard = [read(stream.write(packet(65530 + n), 1000)).sequence_number for n in (0, 1, 4, 3, 9)]
    assert [number - heard[0] for number in heard] == [0, 1, 4, 3, 9]


def test_another_speaker_continues_the_numbers_and_the_clock():
    stream = slot()
    before = read(stream.write(packet(500, 48_000, ssrc=1), 10_000))
    stream.switch()
    after = read(stream.write(packet(9, 7, ssrc=2), 12_000))
    assert after.sequence_number == before.sequence_number + 1
    assert after.timestamp - before.timestamp == 2000 * rtp.CLOCK
    assert after.marker == 1


def test_a_packet_from_before_the_switch_is_left_out():
    stream = slot()
    stream.write(packet(500, ssrc=1), 10_000)
    stream.switch()
    assert stream.write(packet(40, ssrc=2), 10_020) is not None
    assert stream.write(packet(39, ssrc=2), 10_021) is None
    assert stream.write(packet(41, ssrc=2), 10_022) is not None


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(-2, 3)), min_size=1, max_size=200))
def test_a_slot_never_sends_the_same_number_twice(steps):
    stream, numbers, latest = slot(), [], {1: 65_000, 2: 5, 3: 30_000}
    sent = set()
    for ssrc, step in steps:
        number = latest[ssrc] + step
        if (ssrc, number) in sent:
            continue  # SRTP refuses a replay before it comes so far
        sent.add((ssrc, number))
        latest[ssrc] = max(latest[ssrc], number)
        data = stream.write(packet(number, ssrc=ssrc), 1000)
        if data is not None:
            numbers.append(read(data).sequence_number)
    assert len(numbers) == len(set(numbers))


def test_reports_tell_what_was_lost_and_how_long_ago_the_sender_reported():
    incoming = rtcp.Incoming()
    for number in (65534, 65535, 0, 3):
        incoming.count(packet(number, number * 960), 1000)
    sender = RtcpSrPacket(1, RtcpSenderInfo(0x1234_5678_9ABC_DEF0, 0, 0, 0))
    incoming.sender_report(sender, 2000)
    report = RtcpReceiverInfo.parse(incoming.report(2500))
    assert (report.ssrc, report.packets_lost, report.fraction_lost) == (1, 2, 256 * 2 // 6)
    assert report.highest_sequence == 65536 + 3
    assert (report.lsr, report.dlsr) == (0x5678_9ABC, 32768)
    assert RtcpReceiverInfo.parse(incoming.report(2500)).fraction_lost == 0


def test_the_compound_report_is_read_by_another_implementation():
    stream = slot()
    stream.write(packet(), 1000)
    incoming = rtcp.Incoming()
    incoming.count(packet(), 1000)
    sender, names = rtcp.read(rtcp.reports([incoming], [stream], 5, 2000))
    assert isinstance(sender, RtcpSrPacket)
    assert (sender.ssrc, sender.sender_info.packet_count, sender.sender_info.octet_count) == (99, 1, 4)
    assert [type(report) for report in sender.reports] == [RtcpReceiverInfo]
    assert names.chunks[0].items == [(1, b"lyceum")]
    receiver, _ = rtcp.read(rtcp.reports([rtcp.Incoming()], [], 5, 2000))
    assert receiver == RtcpRrPacket(5, [])


@given(st.binary(max_size=80))
def test_any_bytes_are_rtcp_or_a_value_error(data):
    try:
        rtcp.read(data)
    except ValueError:
        return
