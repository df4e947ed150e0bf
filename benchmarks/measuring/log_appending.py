"""Appends: the same bytes in the same number of events, from tasks to ours, from threads to the peers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.key_vault import KeyVault
from adapters.master_keys import MasterKeys
from adapters.postgres_log import PostgresLog, Vault
from adapters.postgres_rows import PostgresRows
from benchmarks.measuring.log_clients import Load, Round, Rounds, Side, in_rounds, tasks, threads
from benchmarks.measuring.log_server import Bench
from benchmarks.peers import stock
from benchmarks.peers.umadb import UmaDb
from benchmarks.report import Row, at_least_times, at_most
from domain.catalogue import encode, tags_of
from domain.events import Boundary, Context, Event, Query, about, type_of
from domain.rooms import MessageSent, RoomJoined
from infra.wiring import utc_now

STOCK = "stock recorder"
"""`PostgresApplicationRecorder`."""
STOCK_GUARDED = "stock DCB recorder"
"""`PostgresDCBRecorderTT`."""
TOPIC = "domain.rooms:RoomJoined"
"""What the stock recorder calls the type of an event."""
POOLS = {"at its best": stock.BEST, "as it comes": stock.AS_IT_COMES}


@dataclass(frozen=True)
class Pace:
    """How much is measured."""

    rounds: int
    seconds: float
    events: int
    """In a log that is read."""
    few: int
    """The same, for a peer that takes long."""


@dataclass(frozen=True)
class Work:
    """Commands at once, events in each, and whether each is guarded by its own room."""

    clients: int
    each: int = 1
    guarded: bool = False
    kind: type[Event] = RoomJoined

    @property
    def name(self) -> str:
        """As the table calls it."""
        what = f"append of {self.each} event{'s' if self.each > 1 else ''}"
        guarded = "guarded " if self.guarded else ""
        return f"{guarded}{what}, {self.clients} at once" if self.clients > 1 else f"{what}, one writer"


def joined(client: int, number: int = 0) -> RoomJoined:
    """Somebody joins the client's own room."""
    return RoomJoined(room=f"room-{client:06}", person=f"person-{number:06}")


def appends(bench: Bench, pace: Pace) -> list[Row]:
    """Without a guard, beside the stock recorder."""
    rows: list[Row] = []
    for work, target in ((Work(32), 15), (Work(128), 25), (Work(32, each=10), 12), (Work(1), 1)):
        with bench.database() as own, bench.database() as other:
            sides = {"ours": _ours(bench, pace, work, own)}
            for name, pool in POOLS.items():
                sides[name] = _stock(bench, pace, work, other, pool)
            found = in_rounds(sides, pace.rounds)
        rows += _rows(work, found, target)
    return [*rows, *_messages(bench, pace)]


def guarded(bench: Bench, pace: Pace, umadb: UmaDb | None, missing: str) -> list[Row]:
    """With a guard, beside the stock recorder and UmaDB; `missing` says why that cannot be had."""
    rows: list[Row] = []
    for work, target in ((Work(32, guarded=True), 12), (Work(128, guarded=True), 12)):
        with bench.database() as own, bench.database() as other:
            sides = {"ours": _ours(bench, pace, work, own)}
            for name, pool in POOLS.items():
                sides[name] = _stock_guarded(bench, pace, work, other, pool)
            if umadb is not None:
                sides["umadb"] = _umadb(umadb, pace, work)
            found = in_rounds(sides, pace.rounds)
        ours, theirs = found["ours"].rate, found["umadb"].rate if umadb else None
        rows += _rows(work, found, target)
        rows.append(
            at_least_times(f"{work.name}; UmaDB{f': {missing}' * bool(missing)}", "/s", ours, theirs, 1)
        )
    return rows


def _rows(work: Work, found: Mapping[str, Rounds], target: float) -> list[Row]:
    which = STOCK_GUARDED if work.guarded else STOCK
    ours, peer = found["ours"], found[next(iter(POOLS))]
    rows = [
        at_least_times(f"{work.name}; {which} {name}", "/s", ours.rate, found[name].rate, target)
        for name in POOLS
    ]
    rows += [
        at_most(f"{work.name}: processor time an event", "µs", ours.cpu_each, peer=peer.cpu_each),
        at_most(f"{work.name}: p50", "ms", ours.quantile(0.5), peer=peer.quantile(0.5)),
    ]
    if work.clients == 1:
        return rows
    half = peer.quantile(0.5)
    return [*rows, at_most(f"{work.name}: p99, of the peer the p50", "ms", ours.quantile(0.99), half, half)]


def _messages(bench: Bench, pace: Pace) -> list[Row]:
    """Events with personal fields, which are encrypted; the peers do not do that."""
    work = Work(32, kind=MessageSent)
    with bench.database() as own, TemporaryDirectory(prefix="lyceum-bench-keys-") as folder:
        masters = MasterKeys.made(Path(folder) / "keys.json")
        side = _ours(bench, pace, work, own, lambda rows: KeyVault(rows, masters))
        found = in_rounds({"ours": side}, pace.rounds)["ours"]
    return [at_least_times("append of 1 message, encrypted, 32 at once", "/s", found.rate, None)]


def _ours(
    bench: Bench, pace: Pace, work: Work, url: str, vault: Callable[[PostgresRows], Vault] | None = None
) -> Side:
    async def measure() -> Round:
        async with PostgresLog.opened(url, vault) as log:
            head = await log.head()
            clients = [command(log, work, client, head) for client in range(work.clients)]
            return await tasks(clients, Load(pace.seconds, work.each, bench.cpu))

    return lambda: bench.run(measure())


def command(log: PostgresLog, work: Work, client: int, head: int) -> Callable[[], Awaitable[object]]:
    """What one client of ours does, again and again."""
    events = [_event(work.kind, client, number) for number in range(work.each)]
    query = Query((about(f"room:room-{client:06}", work.kind),))

    async def append() -> None:
        nonlocal head
        context = Context(org="school", actor="person-000000", role="student", at=utc_now())
        head = await log.append(events, context, Boundary(query, head) if work.guarded else None)

    return append


def _event(kind: type[Event], client: int, number: int) -> Event:
    join = joined(client, number)
    if kind is RoomJoined:
        return join
    text = "Is the common denominator twelve, or do I have to take forty-eight?"
    return MessageSent(room=join.room, person=join.person, message=f"message-{number:06}", text=text)


def _stock(bench: Bench, pace: Pace, work: Work, url: str, pool: stock.Pool) -> Side:
    def measure() -> Round:
        state = encode(joined(0))
        with stock.appending(url, pool, work.clients, work.each, TOPIC, state) as clients:
            return threads(clients, Load(pace.seconds, work.each, bench.cpu))

    return measure


def _stock_guarded(bench: Bench, pace: Pace, work: Work, url: str, pool: stock.Pool) -> Side:
    def measure() -> Round:
        with stock.guarded(url, pool, _tags(work), type_of(RoomJoined), encode(joined(0))) as clients:
            return threads(clients, Load(pace.seconds, cpu=bench.cpu))

    return measure


def _umadb(server: UmaDb, pace: Pace, work: Work) -> Side:
    def measure() -> Round:
        with server.guarded(_tags(work), type_of(RoomJoined), encode(joined(0))) as clients:
            return threads(clients, Load(pace.seconds))

    return measure


def _tags(work: Work) -> Sequence[Sequence[str]]:
    return [tags_of(joined(client)) for client in range(work.clients)]
