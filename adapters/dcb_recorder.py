"""Our log as a recorder of the eventsourcing library, so that its stock applications run on it.

The library is synchronous, the log is not: each recorder has one thread with an event loop of its own.
Set `PERSISTENCE_MODULE` to `adapters.dcb_recorder` and `POSTGRES_URL` to the database.
"""

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from eventsourcing.dcb.api import (
    DCBAppendCondition,
    DCBEvent,
    DCBQuery,
    DCBReadResponse,
    DCBRecorder,
    DCBSequencedEvent,
)
from eventsourcing.dcb.persistence import DCBInfrastructureFactory, DCBListenNotifySubscription
from eventsourcing.persistence import IntegrityError, OperationalError, ProgrammingError, TrackingRecorder

from adapters.postgres_rows import PostgresRows
from adapters.stored import Row
from domain.errors import BoundaryMoved, LogUnavailable
from domain.events import Boundary, Item, Query

T = TypeVar("T")
POLL = 1.0
ORG = "library"
"""The organisation whose events these are."""


class _Held(msgspec.Struct, frozen=True):
    """An event of the library in the form that events have in the log."""

    type: str
    data: bytes


_held = msgspec.msgpack.Decoder(_Held)


class LyceumDCBRecorder(DCBRecorder):
    """The library's recorder on our tables. Close it to end its thread."""

    def __init__(self, url: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._listeners: set[threading.Event] = set()
        ready: Future[PostgresRows] = Future()
        self._thread = threading.Thread(target=self._run, args=(url, ready), daemon=True)
        self._thread.start()
        self._rows = ready.result()

    def close(self) -> None:
        """End the thread and its connections."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._closing.set)
            self._thread.join()

    def read(
        self, query: DCBQuery | None = None, *, after: int | None = None, limit: int | None = None
    ) -> DCBReadResponse:
        """See `DCBRecorder.read`."""
        return self._wait(self._read(_query(query), after or 0, limit))

    def append(self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None = None) -> int:
        """See `DCBRecorder.append`."""
        if not events:
            raise ProgrammingError("nothing to append")
        now = datetime.now(UTC)
        rows = [Row(0, now, ORG, e.type, "library", None, tuple(e.tags), _data(e)) for e in events]
        boundary = condition and Boundary(_query(condition.fail_if_events_match), condition.after or 0)
        try:
            return self._wait(self._rows.append(rows, boundary))
        except BoundaryMoved as error:
            raise IntegrityError(condition) from error
        except LogUnavailable as error:
            raise OperationalError(str(error)) from error

    def subscribe(self, query: DCBQuery | None = None, *, after: int | None = None) -> "Subscription":
        """See `DCBRecorder.subscribe`."""
        return Subscription(self, query=query, after=after)

    def listen(self, event: threading.Event) -> None:
        """Set `event` after each commit."""
        self._listeners.add(event)

    def unlisten(self, event: threading.Event) -> None:
        """Set `event` no longer."""
        self._listeners.discard(event)

    async def _read(self, query: Query, after: int, limit: int | None) -> "Response":
        head = await self._rows.head()
        positions = await self._rows.positions(query, org=ORG, after=after, upto=head)
        wanted = positions[:limit]
        rows = [row async for batch in self._rows.at(wanted) for row in batch]
        if limit is not None:
            return Response(rows, wanted[-1] if wanted else None)
        return Response(rows, head or None)

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _run(self, url: str, ready: "Future[PostgresRows]") -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve(url, ready))

    async def _serve(self, url: str, ready: "Future[PostgresRows]") -> None:
        try:
            async with PostgresRows.opened(url) as rows:
                rows.committed.append(self._notify)
                ready.set_result(rows)
                await self._poll()
        except Exception as error:
            if ready.done():
                raise
            ready.set_exception(OperationalError(str(error)))

    async def _poll(self) -> None:
        """Wake who listens once a second, until the recorder is closed: other processes append too."""
        while not self._closing.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await self._closing.wait()
            self._notify(())

    def _notify(self, _: Sequence[Row]) -> None:
        for event in tuple(self._listeners):
            event.set()


class Response(DCBReadResponse):
    """What was read, and how far."""

    def __init__(self, rows: Sequence[Row], head: int | None) -> None:
        self._rows: Iterator[Row] = iter(rows)
        self._head = head

    @property
    def head(self) -> int | None:
        """The head when this was read, or the last position where a limit was given."""
        return self._head

    def __next__(self) -> DCBSequencedEvent:
        row = next(self._rows)
        event = DCBEvent(type=row.type, data=_held.decode(row.data).data, tags=list(row.tags))
        return DCBSequencedEvent(event=event, position=row.position)


class Subscription(DCBListenNotifySubscription[LyceumDCBRecorder]):
    """The library's subscription, woken by our commits."""

    def __init__(
        self, recorder: LyceumDCBRecorder, query: DCBQuery | None = None, after: int | None = None
    ) -> None:
        super().__init__(recorder=recorder, query=query, after=after)
        recorder.listen(self._has_been_notified)

    def stop(self) -> None:
        """See `DCBSubscription.stop`."""
        super().stop()
        self._recorder.unlisten(self._has_been_notified)


class Factory(DCBInfrastructureFactory[TrackingRecorder]):
    """What the library asks for a recorder, when `PERSISTENCE_MODULE` names this module."""

    def dcb_recorder(self) -> DCBRecorder:
        """A recorder on the database at `POSTGRES_URL`."""
        url = self.env.get("POSTGRES_URL")
        if not url:
            raise OSError("POSTGRES_URL is not set")
        self._recorder = LyceumDCBRecorder(url)
        return self._recorder

    def close(self) -> None:
        """End the recorder's thread."""
        self._recorder.close()


def _data(event: DCBEvent) -> bytes:
    return msgspec.msgpack.encode(_Held(event.type, event.data))


def _query(query: DCBQuery | None) -> Query:
    items = query.items if query else ()
    return Query(tuple(Item(tuple(item.types), tuple(item.tags)) for item in items))
