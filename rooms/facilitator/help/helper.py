"""The helpers at work: who asks for help or a problem gets it, and a room that closes is summed up.

As with interventions the log settles what happens once: a fact that comes twice, or to two helpers at once,
has been answered already. What was asked while nobody worked is answered by whoever comes next.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.deciding import Command
from domain.errors import BoundaryMoved, LogUnavailable, Refused
from domain.events import Context, Recorded, type_of
from domain.fresh_problems import ProblemWished
from domain.helping import HelpAsked, HelpKind
from domain.rooms import RoomClosed
from rooms.facilitator.delivery import ACTOR, Perform
from rooms.facilitator.help.answering import Answering
from rooms.facilitator.help.closing import summing_up
from rooms.facilitator.help.ports import Sources
from rooms.facilitator.help.posing import fresh
from rooms.facilitator.ports import Fact

logger = logging.getLogger(__name__)

WANTED = tuple(type_of(event) for event in (HelpAsked, ProblemWished, RoomClosed))
"""The event tags to subscribe to."""
AT_ONCE = 8
"""Facts that are attended to at a time."""
OLD = timedelta(hours=1)
"""From when on nobody waits for help or a problem any more."""
LONG_CLOSED = timedelta(days=1)
"""From when on a room is not summed up any more: it may be in the archive."""


AGAIN = "boundary-keeps-moving"
"""The refusal after which it is worth trying again."""


@dataclass(frozen=True, kw_only=True)
class HelperPorts:
    """What the helpers need from outside; the stream of facts is begun by a call."""

    sources: Sources
    perform: Perform
    facts: Callable[[], AsyncIterator[Fact]]


class Helper:
    """One of any number that may run at once."""

    def __init__(self, ports: HelperPorts, *, clock: Callable[[], datetime]) -> None:
        self.ports = ports
        self._clock = clock
        self._free = asyncio.Semaphore(AT_ONCE)
        self.counts: Counter[str] = Counter()
        """How often something happened: `answered`, `old`, `refused`, `unavailable`, `failed`."""

    async def run(self) -> None:
        """Work until cancelled. What was not answered by then is answered by whoever comes next."""
        async with asyncio.TaskGroup() as tasks:
            async for fact in self.ports.facts():
                await self._free.acquire()
                tasks.create_task(self._attend(fact), name="help")

    async def _attend(self, fact: Fact) -> None:
        """Whatever goes wrong concerns this fact alone. What the log could not take is delivered again."""
        try:
            self.counts[await self._answer(fact.recorded)] += 1
        except (BoundaryMoved, LogUnavailable) as error:
            self.counts["unavailable"] += 1
            logger.warning("help at position %d put off: %s", fact.recorded.position, type(error).__name__)
            return
        except Refused as refused:
            self.counts["refused"] += 1
            logger.info("help at position %d refused: %s", fact.recorded.position, refused.code)
            if refused.code == AGAIN:
                return
        except Exception as error:  # of one request alone: others are to be helped all the same
            self.counts["failed"] += 1
            logger.error("help at position %d failed: %s", fact.recorded.position, type(error).__name__)
        finally:
            self._free.release()
        await fact.ack()

    async def _answer(self, recorded: Recorded) -> str:
        age = self._clock() - recorded.at
        event = recorded.event
        if age > (LONG_CLOSED if isinstance(event, RoomClosed) else OLD):
            return "old"
        match event:
            case HelpAsked():
                await self._help(recorded, event)
            case ProblemWished():
                await self._perform(await fresh(self.ports.sources, recorded.org, event), recorded)
            case RoomClosed():
                await self._perform(await summing_up(self.ports.sources, recorded.org, event.room), recorded)
            case _:
                pass
        return "answered"

    async def _help(self, recorded: Recorded, asked: HelpAsked) -> None:
        """All three at once; what one cannot do holds up none of the others."""
        answering = await Answering.begun(self.ports.sources, recorded.org, asked)
        wanted: list[HelpKind] = [
            kind for kind in asked.kinds if (asked.help, kind) not in answering.work.given
        ]
        done = await asyncio.gather(
            *(self._one(answering, kind, recorded) for kind in wanted), return_exceptions=True
        )
        for error in done:
            if error is not None:
                raise error

    async def _one(self, answering: Answering, kind: HelpKind, recorded: Recorded) -> None:
        await self._perform(await answering.given(kind), recorded)

    async def _perform(self, command: Command | None, recorded: Recorded) -> None:
        if command is not None:
            cause = f"position:{recorded.position}"
            context = Context(org=recorded.org, actor=ACTOR, role="service", at=self._clock(), cause=cause)
            await self.ports.perform(command, context)
