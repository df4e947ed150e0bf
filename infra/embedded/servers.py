"""The set of servers: those that no URL is configured for are started, together, and stopped with us."""

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from infra.embedded.errors import HomeInUse
from infra.embedded.folders import locked
from infra.embedded.leftovers import end_leftovers
from infra.embedded.nats import nats
from infra.embedded.postgres import postgres
from infra.embedded.process import Program, Server
from infra.embedded.redis import redis
from infra.settings import Settings

Prepare = Callable[[Path], Awaitable[tuple[Program, str]]]
ADDRESSES = "addresses.json"
KINDS: Mapping[str, Prepare] = {"postgres": postgres, "nats": nats, "redis": redis}


class Servers(Struct, frozen=True):
    """Where the servers are (URLs), and those of them that are ours."""

    postgres: str
    nats: str
    redis: str
    embedded: Sequence[Server] = ()

    async def run(self) -> None:
        """Start a server of ours again whenever it dies. Raises `ServerNotStarted` if that is hopeless."""
        async with asyncio.TaskGroup() as tasks:
            for server in self.embedded:
                tasks.create_task(server.run())


@asynccontextmanager
async def servers(settings: Settings) -> AsyncGenerator[Servers, None]:
    """Start what has no URL configured, under `settings.home`; stop it at the end, within three seconds.

    Raises `HomeInUse`, `ServerMissing` or `ServerNotStarted`; then nothing is left running.
    """
    configured = {"postgres": settings.postgres, "nats": settings.nats, "redis": settings.redis}
    wanted = [kind for kind, url in configured.items() if not url]
    if not wanted:
        yield Servers(settings.postgres, settings.nats, settings.redis)
        return
    home = settings.home.resolve()
    with locked(home):
        await asyncio.to_thread(end_leftovers, [home / kind for kind in KINDS])
        started: list[Server] = []
        try:
            urls = configured | await _start(home, wanted, started)
            where = Servers(urls["postgres"], urls["nats"], urls["redis"], tuple(started))
            _remember(home, where)
            yield where
        finally:
            await asyncio.gather(*(server.stop() for server in started))
            (home / ADDRESSES).unlink(missing_ok=True)


@asynccontextmanager
async def reached(settings: Settings) -> AsyncGenerator[Servers, None]:
    """The servers of the house that runs on this home already; if none does, as `servers`."""
    async with AsyncExitStack() as stack:
        try:
            where = await stack.enter_async_context(servers(settings))
        except HomeInUse:
            addresses = settings.home.resolve() / ADDRESSES
            if not addresses.is_file():
                raise
            where = Servers(**msgspec.json.decode(addresses.read_bytes()))
        yield where


def _remember(home: Path, where: Servers) -> None:
    """For commands that work beside a running house; the addresses hold a password."""
    file = os.open(home / ADDRESSES, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(file, "wb") as addresses:
        urls = {"postgres": where.postgres, "nats": where.nats, "redis": where.redis}
        addresses.write(msgspec.json.encode(urls))


async def _start(home: Path, wanted: Sequence[str], started: list[Server]) -> dict[str, str]:
    """Start all of `wanted` at once; return their URLs. `started` holds them even if one of them fails."""

    async def one(kind: str) -> tuple[str, str]:
        program, url = await KINDS[kind](home)
        server = Server(program)
        started.append(server)
        await server.start()
        return kind, url

    try:
        async with asyncio.TaskGroup() as tasks:
            starts = [tasks.create_task(one(kind)) for kind in wanted]
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    return dict(start.result() for start in starts)
