"""What two policies say over some rooms, as text to read, or as one JSON document."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from domain.interventions import HOUR, InterventionDecided
from rooms.facilitator.differences import By, Difference, Habit, alike, differences, habit
from rooms.facilitator.picture import EPOCH, MILLISECOND
from rooms.facilitator.policy import Policy
from rooms.facilitator.rehearsal import History, Outcome
from rooms.facilitator.timelines import ORG
from rooms.facilitator.words import named

SAYS: dict[By, str] = {"both": "both", "new": "new only", "in-force": "in force only"}


class Line(Struct, frozen=True, kw_only=True):
    """One thing that is said, so many ms after the room's beginning.

    `later` is by how many ms the new policy says it later than the one in force, if both do.
    """

    after: int
    at: datetime | None
    by: By
    later: int | None
    person: str
    pattern: str
    text: str
    why: str
    held_out: bool


class RoomRehearsed(Struct, frozen=True, kw_only=True):
    """One room: when it began, for how long (ms) two people or more were together, and what is said.

    Of the decisions that were `recorded` while it was live, the rehearsal of the policy in force makes
    so many `again`.
    """

    room: str
    began: datetime | None
    together: int
    recorded: int
    again: int
    said: tuple[Line, ...]


class Totals(Struct, frozen=True, kw_only=True):
    """All rooms together."""

    rooms: int
    together: int
    both: int
    only_new: int
    only_in_force: int
    recorded: int
    again: int
    new: Habit
    in_force: Habit


class Document(Struct, frozen=True, kw_only=True):
    """All of it."""

    policy: str
    in_force: str
    totals: Totals
    rooms: tuple[RoomRehearsed, ...]


@dataclass
class Rehearsals:
    """Two policies, and what they say in each room."""

    policy: Policy
    in_force: Policy
    rooms: list[RoomRehearsed] = field(default_factory=list[RoomRehearsed])
    _new: list[Outcome] = field(default_factory=list[Outcome])
    _in_force: list[Outcome] = field(default_factory=list[Outcome])

    def add(
        self,
        past: History,
        new: Outcome,
        in_force: Outcome,
        recorded: Sequence[InterventionDecided],
        names: Mapping[str, str],
    ) -> None:
        """One more room; `names` take the place of pseudonyms where there are any."""
        near = min(self.policy.group_cooldown, self.in_force.group_cooldown)
        self._new.append(new)
        self._in_force.append(in_force)
        made = [said.decided for said in in_force.said]
        self.rooms.append(
            RoomRehearsed(
                room=past.room,
                began=_instant(past, past.since),
                together=new.together,
                recorded=len(recorded),
                again=sum(any(alike(each, other, near) for other in made) for each in recorded),
                said=tuple(_line(past, each, names) for each in differences(new.said, in_force.said, near)),
            )
        )

    def totals(self) -> Totals:
        """All rooms together."""
        together = sum(room.together for room in self.rooms)
        said = [line.by for room in self.rooms for line in room.said]
        return Totals(
            rooms=len(self.rooms),
            together=together,
            both=said.count("both"),
            only_new=said.count("new"),
            only_in_force=said.count("in-force"),
            recorded=sum(room.recorded for room in self.rooms),
            again=sum(room.again for room in self.rooms),
            new=habit((outcome.said for outcome in self._new), together),
            in_force=habit((outcome.said for outcome in self._in_force), together),
        )


def written(found: Rehearsals) -> str:
    """One JSON document."""
    document = Document(
        policy=found.policy.label,
        in_force=found.in_force.label,
        totals=found.totals(),
        rooms=tuple(found.rooms),
    )
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def printed(found: Rehearsals) -> Iterator[str]:
    """Lines to read: each room in which anything is said, then all of them together."""
    for room in found.rooms:
        if room.said:
            began = f", from {room.began:%Y-%m-%d %H:%M:%S} UTC" if room.began else ""
            yield f"{room.room}{began}, {_hours(room.together)} h together"
            for line in room.said:
                yield from _told(line)
            yield ""
    yield from _summary(found, found.totals())


def _instant(past: History, moment: int) -> datetime | None:
    """When a moment (ms since the epoch) was; of timelines nobody knows."""
    return None if past.org == ORG else EPOCH + moment * MILLISECOND


def _line(past: History, difference: Difference, names: Mapping[str, str]) -> Line:
    said = difference.said
    name = names.get(said.decided.person)
    return Line(
        after=difference.moment - past.since,
        at=_instant(past, difference.moment),
        by=difference.by,
        later=difference.later,
        person=name or said.pseudonym,
        pattern=said.decided.detector,
        text=named(said.text, said.pseudonym, name) if name else said.text,
        why=said.decided.evidence,
        held_out=said.held_out,
    )


def _told(line: Line) -> Iterator[str]:
    moved = f", {line.later / 1000:+.0f} s" if line.later else ""
    offset = str(timedelta(seconds=line.after // 1000))
    yield f"  {offset:>8}  {SAYS[line.by] + moved:<16} {line.pattern:<10} {line.person}"
    lot = "  (left unsaid, by lot)" if line.held_out else ""
    yield f"            {line.text}{lot}"
    yield f"            {line.why}"


def _summary(found: Rehearsals, totals: Totals) -> Iterator[str]:
    new, old = totals.new, totals.in_force
    rooms = f"{totals.rooms} room" + ("s" if totals.rooms != 1 else "")
    both = f"{found.policy.label} beside {found.in_force.label}, in force"
    yield f"{both}: {rooms}, {_hours(totals.together)} h"
    yield f"{'':<28}{'new':>10}{'in force':>10}"
    yield _row("decided", new.decided, old.decided)
    yield _row("  left unsaid by lot", new.held_out, old.held_out)
    yield _row("an hour", f"{new.hourly:.1f}", f"{old.hourly:.1f}")
    for pattern in sorted(new.patterns.keys() | old.patterns.keys()):
        yield _row(f"  {pattern}", new.patterns.get(pattern, 0), old.patterns.get(pattern, 0))
    yield _row("most within an hour", new.most_within_an_hour, old.most_within_an_hour)
    yield _row("shortest pause", _pause(new.shortest_pause), _pause(old.shortest_pause))
    one, other = new.shortest_pause_for_a_person, old.shortest_pause_for_a_person
    yield _row("  for one person", _pause(one), _pause(other))
    only = f"by the new one only {totals.only_new}, by the one in force only {totals.only_in_force}"
    yield f"Said by both {totals.both}, {only}."
    if totals.recorded:
        yield f"Of {totals.recorded} decisions on record the one in force makes {totals.again} again."


def _row(what: str, new: object, in_force: object) -> str:
    return f"{what:<28}{new!s:>10}{in_force!s:>10}"


def _pause(length: int | None) -> str:
    return "-" if length is None else f"{length / 1000:.0f} s"


def _hours(length: int) -> str:
    return f"{length / HOUR:.2f}"
