"""Frames of the WebSocket protocol (RFC 6455) as a server reads and writes them; nothing here does I/O."""

from codecs import IncrementalDecoder, getincrementaldecoder
from typing import NamedTuple

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
KINDS = (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG)
FINAL, RESERVED, MASKED = 0x80, 0x70, 0x80
SMALL = 125
"""The longest payload of a control frame, and of any frame whose length takes no bytes of its own."""
MIDDLE = 16 * 1024
"""The longest payload that is unmasked in one piece; a multiple of four."""
PROTOCOL_ERROR, NOT_TAKEN, NO_STATUS, NOT_UTF8, TOO_LARGE = 1002, 1003, 1005, 1007, 1009
TOLD = frozenset((1000, 1001, 1002, 1003, *range(1007, 1015), *range(3000, 5000)))
"""The codes that may stand in a close frame."""
Utf8 = getincrementaldecoder("utf-8")


class Violation(Exception):
    """The client has sent what it may not. The connection fails with this close code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Frame(NamedTuple):
    """A whole message, of all its fragments, or a control frame; its kind is one of `KINDS`."""

    kind: int
    payload: bytes


class Header(NamedTuple):
    """What stands before a payload. `begin` and `end` are where the payload is; the mask is before it."""

    first: int
    begin: int
    end: int


def sole_message(data: bytes) -> bytes | None:
    """The message, if `data` is one binary frame and no more, as nearly everything is; else None."""
    size = len(data) - 6
    if size < 0 or size > MIDDLE or data[0] != FINAL | BINARY:
        return None
    if data[1] == MASKED | size and size <= SMALL:
        return unmasked(data[6:], data[2:6])
    size -= 2
    if data[1] == MASKED | 126 and size > SMALL and size == int.from_bytes(data[2:4], "big"):
        return unmasked(data[8:], data[4:8])
    return None


def unmasked(payload: bytes | bytearray, mask: bytes | bytearray) -> bytes:
    """The payload without its mask of four bytes: as numbers, in pieces that stay in the cache."""
    size = len(payload)
    if size > MIDDLE:
        pieces = (payload[at : at + MIDDLE] for at in range(0, size, MIDDLE))
        return b"".join(unmasked(piece, mask) for piece in pieces)
    words = size + 3 >> 2
    plain = int.from_bytes(payload, "little") ^ int.from_bytes(mask * words, "little")
    return plain.to_bytes(words << 2, "little")[:size]


class Parser:
    """Reads what a client sends, however it is cut. After a `Violation` it is of no more use."""

    __slots__ = ("_data", "_decoder", "_kind", "_largest", "_message")

    def __init__(self, largest: int) -> None:
        """`largest` is how many bytes a message may have, all its fragments together: 125 or more."""
        self._largest = largest
        self._data = bytearray()
        self._kind = CONTINUATION
        """The kind of the message whose first fragments are here."""
        self._message = bytearray()
        self._decoder: IncrementalDecoder | None = None

    def feed(self, data: bytes) -> None:
        """Some more bytes have come in."""
        self._data += data

    def is_between_messages(self) -> bool:
        """Whether nothing waits here for its rest."""
        return not self._data and self._kind == CONTINUATION

    def next(self) -> Frame | None:
        """The next message or control frame, None if its rest is yet to come. Raises `Violation`."""
        data = self._data
        if len(data) > 5 and data[0] == FINAL | BINARY and self._kind == CONTINUATION:
            end = data[1] - MASKED + 6  # as in `sole_message`: nearly everything is short
            if 6 <= end <= SMALL + 6 and end <= len(data):
                message = unmasked(data[6:end], data[2:6])
                del data[:end]
                return Frame(BINARY, message)
        return self._next()

    def _next(self) -> Frame | None:
        while (header := self._header()) is not None:
            first, begin, end = header
            if len(self._data) < end:
                return None
            payload = unmasked(self._data[begin:end], self._data[begin - 4 : begin])
            del self._data[:end]
            kind = first & 0x0F
            if kind >= CLOSE:
                return Frame(kind, _valid_close(payload) if kind == CLOSE else payload)
            if (message := self._gathered(kind, payload, first & FINAL)) is not None:
                return message
        return None

    def _header(self) -> Header | None:
        """What comes next, as soon as its header is here. Nothing is read of what is refused by that."""
        data = self._data
        if len(data) < 2:
            return None
        first, second = data[0], data[1]
        self._must_be_right(first, second)
        size, begin = second & 0x7F, 6
        if size > SMALL:
            begin = 8 if size == 126 else 14
            if len(data) < begin - 4:
                return None
            size = _long_size(data[2 : begin - 4])
        if size + len(self._message) > self._largest and first & 0x0F < CLOSE:
            raise Violation(TOO_LARGE, "This message is too large.")
        return Header(first, begin, begin + size)

    def _must_be_right(self, first: int, second: int) -> None:
        kind = first & 0x0F
        if first & RESERVED or kind not in KINDS:
            raise Violation(PROTOCOL_ERROR, "There is no such frame.")
        if not second & MASKED:
            raise Violation(PROTOCOL_ERROR, "Frames of clients are masked.")
        if kind >= CLOSE:
            if not first & FINAL or second & 0x7F > SMALL:
                raise Violation(PROTOCOL_ERROR, "Control frames are short, and whole.")
        elif (kind == CONTINUATION) != (self._kind != CONTINUATION):
            raise Violation(PROTOCOL_ERROR, "A message ends before the next one begins.")

    def _gathered(self, kind: int, payload: bytes, final: int) -> Frame | None:
        """The whole message, if this was its last fragment."""
        kind = kind or self._kind
        if kind == TEXT:
            self._must_be_text(payload, final)
        if final and self._kind == CONTINUATION:
            return Frame(kind, payload)
        self._kind = kind
        self._message += payload
        if not final:
            return None
        whole = Frame(kind, bytes(self._message))
        self._kind, self._message = CONTINUATION, bytearray()
        return whole

    def _must_be_text(self, payload: bytes, final: int) -> None:
        self._decoder = self._decoder or Utf8()
        try:
            self._decoder.decode(payload, bool(final))
        except UnicodeDecodeError:
            raise Violation(NOT_UTF8, "This text is no UTF-8.") from None
        if final:
            self._decoder = None


def _long_size(digits: bytes | bytearray) -> int:
    """A length that stands in two bytes or eight, which must need them."""
    size = int.from_bytes(digits, "big")
    if size <= SMALL or (len(digits) == 8 and size <= 0xFFFF) or size >> 63:
        raise Violation(PROTOCOL_ERROR, "Lengths stand in as few bytes as can be.")
    return size


def _valid_close(payload: bytes) -> bytes:
    if payload and (len(payload) == 1 or close_code(payload) not in TOLD):
        raise Violation(PROTOCOL_ERROR, "There is no such close code.")
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        raise Violation(NOT_UTF8, "The reason is no UTF-8.") from None
    return payload


def close_code(payload: bytes) -> int:
    """The code in the payload of a close frame; `NO_STATUS` if there is none."""
    return int.from_bytes(payload[:2], "big") if payload else NO_STATUS


def binary(payload: bytes) -> bytes:
    """The frame of one binary message."""
    size = len(payload)
    if size <= SMALL:
        return bytes((FINAL | BINARY, size)) + payload
    if size <= 0xFFFF:
        return b"\x82\x7e" + size.to_bytes(2, "big") + payload
    return b"\x82\x7f" + size.to_bytes(8, "big") + payload


def control(kind: int, payload: bytes = b"") -> bytes:
    """A frame of the kind `CLOSE`, `PING` or `PONG`; the payload has at most 125 bytes."""
    return bytes((FINAL | kind, len(payload))) + payload


def close(code: int, reason: str) -> bytes:
    """A close frame; a reason that is too long is cut between two characters."""
    told = reason.encode()[: SMALL - 2].decode(errors="ignore").encode()
    return control(CLOSE, code.to_bytes(2, "big") + told)
