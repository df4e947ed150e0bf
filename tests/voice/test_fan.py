"""A fan sends what each of its slots would send by itself, and their figures are the same."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest
from aiortc.sdp import MediaDescription
from hypothesis import given, settings
from hypothesis import strategies as st
from pylibsrtp import Policy

from rooms.voice import srtp
from rooms.voice.counts import new_counts
from rooms.voice.downlink import Slot
from rooms.voice.fan import Fan
from rooms.voice.link import Link
from rooms.voice.rtp import Packet
from rooms.voice.sdp import Line
from rooms.voice.source import Source

GCM: int = Policy.SRTP_PROFILE_AEAD_AES_128_GCM
OUT, IN = bytes(range(28)), bytes(range(28, 56))


class Listener:
    """What two slots send arrives here, by a socket, and is opened."""

    def __init__(self, by: socket.socket) -> None:
        self.line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.line.bind(("127.0.0.1", 0))
        self.line.setblocking(False)
        self.link = Link(new_counts())
        self.link.move(self.line.getsockname(), by)
        self.link.use(srtp.sessions(IN, OUT, GCM))
        self.theirs = srtp.sessions(OUT, IN, GCM)
        lines = Line("1", "slot", audio(), 96, 4, 1), Line("2", "slot", audio(), 97, 0, 0, feedback=("nack",))
        self.slots = [Slot(line, 50 + n, self.link) for n, line in enumerate(lines)]

    def heard(self) -> list[bytes]:
        found: list[bytes] = []
        while True:
            try:
                found.append(srtp.unprotect(self.theirs.inward, self.line.recv(2048)))
            except BlockingIOError:
                return found

    def figures(self, now: int) -> list[tuple[int, int, int]]:
        for slot in self.slots:
            slot.settle()
        return [(slot.stream.packets, slot.stream.octets, slot.stream.clock(now)) for slot in self.slots]


def audio() -> MediaDescription:
    return MediaDescription("audio", 9, "UDP/TLS/RTP/SAVPF", [96])


@pytest.fixture(scope="module")
def by() -> Iterator[socket.socket]:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as found:
        yield found


def packet(sequence: int, ssrc: int, level: int | None, payload: bytes = b"opus") -> Packet:
    stamp = (sequence * 960 + ssrc) & 0xFFFFFFFF
    return Packet(111, 0x80 * (sequence % 7 == 0), sequence & 0xFFFF, stamp, ssrc, level, payload)


steps = st.lists(
    st.tuples(
        st.sampled_from(["next", "next", "next", "lost", "late", "empty", "other", "switch", "figures"]),
        st.sampled_from([None, 0, 30, 127]),
    ),
    max_size=25,
)


@settings(max_examples=40)
@given(steps, st.integers(0, 0xFFFF))
def test_it_sends_what_each_slot_would_send_alone(by, steps, sequence):
    fanned, single = Listener(by), Listener(by)
    ada, ssrc, now, came = Source("a", "ada", "voice"), 7, 1000, set[int]()
    with closing(fanned.line), closing(single.line):
        bind(ada, fanned, single, now)
        for step, level in steps:
            now, ssrc = now + 20, ssrc + (step == "other")
            number = sequence - 3 if step == "late" else sequence
            sequence += {"lost": 5, "late": 0}.get(step, 1)
            if number in came:  # such are not let through to a fan
                continue
            came.add(number)
            one = packet(number, ssrc, level, b"" if step == "empty" else b"opus")
            if step == "switch":
                bind(ada, fanned, single, now)
            elif step == "figures":
                assert fanned.figures(now) == single.figures(now)
            send(ada.fan, single.slots, one, now)
            assert fanned.heard() == single.heard()
        assert fanned.figures(now) == single.figures(now)
        assert fanned.link.counts == single.link.counts


def bind(source: Source, fanned: Listener, single: Listener, now: int) -> None:
    """Anew: one slot after the other, as it may come in a room."""
    for count in (1, 2):
        for listener in (fanned, single):
            listener.slots[count - 1].bind(source, now)
        source.fan.put(fanned.slots[:count])


def send(fan: Fan, singles: list[Slot], one: Packet, now: int) -> None:
    if one.payload:
        fan.send(one, now)
    else:
        fan.skip(one)
    for slot in singles:
        if one.payload:
            slot.send(one, now)
        else:
            slot.stream.skip(one)


def test_what_is_lost_can_be_asked_for_again(by):
    listener, ada = Listener(by), Source("a", "ada", "voice")
    with closing(listener.line):
        for slot in listener.slots:
            slot.bind(ada, 1000)
        ada.fan.put(listener.slots)
        for sequence in range(5):
            ada.fan.send(packet(sequence, 7, 30), 1000)
        numbers = [int.from_bytes(data[2:4], "big") for data in listener.heard() if data[1] & 0x7F == 97]
        listener.slots[1].resend(numbers[3])
        assert listener.link.counts["resent"] == 1
        assert len(listener.line.recv(2048)) > 12
