"""The media engine of many nodes: each room is carried by one, and whoever asks elsewhere is passed on."""

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from domain.errors import Refused
from rooms.voice.engine import (
    USUAL,
    Hear,
    Joined,
    May,
    MediaEngine,
    OfferTooLarge,
    SlotContent,
    Speaker,
    UnknownVoice,
)
from rooms.voices import calls
from rooms.voices.calls import Answer, Question, node_and_voice, voice_id
from rooms.voices.here import Here, Moved
from rooms.voices.keeper import Keeper
from rooms.voices.ownership import NOBODY, Lost, Ownership, Times
from rooms.voices.ports import BusAway, NobodyThere, Wire

AGAIN = 0.1
"""Seconds between attempts to join while nobody carries the room for sure."""
SOON = 0.5
"""Seconds in which another node must answer what is asked again anyway."""


class VoiceUnavailable(Refused):
    """Voice cannot be reached at the moment. Try again."""

    status = 503


class SpanningEngine:
    """Implements MediaEngine. Ids of voices begin with the node that carries them."""

    def __init__(
        self,
        local: MediaEngine,
        ownership: Ownership,
        here: Here,
        keeper: Keeper,
        wire: Wire,
        times: Times,
        now: Callable[[], float],
    ) -> None:
        self._local = local
        self._ownership = ownership
        self._here = here
        self._keeper = keeper
        self._wire = wire
        self._times = times
        self._now = now
        self._owed: dict[tuple[str, str], May] = {}

    def name(self) -> str:
        """What this node is called while it holds its present lease; "" while it has none."""
        term = self._ownership.term
        return term.name if term else ""

    async def run(self) -> None:
        """Keep this node's part until cancelled; then all that it carries is given up."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._settle_all())
            await self._keeper.run()

    async def join(self, room: str, person: str, sdp: str, *, may: May = USUAL) -> Joined:
        """See MediaEngine. Waits while a node that died may still count on its lease, then claims the room.

        Raises VoiceUnavailable, too.
        """
        self._owed.pop((room, person), None)
        until = self._now() + self._times.lease + self._times.answer
        while self._now() < until:
            try:
                return await self._join(room, person, sdp, may)
            except (Moved, Lost, NobodyThere, BusAway):
                await asyncio.sleep(AGAIN)
        raise VoiceUnavailable

    async def restart(self, voice: str, fragment: str) -> str:
        """See MediaEngine. Raises VoiceUnavailable, too."""
        node, local = node_and_voice(voice)
        match await self._voice(node, calls.Restart(local, fragment)):
            case calls.Restarted(answer):
                return answer
            case _:
                raise VoiceUnavailable

    async def leave(self, voice: str) -> None:
        """See MediaEngine. Raises VoiceUnavailable, too."""
        try:
            node, local = node_and_voice(voice)
            await self._voice(node, calls.Leave(local))
        except UnknownVoice:
            return

    async def expel(self, room: str, person: str) -> None:
        """See MediaEngine. Raises VoiceUnavailable, too."""
        await self._owner(room, calls.Expel(room, person))

    async def permit(self, room: str, person: str, may: May) -> None:
        """See MediaEngine. Of those who joined by this node, since another one answers for the others.

        Told again until it is done, if the node that carries the room does not answer.
        """
        self._owed[room, person] = may
        await self._settle(room, person)

    async def silence(self, scope: str, person: str) -> None:
        """See MediaEngine. Raises VoiceUnavailable if a node does not say that it is done."""
        wish = calls.Silencing(scope, person)
        await self._here.asked(wish)
        for node in self._keeper.others:
            try:
                await self._ask(node, wish)
            except NobodyThere:
                continue  # it is gone, and its voices with it
            except BusAway:
                raise VoiceUnavailable from None

    def tap(self, room: str, person: str, hear: Hear) -> Callable[[], None]:
        """See MediaEngine: of voices that this node carries."""
        return self._local.tap(room, person, hear)

    def speaker(self, room: str, person: str) -> Speaker:
        """See MediaEngine: heard by those whose voices this node carries."""
        return self._local.speaker(room, person)

    async def whose(self, voice: str) -> tuple[str, str]:
        """See MediaEngine. Raises VoiceUnavailable, too."""
        node, local = node_and_voice(voice)
        match await self._voice(node, calls.Whose(local)):
            case calls.Belongs(room, person):
                return room, person
            case _:
                raise VoiceUnavailable

    async def slots(self, room: str, person: str) -> Sequence[SlotContent]:
        """See MediaEngine. Nothing if the node that would know does not say: slots are told again."""
        if self._ownership.holds(room):
            return await self._local.slots(room, person)
        if not self._keeper.others:
            return ()
        try:
            match await self._owner(room, calls.SlotsOf(room, person), SOON):
                case calls.Held(slots):
                    return slots
                case _:
                    return ()
        except VoiceUnavailable:
            return ()

    async def _join(self, room: str, person: str, sdp: str, may: May) -> Joined:
        node = await self._ownership.owner(room)
        term = self._ownership.term
        if term is None:
            raise Lost
        wish = calls.Join(room, person, sdp, may, term.name)
        if node == term.name:
            joined = await self._here.join(wish)
        else:
            joined = await self._ask(node, wish)
        match joined:
            case Joined(voice, answer) | calls.Answered(voice, answer):
                return Joined(voice_id(node, term.name, voice), answer)
            case _:
                raise Moved

    async def _settle_all(self) -> None:
        while True:
            await asyncio.sleep(SOON)
            for room, person in list(self._owed):
                await self._settle(room, person)

    async def _settle(self, room: str, person: str) -> None:
        term, may = self._ownership.term, self._owed.get((room, person))
        if may is None:
            return
        try:
            if term is not None:  # else this node answers for nobody any more
                await self._owner(room, calls.Permit(room, person, may, term.name), SOON)
        except VoiceUnavailable:
            return
        if self._owed.get((room, person)) is may:
            del self._owed[room, person]

    async def _voice(self, node: str, question: Question) -> Answer:
        """Asks the node that carries a voice. Raises UnknownVoice if it is no more."""
        term = self._ownership.term
        if term is not None and term.name == node:
            return await self._here.asked(question)
        try:
            return await self._ask(node, question)
        except NobodyThere:
            raise UnknownVoice from None
        except BusAway:
            raise VoiceUnavailable from None

    async def _owner(self, room: str, question: Question, within: float | None = None) -> Answer:
        """Asks the node that carries a room, if any does."""
        if self._ownership.holds(room):
            return await self._here.asked(question)
        try:
            node = await self._ownership.known(room)
            return calls.Done() if node == NOBODY else await self._ask(node, question, within)
        except NobodyThere:
            return calls.Done()
        except BusAway:
            raise VoiceUnavailable from None

    async def _ask(self, node: str, question: Question, within: float | None = None) -> Answer:
        """Raises NobodyThere, BusAway, and what the engine of that node has raised."""
        payload = calls.encode(question)
        if len(payload) > calls.LARGEST:
            raise OfferTooLarge
        try:
            answer = calls.answer(await self._wire.ask(node, payload, within or self._times.answer))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise VoiceUnavailable from None
        if isinstance(answer, calls.Refusal):
            raise calls.refused(answer) or VoiceUnavailable()
        return answer
