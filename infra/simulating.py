"""Writing a simulated organisation into the log, into one that holds nothing else."""

import uuid
from collections.abc import Callable
from datetime import datetime
from itertools import groupby

from domain.events import Context, Event
from domain.log import EventLog
from domain.simulation import ACTOR, SimulationBegun
from infra.made_up import made_up

Progress = Callable[[int, int], None]
TOGETHER = 500
"""Events of one append, at most."""


class HoldsEvents(Exception):
    """The organisation holds events already: what is simulated goes into one of its own (--org)."""


async def simulate(
    log: EventLog, org: str, *, seed: int, tutors: int, until: datetime, progress: Progress
) -> int:
    """Make up tutors and lessons; the number of events. Raises `HoldsEvents`, `LogUnavailable`."""
    async for _ in log.read(org=org):
        raise HoldsEvents(f"{org}: {HoldsEvents.__doc__}")
    simulation = uuid.uuid4().hex
    world = made_up(seed, tutors, until)
    begun = SimulationBegun(simulation=simulation, seed=seed, tutors=tutors, until=until)
    events = [(world.events[0][0], begun), *(each for each in world.events if each[0] <= until)]
    done = 0
    for at, group in groupby(events, key=lambda each: each[0]):
        of_then: list[Event] = [event for _, event in group]
        context = Context(org=org, actor=ACTOR, role="service", at=at, cause=simulation)
        for start in range(0, len(of_then), TOGETHER):
            await log.append(of_then[start : start + TOGETHER], context)
        done += len(of_then)
        progress(done, len(events))
    return done
