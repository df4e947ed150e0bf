"""The voices that this node carries, and what other nodes ask of it."""

import asyncio
import logging
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from domain.errors import Refused
from rooms.voice.engine import Joined, MediaEngine, UnknownVoice
from rooms.voices import calls
from rooms.voices.calls import Answer, Join, Question
from rooms.voices.ownership import Ownership, Times

logger = logging.getLogger(__name__)


class Moved(Exception):
    """This node does not carry the room, or does so no longer."""


class Carried(NamedTuple):
    """A voice of the local engine, and the node by which it joined."""

    voice: str
    via: str


class Here:
    """The local engine, for as long as this node holds the rooms. `now` is monotonic, in seconds."""

    def __init__(
        self,
        local: MediaEngine,
        ownership: Ownership,
        times: Times,
        now: Callable[[], float],
        refused: Callable[[str], None],
    ) -> None:
        """`refused` counts what other nodes ask and cannot be read."""
        self._local = local
        self._ownership = ownership
        self._times = times
        self._now = now
        self._refused = refused
        self._voices: dict[str, dict[str, Carried]] = {}
        self._used: dict[str, float] = {}

    async def join(self, wish: Join) -> Joined:
        """Raises Moved, and what the local engine raises."""
        term = self._ownership.holds(wish.room)
        if term is None:
            raise Moved
        joined = await self._local.join(wish.room, wish.person, wish.sdp, may=wish.may)
        if self._ownership.holds(wish.room) is not term:
            await self._local.leave(joined.voice)
            raise Moved
        self._voices.setdefault(wish.room, {})[wish.person] = Carried(joined.voice, wish.via)
        return joined

    async def tidy(self) -> None:
        """Let go of rooms that were idle for long; end voices in rooms that are not held. Raises BusAway."""
        term = self._ownership.term
        for room, voices in list(self._voices.items()):
            if term is None or room not in term.held:
                await self._end(room)
            elif not await self._alive(voices):
                del self._voices[room]
        held = list(term.held) if term else []
        now = self._now()
        self._used = {room: now if room in self._voices else self._used.get(room, now) for room in held}
        for room in held:
            if now - self._used[room] >= self._times.idle:
                await self._ownership.release(room)

    async def end_all(self) -> None:
        """End every voice."""
        for room in list(self._voices):
            await self._end(room)

    async def lost(self, node: str) -> None:
        """End the voices that joined by a node that is gone, since nobody answers for their rights."""
        for voices in list(self._voices.values()):
            for voice, via in list(voices.values()):
                if via == node:
                    await self._local.leave(voice)

    async def answer(self, payload: bytes) -> bytes:
        """Answer a question of another node."""
        try:
            answer = await self.asked(calls.question(payload))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self._refused("undecodable-call")
            answer = calls.Refusal("invalid", "The question cannot be read.")
        except Moved:
            answer = calls.Elsewhere()
        except Refused as refusal:
            answer = calls.Refusal(refusal.code, str(refusal))
        except Exception as error:  # whoever asks is told so at once, and need not wait for nothing
            logger.error("a question of another node could not be answered: %s", type(error).__name__)
            answer = calls.Refusal("unexpected", "Something went wrong there.")
        return calls.encode(answer)

    async def asked(self, question: Question) -> Answer:
        """Do what is asked. Raises Moved, and what the local engine raises."""
        match question:
            case calls.Join():
                joined = await self.join(question)
                return calls.Answered(joined.voice, joined.sdp)
            case calls.Restart(voice, fragment):
                return calls.Restarted(await self._local.restart(voice, fragment))
            case calls.Whose(voice):
                return calls.Belongs(*await self._local.whose(voice))
            case calls.SlotsOf(room, person):
                return calls.Held(tuple(await self._local.slots(room, person)))
            case _:
                await self._told(question)
                return calls.Done()

    async def _told(self, wish: calls.Leave | calls.Expel | calls.Permit | calls.Silencing) -> None:
        match wish:
            case calls.Leave(voice):
                await self._local.leave(voice)
            case calls.Expel(room, person):
                await self._local.expel(room, person)
            case calls.Permit(room, person, may, via):
                carried = self._voices.get(room, {}).get(person)
                if carried and carried.via == via:  # else they have joined anew, with rights of then
                    await self._local.permit(room, person, may)
            case calls.Silencing(scope, person):
                await self._local.silence(scope, person)

    async def _end(self, room: str) -> None:
        for voice, _ in self._voices.pop(room, {}).values():
            await self._local.leave(voice)

    async def _alive(self, voices: dict[str, Carried]) -> bool:
        for person, (voice, _) in list(voices.items()):
            try:
                await self._local.whose(voice)
            except UnknownVoice:
                del voices[person]
        await asyncio.sleep(0)  # packets go on between one room and the next
        return bool(voices)
