"""Rehearsing a policy from the command line: where the past comes from, and what is shown of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from adapters.postgres_log import PostgresLog
from domain.events import Item, Query, about, type_of
from domain.guidance import CallsAllowed, CallsDeclined, FacilitatorBegun
from domain.interventions import InterventionDecided, OutcomeMeasured
from domain.reading import reads
from domain.rooms import RoomJoined, RoomOpened
from infra.embedded import reached
from infra.logs import log_at
from infra.persons import operator
from infra.policies import shown_policy
from infra.progress import Told, progress_bar
from infra.rehearsed import Rehearsals, printed, written
from infra.settings import Settings
from infra.tasks import TaskFailed
from infra.wiring import utc_now
from rooms.facilitator.history import PeopleFromLog, answer_keys, problem_texts
from rooms.facilitator.picture import FOLDED, millis
from rooms.facilitator.policy import STANDARD, Policy
from rooms.facilitator.policy import parse as parse_policy
from rooms.facilitator.rehearsal import History, rehearse
from rooms.facilitator.timelines import Turn, history, parse

STEPS = 100
"""Into how many steps of the progress bar each room is divided, for each of the two policies."""


@dataclass(frozen=True)
class Part:
    """These rooms of an organisation, all without any, and which part of their past."""

    org: str
    rooms: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Rehearsing:
    """A policy, the one in force, and how to show what they say.

    Without one that is given, it is the policy by which rooms were watched last, or the standard one.
    """

    policy: Policy
    in_force: Policy | None = None
    names: bool = False
    as_json: bool = False

    def show(self, found: Rehearsals) -> None:
        """Print it all."""
        click.echo(written(found) if self.as_json else "\n".join(printed(found)))


def over_timelines(work: Rehearsing, files: Sequence[Path]) -> None:
    """Rehearse over who spoke when. Raises `InvalidTimeline`."""
    found = Rehearsals(work.policy, work.in_force or STANDARD)
    meetings = [meeting for file in files for meeting in _meetings(file)]
    with progress_bar("Rehearsing") as bar:
        for number, (name, turns) in enumerate(meetings):
            names = {who: who for _, _, who in turns} if work.names else {}
            _add(found, history(name, turns), names, _Steps(bar, number, len(meetings)))
    work.show(found)


async def show_in_force(settings: Settings, part: Part) -> None:
    """Print the policy by which rooms were watched last, as a file to be changed."""
    async with reached(settings) as where, log_at(where.postgres, settings) as log:
        click.echo(shown_policy(await _policy_of(log, part)))


async def over_rooms(settings: Settings, work: Rehearsing, part: Part) -> None:
    """Rehearse over what the log has of rooms; raises `TaskFailed` if it has nothing of one."""
    async with reached(settings) as where, log_at(where.postgres, settings) as log:
        found = Rehearsals(work.policy, work.in_force or await _policy_of(log, part))
        rooms = part.rooms or await _opened(log, part)
        with progress_bar("Rehearsing") as bar:
            for number, room in enumerate(rooms):
                past, recorded = await _past(log, part, room)
                names = await _names(log, past) if work.names else {}
                _add(found, past, names, _Steps(bar, number, len(rooms)), recorded)
    work.show(found)


@dataclass(frozen=True)
class _Steps:
    """The progress of one room among so many."""

    bar: Told
    number: int
    rooms: int

    def told(self, past: History, half: int) -> Callable[[int], None]:
        """What is told of the rehearsal of the first policy, or the second."""
        span = max(1, past.until - past.since)
        before = (2 * self.number + half) * STEPS

        def come_to(moment: int) -> None:
            part = max(0, min(STEPS, (moment - past.since) * STEPS // span))
            self.bar(before + part, 2 * self.rooms * STEPS)

        return come_to


def _add(
    found: Rehearsals,
    past: History,
    names: Mapping[str, str],
    steps: _Steps,
    recorded: Sequence[InterventionDecided] = (),
) -> None:
    new = rehearse(past, found.policy, steps.told(past, 0))
    in_force = rehearse(past, found.in_force, steps.told(past, 1))
    found.add(past, new, in_force, recorded, names)


def _meetings(file: Path) -> Iterable[tuple[str, list[Turn]]]:
    with file.open(encoding="utf-8", errors="replace") as lines:
        return parse(lines, str(file)).items()


async def _opened(log: PostgresLog, part: Part) -> list[str]:
    """Every room that was opened by then, in that order."""
    query = Query((Item(types=(type_of(RoomOpened),)),))
    return [
        recorded.event.room
        async for batch in log.read(query, org=part.org)
        for recorded in batch
        if isinstance(recorded.event, RoomOpened) and (part.until is None or recorded.at <= part.until)
    ]


async def _past(log: PostgresLog, part: Part, room: str) -> tuple[History, list[InterventionDecided]]:
    """What is known of a room, and what was decided there while it was live."""
    people = await _people(log, part.org, room)
    calls = (about(f"person:{person}", CallsDeclined, CallsAllowed) for person in people)
    measured = Item(types=(type_of(OutcomeMeasured),))
    query = Query((about(f"room:{room}", *FOLDED), *calls, measured))
    events = [recorded async for batch in log.read(query, org=part.org) for recorded in batch]
    own = [recorded for recorded in events if getattr(recorded.event, "room", None) == room]
    if not own:
        raise TaskFailed(f"Nothing ever happened there in a room {room!r} of {part.org!r}.")
    problems = {problem for each in own if (problem := getattr(each.event, "problem", None))}
    past = History(
        org=part.org,
        room=room,
        events=events,
        since=millis(part.since or own[0].at),
        until=millis(part.until or utc_now()),
        exempt=await _tutors(log, part.org, people),
        keys={problem: key for problem in problems for key in await answer_keys(log, part.org, [problem])},
        texts={problem: await problem_texts(log, part.org, problem) for problem in problems},
    )
    decided = [each.event for each in own if isinstance(each.event, InterventionDecided)]
    return past, [each for each in decided if past.since <= each.moment <= past.until]


async def _tutors(log: PostgresLog, org: str, people: Sequence[str]) -> frozenset[str]:
    known = await PeopleFromLog(log).people(org, people)
    return frozenset(person for person, who in known.items() if who.tutor)


async def _names(log: PostgresLog, past: History) -> dict[str, str]:
    """What those are called who were in the room; that they were seen is on record before."""
    people = await _people(log, past.org, past.room)
    await log.append(list(reads(people, "rehearsal", past.room)), operator(past.org))
    known = await PeopleFromLog(log).people(past.org, people)
    return {person: known[person].name if person in known else person for person in people}


async def _people(log: PostgresLog, org: str, room: str) -> list[str]:
    """Whoever was in the room, in order of their coming."""
    batches = log.read(Query((about(f"room:{room}", RoomJoined),)), org=org)
    joined = [recorded.event async for batch in batches for recorded in batch]
    return list(dict.fromkeys(event.person for event in joined if isinstance(event, RoomJoined)))


async def _policy_of(log: PostgresLog, part: Part) -> Policy:
    """The policy by which the facilitator watched last, as it said itself; else the standard one."""
    tag = (f"room:{part.rooms[0]}",) if len(part.rooms) == 1 else ()
    query = Query((Item(types=(type_of(FacilitatorBegun),), tags=tag),))
    begun: FacilitatorBegun | None = None
    async for batch in log.read(query, org=part.org):
        for recorded in batch:
            if isinstance(recorded.event, FacilitatorBegun):
                begun = recorded.event
    return parse_policy(begun.values) if begun else STANDARD
