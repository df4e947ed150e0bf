"""The eventsourcing library's own recorders on PostgreSQL, connected before anything is measured.

`POSTGRES_ENABLE_DB_FUNCTIONS` stays off, as it comes: followers lose events with it.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from uuid import uuid4

from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.postgres_tt import PostgresDCBRecorderTT
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict


@dataclass(frozen=True)
class Pool:
    """Connections of a recorder: so many always, and so many more at most."""

    size: int
    more: int


AS_IT_COMES = Pool(5, 10)
BEST = Pool(4, 0)
"""Of pools from 1 to 128, for either recorder, under 32 and under 128 threads.

Appends go one after the other under a lock of the table: more connections only wait for that.
"""


@contextmanager
def datastore(url: str, pool: Pool) -> Generator[PostgresDatastore, None, None]:
    """A pool with its connections open."""
    where = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    store = PostgresDatastore(
        dbname=where["dbname"],
        host=where["host"],
        port="5432",
        user=where["user"],
        password="",
        pool_size=pool.size,
        max_overflow=pool.more,
    )
    with store:
        store.pool.wait(30)
        yield store


@contextmanager
def appending(
    url: str, pool: Pool, clients: int, each: int, topic: str, state: bytes
) -> Generator[Sequence[Callable[[], object]], None, None]:
    """Clients that append `each` events at a time to an aggregate of their own, encoded beforehand."""
    with datastore(url, pool) as store:
        recorder = PostgresApplicationRecorder(store)
        recorder.create_table()
        yield [_appending(recorder, each, topic, state) for _ in range(clients)]


def _appending(
    recorder: PostgresApplicationRecorder, each: int, topic: str, state: bytes
) -> Callable[[], object]:
    aggregate, versions = uuid4(), count(1)

    def command() -> object:
        return recorder.insert_events(
            [StoredEvent(aggregate, next(versions), topic, state) for _ in range(each)]
        )

    return command


@contextmanager
def guarded(
    url: str, pool: Pool, tags: Sequence[Sequence[str]], kind: str, data: bytes
) -> Generator[Sequence[Callable[[], object]], None, None]:
    """Clients with these tags, who append an event unless one was appended that has the first of them."""
    with datastore(url, pool) as store:
        recorder = PostgresDCBRecorderTT(store)
        recorder.create_table()
        head = recorder.read(limit=None).head or 0
        yield [_guarded(recorder, DCBEvent(kind, data, list(each)), head) for each in tags]


def _guarded(recorder: PostgresDCBRecorderTT, event: DCBEvent, head: int) -> Callable[[], object]:
    query = DCBQuery([DCBQueryItem([event.type], event.tags[:1])])

    def command() -> object:
        nonlocal head
        head = recorder.append([event], DCBAppendCondition(query, head))
        return head

    return command
