"""What follows from turns of speech, to the bus as it begins and ends."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from realtime.outbox import Outbox
from rooms.voice.engine import SlotContent, Why
from rooms.voice.talk import Followed, Talk

EVERY = 0.2
"""Seconds between two looks at what is certain by now."""


@dataclass
class Conversation:
    """The talk of a room, and who has spoken in it and is still there."""

    talk: Talk = field(default_factory=Talk)
    people: set[str] = field(default_factory=set[str])


@dataclass
class Talking:
    """A `rooms.voice.engine.VoiceListener`; forgets a room when all who spoke there have gone."""

    outbox: Outbox
    clock: Callable[[], datetime]
    _rooms: dict[str, Conversation] = field(default_factory=dict[str, Conversation])

    def speaking(self, room: str, person: str, turn: str, at: int) -> None:
        """A turn has started."""
        self._of(room, person).talk.speaking(person, turn, at)

    def spoke(self, room: str, person: str, turn: str, started: int, ended: int) -> None:
        """A turn is over."""
        self._of(room, person).talk.spoke(person, turn, started, ended)

    def slots(self, room: str, person: str, slots: Sequence[SlotContent]) -> None:
        """Nothing follows from it."""

    def left(self, room: str, person: str, voice: str, why: Why) -> None:
        """A voice has ended; its last turn was reported before."""
        conversation = self._rooms.get(room)
        if conversation is None or person not in conversation.people:
            return
        conversation.people.remove(person)
        if not conversation.people:
            del self._rooms[room]
            self._tell(room, conversation.talk.close(self._now()))

    async def run(self) -> None:
        """Tell, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            self.tick()

    def tick(self) -> None:
        """Time has passed."""
        now = self._now()
        for room, conversation in self._rooms.items():
            self._tell(room, conversation.talk.tick(now))

    def _of(self, room: str, person: str) -> Conversation:
        conversation = self._rooms.setdefault(room, Conversation())
        conversation.people.add(person)
        return conversation

    def _tell(self, room: str, followed: Sequence[Followed]) -> None:
        org, name = room.split("/")
        for each in followed:
            self.outbox.voice(org, name, each)

    def _now(self) -> int:
        return int(self.clock().timestamp() * 1000)
