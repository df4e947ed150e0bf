"""From the log to the recorder: who is recorded follows from rooms, consents and erasures."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from domain.events import Context, Event, Recorded
from domain.log import EventLog
from domain.people import ConsentGiven, ConsentWithdrawn, GiveConsent, Person, PersonErased
from domain.recording import Recording, RecordingStarted, RecordingStopped, StopRecording
from domain.rooms import RoomClosed, RoomJoined, RoomLeft
from realtime.perform import Performer
from rooms.recording.recorder import Place, Recorder
from rooms.voice.engine import SlotContent, Why

NEEDED = frozenset({"voice", "recording"})
"""The consents of whoever is recorded."""
CHANGES = (
    *(RecordingStarted, RecordingStopped, RoomClosed, RoomJoined, RoomLeft),
    *(ConsentGiven, ConsentWithdrawn, PersonErased),
)


class Recordings:
    """Has those recorded who are in a recorded room, have a voice on this node, and have agreed to it.

    It follows the log; and when a room gets its first voice here, it looks whether that is being recorded.
    So it implements `rooms.voice.engine.VoiceListener`, too.
    """

    def __init__(
        self, log: EventLog, performer: Performer, recorder: Recorder, clock: Callable[[], datetime]
    ) -> None:
        self._log = log
        self._performer = performer
        self._recorder = recorder
        self._clock = clock
        self._voiced: set[Place] = set()
        self._new: set[Place] = set()
        self._some = asyncio.Event()
        self._on: dict[Place, frozenset[str]] = {}
        """The rooms that are being recorded, and who is in them."""
        self._changes = 0

    def speaking(self, room: str, person: str, turn: str, at: int) -> None:
        """See `VoiceListener`."""
        self._voiced_in(room)

    def spoke(self, room: str, person: str, turn: str, started: int, ended: int) -> None:
        """See `VoiceListener`."""

    def slots(self, room: str, person: str, slots: Sequence[SlotContent]) -> None:
        """See `VoiceListener`."""
        self._voiced_in(room)

    def left(self, room: str, person: str, voice: str, why: Why) -> None:
        """See `VoiceListener`."""

    def _voiced_in(self, room: str) -> None:
        """A room has voices on this node."""
        org, name = room.split("/")
        if (org, name) not in self._voiced:
            self._voiced.add((org, name))
            self._new.add((org, name))
            self._some.set()

    async def run(self) -> None:
        """Follow until cancelled, after a look at how everything stands."""
        head = await self._log.head()
        self._new |= self._voiced
        self._some.set()
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(self._look())
            try:
                async for batch in self._log.follow(head):
                    for recorded in batch:
                        await self._saw(recorded)
            finally:
                looking.cancel()

    async def _look(self) -> None:
        while True:
            await self._some.wait()
            self._some.clear()
            while self._new:
                place = next(iter(self._new))
                await self._settle(*place)
                self._new.discard(place)

    async def _saw(self, recorded: Recorded) -> None:
        org, event = recorded.org, recorded.event
        if isinstance(event, CHANGES):
            self._changes += 1
        match event:
            case RecordingStarted():
                await self._settle(org, event.room)
            case RecordingStopped() | RoomClosed():
                self._on.pop((org, event.room), None)
                self._recorder.stop(org, event.room)
            case RoomJoined() | RoomLeft() if (org, event.room) in self._on:
                await self._settle(org, event.room)
            case _:
                await self._heard_of(org, event, recorded.at)

    async def _heard_of(self, org: str, event: Event, at: datetime) -> None:
        """What concerns a person, wherever they are."""
        match event:
            case ConsentWithdrawn() if event.scope in NEEDED:
                since = round(at.timestamp() * 1000)
                self._recorder.release(org, event.person, since=since)  # at once: nothing is looked up
            case PersonErased():
                self._recorder.release(org, event.person, forget=True)
            case ConsentGiven() if event.scope in NEEDED:
                for of, room in [at for at, members in self._on.items() if event.person in members]:
                    if of == org:
                        await self._settle(org, room)
            case _:
                pass

    async def _settle(self, org: str, room: str) -> None:
        """Have those recorded in the room who are to be, by what the log says now."""
        changes, found = self._changes, await self._found(org, room)
        while changes != self._changes:  # what was looked up may be from before
            changes, found = self._changes, await self._found(org, room)
        recording, members, agreed = found
        if recording is None:
            self._on.pop((org, room), None)
            self._recorder.stop(org, room)
        else:
            self._on[org, room] = members
            self._recorder.record(org, room, recording, agreed)

    async def _found(self, org: str, room: str) -> tuple[str | None, frozenset[str], set[str]]:
        """The recording that is on, who is in the room, and who of these has agreed to it."""
        at = self._clock()
        context = Context(org=org, actor="recorder", role="service", at=at)
        state: Recording = await self._performer.look(StopRecording(room=room), context)
        if not state.on:
            return None, frozenset(), set()
        members = frozenset(state.room.members(room))
        return state.running, members, {person for person in members if await self._agrees(org, person, at)}

    async def _agrees(self, org: str, person: str, at: datetime) -> bool:
        context = Context(org=org, actor=person, role="service", at=at)
        found: Person = await self._performer.look(GiveConsent(scope="recording"), context)
        return found.consents >= NEEDED
