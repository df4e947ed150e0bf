"""Real meetings (AMI) as a room hears them, and what an offline reader of the whole meeting knows."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from domain.events import Event, Recorded
from domain.rooms import RoomJoined, RoomOpened, TurnTaken

SECOND = 1000
BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ZERO = round(BEGAN.timestamp() * 1000)
ORG, ROOM = "main", "meeting"

Turn = tuple[int, int, str]
"""Start and end in milliseconds from the beginning of the meeting, and the speaker."""
Sign = tuple[int, Recorded | tuple[str, bool]]
"""A moment, and an event, or the live sign that a person begins or ends to speak."""


class OfflineTalk:
    """All that one person said in a meeting, as disjoint stretches with the talk before each."""

    def __init__(self, turns: list[tuple[int, int]]) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.before = [0]
        for start, end in sorted(turns):
            if self.ends and start <= self.ends[-1]:
                longer = max(0, end - self.ends[-1])
                self.ends[-1] += longer
                self.before[-1] += longer
            elif end > start:
                self.starts.append(start)
                self.ends.append(end)
                self.before.append(self.before[-1] + end - start)

    def until(self, moment: int) -> int:
        """Milliseconds said before `moment`."""
        at = bisect_right(self.starts, moment)
        return self.before[at] - max(0, self.ends[at - 1] - moment) if at else 0


@dataclass(frozen=True)
class Meeting:
    """Who spoke when, of those who are there from its beginning to its end (ms)."""

    name: str
    turns: list[Turn]
    end: int

    @cached_property
    def people(self) -> list[str]:
        """Everybody who speaks in it."""
        return sorted({person for _, _, person in self.turns})

    @cached_property
    def talk(self) -> dict[str, OfflineTalk]:
        """What each one said."""
        return {
            person: OfflineTalk([(start, end) for start, end, who in self.turns if who == person])
            for person in self.people
        }

    def beginning(self) -> list[Recorded]:
        """The room is opened, and all of them come."""
        events: list[Event] = [RoomOpened(room=ROOM, title="Meeting", capacity=8, host="host")]
        events += [RoomJoined(room=ROOM, person=person) for person in self.people]
        return [_recorded(position, 0, event) for position, event in enumerate(events, 1)]

    def signs(self) -> list[Sign]:
        """What is heard while it goes on, in order: of each turn its beginning, its end, and its record."""
        heard: list[tuple[int, int, TurnTaken | tuple[str, bool]]] = []
        for number, (start, end, person) in enumerate(self.turns):
            turn = TurnTaken(
                room=ROOM, person=person, turn=f"t{number}", started=ZERO + start, ended=ZERO + end
            )
            heard += [(start, 3, (person, True)), (end, 1, (person, False)), (end, 2, turn)]
        heard.sort(key=lambda sign: sign[:2])
        return [
            (at, sign if isinstance(sign, tuple) else _recorded(100 + number, at, sign))
            for number, (at, _, sign) in enumerate(heard)
        ]


def meetings(folder: Path, part: str) -> Iterator[Meeting]:
    """The meetings of `train` or `dev`, from RTTM (who spoke when) and UEM (how long each is)."""
    found: dict[str, list[Turn]] = {}
    for line in (folder / f"{part}.rttm").read_text().splitlines():
        _, meeting, _, start, duration, _, _, speaker, *_ = line.split()
        began = round(float(start) * 1000)
        found.setdefault(meeting, []).append((began, began + round(float(duration) * 1000), speaker))
    for line in (folder / f"{part}.uem").read_text().splitlines():
        meeting, _, _, end = line.split()
        if meeting in found:
            yield Meeting(meeting, found[meeting], round(float(end) * 1000))


def _recorded(position: int, at: int, event: Event) -> Recorded:
    return Recorded(
        position=position,
        org=ORG,
        at=BEGAN + timedelta(milliseconds=at),
        actor="somebody",
        cause=None,
        tags=(),
        event=event,
    )
