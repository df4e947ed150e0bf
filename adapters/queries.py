"""Queries of the log as statements."""

from collections.abc import Sequence
from functools import lru_cache

from domain.events import Item, Query

Statement = tuple[bytes, list[object]]
"""A text, the same one for all queries of one form, and its parameters."""

ITEM = """
select found.position from event_tags t,
    lateral unnest(coalesce(t.positions, array[t.position])) as found (position)
where t.org = %s and t.tag = %s and t.position > %s and found.position > %s and found.position <= %s"""
TYPES = " and t.type = any (%s)"
# Of each other tag, the first transaction that reaches so far is the only one that may have the event.
OTHER_TAG = """
    and found.position = any ((
        select coalesce(o.positions, array[o.position]) from event_tags o
        where o.org = t.org and o.tag = %s and o.type = t.type and o.position >= found.position
        order by o.position limit 1
    )::bigint[])"""
FIRST_ROWS = """
with found as materialized ({positions} limit {limit} + 1)
select
    count(record),
    string_agg('\\x98d3'::bytea || int8send(position) || record, ''::bytea order by position),
    case when bool_or(segment is not null) then array_agg(position) end,
    case when (select count(*) from found) > {limit} then max(position) end
from events where position = any (array(select position from found order by position limit {limit}))"""


def positions_of(query: Query, org: str | None, after: int, upto: int) -> Statement:
    """The positions of the events that a query matches, in order."""
    items = query.items or (Item(),)
    return _positions(_form(items)), _parameters(items, org, after, upto)


def first_rows_of(query: Query, org: str | None, after: int, upto: int, limit: int) -> Statement:
    """The first events that a query matches, as `log_rows` answers, and where they end if there are more."""
    items = query.items or (Item(),)
    return _first_rows(_form(items), limit), _parameters(items, org, after, upto)


Form = tuple[tuple[bool, int], ...]
"""For each item, whether it names types, and how many tags besides the first."""


def _form(items: Sequence[Item]) -> Form:
    return tuple((bool(item.types), len(item.tags[1:])) for item in items)


@lru_cache(maxsize=256)
def _positions(form: Form) -> bytes:
    return _positions_text(form).encode()


@lru_cache(maxsize=256)
def _first_rows(form: Form, limit: int) -> bytes:
    return FIRST_ROWS.format(positions=_positions_text(form), limit=limit).encode()


def _positions_text(form: Form) -> str:
    branches = [ITEM + TYPES * typed + OTHER_TAG * others for typed, others in form]
    return " union ".join(branches) + " order by position"


def _parameters(items: Sequence[Item], org: str | None, after: int, upto: int) -> list[object]:
    """A row of `event_tags` may hold several positions, so `after` is asked twice."""
    if org is None:
        raise ValueError("a query with items is asked within an organisation")
    found: list[object] = []
    for item in items:
        first, *others = item.tags or ("",)
        found += [org, first, after, after, upto]
        found += [list(item.types)] if item.types else []
        found += others
    return found
