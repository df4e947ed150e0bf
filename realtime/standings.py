"""How rooms stand, remembered: whoever comes to a room that somebody came to before costs no reading.

What was read is forgotten as soon as the feed of this node sees that the room's members or rules changed. A
change that the feed has not seen yet closes the sockets of those whom it concerns when it has.
"""

from collections import OrderedDict

from domain.boards import BoardRightSet, BoardState, SetBoardRight
from domain.events import Context, Recorded
from domain.rooms import RoomClosed, RoomJoined, RoomLeft, RoomOpened
from realtime.perform import Performer

CHANGES = (RoomOpened, RoomClosed, RoomJoined, RoomLeft, BoardRightSet)
KEPT = 20_000
"""Rooms that are remembered; the ones asked for longest ago go first."""


class Standings:
    """The state of rooms, and of the rules on their boards."""

    def __init__(self, performer: Performer) -> None:
        self._performer = performer
        self._known: OrderedDict[tuple[str, str], BoardState] = OrderedDict()
        self._changes = 0

    async def of(self, room: str, context: Context) -> BoardState:
        """The room, and the rules on its board, as far as this node's feed has come. Do not change it."""
        key = (context.org, room)
        state = self._known.get(key)
        if state is not None:
            self._known.move_to_end(key)
            return state
        changes = self._changes
        state = await self._performer.look(SetBoardRight(room=room), context)
        if changes == self._changes:  # else this may be from before
            self._known[key] = state
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
        return state

    def saw(self, recorded: Recorded) -> None:
        """The feed has come to this event."""
        if isinstance(recorded.event, CHANGES):
            self._changes += 1
            self._known.pop((recorded.org, recorded.event.room), None)

    def forget(self) -> None:
        """The feed does not follow."""
        self._changes += 1
        self._known.clear()
