"""The hot statements go by their indexes: an index that is lost is noticed here, not in production."""

from collections.abc import AsyncIterator

import psycopg
import pytest

from adapters.appends import JOIN
from adapters.postgres_log import PostgresLog
from adapters.queries import first_rows_of, positions_of
from adapters.sql import sql
from domain.events import Item, Query

ROWS = 10_000
FILL = """
with numbers as (select generate_series(1, %(rows)s) as n), filled as (
    insert into events (position, record)
    select n, '' from numbers
), tagged as (
    insert into event_tags (org, tag, type, position)
    select 'school', tag, 'type' || n %% 8, n
    from numbers, unnest(array['', 'room:r' || n %% 500, 'person:p' || n %% 900]) as tag
)
update log_head set position = %(rows)s
"""
APPEND = "select * from log_append('plans', %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
SCANS = """
select coalesce(sum(seq_scan), 0)::int from pg_stat_xact_user_tables
where relname in ('events', 'event_tags')
"""


@pytest.fixture
async def database(log: PostgresLog, postgres_url: str) -> AsyncIterator[psycopg.AsyncConnection]:
    """A log of some thousands of events."""
    async with await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as connection:
        await connection.execute(FILL, {"rows": ROWS})
        await connection.execute("analyze events, event_tags")
        yield connection


async def plan(database: psycopg.AsyncConnection, statement: str | bytes, parameters=()) -> str:
    text = statement.decode() if isinstance(statement, bytes) else statement
    cursor = await database.execute(b"explain " + text.encode(), parameters)
    return "\n".join(line for (line,) in await cursor.fetchall())


ITEMS = {
    "a tag": Item(tags=("room:r7",)),
    "a tag and a type": Item(types=("type1",), tags=("room:r7",)),
    "a tag and three types": Item(types=("type1", "type2", "type3"), tags=("room:r7",)),
    "two tags": Item(tags=("room:r7", "person:p7")),
    "two tags and a type": Item(types=("type1",), tags=("room:r7", "person:p7")),
    "a type": Item(types=("type1",)),
}


async def test_positions_are_found_in_the_index_of_tags(database):
    for asked, item in ITEMS.items():
        found = await plan(database, *positions_of(Query((item,)), "school", ROWS - 3_000, ROWS))
        assert "event_tags_pkey" in found, asked
        assert "Seq Scan" not in found, asked


async def test_events_of_a_query_are_found_in_the_index_of_tags_and_fetched_by_their_positions(database):
    for asked, item in ITEMS.items():
        found = await plan(database, *first_rows_of(Query((item,)), "school", ROWS - 3_000, ROWS, 512))
        assert "event_tags_pkey" in found, asked
        assert "events_pkey" in found, asked
        assert "Seq Scan" not in found, asked


async def test_a_page_is_read_along_the_positions(database):
    found = await plan(database, sql("log_page"), (ROWS // 2, ROWS, 512))
    assert "Index Scan using events_pkey" in found
    assert "Sort" not in found


async def test_events_are_fetched_by_their_positions(database):
    found = await plan(database, sql("log_rows").replace("%b", "%s"), (list(range(1, ROWS, 397)),))
    assert "events_pkey" in found
    assert "Seq Scan" not in found


async def test_neither_an_append_nor_its_guard_reads_a_table_through(database):
    event = ([0, 1], [b""], "school", "room:r7", "type1", "1")
    async with database.transaction():
        before = await scans(database)
        for last, (asked, item) in enumerate(ITEMS.items(), ROWS + 1):
            guard = ([0], ["school"], [JOIN.join(item.types)], [JOIN.join(item.tags)], [ROWS - 100])
            answered = await (await database.execute(APPEND, (last, *event, *guard))).fetchall()
            assert answered[0][0] == last - 1
            assert await scans(database) == before, asked


async def scans(database: psycopg.AsyncConnection) -> int:
    """How often this transaction has read a table of the log from end to end."""
    [(count,)] = await (await database.execute(SCANS)).fetchall()
    return count
