"""The port of the segment files: what a recorder asks of them."""

from collections.abc import AsyncIterator
from typing import NamedTuple, Protocol


class Whose(NamedTuple):
    """What a segment file holds: whose sound, of which recording of which room."""

    org: str
    room: str
    person: str
    recording: str
    segment: str


class Finished(NamedTuple):
    """A file that is whole and safe on the disk. Instants in ms since the epoch, its size in bytes."""

    whose: Whose
    started: int
    ended: int
    size: int
    sha256: str


class Key(NamedTuple):
    """What segments of one person are encrypted with: as it is used, and as a file may hold it."""

    plain: bytes
    closed: bytes


class Writing(Protocol):
    """A file that grows. All of it blocks, and raises `OSError`."""

    def write(self, piece: bytes) -> None:
        """Append a piece; what was appended before a kill can be read afterwards."""
        ...

    def finish(self, ended: int) -> Finished:
        """No more is written; the file is whole, and survives the machine."""
        ...

    def discard(self) -> None:
        """Nothing is to be left of it."""
        ...


class Sounds(Protocol):
    """The segment files. Implemented in `adapters/sound_files.py`. What is not async blocks."""

    async def key(self, org: str, person: str) -> Key:
        """A new key; it can be opened as long as the person's own key is there. Raises `LogUnavailable`."""
        ...

    def begin(self, whose: Whose, started: int, key: Key) -> Writing:
        """A new file. Raises `OSError`."""
        ...

    def keep(self, whose: Whose) -> None:
        """It is on record. Raises `OSError`."""
        ...

    def discard(self, whose: Whose) -> None:
        """It is not to be kept. Raises `OSError`."""
        ...

    def leftovers(self) -> AsyncIterator[Finished]:
        """Finish what those left who were killed; what nothing can be read of is removed."""
        ...

    def full(self) -> bool:
        """Whether there is no room for more."""
        ...
