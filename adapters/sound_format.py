"""A file of recorded sound: a header in clear, then pieces, each encrypted by itself (AES-256-GCM).

`MAGIC`, the length of the header (4 bytes) and the header (MessagePack); then of each piece its length and
what it is encrypted. A piece's nonce is its number and what it is bound to the header, so that nothing can be
left out in the middle, moved, or taken from another file.
"""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rooms.recording.files import Whose

MAGIC = b"lyceum sound 1\n"
DRAFT = ".new"
"""What a file is called until it is locked."""
LENGTH, NONCE = 4, 12
LARGEST = 2048
"""Bytes of a header, at most."""
HEADED = len(MAGIC) + LENGTH + LARGEST
"""Bytes in which a header stands, at most."""


class Damaged(Exception):
    """This is no file of recorded sound, or not as it was written, or its key is gone."""


class Header(msgspec.Struct, frozen=True):
    """Whose sound it is, when it began (ms since the epoch), and the file's key, closed with the person's."""

    org: str
    room: str
    person: str
    recording: str
    segment: str
    started: int
    closed: bytes

    @property
    def whose(self) -> Whose:
        """Whose sound it is."""
        return Whose(self.org, self.room, self.person, self.recording, self.segment)


_headers = msgspec.msgpack.Decoder(Header)


class Appending:
    """A file that pieces are appended to. Raises `OSError`, and what was whole before stays so."""

    def __init__(self, handle: int, header: Header, plain: bytes) -> None:
        self.handle = handle
        self.header = header
        self._key = AESGCM(plain)
        self._bound = _framed(header)
        self._pieces = 0
        self.size = 0
        """Bytes that were written as a whole."""
        self._write(self._bound)

    def append(self, piece: bytes) -> None:
        """Encrypt and append a piece."""
        nonce = self._pieces.to_bytes(NONCE, "big")
        closed = self._key.encrypt(nonce, piece, self._bound)
        self._write(len(closed).to_bytes(LENGTH, "big") + closed)
        self._pieces += 1

    def _write(self, data: bytes) -> None:
        written = 0
        while written < len(data):
            written += os.pwrite(self.handle, data[written:], self.size + written)
        self.size += written


def begin(path: Path, header: Header, plain: bytes) -> Appending:
    """A new file, locked for whoever has it open; it has its name once it is locked."""
    draft = path.with_suffix(DRAFT)
    handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        lock(handle)
        appending = Appending(handle, header, plain)
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)
        os.close(handle)
        raise
    return appending


def lock(handle: int) -> bool:
    """Lock an open file; False if somebody else has."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def header_of(data: bytes) -> Header:
    """The header of a file, of which the first `HEADED` bytes will do. Raises `Damaged`."""
    try:
        return _headers.decode(data[len(MAGIC) + LENGTH : _header_end(data)])
    except (msgspec.MsgspecError, ValueError) as error:
        raise Damaged from error


def opened(data: bytes, plain: bytes) -> bytes:
    """All that was written, decrypted. Raises `Damaged`."""
    key, bound = AESGCM(plain), data[: _header_end(data)]
    try:
        return b"".join(
            key.decrypt(number.to_bytes(NONCE, "big"), data[start:end], bound)
            for number, (start, end) in enumerate(_pieces(data))
        )
    except InvalidTag as error:
        raise Damaged from error


def whole(data: bytes, plain: bytes) -> bytes:
    """What of a file is whole, as far as it goes: whoever wrote it may have been killed meanwhile."""
    key, end = AESGCM(plain), _header_end(data)
    bound = data[:end]
    try:
        for number, (start, stop) in enumerate(_pieces(data)):
            key.decrypt(number.to_bytes(NONCE, "big"), data[start:stop], bound)
            end = stop
    except (Damaged, InvalidTag):
        pass
    return data[:end]


def _pieces(data: bytes) -> Iterator[tuple[int, int]]:
    at = _header_end(data)
    while at < len(data):
        start = at + LENGTH
        at = start + int.from_bytes(data[at:start], "big")
        if at > len(data):
            raise Damaged
        yield start, at


def _header_end(data: bytes) -> int:
    start = len(MAGIC) + LENGTH
    length = int.from_bytes(data[len(MAGIC) : start], "big")
    if not data.startswith(MAGIC) or length > LARGEST or start + length > len(data):
        raise Damaged
    return start + length


def _framed(header: Header) -> bytes:
    encoded = msgspec.msgpack.encode(header)
    return MAGIC + len(encoded).to_bytes(LENGTH, "big") + encoded
