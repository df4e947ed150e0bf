"""Sends what is due on many sockets and notes what arrives, by `benchmarks/load/voice.c`."""

import ctypes
import os
import resource
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from socket import socket
from struct import Struct
from typing import NamedTuple

from benchmarks.measuring.compiled import compiled

SOURCE = Path(__file__).parents[1] / "load" / "voice.c"
NONE = 0xFFFFFFFF
PACKET = Struct("=qqIIII")
ARRIVAL = Struct("=qIIIHHBB6x")
SOON = 20_000_000
"""Nanoseconds until the first packet may be due."""
ROOM = 64 << 20
"""Bytes for the packets that are kept whole."""


class Due(NamedTuple):
    """A packet, whole, and when it goes out on which socket; `due` is ns after the beginning."""

    due: int
    line: int
    data: bytes


class Arrival(NamedTuple):
    """A packet that came in on a socket at `at` (ns since the epoch).

    Of what is not RTP, sequence number and SSRC mean nothing.
    """

    at: int
    line: int
    ssrc: int
    kept: int
    sequence: int
    size: int
    first: int
    second: int

    @property
    def rtp(self) -> bool:
        """Whether it is RTP, and not RTCP, STUN or DTLS."""
        return 128 <= self.first < 192 and not 192 <= self.second < 224


class _Notes(ctypes.Structure):
    _fields_ = (
        ("arrivals", ctypes.c_void_p),
        ("most", ctypes.c_uint64),
        ("count", ctypes.c_uint64),
        ("lost", ctypes.c_uint64),
        ("bytes", ctypes.c_void_p),
        ("room", ctypes.c_uint64),
        ("used", ctypes.c_uint64),
        ("every", ctypes.c_uint32),
    )


class TooMuchArrived(Exception):
    """More packets arrived than there was room to note."""


@dataclass
class Wire:
    """What was to be sent, in order, and what came of it, once it is over. `share` is of a core."""

    due: list[Due]
    begins: int = 0
    """Nanoseconds since the epoch at which 0 is due."""
    sent: list[int] = field(default_factory=list[int])
    """When each was sent (ns since the epoch), -1 if the kernel refused it, 0 if it was stopped before."""
    share: float = 0.0
    _arrivals: bytes = b""
    _kept: bytes = b""
    _over: "ctypes.c_int" = field(default_factory=lambda: ctypes.c_int(0))

    def stop(self) -> None:
        """End early."""
        self._over.value = 1

    def arrivals(self) -> Iterator[Arrival]:
        """All that came, in the order in which it was read."""
        return map(Arrival._make, ARRIVAL.iter_unpack(self._arrivals))

    def whole(self, arrival: Arrival) -> bytes | None:
        """The bytes of a packet, if they were kept."""
        return None if arrival.kept == NONE else self._kept[arrival.kept : arrival.kept + arrival.size]

    def until(self, seconds: float) -> None:
        """Sleep until so many seconds after the beginning."""
        time.sleep(max(0.0, self.begins / 1e9 + seconds - time.time()))

    def late(self) -> list[float]:
        """How late each was sent, in ms."""
        return [
            (sent - self.begins - each.due) / 1e6
            for each, sent in zip(self.due, self.sent, strict=True)
            if sent > 0
        ]

    def begin(self, lines: Sequence[socket], seconds: float, expected: int, every: int) -> Callable[[], None]:
        """Make ready what the answer sends, and listens for. It raises `TooMuchArrived`, OSError."""
        blob, packets = _laid_out(self.due)
        room = ctypes.create_string_buffer(max(1, expected) * ARRIVAL.size)
        kept = ctypes.create_string_buffer(ROOM if every else 1)
        places = ctypes.addressof(room), ctypes.addressof(kept)
        notes = _Notes(places[0], max(1, expected), 0, 0, places[1], len(kept), 0, every)
        numbers = (ctypes.c_int * len(lines))(*(line.fileno() for line in lines))
        self.begins = time.time_ns() + SOON

        def run() -> None:
            before, began = _spent(), time.perf_counter()
            wrong = _library().run(
                *(numbers, len(lines), packets, ctypes.c_uint64(len(self.due)), blob, ctypes.byref(notes)),
                *(ctypes.c_int64(self.begins), ctypes.c_int64(self.begins + int(seconds * 1e9))),
                ctypes.byref(self._over),
            )
            self.share = (_spent() - before) / (time.perf_counter() - began)
            self.sent = [each[1] for each in PACKET.iter_unpack(packets)][: len(self.due)]
            self._arrivals = ctypes.string_at(room, notes.count * ARRIVAL.size)
            self._kept = ctypes.string_at(kept, notes.used)
            if wrong:
                raise OSError(wrong, os.strerror(wrong))
            if notes.lost:
                raise TooMuchArrived(f"{notes.lost} packets")

        return run


@contextmanager
def wire(
    lines: Sequence[socket], due: Iterable[Due], seconds: float, expected: int, *, every: int = 25
) -> Generator[Wire, None, None]:
    """The wire runs beside the block, and has ended after it; leave early by `stop`.

    `expected` is the most packets that can arrive; of every `every`-th the whole is kept, of all with 1.
    """
    running = Wire(sorted(due, key=lambda each: each.due))
    go = running.begin(lines, seconds, expected, every)
    failed: list[Exception] = []

    def run() -> None:
        try:
            go()
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield running
    except BaseException:
        running.stop()
        raise
    finally:
        thread.join()
    if failed:
        raise failed[0]


def _laid_out(due: Sequence[Due]) -> tuple[bytes, ctypes.Array[ctypes.c_char]]:
    """All bytes in a row, each packet once however often it is sent, and the table that points into them."""
    places: dict[bytes, int] = {}
    used = 0
    packets = ctypes.create_string_buffer(max(1, len(due) * PACKET.size))
    for number, each in enumerate(due):
        at = places.get(each.data)
        if at is None:
            at = places[each.data] = used
            used += len(each.data)
        PACKET.pack_into(packets, number * PACKET.size, each.due, 0, each.line, at, len(each.data), 0)
    return b"".join(places), packets


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_THREAD)
    return used.ru_utime + used.ru_stime


@cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(str(built()))


def built() -> Path:
    """The library. Raises `NoCompiler`."""
    return compiled(SOURCE, ("-shared", "-fPIC"))
