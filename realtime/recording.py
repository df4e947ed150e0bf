"""From the log to the recorder: who is recorded follows from rooms, consents and erasures."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime

from domain.events import Context, Event, Item, Query, Recorded, type_of
from domain.log import EventLog
from domain.people import ConsentGiven, ConsentWithdrawn, GiveConsent, Person, PersonErased
from domain.recording import Recording, RecordingStarted, RecordingStopped, StopRecording
from domain.rooms import RoomClosed, RoomJoined, RoomLeft
from realtime.perform import Performer
from rooms.recording.recorder import Place, Recorder

NEEDED = frozenset({"voice", "recording"})
"""The consents of whoever is recorded."""
SWITCHED = Query((Item(types=(type_of(RecordingStarted), type_of(RecordingStopped))),))


class Recordings:
    """Follows the log, and has those recorded who are in a recorded room and have agreed to it."""

    def __init__(
        self, log: EventLog, performer: Performer, recorder: Recorder, clock: Callable[[], datetime]
    ) -> None:
        self._log = log
        self._performer = performer
        self._recorder = recorder
        self._clock = clock
        self._on: dict[Place, frozenset[str]] = {}
        """The rooms that are being recorded, and who is in them."""

    async def run(self) -> None:
        """Follow until cancelled, after a look at how everything stands."""
        head = await self._log.head()
        was = set(self._on)
        places = [place async for place in self._switched(head)]
        for org, room in {*places, *was}:
            await self._settle(org, room)
        async for batch in self._log.follow(head):
            for recorded in batch:
                await self._saw(recorded)

    async def _switched(self, head: int) -> AsyncIterator[Place]:
        """The rooms that were ever recorded and not stopped again."""
        on: dict[Place, bool] = {}
        async for batch in self._log.read(SWITCHED, upto=head):
            for each in batch:
                if isinstance(event := each.event, RecordingStarted | RecordingStopped):
                    on[each.org, event.room] = isinstance(event, RecordingStarted)
        for place, started in on.items():
            if started:
                yield place

    async def _saw(self, recorded: Recorded) -> None:
        org, event = recorded.org, recorded.event
        match event:
            case RecordingStarted():
                await self._settle(org, event.room)
            case RecordingStopped() | RoomClosed():
                self._on.pop((org, event.room), None)
                self._recorder.stop(org, event.room)
            case RoomJoined() | RoomLeft() if (org, event.room) in self._on:
                await self._settle(org, event.room)
            case _:
                await self._heard_of(org, event)

    async def _heard_of(self, org: str, event: Event) -> None:
        """What concerns a person, wherever they are."""
        match event:
            case ConsentWithdrawn() if event.scope in NEEDED:
                self._recorder.release(org, event.person)  # at once: nothing needs to be looked up
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
        at = self._clock()
        context = Context(org=org, actor="recorder", role="service", at=at)
        state: Recording = await self._performer.look(StopRecording(room=room), context)
        if not state.on or state.running is None:
            self._on.pop((org, room), None)
            self._recorder.stop(org, room)
            return
        members = frozenset(state.room.members(room))
        agreed = {person for person in members if await self._agrees(org, person, at)}
        self._on[org, room] = members
        self._recorder.record(org, room, state.running, agreed)

    async def _agrees(self, org: str, person: str, at: datetime) -> bool:
        context = Context(org=org, actor=person, role="service", at=at)
        found: Person = await self._performer.look(GiveConsent(scope="recording"), context)
        return found.consents >= NEEDED
