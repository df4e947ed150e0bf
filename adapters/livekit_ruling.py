"""What is ruled about people in LiveKit's rooms, and done there, whichever node let them in."""

from collections.abc import Callable
from functools import partial

from adapters.insisting import Insisting
from adapters.livekit_names import Names, Who
from adapters.livekit_rules import Rule, Rules
from adapters.livekit_server import LiveKitAway, LiveKitServer
from rooms.voice.engine import May

NOTHING = May(speak=False, show=False)


class Ruling:
    """Remembers rulings, since passes serve on, and insists on what follows. `run` must be running."""

    def __init__(self, server: LiveKitServer, names: Names, failed: Callable[[], None]) -> None:
        self._server, self._names = server, names
        self._rules = Rules()
        self._insist = Insisting(LiveKitAway, failed)
        self.run = self._insist.run
        self.since = self._rules.since
        self.forget = self._rules.forget

    def here(self, room: str, person: str, at: int, may: May | None) -> None:
        """From `at` on the person may do this in the room; None: may not be there."""
        self._rules.add(person, Rule(room, whole=True, at=at, may=may))
        self._insist.on(("room", room, person), partial(self._everybody, room, person))

    def silence(self, scope: str, person: str, at: int) -> None:
        """From `at` on the person is not heard in any room whose name begins so."""
        self._rules.add(person, Rule(scope, whole=False, at=at, may=NOTHING))
        self._insist.on(("scope", scope, person), partial(self._everywhere, scope, person))

    def holds(self, room: str, identity: str, who: Who) -> bool:
        """Does what was ruled since the pass of this identity was made; whether it may be there."""
        rule = self._rules.since(room, who.person, who.at)
        if rule is not None and rule.may is None:
            self.remove(room, identity)
            return False
        if rule is not None and rule.may is not None:
            self.grant(room, identity, rule.may)
        return True

    def remove(self, room: str, identity: str) -> None:
        """Out of the room."""
        self._insist.on((room, identity), partial(self._server.remove, room, identity))

    def grant(self, room: str, identity: str, may: May) -> None:
        """From now on it may do this."""
        self._insist.on((room, identity), partial(self._server.permit, room, identity, may))

    async def _everywhere(self, scope: str, person: str) -> None:
        for room in await self._server.rooms():
            if room.startswith(scope):
                await self._everybody(room, person)

    async def _everybody(self, room: str, person: str) -> None:
        """Each of the person's identities in the room: more than one while they join anew."""
        for identity in await self._server.identities(room):
            who = self._names.read(room, identity)
            if who is not None and who.person == person:
                self.holds(room, identity, who)
