"""Our own server of boards: the real node of role `web`, with accounts, permissions, events and all the rest.

The web node has the server's core to itself. The worker, PostgreSQL, NATS and Redis run on the other core,
beside the load, and wait for it when both want to run. Rooms and members are appended to the log, as commands
would have done one by one.
"""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from urllib.parse import urlsplit

import uvloop

from adapters.postgres_log import PostgresLog
from benchmarks.measuring.board_cores import SERVER, on
from benchmarks.measuring.board_served import Served, Serving
from domain.events import Context, Event
from domain.rooms import RoomJoined, RoomOpened
from infra.embedded import Servers, servers
from infra.settings import Settings
from infra.wiring import utc_now
from tests.house import RunningHouse, home

AT_ONCE = 500
"""Events in one append."""


@dataclass
class Deployment:
    """PostgreSQL, NATS, Redis and a worker; web nodes come and go."""

    runner: asyncio.Runner
    folder: Path
    where: Servers
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def environment(self) -> dict[str, str]:
        """What a node is told of the others."""
        where = self.where
        return {"LYCEUM_POSTGRES": where.postgres, "LYCEUM_NATS": where.nats, "LYCEUM_REDIS": where.redis}

    def node(self, *roles: str) -> RunningHouse:
        """A node with these roles, not started."""
        return RunningHouse(self.folder, self.environment, ("serve", "--roles", ",".join(roles)))

    @contextmanager
    def web(self) -> Serving:
        """A web node, fresh, on the server's core."""
        house = self.node("web")
        with on(SERVER):
            house.start()
        assert house.process is not None
        port = urlsplit(house.url).port
        assert port is not None
        try:
            yield Served(
                "Lyceum", port, house.process.pid, lambda rooms, each: self.people(house, rooms, each)
            )
        finally:
            house.kill()

    def people(self, house: RunningHouse, rooms: int, each: int) -> list[str]:
        """Fresh rooms with fresh members, each with a token."""
        names = [f"bench-{next(self.numbers)}" for _ in range(rooms)]
        self.runner.run(self._meet(names, each))
        return [
            f"{name} /boards/{name}?token={house.token(person)}"
            for name in names
            for person in _members(name, each)
        ]

    async def _meet(self, names: Sequence[str], each: int) -> None:
        context = Context(org="main", actor="host", role="admin", at=utc_now())
        events = _events(names, each)
        async with PostgresLog.opened(self.where.postgres) as log:
            while some := list(islice(events, AT_ONCE)):
                await log.append(some, context)


def _members(room: str, each: int) -> list[str]:
    return [f"{room}-{number}" for number in range(each)]


def _events(names: Sequence[str], each: int) -> Generator[Event, None, None]:
    for name in names:
        yield RoomOpened(room=name, title="A study room", capacity=min(each, 200), host="host")
        for person in _members(name, each):
            yield RoomJoined(room=name, person=person)


@contextmanager
def deployment() -> Generator[Deployment, None, None]:
    """Start all but web nodes, on the core that this process is on; stop it at the end."""
    with home() as folder, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        running = servers(Settings.from_environment({"LYCEUM_HOME": str(folder)}))
        deployed = Deployment(runner, folder, runner.run(running.__aenter__()))
        worker = deployed.node("worker")
        try:
            worker.start()
            try:
                yield deployed
            finally:
                worker.stop()
        finally:
            runner.run(running.__aexit__(None, None, None))
