"""A log of millions of events, written by SQL: rooms that live for a while, people who come again."""

from collections.abc import Sequence

import psycopg

from adapters.stored import Row, record_of
from domain.catalogue import encode, tags_of
from domain.events import Event, type_of
from domain.rooms import RoomClosed, RoomJoined, RoomLeft, TurnTaken
from infra.wiring import utc_now

EVENTS_OF_A_ROOM = 200
ROOMS_AT_ONCE = 50
EVENTS_OF_A_PERSON = 400
LARGE = 500_000
"""Events from which on it is faster to make the index anew."""
FILL = """
with numbers as (
    select n, n * 7919 / 50 %% 4 + 1 as kind,
        'room:room-' || lpad((n / %(generation)s * %(at_once)s + n %% %(at_once)s)::text, 6, '0') as room,
        'person:person-' || lpad((n * 7919 %% %(people)s)::text, 6, '0') as person
    from generate_series(%(first)s::bigint, %(last)s::bigint) as n
), filled as (
    insert into events (position, record) select n, (%(records)s::bytea[])[kind] from numbers
)
insert into event_tags (org, tag, type, position)
select 'school', tag, (%(types)s::text[])[kind], n
from numbers, unnest(array[room, person, '']) as tag
"""
INDEX = "alter table event_tags add primary key (org, tag, type, position)"
NO_INDEX = "alter table event_tags drop constraint event_tags_pkey"


async def fill(url: str, events: int) -> None:
    """Let the log have so many events, in the state that it is in some time after they came."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        head = await (await connection.execute("select position from log_head")).fetchone()
        first = 1 + (head[0] if head else 0)
        anew = events - first > LARGE
        await connection.execute("set maintenance_work_mem to '1GB'")
        await connection.execute("set synchronous_commit to off")
        if anew:
            await connection.execute(NO_INDEX)
        for start in range(first, events + 1, LARGE):
            await connection.execute(FILL, _parameters(start, min(start + LARGE - 1, events), events))
        if anew:
            await connection.execute(INDEX)
        await connection.execute("update log_head set position = %s", (events,))
        await connection.execute("vacuum (analyze) events, event_tags")
        await connection.execute("checkpoint")


def _parameters(first: int, last: int, events: int) -> dict[str, object]:
    examples = _examples()
    return {
        "first": first,
        "last": last,
        "generation": EVENTS_OF_A_ROOM * ROOMS_AT_ONCE,
        "at_once": ROOMS_AT_ONCE,
        "people": max(1, events // EVENTS_OF_A_PERSON),
        "types": [type_of(event) for event in examples],
        "records": [record_of(_row(event)) for event in examples],
    }


def _row(event: Event) -> Row:
    return Row(0, utc_now(), "school", type_of(event), "person-000000", None, tags_of(event), encode(event))


def _examples() -> Sequence[Event]:
    """One event of each type that there is; what they say is not looked at."""
    room, person = "room-000000", "person-000000"
    return (
        RoomJoined(room=room, person=person),
        RoomLeft(room=room, person=person, why="left"),
        TurnTaken(room=room, person=person, turn="turn-000000", started=0, ended=1000),
        RoomClosed(room=room),
    )
