"""How a room works together: figures over windows, and what the facilitator decided. Pure.

Figures, and no judgement: nobody is graded, and people stand in the order in which they came.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from domain.events import Recorded
from domain.guidance import StuckReported
from domain.interventions import (
    Detector,
    InterventionDecided,
    InterventionDelivered,
    InterventionHeldOut,
    InterventionProposed,
    InterventionWithheld,
    OutcomeMeasured,
)
from domain.ratings import InterventionRated
from domain.rooms import TurnTaken
from rooms.facilitator.measures import gini
from rooms.facilitator.picture import FOLDED, Picture, millis
from rooms.facilitator.spans import Moments

WINDOWS = (180_000, 600_000, 3_600_000)
"""Three minutes, ten, and an hour, in milliseconds."""
REACH = WINDOWS[-1]
DECISIONS_KEPT = 20
READ = (*FOLDED, InterventionRated)
"""The events that it is made of; all of them carry the room's tag."""
Fate = Literal["decided", "held-out", "proposed", "withheld", "said"]


class Part(Struct, frozen=True, kw_only=True):
    """What one person did within a window. `share` is of the talk; an even one is 1 / n."""

    person: str
    talk_ms: int
    share: float
    turns: int
    messages: int
    edits: int
    hints: int
    stuck: int


class Window(Struct, frozen=True, kw_only=True):
    """The last so many ms: of the group the talk, the part of it on top of other talk, and silence.

    `evenness` of talk, messages and edits is 1 - G*: 1 if all have the same, 0 if one has all; null for none.
    """

    length: int
    talked_ms: int
    overlap_ms: int
    silent_ms: int
    turns: int
    evenness: dict[str, float | None]
    people: tuple[Part, ...]


class Decision(Struct, kw_only=True):
    """What the facilitator decided, what became of it, and how many say that it helped or did not."""

    intervention: str
    moment: int
    person: str
    pattern: Detector
    evidence: str
    fate: Fate = "decided"
    result: str | None = None
    ratings: dict[str, str] = {}


class Dynamics:
    """One room, up to `picture.position` in the log. Memory is bounded by what happened within an hour."""

    def __init__(self, org: str, room: str) -> None:
        self.picture = Picture(org, room, REACH)
        self.decisions: dict[str, Decision] = {}
        self._turns: dict[str, Moments] = {}
        self._stuck: dict[str, Moments] = {}

    def fold(self, recorded: Recorded) -> None:
        """Take one event of this room in."""
        self.picture.fold(recorded)
        at = millis(recorded.at)
        match recorded.event:
            case TurnTaken() as turn:
                _add(self._turns, turn.person, turn.ended)
            case StuckReported() as report:
                _add(self._stuck, report.person, at)
            case _:
                self._follow(recorded)

    def windows(self, now: int) -> list[Window]:
        """The figures of each window up to `now` (ms)."""
        return [self._window(length, now) for length in WINDOWS]

    def _window(self, length: int, now: int) -> Window:
        picture = self.picture
        amounts = (picture.talk(length, now), picture.messages(length, now), picture.edits(length, now))
        parts = tuple(self._part(person, amounts, now - length, now) for person in picture.members)
        talked = picture.anybody(now - length, now)
        spoken = sum(track.talk.within(now - length, now) for track in picture.known().values())
        together = min(length, now - picture.together) if picture.together is not None else 0
        return Window(
            length=length,
            talked_ms=talked,
            overlap_ms=max(0, spoken - talked),
            silent_ms=max(0, together - talked),
            turns=sum(part.turns for part in parts),
            evenness={
                what: round(1 - gini(each), 4) if any(each.values()) else None
                for what, each in zip(("talk", "messages", "edits"), amounts, strict=True)
            },
            people=parts,
        )

    def _part(self, person: str, amounts: Sequence[dict[str, int]], after: int, upto: int) -> Part:
        talk, messages, edits = amounts
        total = sum(talk.values())
        return Part(
            person=person,
            talk_ms=talk[person],
            share=round(talk[person] / total, 4) if total else 0.0,
            turns=_within(self._turns, person, after, upto),
            messages=messages[person],
            edits=edits[person],
            hints=self.picture.track(person).hints.within(after, upto),
            stuck=_within(self._stuck, person, after, upto),
        )

    def _follow(self, recorded: Recorded) -> None:
        """What became of what was decided."""
        match recorded.event:
            case InterventionDecided() as decided:
                self._decide(decided)
            case InterventionHeldOut() as event:
                self._settle(event.intervention, "held-out")
            case InterventionProposed() as event:
                self._settle(event.intervention, "proposed")
            case InterventionWithheld() as event:
                self._settle(event.intervention, "withheld")
            case InterventionDelivered() as event:
                self._settle(event.intervention, "said")
            case OutcomeMeasured() as event if event.intervention in self.decisions:
                self.decisions[event.intervention].result = event.result
            case InterventionRated() as event if event.intervention in self.decisions:
                self.decisions[event.intervention].ratings[event.person] = event.helped
            case _:
                pass

    def _decide(self, decided: InterventionDecided) -> None:
        self.decisions[decided.intervention] = Decision(
            intervention=decided.intervention,
            moment=decided.moment,
            person=decided.person,
            pattern=decided.detector,
            evidence=decided.evidence,
        )
        if len(self.decisions) > DECISIONS_KEPT:
            del self.decisions[next(iter(self.decisions))]

    def _settle(self, intervention: str, fate: Fate) -> None:
        if intervention in self.decisions:
            self.decisions[intervention].fate = fate


def _add(held: dict[str, Moments], person: str, at: int) -> None:
    moments = held.setdefault(person, Moments())
    moments.add(at)
    moments.prune(at - REACH)


def _within(held: dict[str, Moments], person: str, after: int, upto: int) -> int:
    return held[person].within(after, upto) if person in held else 0
