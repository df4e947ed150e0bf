"""The eventsourcing library's own recorders on PostgreSQL, connected before anything is measured.

`POSTGRES_ENABLE_DB_FUNCTIONS` stays off, as it comes: followers lose events with it.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from itertools import count
from uuid import uuid4

from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.postgres_tt import PostgresDCBRecorderTT
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

POOL = 4
"""Connections; tried from 1 to 128 under 32 and 128 threads, both recorders were fastest with 4.

Their appends go one after the other under a lock of the table: more connections only wait for that."""


@contextmanager
def datastore(url: str, connections: int) -> Generator[PostgresDatastore, None, None]:
    """A pool with all of its connections open."""
    where = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    store = PostgresDatastore(
        dbname=where["dbname"],
        host=where["host"],
        port=where.get("port", "5432"),
        user=where["user"],
        password="",
        pool_size=min(connections, POOL),
        originator_id_type="uuid",
    )
    with store:
        store.pool.wait(30)
        yield store


@contextmanager
def appending(
    url: str, clients: int, each: int, topic: str, state: bytes
) -> Generator[Sequence[Callable[[], object]], None, None]:
    """Clients that append `each` events at a time to an aggregate of their own, encoded beforehand."""
    with datastore(url, clients) as store:
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
    url: str, tags: Sequence[Sequence[str]], kind: str, data: bytes
) -> Generator[Sequence[Callable[[], object]], None, None]:
    """Clients with these tags, who append an event unless one was appended that has the first of them."""
    with datastore(url, len(tags)) as store:
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
