"""What the command line does for one person: give them all that concerns them, and erase them."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

import click

from adapters.postgres_log import PostgresLog
from adapters.postgres_views import PostgresViews
from adapters.redis_boards import RedisBoards
from domain.catalogue import owner, personal_fields
from domain.commands import ROUTES
from domain.erasure import ErasePerson
from domain.errors import Refused
from domain.events import Context, Event, Item, Query
from domain.interventions import InterventionDelivered, InterventionProposed
from domain.people import PersonRegistered, PersonRenamed
from domain.practice import AnswerGiven
from domain.reading import reads
from domain.rooms import MessageSent
from infra.embedded import reached
from infra.logs import log_at, vault_of
from infra.settings import Settings
from infra.tasks import TaskFailed
from infra.wiring import utc_now
from projections.catalogue import KEPT
from projections.leaderboards import BoardsUnavailable
from realtime.export import Sources, exported
from realtime.house import Views
from realtime.perform import Performer

LOOKS = 100
PAUSE = 0.05
"""How often it is looked whether the views have come to an erasure, and the seconds between."""
OPERATOR = "operator"
"""Who acts, in the log, when it is done on the command line."""
CALLED: dict[type[Event], str] = {
    PersonRegistered: "names",
    PersonRenamed: "names",
    MessageSent: "messages",
    AnswerGiven: "answers",
    InterventionProposed: "words proposed to a tutor",
    InterventionDelivered: "words of the facilitator to them",
}


async def erase(settings: Settings, person: str, org: str, confirmed: bool) -> None:
    """Erase a person, once it was confirmed that this is meant; raises `TaskFailed`."""
    async with _log(settings) as log:
        lost = await _personal(log, org, person)
        if not (confirmed or _confirmed(_question(person, lost))):
            raise TaskFailed("Nothing was erased.")
        try:
            done = await Performer(log, ROUTES).perform(ErasePerson(person=person), operator(org))
        except Refused as refused:
            raise TaskFailed(str(refused)) from refused
        destroyed = await vault_of(log).destroy(org, person)
        shown = await _views_come_to(PostgresViews(log.rows), done.position)
    click.echo(f"{person} is erased." if destroyed else f"{person} was erased before.")
    if not shown:
        click.echo("Views show what they showed until a worker has gone on; see the health of the house.")


async def export(settings: Settings, person: str, org: str, file: Path | None) -> None:
    """Write all that concerns a person into a file, or on standard output; raises `TaskFailed`."""
    async with (
        reached(settings) as where,
        log_at(where.postgres, settings) as log,
        RedisBoards.opened(where.redis) as boards,
    ):
        sources = Sources(log, Views(PostgresViews(log.rows)), boards)
        pieces = exported(sources, org, person, utc_now(), await log.head())
        try:
            first = await anext(pieces)
            await log.append(list(reads([person], "export")), operator(org))
            with _opened(file) as out:
                out.write(first)
                async for piece in pieces:
                    out.write(piece)
        except (Refused, BoardsUnavailable, OSError) as error:
            raise TaskFailed(str(error)) from error


async def _views_come_to(views: PostgresViews, position: int) -> bool:
    """Whether every view has folded the event, some seconds at most."""
    for _ in range(LOOKS):
        if min([await views.position(view.name) for view in KEPT]) >= position:
            return True
        await asyncio.sleep(PAUSE)
    return False


async def _personal(log: PostgresLog, org: str, person: str) -> Counter[str]:
    """How much of each kind would be lost."""
    found: Counter[str] = Counter()
    async for batch in log.read(Query((Item(tags=(f"person:{person}",)),)), org=org):
        for kind in (type(each.event) for each in batch if _is_theirs(each.event, person)):
            found[CALLED.get(kind, "other texts")] += 1
    return found


def _is_theirs(event: Event, person: str) -> bool:
    return bool(personal_fields(type(event))) and owner(event) == person


def _question(person: str, lost: Counter[str]) -> str:
    what = ", ".join(f"{name} ({count})" for name, count in lost.items()) or "nothing that is personal"
    return f"{person} will be lost for good, to everybody: {what}. This cannot be undone. Erase?"


def _confirmed(question: str) -> bool:
    try:
        return click.confirm(question, err=True)
    except click.Abort:
        return False


def operator(org: str) -> Context:
    """Who acts, on the command line."""
    return Context(org=org, actor=OPERATOR, role="admin", at=utc_now())


def _opened(file: Path | None) -> BinaryIO:
    if file is None:
        return os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    return open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")  # for its owner alone


@asynccontextmanager
async def _log(settings: Settings) -> AsyncGenerator[PostgresLog, None]:
    async with reached(settings) as where, log_at(where.postgres, settings) as log:
        yield log
