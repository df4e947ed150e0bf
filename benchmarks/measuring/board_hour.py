"""An hour in a room: four people who type without a pause, five keys a second each, and talk."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from pycrdt import Assoc, Doc, Text, TransactionEvent

from domain.events import Event
from domain.interventions import InterventionDelivered
from domain.rooms import BoardEdited, MessageSent, RoomJoined, RoomOpened, Run, TurnTaken
from rooms.board.gathering import merged

PEOPLE = ("ada", "ben", "cyd", "dan")
WINDOW = timedelta(milliseconds=500)
KEYS = (2, 3)
"""In each window, by turns: five a second."""
BACK = 0.1
"""The part of the keys that takes a character back."""
LETTERS = "etaoin shrdlu\n"
"""Plain ones: the library counts bytes in one place and characters in another."""
ELSEWHERE = 0.01
"""The part of the keys before which somebody begins to write at another place."""


@dataclass
class Typist:
    """Somebody at the board."""

    person: str
    client: int
    dice: Random
    doc: Doc[Text] = field(init=False)
    at: int = 0
    typed: int = 0
    """Characters that were typed here, and can be taken back."""

    def __post_init__(self) -> None:
        self.doc = Doc(client_id=self.client)

    def type(self, keys: int) -> list[Run]:
        """So many keys, an update each."""
        text = self.doc.get("text", type=Text)
        sent: list[bytes] = []

        def edited(event: TransactionEvent) -> None:
            sent.append(event.update)

        subscription = self.doc.observe(edited)
        for _ in range(keys):
            self._key(text)
        self.doc.unobserve(subscription)
        return [Run(person=self.person, client=self.client, update=update) for update in sent]

    def _key(self, text: Text) -> None:
        if self.dice.random() < ELSEWHERE:
            self.at, self.typed = self.dice.randrange(len(text) + 1), 0
        if self.typed and self.dice.random() < BACK:
            del text[self.at - 1 : self.at]
            self.at -= 1
            self.typed -= 1
            return
        text.insert(self.at, self.dice.choice(LETTERS))
        self.at += 1
        self.typed += 1

    def hear(self, runs: list[Run]) -> None:
        """What the others have typed; we go on at the same place."""
        text = self.doc.get("text", type=Text)
        place = text.sticky_index(self.at, Assoc.BEFORE) if self.at else None
        for run in runs:
            if run.client != self.client:
                self.doc.apply_update(run.update)
        self.at = place.get_index() if place else 0


def hour(room: str, begins: datetime, length: timedelta) -> Iterator[tuple[datetime, list[Event]]]:
    """The events of the room, each half second's together, and when they happened."""
    dice = Random(2026)
    typists = [Typist(person, number + 1, Random(number)) for number, person in enumerate(PEOPLE)]
    opening: list[Event] = [RoomOpened(room=room, title="An hour", capacity=8, host="ada")]
    yield begins, [*opening, *(RoomJoined(room=room, person=person) for person in PEOPLE)]
    for number in range(length // WINDOW):
        at = begins + number * WINDOW
        keys = merged([run for typist in typists for run in typist.type(KEYS[number % 2])])
        for typist in typists:
            typist.hear(keys)
        edited = BoardEdited(room=room, runs=tuple(keys))
        yield at, [edited, *_besides(room, number, at, dice)]


def _besides(room: str, number: int, at: datetime, dice: Random) -> Iterator[Event]:
    person, now = dice.choice(PEOPLE), round(at.timestamp() * 1000)
    if number % 8 == 7:
        yield TurnTaken(room=room, person=person, turn=f"t{number}", started=now - 3000, ended=now)
    if number % 60 == 59:
        yield MessageSent(room=room, person=person, message=f"m{number}", text="What about the second one?")
    if number % 300 == 299:
        yield InterventionDelivered(
            intervention=f"i{number}",
            room=room,
            person=person,
            text="What do you think?",
            why="Silent for five minutes.",
            source="template",
        )
