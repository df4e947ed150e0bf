"""Queries of the log as statements."""

from psycopg import sql as syntax

from domain.events import Item, Query


def positions_of(query: Query, org: str | None, after: int, upto: int) -> syntax.Composed:
    """The positions of the events that a query matches, in order."""
    branches = [of_item(item, org, after, upto) for item in query.items or (Item(),)]
    return syntax.SQL(" union ").join(branches) + syntax.SQL(" order by position")


def of_item(item: Item, org: str | None, after: int, upto: int) -> syntax.Composed:
    """The positions that one item of a query matches. A row of `event_tags` may hold several positions."""
    if org is None:
        raise ValueError("a query with items is asked within an organisation")
    first, *others = item.tags or ("",)
    types = syntax.SQL("and t.type = any ({})").format(list(item.types)) if item.types else syntax.SQL("")
    # Of each other tag, the first transaction that reaches so far is the only one that may have the event.
    rest = syntax.SQL(
        "and found.position = any ((select coalesce(o.positions, array[o.position]) from event_tags o"
        " where o.org = t.org and o.tag = {} and o.type = t.type and o.position >= found.position"
        " order by o.position limit 1)::bigint[])"
    )
    return syntax.SQL(
        "select found.position from event_tags t,"
        " lateral unnest(coalesce(t.positions, array[t.position])) as found (position)"
        " where t.org = {} and t.tag = {} {} and t.position > {}"
        " and found.position > {} and found.position <= {} {}"
    ).format(org, first, types, after, after, upto, syntax.SQL(" ").join(rest.format(tag) for tag in others))
