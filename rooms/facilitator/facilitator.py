"""The facilitator at work: hears facts, keeps pictures of rooms that somebody is in, and speaks in time.

The log is the truth and the bus only says that something happened. Whenever a finding shows, the room is
read anew from the log and looked at again before anything is decided; so facts that come twice, late, out
of order or not at all can delay an intervention, and never cause a wrong one or a second one.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from traceback import extract_tb
from typing import Literal

from domain.catalogue import UndecodableEvent
from domain.errors import BoundaryMoved, LogUnavailable, Refused
from domain.events import Recorded
from domain.interventions import InterventionDecided
from domain.rooms import RoomClosed
from rooms.facilitator.arbitration import DAY, choose, is_due, unmeasured, unsaid
from rooms.facilitator.delivery import Delivery
from rooms.facilitator.detectors import Finding
from rooms.facilitator.history import Known, Place, occupied_rooms, read_picture
from rooms.facilitator.picture import Picture, millis
from rooms.facilitator.policy import STANDARD, Policy
from rooms.facilitator.ports import Mark, Ports

_log = logging.getLogger(__name__)


Todo = (
    tuple[Literal["say"], InterventionDecided]
    | tuple[Literal["decide"], Finding]
    | tuple[Literal["measure"], InterventionDecided]
)
"""Say what was decided, decide on what was found, or measure what came of what was said or held out."""


@dataclass
class Watched:
    """A room that somebody is in."""

    picture: Picture
    tutors: frozenset[str] = frozenset()
    busy: bool = False
    rests_until: int = 0
    announced: bool = False
    """Whether this process has told the room by which policy it is watched."""
    found: int | None = None
    """Since when a finding waits for nobody to speak (ms)."""


class Facilitator:
    """One of any number that may run at once: what they decide is settled by the log.

    `pause(seconds)` waits between two looks at all rooms.
    """

    def __init__(
        self,
        ports: Ports,
        *,
        clock: Callable[[], datetime],
        policy: Policy = STANDARD,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._log = ports.log
        self._people = ports.people
        self._facts = ports.facts
        self._marks = ports.marks
        self._occupied = ports.rooms or partial(occupied_rooms, ports.log)
        self._delivery = Delivery(ports.log, ports.people, ports.perform, policy, clock, ports.phraser)
        self._clock = clock
        self._policy = policy
        self._label = policy.label
        self._pause = pause
        self._begun: int | None = None
        self._rooms: dict[Place, Watched] = {}
        self._unread: set[Place] = set()
        self._sharing = ports.sharing
        self._living: tuple[str, ...] = ()
        self._inhabited: set[Place] = set()
        """All rooms that were heard of and not closed: some may become this one's when another dies."""
        self.counts: Counter[str] = Counter()
        """How often: `template`, `model`, `held-out`, `measured`, `refused`, `unavailable`, `failed`."""

    async def run(self) -> None:
        """Work until cancelled. What was decided and not said by then is said by whoever comes next."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hear_facts(tasks))
            tasks.create_task(self._watch(tasks))
            if self._marks is not None:
                tasks.create_task(self._hear_marks(self._marks()))

    async def _hear_facts(self, tasks: asyncio.TaskGroup) -> None:
        async for fact in self._facts():
            place = self._fold(fact.recorded)
            # What is in memory can be read again from the log, so there is nothing to wait for.
            await fact.ack()
            if place is not None:
                self._look(place, tasks)

    async def _hear_marks(self, marks: AsyncIterator[Mark]) -> None:
        async for mark in marks:
            if room := self._rooms.get((mark.org, mark.room)):
                room.picture.mark(mark.person, mark.speaking, mark.at)

    async def _watch(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            self._share()
            await self._read_unread()
            for place in list(self._rooms):
                self._look(place, tasks)
            await self._pause(self._policy.step / 1000)

    def _fold(self, recorded: Recorded) -> Place | None:
        """Fold a fact into the picture of its room, if the room is known; answers that room."""
        room_id: str | None = getattr(recorded.event, "room", None)
        if room_id is None or self._begun is None or recorded.position <= self._begun:
            return None
        place = (recorded.org, room_id)
        if isinstance(recorded.event, RoomClosed):
            self._inhabited.discard(place)
        else:
            self._inhabited.add(place)
        if not self._mine(place):
            return None
        room = self._rooms.get(place)
        if room is None:
            self._unread.add(place)
            return None
        room.picture.fold(recorded)
        if not (room.picture.members or room.picture.said.unmeasured):
            del self._rooms[place]
            return None
        return place

    def _mine(self, place: Place) -> bool:
        return self._sharing is None or self._sharing.mine(place)

    def _share(self) -> None:
        """When others came or went: leave rooms to them, and take over what is this one's now."""
        if self._sharing is None or self._living == (living := self._sharing.living()):
            return
        self._living = living
        for place in [place for place in self._rooms if not self._mine(place)]:
            del self._rooms[place]
        self._unread.update(
            place for place in self._inhabited if place not in self._rooms and self._mine(place)
        )

    async def _read_unread(self) -> None:
        """Read the rooms that were heard of and are not known; at first, all that somebody is in."""
        try:
            if self._begun is None:
                head = await self._log.head()
                self._inhabited.update(await self._occupied())
                self._unread.update(place for place in self._inhabited if self._mine(place))
                self._begun = head
            for place in list(self._unread):
                await self._read(place)
        except LogUnavailable:
            self.counts["unavailable"] += 1
            _log.warning("the log cannot be read; the facilitator tries again")

    async def _read(self, place: Place) -> None:
        self._unread.discard(place)  # first, since facts that come while it is read may not be in it
        try:
            picture = await read_picture(self._log, place, self._policy.reach)
        except LogUnavailable:
            self._unread.add(place)
            raise
        except UndecodableEvent as error:
            self.counts["failed"] += 1
            _log.error("room %s cannot be read: %s", place[1], _without_message(error))
        else:
            self._adopt(place, picture)

    def _adopt(self, place: Place, picture: Picture) -> Watched | None:
        """Go on with a picture that was read from the log, unless facts have come in the meantime."""
        room = self._rooms.get(place)
        if room is not None and room.picture.position > picture.position:
            self._unread.add(place)
            return None
        kept = room is not None or self._mine(place)
        if not kept or not ((picture.open and picture.members) or self._measures(picture)):
            self._rooms.pop(place, None)
            if kept:
                self._inhabited.discard(place)
            return None
        if room is None:
            room = self._rooms[place] = Watched(picture)
        picture.take_marks_of(room.picture)
        picture.spared = room.picture.spared
        room.picture = picture
        return room

    def _measures(self, picture: Picture) -> bool:
        """Whether it is still to be seen what came of something there, though everybody has left."""
        now = millis(self._clock())
        return any(now - decided.moment < DAY for decided in picture.said.unmeasured.values())

    def _look(self, place: Place, tasks: asyncio.TaskGroup) -> None:
        """See whether there is anything to say, and if so begin to."""
        room = self._rooms[place]
        now = millis(self._clock())
        if room.busy or now < room.rests_until:
            return
        if self._must_announce(room) or self._is_due(room, self._todo(room, now), now):
            room.busy = True
            tasks.create_task(self._act(place, room), name="intervention")

    def _todo(self, room: Watched, now: int) -> Todo | None:
        picture, policy = room.picture, self._policy
        if decided := unsaid(picture, now, policy):
            return "say", decided
        if finding := choose(picture, now, policy, room.tutors):
            return "decide", finding
        if decided := unmeasured(picture, now, policy):
            return "measure", decided
        return None

    def _is_due(self, room: Watched, todo: Todo | None, now: int) -> bool:
        """Whether to act now. A finding waits a while for nobody to speak; by then it may be over."""
        if todo is None or todo[0] != "decide":
            room.found = None
            return todo is not None
        room.found = now if room.found is None else room.found
        return is_due(room.picture, room.found, now, self._policy)

    def _must_announce(self, room: Watched) -> bool:
        begun = room.picture.guidance.begun
        known = begun is not None and begun.policy == self._label
        return not (room.announced or known) and room.picture.together is not None

    async def _act(self, place: Place, room: Watched) -> None:
        """Intervene; whatever goes wrong concerns this room alone, which then rests for a while."""
        rest = millis(self._clock()) + self._policy.held
        try:
            if result := await self._intervene(place):
                self.counts[result] += 1
        except Refused as refused:
            self.counts["refused"] += 1
            room.rests_until = rest
            _log.info("intervention in room %s refused: %s", place[1], refused.code)
        except (BoundaryMoved, LogUnavailable) as error:
            self.counts["unavailable"] += 1
            _log.warning("intervention in room %s put off: %s", place[1], type(error).__name__)
        except Exception as error:  # of one room alone: the others are to be looked after all the same
            self.counts["failed"] += 1
            room.rests_until = rest
            _log.error("intervention in room %s failed: %s", place[1], _without_message(error))
        finally:
            room.busy = False

    async def _intervene(self, place: Place) -> str | None:
        """Look again at what the log says now, and act on that. Answers what became of it, if anything."""
        seen = await self._log.head()
        room = self._adopt(place, await read_picture(self._log, place, self._policy.reach, seen))
        if room is None:
            return None
        if self._must_announce(room):
            room.announced = True
            await self._delivery.announce(room.picture)
            return await self._intervene(place)
        picture = room.picture
        known = await self._people.people(picture.org, list(picture.members), seen)
        room.tutors = frozenset(person for person in known if known[person].tutor)
        picture.spared = frozenset(person for person in known if known[person].declines)
        now = millis(self._clock())
        match self._todo(room, now):
            case "say", decided:
                return await self._delivery.finish(picture, decided, _who(known, decided.person))
            case "decide", finding:
                return await self._delivery.begin(picture, finding, now, _who(known, finding.person), seen)
            case "measure", decided:
                return await self._delivery.measure(picture, decided, seen)
            case None:
                return None


def _without_message(error: Exception) -> str:
    """What went wrong and where. The message itself might repeat a name or what somebody wrote."""
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(extract_tb(error.__traceback__)))
    return f"{type(error).__name__} in {where}"


def _who(known: Mapping[str, Known], person: str) -> Known:
    """Whoever never registered goes by their id."""
    return known.get(person) or Known(person, tutor=False)
