"""Parts are kept running while what they stand on comes and goes, and are stopped for sure."""

import asyncio
from contextlib import suppress

import nats.errors
import nats.js.errors
import psycopg
import pytest

from domain.errors import LogUnavailable
from infra import keeping
from infra.keeping import kept
from rooms.voices.spanning import VoiceUnavailable


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(keeping, "PAUSE", 0)
    monkeypatch.setattr(keeping, "INSISTENCE", 0.02)


AWAY = [
    LogUnavailable(),
    psycopg.OperationalError(),
    psycopg.errors.AdminShutdown(),
    TimeoutError(),
    ConnectionResetError(),
    nats.errors.TimeoutError(),
    nats.errors.ConnectionClosedError(),
    nats.errors.ConnectionReconnectingError(),
    nats.errors.NoRespondersError(),
    nats.errors.OutboundBufferLimitError(),
    nats.js.errors.NoStreamResponseError(),
    nats.js.errors.ServiceUnavailableError(),
    nats.js.errors.NotFoundError(),
    nats.js.errors.FetchTimeoutError(),
    VoiceUnavailable(),
    ExceptionGroup("parts", [LogUnavailable(), ExceptionGroup("more", [nats.errors.TimeoutError()])]),
]


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
async def test_a_part_is_run_again_when_something_outside_was_away(error: Exception):
    again = asyncio.Event()
    runs = 0

    async def part() -> None:
        nonlocal runs
        runs += 1
        if runs < 3:
            raise error
        again.set()
        await asyncio.Event().wait()

    async with asyncio.timeout(5), kept({"part": part}):
        await again.wait()
    assert runs == 3


@pytest.mark.parametrize(
    "error",
    [ValueError("a mistake of ours"), ExceptionGroup("parts", [LogUnavailable(), KeyError("a mistake")])],
    ids=lambda error: type(error).__name__,
)
async def test_a_mistake_of_ours_is_not_hidden(error: Exception):
    async def part() -> None:
        raise error

    with pytest.raises(ExceptionGroup) as group:
        async with asyncio.timeout(5), kept({"part": part}):
            await asyncio.Event().wait()
    assert group.value.subgroup((ValueError, KeyError)) is not None


async def test_a_part_that_loses_a_cancellation_is_told_again():
    started = asyncio.Event()

    async def part() -> None:
        started.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    async with asyncio.timeout(5), kept({"part": part}):
        await started.wait()


async def test_the_part_that_was_started_last_is_stopped_first():
    stopped: list[str] = []

    def part(name: str):
        async def run() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                stopped.append(name)

        return run

    async with kept({name: part(name) for name in ("first", "second", "third")}):
        await asyncio.sleep(0)
    assert stopped == ["third", "second", "first"]


async def test_a_part_that_is_done_is_not_run_again():
    runs: list[int] = []

    async def part() -> None:
        runs.append(1)

    async with kept({"part": part}):
        for _ in range(5):
            await asyncio.sleep(0)
    assert runs == [1]
