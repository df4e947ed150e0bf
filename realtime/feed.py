"""From the log to those who watch: every event to the rooms that it concerns, and what follows from it."""

from collections.abc import AsyncIterator, Callable

from domain.events import Item, Query, Recorded, type_of
from domain.log import EventLog
from domain.people import ConsentWithdrawn
from domain.rooms import BoardEdited, RoomClosed, RoomLeft
from realtime.hub import Hub
from realtime.speech import place
from realtime.streams import Frame, frame
from rooms.board.boards import Boards
from rooms.voice.engine import MediaEngine

GONE = 4404
NOT_IN_ROOM = 4403


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
    return frame(type_of(recorded.event), fact, recorded.position)


class Feed:
    """Follows the log for all who watch rooms on this node. `ended(org, room, person)` tells of leaving."""

    def __init__(
        self, log: EventLog, hub: Hub, boards: Boards, media: MediaEngine, woke: Callable[[int], None]
    ) -> None:
        self._log = log
        self._hub = hub
        self._boards = boards
        self._media = media
        self._woke = woke
        self.position = 0
        """Everything up to here has been handed out."""

    async def run(self) -> None:
        """Follow until cancelled, from the present on."""
        self.position = await self._log.head()
        async for batch in self._log.follow(self.position):
            for recorded in batch:
                for room in _rooms(recorded):
                    self._hub.publish(("room", recorded.org, room), shown(recorded))
                await self._follow_up(recorded)
            self.position = batch[-1].position
            self._woke(self.position)

    async def missed(self, org: str, room: str, after: int, upto: int) -> AsyncIterator[Frame]:
        """What a returning watcher has missed."""
        query = Query((Item(tags=(f"room:{room}",)),))
        async for batch in self._log.read(query, after=after, upto=upto, org=org):
            for recorded in batch:
                yield shown(recorded)

    async def _follow_up(self, recorded: Recorded) -> None:
        """Rights that ended end at once: sockets are closed, voices silenced."""
        org, event = recorded.org, recorded.event
        match event:
            case RoomLeft():
                self._boards.drop(org, event.room, event.person, NOT_IN_ROOM, "You have left this room.")
                await self._media.expel(place(org, event.room), event.person)
            case RoomClosed():
                self._boards.drop(org, event.room, None, GONE, "The room is closed.")
            case ConsentWithdrawn(scope="voice"):
                await self._media.silence_everywhere(f"{org}/", event.person)
            case _:
                pass


def _rooms(recorded: Recorded) -> list[str]:
    return [tag.removeprefix("room:") for tag in recorded.tags if tag.startswith("room:")]
