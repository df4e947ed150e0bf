"""Keeping this node's lease while it lives, and noticing which other nodes do not."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from rooms.voices.calls import OfVoices, encode, of_voices
from rooms.voices.here import Here
from rooms.voices.ownership import Lost, Ownership, Term, Times
from rooms.voices.ports import BusAway, Wire

logger = logging.getLogger(__name__)

RETRY = 0.1
"""Seconds between attempts while the bus is away."""
GOODBYE = 0.5
"""Seconds in which a node that stops gives up its lease; after that it ends by itself."""


class Keeper:
    """Runs one term after another.

    `gone` is told of every node whose voices are over, and of this one; and how long ago it was heard of.
    """

    def __init__(
        self,
        ownership: Ownership,
        here: Here,
        wire: Wire,
        times: Times,
        now: Callable[[], float],
        gone: Callable[[str, float], None],
    ) -> None:
        self._ownership = ownership
        self._here = here
        self._wire = wire
        self._times = times
        self._now = now
        self._gone = gone
        self._heard: dict[str, float] = {}

    @property
    def others(self) -> list[str]:
        """The other nodes that carry voices, as far as is known."""
        return list(self._heard)

    async def run(self) -> None:
        """Until cancelled; then all that this node carries is given up."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch())
            while True:
                with suppress(BusAway):
                    await self._serve(await self._ownership.begin())
                await asyncio.sleep(RETRY)

    async def heard(self, _: str, payload: bytes) -> None:
        """Something that a node tells all. Raises `msgspec.MsgspecError` or UnicodeDecodeError."""
        told = of_voices(payload)
        term = self._ownership.term
        if term is not None and told.node == term.name:
            return
        new = told.node not in self._heard
        self._heard[told.node] = self._now()
        if new and term is not None and not told.going:
            await self._tell(OfVoices(term.name))  # it does not know this node yet
        if told.going:
            await self._lose(told.node)

    async def _serve(self, term: Term) -> None:
        """Keep the lease until it is lost."""
        try:
            stop = await self._wire.answering(term.name, self._here.answer)
            try:
                while True:
                    await self._tell(OfVoices(term.name))
                    await asyncio.sleep(self._times.renewal)
                    await self._renew(term)
                    await self._tidy()
            finally:
                await stop()
        except Lost:
            logger.warning("the lease of this node's voices is lost")
        finally:
            await self._give_up(term)

    async def _renew(self, term: Term) -> None:
        """Raises Lost when the lease has ended, no later."""
        while (left := term.until - self._now()) > 0:
            with suppress(BusAway, TimeoutError):
                async with asyncio.timeout(left):
                    await self._ownership.renew(term)
                return
            await asyncio.sleep(min(RETRY, max(0.0, term.until - self._now())))
        raise Lost

    async def _tidy(self) -> None:
        """What can wait: it must not keep the lease from being renewed."""
        with suppress(BusAway, TimeoutError):
            async with asyncio.timeout(self._times.renewal / 2):
                await self._ownership.confirm()
                await self._here.tidy()

    async def _give_up(self, term: Term) -> None:
        self._ownership.forget(term)
        await self._here.end_all()
        self._gone(term.name, 0.0)
        with suppress(BusAway, TimeoutError):
            async with asyncio.timeout(GOODBYE):
                await self._ownership.end(term)
                await self._tell(OfVoices(term.name, going=True))

    async def _tell(self, told: OfVoices) -> None:
        with suppress(BusAway):
            await self._wire.tell(encode(told))

    async def _watch(self) -> None:
        """Notice whose lease is over."""
        while True:
            await asyncio.sleep(self._times.lease / 24)
            quiet = self._now() - self._times.trust
            with suppress(BusAway):
                for node in [node for node, heard in self._heard.items() if heard < quiet]:
                    if not await self._ownership.there(node):
                        await self._lose(node)

    async def _lose(self, node: str) -> None:
        heard = self._heard.pop(node, None)
        if heard is not None:
            await self._here.lost(node)
            self._gone(node, self._now() - heard)
