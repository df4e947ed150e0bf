"""A snapshot of a board: what a part of its history comes to, so that only the rest is read again.

It is made from the log alone, never from a live document, which may hold edits that the log does not have
yet. It can be lost at any time: the log is the truth.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

import msgspec
from msgspec import Struct

from domain.rooms import Run
from rooms.board import update as updates
from rooms.board.authorship import NOBODY, Authors, Authorship
from rooms.board.closing import BadUpdate
from rooms.board.document import Document, restored
from rooms.board.gathering import CARRIED

FORMAT = b"\x01"
"""The first byte of a snapshot as it is stored. What begins otherwise is as good as none."""
DIGEST = 16
"""Bytes of the checksum behind it."""
LEVEL = 1
"""Of compression: the highest makes it 7 % smaller, and takes three times as long."""


class Snapshot(Struct, frozen=True, kw_only=True):
    """The board as the events up to `position` make it; `update` is its document, whole."""

    position: int
    update: bytes
    clocks: dict[int, int]
    """Client id -> the clock of its next character, in this document."""
    waiting: tuple[Run, ...]
    """Runs that stand on edits which come later in the log: the document does not hold them yet."""
    owners: dict[int, str]
    """Client id -> who first wrote by it; nobody owns what was only brought."""
    authorship: Authorship

    def runs(self) -> list[Run]:
        """What makes this document, before all that comes behind."""
        return [Run(person="", client=CARRIED, update=self.update), *self.waiting]

    def is_in(self, clocks: Mapping[int, int]) -> bool:
        """Whether a document of these clocks has taken all of it in."""
        return all(clock <= clocks.get(client, 0) for client, clock in self.clocks.items())


def folded(before: Snapshot | None, runs: Sequence[Run], position: int) -> Snapshot | None:
    """The snapshot of what came before and of the runs behind it, up to `position`.

    None if the document does not survive being written down: its board is always read from the log.
    """
    known = before.runs() if before else []
    document = restored([*known, *runs])
    if not _survives(document) or not (before is None or before.is_in(document.clocks)):
        return None
    authors = Authors(before.authorship if before else NOBODY)
    authors.add(runs)
    return Snapshot(
        position=position,
        update=document.whole(),
        clocks=dict(document.clocks),
        waiting=tuple(run for run in (*known[1:], *runs) if not is_within(run.update, document.clocks)),
        owners=owners(before, runs),
        authorship=authors.authorship(),
    )


def owners(before: Snapshot | None, runs: Iterable[Run]) -> dict[int, str]:
    """Client id -> who first wrote by it."""
    found = dict(before.owners) if before else {}
    for run in runs:
        if run.client != CARRIED:
            found.setdefault(run.client, run.person)
    return found


def _survives(document: Document) -> bool:
    """Whether whoever reads what the document writes down has the same one."""
    again = restored([Run(person="", client=CARRIED, update=document.whole())])
    return again.clocks == document.clocks and again.text() == document.text()


def is_within(update: bytes, clocks: Mapping[int, int]) -> bool:
    """Whether a document of these clocks holds all of the update; not, if that cannot be told."""
    try:
        contents = updates.read(update)
    except BadUpdate:
        return False
    ends = [(b.client, b.clock + b.length) for b in contents.blocks if b.kind != updates.SKIP]
    ends += [(client, clock + length) for client, clock, length in contents.deleted]
    return all(end <= clocks.get(client, 0) for client, end in ends)


def packed(snapshot: Snapshot) -> bytes:
    """The snapshot as it is stored: its format, a checksum, and the rest, compressed."""
    body = zlib.compress(msgspec.msgpack.encode(snapshot), LEVEL)
    return FORMAT + _digest(body) + body


def unpacked(data: bytes) -> Snapshot | None:
    """The snapshot of what is stored; None if that is damaged, or of another format."""
    digest, body = data[1 : 1 + DIGEST], data[1 + DIGEST :]
    if data[:1] != FORMAT or digest != _digest(body):
        return None
    try:
        return msgspec.msgpack.decode(zlib.decompress(body), type=Snapshot)
    except (zlib.error, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=DIGEST).digest()
