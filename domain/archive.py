"""The archive of the log: which events were moved into segment files, each named by its hash."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from domain.deciding import Command, Decider
from domain.events import Context, Event, Query, about
from domain.people import OnlyForAdmins

SHA256 = r"^[0-9a-f]{64}$(?!\n)"
SegmentId = Annotated[str, Meta(pattern=SHA256, extra={"tag": "segment"})]
"""The SHA-256 of the segment's file, in hexadecimal: the name says what must be in it."""
Position = Annotated[int, Meta(ge=1)]
Count = Annotated[int, Meta(ge=1)]


class SegmentArchived(Event, frozen=True, tag="log.segment-archived.v1"):
    """The content of so many events of closed rooms stands in this segment file of the archive.

    `first` and `last` are the lowest and the highest of their positions; between these are others that
    are not in it. `rooms` and `size` are how many rooms they are of, and the bytes of the file.
    """

    segment: SegmentId
    events: Count
    first: Position
    last: Position
    rooms: Count
    size: Count


class ArchiveSegment(Command, frozen=True, tag="archive-segment"):
    """Have on record that a segment file was written, before the database lets go of what is in it."""

    segment: SegmentId
    events: Count
    first: Position
    last: Position
    rooms: Count
    size: Count


def evolve(recorded: bool, event: Event) -> bool:
    """Whether the segment is on record."""
    return recorded or isinstance(event, SegmentArchived)


def boundary(command: ArchiveSegment, context: Context) -> Query:
    """What was said of this segment."""
    return Query((about(f"segment:{command.segment}", SegmentArchived),))


def decide(command: ArchiveSegment, recorded: bool, context: Context) -> Sequence[Event]:
    """Once: the name is the hash of the file, so the same segment is the same file."""
    if context.role not in ("admin", "service"):
        raise OnlyForAdmins
    if recorded:
        return []
    return [
        SegmentArchived(
            segment=command.segment,
            events=command.events,
            first=command.first,
            last=command.last,
            rooms=command.rooms,
            size=command.size,
        )
    ]


ARCHIVE: Decider[ArchiveSegment, bool] = Decider(boundary, bool, evolve, decide)
