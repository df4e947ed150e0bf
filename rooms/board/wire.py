"""The y-websocket protocol in lib0's encoding: bytes in, messages out, and back. No input or output.

Only lengths that fit into what was received are believed.
"""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct

from rooms.board.closing import Malformed

SYNC, AWARENESS, AUTH, QUERY_AWARENESS = range(4)
STEP_1, STEP_2, UPDATE = range(3)
LARGEST = 2**53 - 1
"""The largest integer that a JavaScript client reads; it throws on anything above."""
NOTHING = b"\x00\x00"
"""The update without content, and without deletions."""


class Reader:
    """Takes lib0 values off some bytes, one after the other."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def left(self) -> int:
        """How many bytes are left."""
        return len(self.data) - self.at

    def byte(self) -> int:
        """One byte."""
        try:
            byte = self.data[self.at]
        except IndexError:
            raise Malformed("A message ends too early.") from None
        self.at += 1
        return byte

    def varuint(self) -> int:
        """An unsigned integer, seven bits a byte, the lowest first."""
        value = self.byte()
        if value < 0x80:  # most are: a keystroke is a dozen of these
            return value
        value &= 0x7F
        for shift in range(7, 50, 7):
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
        else:
            raise Malformed("A number is too large.")
        if value > LARGEST:
            raise Malformed("A number is too large.")
        return value

    def raw(self, length: int) -> bytes:
        """So many bytes."""
        start = self.at
        end = start + length
        if end > len(self.data):
            raise Malformed("A length reaches beyond the end of the message.")
        self.at = end
        return self.data[start:end]

    def varbytes(self) -> bytes:
        """Bytes behind their length."""
        return self.raw(self.varuint())

    def varstring(self) -> str:
        """Text in UTF-8 behind its length in bytes."""
        try:
            return self.raw(self.varuint()).decode()
        except UnicodeDecodeError as error:
            raise Malformed("A text is not UTF-8.") from error

    def count(self, least: int = 1) -> int:
        """How many things follow, where each takes `least` bytes or more."""
        number = self.varuint()
        if number * least > self.left():
            raise Malformed("A count reaches beyond the end of the message.")
        return number


def varuint(value: int) -> bytes:
    """The inverse of `Reader.varuint`."""
    if value < 0x80:
        return bytes((value,))
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def varbytes(data: bytes) -> bytes:
    """The inverse of `Reader.varbytes`."""
    return varuint(len(data)) + data


def varstring(text: str) -> bytes:
    """The inverse of `Reader.varstring`."""
    return varbytes(text.encode())


class Step1(Struct, frozen=True, gc=False):
    """What the other side has; it asks for the rest."""

    state: bytes


class Step2(Struct, frozen=True, gc=False):
    """All that the other side has and this one had not, as the answer to a step 1."""

    update: bytes


class Update(Struct, frozen=True, gc=False):
    """Something that was just edited."""

    update: bytes


class Entry(NamedTuple):
    """The presence of one client id: a JSON state, or None once it is gone."""

    client: int
    clock: int
    state: str | None


class Presence(Struct, frozen=True, gc=False):
    """The awareness of some clients."""

    entries: tuple[Entry, ...]


class QueryPresence(Struct, frozen=True, gc=False):
    """The other side asks who is here."""


class Auth(Struct, frozen=True, gc=False):
    """The other side speaks about permission, which a server has no use for."""


Message = Step1 | Step2 | Update | Presence | QueryPresence | Auth

_EDIT = b"\x00\x02"
_SYNC_STEPS = (Step1, Step2, Update)


def parse(data: bytes) -> Message:
    """The message; bytes behind its end are ignored, as the clients do. Raises `Malformed`."""
    if data[:2] == _EDIT and len(data) > 3 and data[2] == len(data) - 3 < 0x80:  # nearly all are
        return Update(data[3:])
    reader = Reader(data)
    match reader.varuint():
        case 0:
            step = reader.varuint()
            if step > UPDATE:
                raise Malformed("There is no such sync step.")
            return _SYNC_STEPS[step](reader.varbytes())
        case 1:
            return Presence(_entries(Reader(reader.varbytes())))
        case 2:
            return Auth()
        case 3:
            return QueryPresence()
        case _:
            raise Malformed("There is no such type of message.")


def _entries(reader: Reader) -> tuple[Entry, ...]:
    return tuple(_entry(reader) for _ in range(reader.count(3)))


def _entry(reader: Reader) -> Entry:
    client, clock, state = reader.varuint(), reader.varuint(), reader.varstring()
    return Entry(client, clock, None if state == "null" else state)


def step_1(state: bytes) -> bytes:
    """The frame that asks for what is not in this state vector."""
    return b"\x00\x00" + varbytes(state)


def step_2(update: bytes) -> bytes:
    """The frame that answers a step 1."""
    return b"\x00\x01" + varbytes(update)


def update(data: bytes) -> bytes:
    """The frame that relays an edit."""
    return b"\x00\x02" + varbytes(data)


def presence(entries: Iterable[Entry]) -> bytes:
    """The frame that tells who is here; without entries, one that says nothing and keeps a socket alive."""
    body = [
        varuint(client) + varuint(clock) + varstring("null" if state is None else state)
        for client, clock, state in entries
    ]
    return b"\x01" + varbytes(varuint(len(body)) + b"".join(body))


def state_vector(data: bytes) -> dict[int, int]:
    """Client id -> the clock of its next character. Raises `Malformed`."""
    reader = Reader(data)
    return {reader.varuint(): reader.varuint() for _ in range(reader.count(2))}
