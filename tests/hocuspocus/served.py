"""Both protocols behind real WebSockets: of a house the log, the tokens, the door and the boards."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

from litestar import Litestar
from litestar.datastructures import State

from domain.commands import ROUTES
from domain.events import Context
from domain.log import EventLog
from domain.rooms import RoomJoined, RoomOpened
from infra.serving import FRAME, Server, listening
from realtime.access import Tokens
from realtime.house import House
from realtime.metrics import Metrics
from realtime.perform import Performer
from realtime.routes import board
from realtime.sockets.keeper import Sockets
from realtime.standings import Standings
from tests.board.support import QUICK, Running, running
from tests.house import SECRET

NOW = datetime(2026, 3, 2, 12, 0, 0, 800_000, tzinfo=UTC)
"""A clock that stands: tokens expire at full seconds, so a brief one lasts a fifth of a second from now."""
PEOPLE = ("ada", "ben", "cem")


@dataclass
class School:
    """The house, and what a test does to it."""

    house: House
    running: Running
    log: EventLog
    url: str = ""
    port: int = 0

    def token(self, person: str, role="student", *, brief=False) -> str:
        """A token that lasts an hour, or a fifth of a second."""
        lasts = timedelta(seconds=1) if brief else timedelta(hours=1)
        return self.house.tokens.make(person, role, lasts=lasts)

    async def room(self, room: str, members: Sequence[str] = PEOPLE) -> None:
        """A room with these people in it."""
        opened = RoomOpened(room=room, title="Algebra", capacity=8, host=members[0])
        joined = [RoomJoined(room=room, person=person) for person in members]
        await self.log.append([opened, *joined], Context(org="main", actor="tia", role="tutor", at=NOW))

    def text(self, room: str) -> str | None:
        """What stands on a board."""
        return self.running.boards.text("main", room)

    def kick(
        self, room: str, person: str, code: int = 4403, reason: str = "You have left this room."
    ) -> None:
        """Show somebody out, as the feed does."""
        self.running.boards.drop("main", room, person, code, reason)


@asynccontextmanager
async def school(log: EventLog, limits=QUICK, *, again=False) -> AsyncIterator[School]:
    """A house with the rooms `r` and `s`, each with everybody in it; they are there already if `again`."""
    async with running(log, limits) as boards:
        performer = Performer(log, ROUTES)
        parts = {
            "log": log,
            "performer": performer,
            "standings": Standings(performer),
            "boards": boards.boards,
            "metrics": Metrics(),
            "clock": lambda: NOW,
            "tokens": Tokens(SECRET, lambda: NOW),
        }
        here = School(House(**{field.name: parts.get(field.name) for field in fields(House)}), boards, log)
        for room in () if again else ("r", "s"):
            await here.room(room)
        yield here


@asynccontextmanager
async def served(log: EventLog, port: int = 0, *, again=False, plain=False) -> AsyncIterator[School]:
    """The same on a real server: on our own sockets, or on the `plain` routes; stopped as the wiring does."""
    async with school(log, again=again) as here, asyncio.TaskGroup() as group:
        sockets = Sockets(here.house, largest=FRAME)
        keeping = group.create_task(sockets.run())
        server = Server(_routes(here.house), None if plain else sockets.socket)
        listener = listening("127.0.0.1", port)
        here.port = listener.getsockname()[1]
        here.url = f"ws://127.0.0.1:{here.port}"
        serving = group.create_task(server.serve([listener]))
        await server.ready.wait()
        try:
            yield here
        finally:
            server.should_exit = True
            await serving
            keeping.cancel()


def _routes(house: House) -> Litestar:
    handlers = [board.board, board.boards]
    return Litestar(handlers, state=State({"house": house}), openapi_config=None, logging_config=None)
