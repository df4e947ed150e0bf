"""An application of the eventsourcing library, and a projection of it, as its documentation makes them."""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import count, islice
from threading import Event, Thread
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import ApplicationSubscription, Projection, ProjectionRunner
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL

SECTION = 500
"""Notifications in one read; tried from 100 to 10,000, it was as fast as any."""


FILLED = 500
"""Events in one append while a log is filled; with many more, its pipeline waits for itself for ever."""


class Joined(Aggregate.Event):
    """Somebody joined a room."""

    room: str
    person: str


class Rooms(Application[UUID]):
    """The write side."""


class Joins(PostgresTrackingRecorder):
    """The read side: how often a room was joined, and by whom last, with the tracking in one transaction."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        table = "create table if not exists joins (room text primary key, joins bigint, last text)"
        self.sql_create_statements.append(SQL(table).format())

    def joined(self, room: str, person: str, tracking: Tracking) -> None:
        """Count one."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(
                "insert into joins values (%s, 1, %s) on conflict (room)"
                " do update set joins = joins.joins + 1, last = excluded.last",
                (room, person),
                prepare=True,
            )


class Counting(Projection[Joins]):
    """Folds joins into the view. Set `until` and `reached` to be told when a position was folded."""

    until = 0
    reached = Event()

    @singledispatchmethod
    def process_event(self, domain_event: object, tracking: Tracking) -> None:
        """Pass over what is none of ours."""

    @process_event.register
    def _(self, domain_event: Joined, tracking: Tracking) -> None:
        self.view.joined(domain_event.room, domain_event.person, tracking)
        if tracking.notification_id >= Counting.until:
            Counting.reached.set()


Runner = ProjectionRunner[Rooms, Joins]


def environment(url: str, connections: int) -> Mapping[str, str]:
    """What an application is configured by."""
    where = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": where["dbname"],
        "POSTGRES_HOST": where["host"],
        "POSTGRES_USER": where["user"],
        "POSTGRES_PASSWORD": "none",
        "POSTGRES_POOL_SIZE": str(connections),
        "POSTGRES_MAX_OVERFLOW": "0",
    }


@contextmanager
def application(url: str, connections: int = 4) -> Generator[Rooms, None, None]:
    """The application, connected."""
    with Rooms(environment(url, connections)) as app:
        recorder = app.recorder
        assert isinstance(recorder, PostgresApplicationRecorder)
        recorder.datastore.pool.open()
        recorder.datastore.pool.wait(30)
        yield app


def fill(url: str, events: int, rooms: int) -> None:
    """Record joins, each of the next room."""
    with application(url) as app:
        stored = (app.mapper.to_stored_event(event) for event in _joins(events, rooms))
        while batch := list(islice(stored, FILLED)):
            app.recorder.insert_events(batch)


def replay(app: Rooms) -> int:
    """Read all and make it objects; how many."""
    last = seen = 0
    while read := app.recorder.select_notifications(last, SECTION, inclusive_of_start=False):
        for each in read:
            app.mapper.to_domain_event(each)
        seen += len(read)
        last = read[-1].id
    return seen


@contextmanager
def projecting(url: str) -> Generator[Runner, None, None]:
    """The projection, at work in its thread."""
    with ProjectionRunner(
        application_class=Rooms, projection_class=Counting, view_class=Joins, env=dict(environment(url, 4))
    ) as runner:
        yield runner


def one_more(app: Rooms) -> int:
    """Record a join; its position."""
    stored = app.mapper.to_stored_event(next(_joins(1, 1)))
    positions = app.recorder.insert_events([stored])
    assert positions
    return positions[0]


def _joins(events: int, rooms: int) -> Iterator[Joined]:
    aggregates = [uuid4() for _ in range(rooms)]
    versions = [count(1) for _ in range(rooms)]
    for number in range(events):
        room = number % rooms
        fields: dict[str, Any] = {
            "originator_id": aggregates[room],
            "originator_version": next(versions[room]),
            "timestamp": Joined.create_timestamp(),
            "room": f"room-{room:06}",
            "person": f"person-{number % 5000:06}",
        }
        yield Joined(**fields)


@contextmanager
def subscribed(url: str, followers: int, seen: Callable[[int], None]) -> Generator[Rooms, None, None]:
    """Subscriptions that each call `seen` with every position, from a thread each.

    Each of them holds one connection to listen on, and borrows one to read: there are some for that, too.
    """
    with application(url, followers + 12) as app, ExitStack() as stack:
        head = app.recorder.max_notification_id() or 0
        subscriptions = [stack.enter_context(ApplicationSubscription(app, gt=head)) for _ in range(followers)]
        threads = [Thread(target=_read, args=(each, seen)) for each in subscriptions]
        for thread in threads:
            thread.start()
        yield app
        for subscription in subscriptions:
            subscription.stop()
        for thread in threads:
            thread.join()


def _read(subscription: "ApplicationSubscription[UUID]", seen: Callable[[int], None]) -> None:
    for _, tracking in subscription:
        seen(tracking.notification_id)
