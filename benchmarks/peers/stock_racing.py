"""The library's recorders while processes write: `python -m benchmarks.peers.stock_racing URL KIND N`.

It says "ready", begins when its standard input ends, and appends N events, one at a time, in several threads.
"""

import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol
from uuid import uuid4

from eventsourcing.dcb.api import DCBEvent
from eventsourcing.dcb.postgres_tt import PostgresDCBRecorderTT
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from benchmarks.peers.stock import AS_IT_COMES, datastore

THREADS = 8


class Recorder(Protocol):
    """What a race needs of a recorder."""

    def append(self) -> int:
        """Record one event; its position."""
        ...

    def following(self) -> Generator[int, None, None]:
        """The positions that a live subscriber is told."""
        ...

    def recorded(self) -> Sequence[int]:
        """All positions."""
        ...

    def create_table(self) -> None:
        """Make its tables; not for several processes at once."""
        ...


class WithFunctions:
    """`PostgresApplicationRecorder` with `POSTGRES_ENABLE_DB_FUNCTIONS=y`."""

    def __init__(self, store: PostgresDatastore) -> None:
        store.enable_db_functions = True
        self._recorder = PostgresApplicationRecorder(store)
        self.create_table = self._recorder.create_table

    def append(self) -> int:
        """See `Recorder`."""
        positions = self._recorder.insert_events([StoredEvent(uuid4(), 1, "raced", b"")])
        assert positions
        return positions[-1]

    def following(self) -> Generator[int, None, None]:
        """See `Recorder`."""
        with self._recorder.subscribe() as subscription:
            for notification in subscription:
                yield notification.id

    def recorded(self) -> Sequence[int]:
        """See `Recorder`."""
        return [each.id for each in self._recorder.select_notifications(start=None, limit=10**9)]


class Unconditional:
    """`PostgresDCBRecorderTT`, which appends without a condition."""

    def __init__(self, store: PostgresDatastore) -> None:
        self._recorder = PostgresDCBRecorderTT(store)
        self.create_table = self._recorder.create_table

    def append(self) -> int:
        """See `Recorder`."""
        return self._recorder.append([DCBEvent("raced", b"", ["room:algebra"])])

    def following(self) -> Generator[int, None, None]:
        """See `Recorder`."""
        with self._recorder.subscribe() as subscription:
            for event in subscription:
                yield event.position

    def recorded(self) -> Sequence[int]:
        """See `Recorder`."""
        return [each.position for each in self._recorder.read()]


KINDS: Mapping[str, Callable[[PostgresDatastore], Recorder]] = {
    "functions": WithFunctions,
    "unconditional": Unconditional,
}


@contextmanager
def recorder(url: str, kind: str) -> Generator[Recorder, None, None]:
    """A recorder of that kind."""
    with datastore(url, AS_IT_COMES) as store:
        yield KINDS[kind](store)


def main(url: str, kind: str, events: int) -> None:
    """Append."""
    with recorder(url, kind) as opened, ThreadPoolExecutor(THREADS) as threads:
        print("ready", flush=True)
        sys.stdin.read()
        for done in [threads.submit(opened.append) for _ in range(events)]:
            done.result()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
