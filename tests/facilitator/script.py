"""Events of a room, written down by the second."""

from datetime import UTC, date, datetime, timedelta

from domain.catalogue import tags_of
from domain.events import Event, Recorded
from domain.interventions import Detector, InterventionDecided, InterventionDelivered, ModelAsked
from domain.practice import AnswerGiven, HintTaken
from domain.rooms import (
    BoardEdited,
    MessageSent,
    ProblemPosed,
    RoomClosed,
    RoomJoined,
    RoomLeft,
    RoomOpened,
    Run,
    TurnTaken,
)
from rooms.facilitator.picture import Picture
from rooms.facilitator.policy import STANDARD

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ZERO = int(BEGAN.timestamp()) * 1000


def ms(seconds: float) -> int:
    """Milliseconds since the epoch, `seconds` after the script began."""
    return ZERO + round(seconds * 1000)


class Script:
    """Writes events at dense positions, each at a number of seconds after the beginning."""

    def __init__(self, room: str = "algebra") -> None:
        self.room = room
        self.events: list[Recorded] = []
        self.write(0, RoomOpened(room=room, title="Algebra", capacity=8, host="tutor"))

    def write(self, at: float, event: Event) -> None:
        self.events.append(
            Recorded(
                position=len(self.events) + 1,
                org="main",
                at=BEGAN + timedelta(seconds=at),
                actor="somebody",
                cause=None,
                tags=tags_of(event),
                event=event,
            )
        )

    def joins(self, *people: str, at: float = 0) -> "Script":
        for person in people:
            self.write(at, RoomJoined(room=self.room, person=person))
        return self

    def leaves(self, person: str, at: float) -> "Script":
        self.write(at, RoomLeft(room=self.room, person=person, why="left"))
        return self

    def closes(self, at: float) -> "Script":
        self.write(at, RoomClosed(room=self.room))
        return self

    def speaks(self, person: str, start: float, end: float) -> "Script":
        turn = f"t{len(self.events)}"
        self.write(end, TurnTaken(room=self.room, person=person, turn=turn, started=ms(start), ended=ms(end)))
        return self

    def writes(self, person: str, at: float) -> "Script":
        message = f"m{len(self.events)}"
        self.write(at, MessageSent(room=self.room, person=person, message=message, text="hello"))
        return self

    def edits(self, *people: str, at: float) -> "Script":
        runs = tuple(Run(person=person, client=1, update=b"") for person in people)
        self.write(at, BoardEdited(room=self.room, runs=runs))
        return self

    def answers(self, person: str, problem: str, correct: bool, at: float, given: str = "?") -> "Script":
        self.write(
            at,
            AnswerGiven(
                answer=f"a{len(self.events)}",
                person=person,
                problem=problem,
                skill="algebra",
                given=given,
                correct=correct,
                xp=0,
                day=date(2026, 3, 2),
                zone="UTC",
                room=self.room,
            ),
        )
        return self

    def asks_for_a_hint(self, person: str, problem: str, at: float) -> "Script":
        self.write(at, HintTaken(person=person, problem=problem, skill="algebra", level=1, room=self.room))
        return self

    def works_on(self, problem: str, at: float) -> "Script":
        self.write(at, ProblemPosed(room=self.room, problem=problem, person="tutor"))
        return self

    def decided(self, intervention: str, person: str, at: float, detector: Detector = "quiet") -> "Script":
        self.write(
            at,
            InterventionDecided(
                intervention=intervention,
                room=self.room,
                person=person,
                detector=detector,
                evidence="The person addressed has spoken 0 s.",
                policy="standard@0",
                seen=len(self.events),
                moment=ms(at),
            ),
        )
        return self

    def asked_a_model(self, intervention: str, at: float) -> "Script":
        self.write(at, ModelAsked(intervention=intervention, room=self.room, model="m", prompt="0"))
        return self

    def delivered(self, intervention: str, person: str, at: float) -> "Script":
        self.write(
            at,
            InterventionDelivered(
                intervention=intervention,
                room=self.room,
                person=person,
                text="Ada?",
                why="The person addressed has spoken 0 s.",
                source="template",
            ),
        )
        return self

    def picture(self, reach: int = STANDARD.reach, *, at: float | None = None) -> Picture:
        """The picture of everything, or of what had happened `at` seconds after the beginning."""
        picture = Picture("main", self.room, reach)
        for recorded in self.events:
            if at is None or recorded.at <= BEGAN + timedelta(seconds=at):
                picture.fold(recorded)
        return picture


def lecture(*listeners: str, seconds: int = 300) -> Script:
    """Bo speaks five seconds of every six; the others listen."""
    script = Script().joins("bo", *listeners)
    for start in range(0, seconds, 6):
        script.speaks("bo", start, start + 5)
    return script
