"""Views as they were: one row at any position or instant, folded from the log alone."""

import asyncio
from datetime import datetime
from typing import Generic, TypeVar

from msgspec import Struct

from domain.catalogue import tag_kinds
from domain.events import Item, Query, Recorded, about
from domain.log import EventLog
from projections.keys import BETWEEN
from projections.view import View

S = TypeVar("S", bound=Struct)


class Row(Struct, Generic[S]):
    """A row as it was. `changed` is where the last event stands that touched it; `tags` are those of all."""

    state: S
    changed: int
    tags: set[str]


def touching(view: View[S], key: str) -> Query:
    """Matches every event that touches `key`, and few others: the identity it begins with is their tag."""
    identity = key.partition(BETWEEN)[0]
    kinds = dict.fromkeys(kind for event in view.reads for kind in tag_kinds(event))
    return Query(tuple(_item(view, kind, identity) for kind in kinds))


def _item(view: View[S], kind: str, identity: str) -> Item:
    return about(f"{kind}:{identity}", *[event for event in view.reads if kind in tag_kinds(event)])


async def row_then(log: EventLog, view: View[S], org: str, key: str, upto: int) -> Row[S] | None:
    """The row as of a position; None if nothing had touched it by then."""
    row = Row(view.state(), 0, set())
    async for batch in log.read(touching(view, key), upto=upto, org=org):
        for recorded in batch:
            _fold(view, row, key, recorded)
        await asyncio.sleep(0)  # a long history does not hold up those who are live
    return row if row.changed else None


def _fold(view: View[S], row: Row[S], key: str, recorded: Recorded) -> None:
    if isinstance(recorded.event, view.reads) and key in view.keys(recorded):
        view.apply(row.state, key, recorded)
        row.changed = recorded.position
        row.tags.update(recorded.tags)


async def position_at(log: EventLog, instant: datetime) -> int:
    """The position before the first event that is later than `instant`; 0 if all are.

    Some twenty reads of one event each. Clocks of nodes may differ by a little, and events of one moment
    may stand out of the order of their times by as much: then it is a position at which later ones begin.
    """
    before, behind = 0, await log.head() + 1
    while behind - before > 1:
        middle = (before + behind) // 2
        if await _at(log, middle) > instant:
            behind = middle
        else:
            before = middle
    return before


async def _at(log: EventLog, position: int) -> datetime:
    """When the event at a position was recorded."""
    async for batch in log.read(after=position - 1, upto=position):
        return batch[0].at
    raise LookupError(f"nothing stands at position {position}")
