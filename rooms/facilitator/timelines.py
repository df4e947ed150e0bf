"""Who spoke when, from RTTM files, as the history of a room that all of them were in. Pure.

A line is `SPEAKER meeting channel start duration <NA> <NA> speaker …`, with seconds (NIST RT-09, appendix A).
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from math import isfinite

from domain.events import Event, Recorded
from domain.rooms import RoomJoined, RoomOpened, TurnTaken
from rooms.facilitator.picture import MILLISECOND, millis
from rooms.facilitator.rehearsal import History

BEGAN = datetime(2000, 1, 1, tzinfo=UTC)
"""When every meeting begins: RTTM counts from its beginning."""
ORG = "rttm"
FIELDS = 8
LONGEST = 7 * 24 * 3600.0
"""Seconds that a meeting may last."""
Turn = tuple[int, int, str]
"""Start and end in milliseconds from the beginning, and the speaker."""


class InvalidTimeline(ValueError):
    """This is no RTTM."""


def parse(lines: Iterable[str], source: str = "RTTM") -> dict[str, list[Turn]]:
    """The turns of each meeting. Lines of other kinds are passed over; raises `InvalidTimeline`."""
    meetings: dict[str, list[Turn]] = {}
    for number, line in enumerate(lines, 1):
        fields = line.split()
        if not fields or fields[0] != "SPEAKER":
            continue
        try:
            meeting, speaker = fields[1], fields[FIELDS - 1]
            turn = (*_stretch(fields[3], fields[4]), speaker)
        except (ValueError, IndexError) as error:
            raise InvalidTimeline(f"{source}, line {number}: not who spoke when: {error}") from error
        meetings.setdefault(meeting, []).append(turn)
    if not meetings:
        raise InvalidTimeline(f"{source}: nobody speaks in it")
    return meetings


def history(meeting: str, turns: Iterable[Turn]) -> History:
    """A room in which everybody who speaks was from the beginning to the end of the last turn."""
    spoken = sorted(turns, key=lambda turn: turn[1])
    events: list[tuple[int, Event]] = [
        (0, RoomOpened(room=meeting, title=meeting, capacity=200, host="host"))
    ]
    events += [(0, RoomJoined(room=meeting, person=who)) for who in sorted({who for _, _, who in spoken})]
    began = millis(BEGAN)
    for number, (start, end, who) in enumerate(spoken):
        turn = TurnTaken(
            room=meeting, person=who, turn=f"t{number}", started=began + start, ended=began + end
        )
        events.append((end, turn))
    recorded = tuple(_recorded(position, *event) for position, event in enumerate(events, 1))
    return History(org=ORG, room=meeting, events=recorded, since=began, until=began + spoken[-1][1])


def _stretch(start: str, duration: str) -> tuple[int, int]:
    first, length = float(start), float(duration)
    if not (isfinite(first + length) and first >= 0 and length >= 0 and first + length <= LONGEST):
        raise ValueError(f"{start} s for {duration} s")
    began = round(first * 1000)
    return began, began + round(length * 1000)


def _recorded(position: int, at: int, event: Event) -> Recorded:
    return Recorded(
        position=position,
        at=BEGAN + at * MILLISECOND,
        org=ORG,
        actor="timeline",
        cause=None,
        tags=(),
        event=event,
    )
