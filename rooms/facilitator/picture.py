"""The picture of the group: who took part how much, as one fold over the events of a room. Pure."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from domain.events import Recorded
from domain.guidance import (
    FacilitatorBegun,
    FacilitatorModeSet,
    FacilitatorTuned,
    ReadingSet,
    StuckReported,
)
from domain.interventions import (
    InterventionDecided,
    InterventionDelivered,
    InterventionHeldOut,
    InterventionProposed,
    InterventionWithheld,
    LiveTurn,
    ModelAsked,
    OutcomeMeasured,
)
from domain.practice import AnswerGiven, HintTaken
from domain.rooms import (
    BoardEdited,
    MessageSent,
    ProblemPosed,
    RoomClosed,
    RoomJoined,
    RoomLeft,
    RoomOpened,
    TimerSet,
    TurnTaken,
)
from rooms.facilitator.answers import Answers, Consensus
from rooms.facilitator.guided import Guidance
from rooms.facilitator.reading import Reading
from rooms.facilitator.said import Said
from rooms.facilitator.spans import Spans
from rooms.facilitator.track import Track, Windows

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
PROBLEMS_KEPT = 16
TURNS_KEPT = 256

FOLDED = (
    *(RoomOpened, RoomClosed, RoomJoined, RoomLeft, TurnTaken, MessageSent, BoardEdited, AnswerGiven),
    *(HintTaken, ProblemPosed, TimerSet, InterventionDecided, InterventionHeldOut, ModelAsked),
    *(InterventionProposed, InterventionWithheld, InterventionDelivered, OutcomeMeasured),
    *(FacilitatorBegun, FacilitatorModeSet, FacilitatorTuned, ReadingSet, StuckReported),
)
"""The events that a picture is made of; all of them carry the room's tag."""


def millis(at: datetime) -> int:
    """Milliseconds since the Unix epoch, without a float in between."""
    return (at - EPOCH) // MILLISECOND


class Picture:
    """One room, up to `position` in the log.

    Times are integer milliseconds since the epoch; what happened longer ago than `reach` before the
    latest event may be forgotten. Folding is O(1) amortised, and a position is folded once only.
    """

    def __init__(self, org: str, room: str, reach: int) -> None:
        self.org = org
        self.room = room
        self.reach = reach
        self.position = 0
        self.open = False
        self.members: dict[str, int] = {}
        """Who is in, and since when, in the order in which they came."""
        self.together: int | None = None
        """Since when two or more people have been in."""
        self.problems: list[str] = []
        """What the room worked on lately, the latest last."""
        self.answers = Answers()
        """What was answered to each of the latest problems, and whether the group agrees on it."""
        self.said = Said()
        self.guidance = Guidance()
        self._anybody = Spans()
        """When anybody spoke, of turns that are on record, but for those that wait to be added."""
        self._turns: list[tuple[int, int]] = []
        self.stuck: int | None = None
        """When somebody said last that the group is stuck (ms), since it got its problem."""
        self.break_until = 0
        """Until when the room has a break (ms)."""
        self.reading = Reading()
        """How messages compare with the words of the problem, where the room lets them be."""
        self.spared: frozenset[str] = frozenset()
        """Who does not want to be called on, as far as whoever read the log knows."""
        self._tracks: dict[str, Track] = {}
        self._present: dict[str, Track] = {}
        """The tracks of the members, in the same order."""
        self._latest = 0

    def fold(self, recorded: Recorded) -> None:
        """Take one event of this room in. One that was folded already changes nothing."""
        if recorded.position <= self.position:
            return
        self.position = recorded.position
        at = millis(recorded.at)
        self._latest = max(self._latest, at)
        match recorded.event:
            case TurnTaken() as turn:
                self.track(turn.person).take_turn(turn.started, turn.ended)
                self._turns.append((turn.started, turn.ended))
                if len(self._turns) >= TURNS_KEPT:
                    self._add_turns()
            case BoardEdited() as edit:
                for run in edit.runs:
                    if run.by is None:
                        self.track(run.person).edits.add(at)
            case MessageSent() as message:
                self._write(message, at)
            case _:
                self._change(recorded, at)

    def mark(self, person: str, speaking: bool, at: int) -> None:
        """A live sign, which may be lost, that a person begins or ends to speak."""
        track = self._present.get(person)
        if track is not None:
            track.mark(speaking, at)

    def talk(self, window: int, now: int) -> dict[str, int]:
        """Milliseconds that each member spoke in (now - window, now], a turn in progress included."""
        after = now - window
        return {person: track.spoken(after, now) for person, track in self._present.items()}

    def talk_over(self, windows: Windows, now: int) -> dict[str, list[int]]:
        """The same for three windows at once, for each member in the order of `windows`.

        O(1) for each member, amortised over moments that move on, if it is always the same windows.
        """
        return {person: track.talked(windows, now) for person, track in self._present.items()}

    def anybody(self, after: int, upto: int) -> int:
        """Milliseconds in (after, upto] in which anybody spoke, of turns on record."""
        self._add_turns()
        return self._anybody.within(after, upto)

    def consensus(self, exempt: Collection[str] = ()) -> Consensus | None:
        """What all members but the exempt agree on, of the problem that the room works on now."""
        members = [person for person in self.members if person not in exempt]
        return self.answers.consensus(self.problems[-1], members) if self.problems else None

    def messages(self, window: int, now: int) -> dict[str, int]:
        """How many messages each member wrote in (now - window, now]."""
        after = now - window
        return {person: track.messages.within(after, now) for person, track in self._present.items()}

    def edits(self, window: int, now: int) -> dict[str, int]:
        """How many runs of edits each member made in (now - window, now]."""
        after = now - window
        return {person: track.edits.within(after, now) for person, track in self._present.items()}

    def messages_over(self, windows: Windows, now: int) -> dict[str, list[int]]:
        """Messages over three windows."""
        return {p: [t.messages.within(now - w, now) for w in windows] for p, t in self._present.items()}

    def edits_over(self, windows: Windows, now: int) -> dict[str, list[int]]:
        """Runs of edits over three windows."""
        return {p: [t.edits.within(now - w, now) for w in windows] for p, t in self._present.items()}

    def speaks(self, person: str, now: int) -> bool:
        """Whether a member is speaking at this moment, as far as live signs tell."""
        return person in self._tracks and self._tracks[person].speaks(now)

    def speaking(self) -> tuple[LiveTurn, ...]:
        """What is known of turns that the log does not have yet, in the order of the members."""
        live = ((person, track.live) for person, track in self._present.items())
        return tuple(LiveTurn(person=p, began=turn[0], ended=turn[1]) for p, turn in live if turn is not None)

    def hear(self, speaking: Iterable[LiveTurn]) -> None:
        """Take over what is known of turns that the log does not have yet."""
        for turn in speaking:
            if turn.person in self._present:
                self._present[turn.person].live = (turn.began, turn.ended)

    def last_act(self) -> int:
        """When anybody last did anything that is remembered (ms), a turn in progress left aside."""
        return max((track.last for track in self._tracks.values()), default=0)

    def known(self) -> Mapping[str, Track]:
        """What everybody did who is remembered, also those who have left."""
        return self._tracks

    def track(self, person: str) -> Track:
        """What one person did; begun if there is nothing yet."""
        track = self._tracks.get(person)
        if track is None:
            self._drop_lapsed()
            track = self._tracks[person] = Track()
        track.prune(self._latest - self.reach)
        return track

    def take_marks_of(self, other: "Picture") -> None:
        """Take over who is speaking right now, which the log does not know yet."""
        for person, track in other._tracks.items():
            if track.live is not None and person in self.members:
                self.track(person).live = track.live

    def pseudonyms(self) -> dict[str, str]:
        """S1 to Sn for the members, in the order in which they came."""
        return {person: f"S{number}" for number, person in enumerate(self.members, 1)}

    def _change(self, recorded: Recorded, at: int) -> None:
        """Fold what changes the room itself."""
        match recorded.event:
            case AnswerGiven() | HintTaken() as work:
                self._practise(work, at)
            case RoomOpened() | RoomClosed() as event:
                self.open = isinstance(event, RoomOpened)
            case RoomJoined() as joined:
                self.members.setdefault(joined.person, at)
                self._present[joined.person] = self.track(joined.person)
                self._count(at)
            case RoomLeft() as left:
                self._leave(left.person, at)
            case ProblemPosed() as posed:
                self._work_on(posed.problem)
            case TimerSet() as timer:
                self.break_until = millis(timer.ends) if timer.phase == "break" else 0
            case StuckReported():
                self.stuck = at
            case _:
                self._guide(recorded)

    def _guide(self, recorded: Recorded) -> None:
        """Fold what the facilitator did, and how it is guided."""
        match recorded.event:
            case FacilitatorBegun() | FacilitatorModeSet() | FacilitatorTuned() | ReadingSet() as event:
                self.guidance.fold(event)
            case (
                InterventionDecided()
                | InterventionHeldOut()
                | ModelAsked()
                | InterventionProposed()
                | InterventionWithheld()
                | InterventionDelivered()
                | OutcomeMeasured()
            ) as step:
                self.said.fold(step)
            case _:
                pass

    def _add_turns(self) -> None:
        """Turns are added when they are asked for, or many: a look costs no more, and an event less."""
        for turn in self._turns:
            self._anybody.add(*turn)
        self._turns.clear()
        self._anybody.prune(self._latest - self.reach)

    def _write(self, message: MessageSent, at: int) -> None:
        self.track(message.person).messages.add(at)
        if self.guidance.reading:
            self.reading.read(message.text, at)

    def _leave(self, person: str, at: int) -> None:
        self.members.pop(person, None)
        self._present.pop(person, None)
        if person in self._tracks:
            self._tracks[person].live = None
        self._count(at)

    def _count(self, at: int) -> None:
        if len(self.members) < 2:
            self.together = None
        elif self.together is None:
            self.together = at

    def _practise(self, work: AnswerGiven | HintTaken, at: int) -> None:
        track = self.track(work.person)
        if isinstance(work, HintTaken):
            track.hints.add(at)
        else:
            (track.right if work.correct else track.wrong).add(at)
            self.answers.give(work.problem, work.person, work.given, work.correct, at)
        self._work_on(work.problem)

    def _work_on(self, problem: str) -> None:
        if self.problems[-1:] != [problem]:
            self.stuck = None
            self.reading.begin()
        if problem in self.problems:
            self.problems.remove(problem)
        self.problems = [*self.problems, problem][-PROBLEMS_KEPT:]

    def _drop_lapsed(self) -> None:
        """Forget people who left long ago, whenever somebody new comes: memory stays bounded."""
        horizon = self._latest - self.reach
        for person in [p for p, t in self._tracks.items() if p not in self.members and t.last <= horizon]:
            del self._tracks[person]
