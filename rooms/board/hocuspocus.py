"""The Hocuspocus protocol: several documents on one socket, each message behind its document's address.

A frame is an address, a type and a body. The address is the document's name as a text, or the name, a zero
and the id of a session, so that one socket may have a document twice. Types 0, 1 and 3 and their bodies are
those of y-websocket: a frame of one protocol becomes one of the other by its address alone.
"""

from dataclasses import dataclass

from rooms.board.closing import Malformed
from rooms.board.wire import UPDATE, Reader, varstring

SYNC, AWARENESS, AUTH, QUERY_AWARENESS, SYNC_REPLY, STATELESS, BROADCAST, CLOSE, SYNC_STATUS = range(9)
TOKEN, DENIED, AUTHENTICATED = range(3)
PING, PONG = b"\x09", b"\x0a"
"""Whole frames, without an address."""
ASK_FOR_TOKEN = b"\x02\x00"
QUERY = b"\x03"
LONGEST_ADDRESS = 512
READ_WRITE, READ_ONLY = "read-write", "readonly"


@dataclass(frozen=True, slots=True)
class Sync:
    """A sync step, as the frame of y-websocket that it is."""

    step: int
    frame: bytes
    answered: bool = False
    """Whether the other side answers with it: a step 1 that is not answered with ours."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Who is here, or who wants to know, as the frame of y-websocket that it is."""

    frame: bytes


@dataclass(frozen=True, slots=True)
class Token:
    """The client says who it is. `version` is that of its library, from 4.0 on."""

    token: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Stateless:
    """Something that the other clients are to be told, and that nobody keeps."""

    text: str


@dataclass(frozen=True, slots=True)
class Leave:
    """The client is done with the document."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """What only a server says."""


Message = Sync | Presence | Token | Stateless | Leave | Ignored


def address(name: str, session: str | None = None) -> bytes:
    """The address of a document."""
    return varstring(name if session is None else f"{name}\0{session}")


def name(address: bytes) -> str:
    """The name in an address. Raises `Malformed`."""
    return Reader(address).varstring().partition("\0")[0]


def split(data: bytes) -> tuple[bytes, bytes]:
    """The address of a frame, and what is for it: the type and the body. Raises `Malformed`.

    An address is as it stands in front of every frame of its document, with its length.
    """
    if data and data[0] < 0x80 and data[0] < len(data):  # nearly always
        end = data[0] + 1
        return data[:end], data[end:]
    reader = Reader(data)
    length = reader.varuint()
    if length > LONGEST_ADDRESS:
        raise Malformed("An address is too long.")
    reader.raw(length)
    return data[: reader.at], data[reader.at :]


def parse(body: bytes) -> Message:
    """The message behind an address; what follows its end is ignored. Raises `Malformed`."""
    if len(body) > 1 and body[0] == SYNC and body[1] <= UPDATE:  # nearly always
        return Sync(body[1], body)
    reader = Reader(body)
    match reader.varuint():
        case 0 | 4 as kind:
            return _sync(reader, answered=kind == SYNC_REPLY)
        case 1 | 3 as kind:
            return Presence(bytes((kind,)) + body[reader.at :])
        case 2:
            return _auth(reader)
        case 5 | 6:
            return Stateless(reader.varstring())
        case 7 | 8 as kind:
            return Leave() if kind == CLOSE else Ignored()
        case _:
            raise Malformed("There is no such type of message.")


def _sync(reader: Reader, *, answered: bool) -> Sync:
    step = reader.varuint()
    if step > UPDATE:
        raise Malformed("There is no such sync step.")
    frame = bytes((SYNC, step)) + reader.data[reader.at :]
    return Sync(step, frame, answered)


def _auth(reader: Reader) -> Token | Ignored:
    if reader.varuint() != TOKEN:
        return Ignored()
    token = reader.varstring()
    return Token(token, reader.varstring() if reader.left() else None)


def token(text: str, version: str | None = None) -> bytes:
    """A client says who it is. Like all that follows here, it goes behind an address."""
    return ASK_FOR_TOKEN + varstring(text) + (b"" if version is None else varstring(version))


def denied(reason: str) -> bytes:
    """The client may not have the document."""
    return bytes((AUTH, DENIED)) + varstring(reason)


def authenticated(*, writes: bool) -> bytes:
    """The client has the document, to write or to read."""
    return bytes((AUTH, AUTHENTICATED)) + varstring(READ_WRITE if writes else READ_ONLY)


def stateless(text: str) -> bytes:
    """What another client says, and nobody keeps."""
    return bytes((STATELESS,)) + varstring(text)


def closed(reason: str) -> bytes:
    """The document is closed; the socket is not."""
    return bytes((CLOSE,)) + varstring(reason)


def sync_status(*, taken: bool) -> bytes:
    """Whether the oldest edit that was not answered yet was taken."""
    return bytes((SYNC_STATUS, taken))
