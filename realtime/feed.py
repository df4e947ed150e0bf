"""From the log to those who watch: every event to the rooms that it concerns, and what follows from it."""

import asyncio
from collections.abc import AsyncIterator, Callable

from domain.aloud import FacilitatorVoiceSet
from domain.boards import BoardRightSet
from domain.events import Item, Query, Recorded, about, type_of
from domain.fresh_problems import ProblemWished
from domain.guidance import FacilitatorBegun, FacilitatorModeSet, FacilitatorTuned, ReadingSet, StuckReported
from domain.helping import HelpAsked, HelpGiven
from domain.interventions import InterventionDelivered
from domain.log import EventLog
from domain.moderating import CHANGES as FLOOR_CHANGES
from domain.people import ConsentWithdrawn, PersonErased
from domain.recording import RecordingStarted, RecordingStopped
from domain.rooms import (
    BoardEdited,
    MessageSent,
    ProblemPosed,
    RoomClosed,
    RoomJoined,
    RoomLeft,
    TimerSet,
    TurnTaken,
)
from domain.summaries import ReviewSuggested, RoomSummarised
from domain.text_to_model import TextToModelSet
from domain.transcripts import TranscriptsSet, TurnTranscribed
from realtime.hub import Hub
from realtime.reading import persons_in
from realtime.speech import place
from realtime.standings import Standings
from realtime.streams import Frame, frame
from realtime.voices import Voices
from rooms.board.boards import Boards
from rooms.voice.engine import MediaEngine

SHOWN = (
    RoomJoined,
    RoomLeft,
    RoomClosed,
    MessageSent,
    TimerSet,
    ProblemPosed,
    BoardEdited,
    BoardRightSet,
    TurnTaken,
    TranscriptsSet,
    TurnTranscribed,
    FacilitatorVoiceSet,
    TextToModelSet,
    InterventionDelivered,
    FacilitatorBegun,
    FacilitatorModeSet,
    FacilitatorTuned,
    ReadingSet,
    StuckReported,
    RecordingStarted,
    RecordingStopped,
    ProblemWished,
    RoomSummarised,
    *FLOOR_CHANGES,
)
"""What a room's members see of each other: not their answers, and not what the facilitator considered."""
PRIVATE = (HelpAsked, HelpGiven, ReviewSuggested)
"""What the person whom it concerns sees of it, and whoever watches over the room."""
FEW = 32
"""Events that are handed out in one go."""
GONE = 4404
NOT_IN_ROOM = 4403
COME_BACK = 1012
"""The client is back in a moment, with the rights of then."""


def shown(recorded: Recorded) -> Frame:
    """An event as a room's feed shows it; the board's bytes have their own way."""
    fact: dict[str, object] = {
        "position": recorded.position,
        "at": recorded.at,
        "actor": recorded.actor,
        "event": {"type": type_of(recorded.event), "room": recorded.event.room}
        if isinstance(recorded.event, BoardEdited)
        else recorded.event,
    }
    return frame(type_of(recorded.event), fact, recorded.position, persons_in(recorded.tags))


class Feed:
    """Follows the log for all who watch rooms on this node."""

    def __init__(
        self,
        log: EventLog,
        hub: Hub,
        boards: Boards,
        media: MediaEngine,
        voices: Voices,
        standings: Standings,
    ) -> None:
        self._log = log
        self._standings = standings
        self._hub = hub
        self._boards = boards
        self._media = media
        self._voices = voices
        self.also: list[Callable[[Recorded], None]] = []
        """Those on this node who are told of every event, in order."""
        self.position = 0
        """Everything up to here has been handed out."""

    async def run(self) -> None:
        """Follow until cancelled: from the present on, or from where it had come to."""
        self.position = self.position or await self._log.head()
        self._standings.forget()  # what was read before may have changed since
        async for batch in self._log.follow(self.position):
            for number, recorded in enumerate(batch, 1):
                await self._follow_up(recorded)
                self._hand_out(recorded)
                if number % FEW == 0:
                    await asyncio.sleep(0)  # whoever types does not wait for all of them

    async def missed(
        self, org: str, room: str, after: int, upto: int, person: str | None
    ) -> AsyncIterator[Frame]:
        """What a returning watcher has missed; of what is private that of a person, or all of it."""
        tag = f"room:{room}"
        private = about(tag, *PRIVATE)
        mine = private if person is None else Item(types=private.types, tags=(tag, f"person:{person}"))
        query = Query((about(tag, *SHOWN), mine))
        async for batch in self._log.read(query, after=after, upto=upto, org=org):
            for recorded in batch:
                yield shown(recorded)

    def _hand_out(self, recorded: Recorded) -> None:
        """At once, so that whoever begins to watch misses nothing between what was shown and `position`."""
        org, event = recorded.org, recorded.event
        if isinstance(event, SHOWN) and self._hub.listened(topic := ("room", org, event.room)):
            self._hub.publish(topic, shown(recorded))
            if isinstance(event, BoardEdited):  # all that was edited before is in the log
                self._hub.publish(topic, frame("saved", {"position": recorded.position}))
        if isinstance(event, PRIVATE):
            for topic in (("own", org, event.room, event.person), ("watching", org, event.room)):
                if self._hub.listened(topic):
                    self._hub.publish(topic, shown(recorded))
        if isinstance(event, RoomLeft) and event.why != "closed":
            self._hub.release(("member", org, event.room, event.person))
        self.position = recorded.position

    async def _follow_up(self, recorded: Recorded) -> None:
        """Rights that ended end at once: sockets are closed, voices silenced."""
        org, event = recorded.org, recorded.event
        self._standings.saw(recorded)
        await self._voices.saw(recorded)
        for saw in self.also:
            saw(recorded)
        match event:
            case BoardEdited():
                self._boards.recorded(org, event.room, recorded.position, event.runs)
            case RoomLeft():
                self._boards.drop(org, event.room, event.person, NOT_IN_ROOM, "You have left this room.")
                await self._media.expel(place(org, event.room), event.person)
            case RoomClosed():
                self._boards.drop(org, event.room, None, GONE, "The room is closed.")
            case BoardRightSet():
                self._boards.drop(org, event.room, event.person, COME_BACK, "Rights on this board changed.")
            case ConsentWithdrawn(scope="voice") | PersonErased():
                await self._media.silence(f"{org}/", event.person)
            case _:
                pass
