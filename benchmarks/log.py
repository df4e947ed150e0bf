"""The log against the eventsourcing library's recorders and UmaDB, on one machine, in turn, in one run.

PostgreSQL is the embedded one with all its settings (fsync on), and a fresh database for each side; the peer
runs on the same server. UmaDB runs beside it, as durable as it comes. Every figure is a median of rounds.

Appends: every client waits for its command and gives the next one at once. Ours is measured through
`PostgresLog`, from asyncio tasks on uvloop: checking, encoding and tagging count. The peers are measured at
their recorders, from threads, with as many bytes, encoded beforehand. A guard asks whether anybody else has
joined the client's own room. "At its best" the stock recorder has the pool that was fastest of many, "as it
comes" the library's own; the lines on processor time and waiting are beside the former.

Reading: the stock reader makes objects of JSON; the stock projection counts joins a room, as ours does, its
tracking in the same transaction. To read one's own write, ours keeps all views of the house, and the word
goes over NATS. Live delivery counts the append, all followers and PostgreSQL.
"""

from collections.abc import Generator
from contextlib import contextmanager

from benchmarks.measuring.log_appending import Pace, appends, guarded
from benchmarks.measuring.log_following import delivery, read_your_own_write
from benchmarks.measuring.log_memory import memory
from benchmarks.measuring.log_processes import together
from benchmarks.measuring.log_reading import projection, replay
from benchmarks.measuring.log_server import bench
from benchmarks.peers.umadb import PeerMissing, UmaDb, umadb
from benchmarks.report import arguments, show


def main() -> None:
    """Measure all of it, and print."""
    asked = arguments("log", __doc__)
    pace = Pace(1, 0.5, 10_000, 200) if asked.quick else Pace(3, 3.0, 100_000, 3000)
    with bench() as server:
        rows = appends(server, pace)
        with _umadb() as (peer, missing):
            rows += guarded(server, pace, peer, missing)
        for measure in (replay, projection, read_your_own_write, delivery, together, memory):
            rows += measure(server, pace)
    show("log", rows, missing and f"UmaDB: {missing}")


@contextmanager
def _umadb() -> Generator[tuple[UmaDb | None, str], None, None]:
    """UmaDB, or why it cannot be had."""
    served = umadb()
    try:
        peer = served.__enter__()
    except PeerMissing as error:
        yield None, str(error)
        return
    try:
        yield peer, ""
    finally:
        served.__exit__(None, None, None)


if __name__ == "__main__":
    main()
