"""A server of voice under measurement: the real node, or one that is told what to do by lines."""

import asyncio
import socket
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import islice
from typing import Protocol
from urllib.parse import urlsplit

from adapters.postgres_log import PostgresLog
from benchmarks.measuring.board_cores import SERVER, on
from benchmarks.measuring.board_house import AT_ONCE, Deployment
from benchmarks.measuring.voice_control import ServerFailed, Told, telling
from domain.catalogue import from_json
from domain.events import Context, Event
from domain.people import ConsentGiven
from domain.rooms import RoomJoined, RoomOpened, TurnTaken
from infra.wiring import utc_now
from tests.house import RunningHouse

SDP = {"Content-Type": "application/sdp"}


class Served(Protocol):
    """What the load needs of a server; `pid` is its process."""

    name: str

    @property
    def pid(self) -> int: ...

    def meet(self, rooms: Sequence[str], each: int) -> None:
        """Let there be these rooms, with people in them who have agreed to be heard."""
        ...

    def join(self, room: str, seat: int, sdp: str) -> tuple[str, str]:
        """Somebody joins the voice of a room: the voice, and the SDP answer. Raises `ServerFailed`."""
        ...

    def leave(self, room: str, seat: int, voice: str) -> None:
        """They leave."""
        ...


Opening = Callable[[], AbstractContextManager[Served]]


def person(room: str, seat: int) -> str:
    """Who has this seat."""
    return f"{room}-{seat}"


@dataclass
class ToldServer:
    """A process that takes anybody."""

    name: str
    told: Told

    @property
    def pid(self) -> int:
        """Of its process."""
        return self.told.pid

    def meet(self, rooms: Sequence[str], each: int) -> None:
        """Rooms are made by joining them."""

    def join(self, room: str, seat: int, sdp: str) -> tuple[str, str]:
        """See Served."""
        found = self.told.do("join", room=room, person=person(room, seat), sdp=sdp)
        return found["voice"], found["sdp"]

    def leave(self, room: str, seat: int, voice: str) -> None:
        """See Served."""
        self.told.do("leave", voice=voice)


@contextmanager
def bare() -> Generator[ToldServer, None, None]:
    """The engine without its house."""
    with telling("benchmarks.measuring.voice_engine") as told:
        yield ToldServer("Lyceum's engine", told)


@contextmanager
def relay() -> Generator[ToldServer, None, None]:
    """aiortc's MediaRelay."""
    with telling("benchmarks.peers.voice_relay") as told:
        yield ToldServer("MediaRelay", told)


@dataclass
class Node:
    """The real node of role `web`: tokens, membership, consent, turns into the log."""

    deployed: Deployment
    house: RunningHouse
    media: int
    """The UDP port of voice."""
    name: str = "Lyceum"
    tokens: dict[str, str] = field(default_factory=dict[str, str])
    connection: HTTPConnection | None = None

    @property
    def pid(self) -> int:
        """Of its process, while it runs."""
        assert self.house.process is not None
        return self.house.process.pid

    def start(self) -> None:
        """On the server's core; again, at the same ports, after it was killed."""
        with on(SERVER):
            self.house.start()

    def meet(self, rooms: Sequence[str], each: int) -> None:
        """Appended to the log, as commands would have done one by one."""
        # In a thread, since Playwright leaves a loop running in this one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, self._meet(rooms, each)).result()

    def join(self, room: str, seat: int, sdp: str) -> tuple[str, str]:
        """See Served."""
        status, headers, body = self.ask(
            "POST", f"/rooms/{room}/voice", person(room, seat), sdp.encode(), SDP
        )
        if status != 201:
            raise ServerFailed(f"{status}: {body[:200].decode(errors='replace')}")
        return headers["location"].rpartition("/")[2], body.decode()

    def leave(self, room: str, seat: int, voice: str) -> None:
        """See Served."""
        self.ask("DELETE", f"/rooms/{room}/voice/{voice}", person(room, seat))

    def ask(
        self, method: str, path: str, who: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """A request for somebody: status, headers in small letters, body. Raises OSError."""
        token = self.tokens.get(who) or self.tokens.setdefault(who, self.house.token(who))
        headers = {"Authorization": f"Bearer {token}", **(headers or {})}
        try:
            return self._ask(method, path, body, headers)
        except ConnectionError:  # it lets go of a connection that was idle
            return self._ask(method, path, body, headers)

    def hang_up(self) -> None:
        """Close the connection of our own requests."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def turns(self, room: str) -> list[TurnTaken]:
        """The turns of speech that the log has of a room."""
        auditor = {"Authorization": f"Bearer {self.house.token('uma', 'auditor')}"}
        status, _, body = self._ask("GET", f"/audit/events?tag=room:{room}&limit=100000", b"", auditor)
        assert status == 200, body
        events = (from_json(line).event for line in body.splitlines())
        return [event for event in events if isinstance(event, TurnTaken)]

    def counts(self) -> dict[str, float]:
        """What the node's metrics say of voice, by the engine's names."""
        _, _, body = self.ask("GET", "/metrics", "root")
        lines = (line.split() for line in body.decode().splitlines() if not line.startswith("#"))
        named = ((words[0].partition("{")[0], words[-1]) for words in lines if words)
        return {
            name.partition("voice_")[2].replace("_", "-"): float(value)
            for name, value in named
            if "voice_" in name
        }

    def _ask(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        if self.connection is None:
            self.connection = HTTPConnection(urlsplit(self.house.url).netloc, timeout=20)
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return response.status, found, response.read()
        except (OSError, HTTPException) as error:
            self.hang_up()
            raise ConnectionError(str(error)) from error

    async def _meet(self, rooms: Sequence[str], each: int) -> None:
        context = Context(org="main", actor="host", role="admin", at=utc_now())
        events = _events(rooms, each)
        async with PostgresLog.opened(self.deployed.where.postgres) as log:
            while some := list(islice(events, AT_ONCE)):
                await log.append(some, context)


@contextmanager
def node(deployed: Deployment) -> Generator[Node, None, None]:
    """A web node, fresh, alone on the server's core."""
    media = _free_port(socket.SOCK_DGRAM)
    ports = {"LYCEUM_MEDIA_PORT": str(media), "LYCEUM_PORT": str(_free_port(socket.SOCK_STREAM))}
    environment = {**deployed.environment, **ports}
    house = RunningHouse(deployed.folder, environment, ("serve", "--roles", "web"))
    running = Node(deployed, house, media)
    running.start()
    try:
        yield running
    finally:
        house.kill()


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _events(rooms: Sequence[str], each: int) -> Generator[Event, None, None]:
    for room in rooms:
        yield RoomOpened(room=room, title="A study room", capacity=each, host="host")
        for seat in range(each):
            yield RoomJoined(room=room, person=person(room, seat))
            yield ConsentGiven(person=person(room, seat), scope="voice")
