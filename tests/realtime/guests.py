"""Those who use the house in these tests: each speaks HTTP, listens to streams and sits at boards."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
from pycrdt import Doc, Text
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from rooms.board import wire
from tests.house import RunningHouse

PATIENCE = 10


def fresh(name: str) -> str:
    """An id that no other test uses: they share one house."""
    return f"{name}-{uuid.uuid4().hex[:12]}"


@dataclass(frozen=True)
class Sent:
    """One event of a stream."""

    event: str
    data: Any
    id: int | None


class Events:
    """The events of one stream, as they arrive."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self) -> Sent | None:
        """The next event; None when the stream has ended."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE):
            async for line in self._lines:
                if line and not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif fields:
                    break
        if not fields:
            return None
        number = int(fields["id"]) if "id" in fields else None
        return Sent(fields["event"], msgspec.json.decode(fields["data"]), number)

    async def until(self, event: str, wanted=lambda data: True) -> Any:
        """The data of the next event of this name that is as wanted; what comes before is passed over."""
        while sent := await self.next():
            if sent.event == event and wanted(sent.data):
                return sent.data
        raise AssertionError(f"the stream ended without {event}")

    async def every(self, wanted: dict[str, Callable[[Any], bool]]) -> dict[str, Any]:
        """The data of the next event of each name that is as wanted, in whatever order they come."""
        found: dict[str, Any] = {}
        while found.keys() != wanted.keys() and (sent := await self.next()):
            if sent.event in wanted.keys() - found.keys() and wanted[sent.event](sent.data):
                found[sent.event] = sent.data
        assert found.keys() == wanted.keys(), f"the stream ended without {wanted.keys() - found.keys()}"
        return found

    async def ended(self) -> None:
        """Wait until the stream has ended."""
        while await self.next():
            pass


class Board:
    """A client at a board."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.doc: Doc = Doc()
        self.text = self.doc.get("text", type=Text)

    async def write(self, text: str) -> None:
        """Put text at the end of the board."""
        before = self.doc.get_state()
        self.text += text
        await self.socket.send(wire.update(self.doc.get_update(before)))

    async def until(self, text: str) -> None:
        """Wait until the board shows this."""
        async with asyncio.timeout(PATIENCE):
            while str(self.text) != text:
                await self.hear()

    async def hear(self) -> None:
        """Take in the next message."""
        match wire.parse(await self.socket.recv()):
            case wire.Step1(state):
                await self.socket.send(wire.step_2(self.doc.get_update(state)))
            case wire.Step2(update) | wire.Update(update):
                self.doc.apply_update(update)
            case _:
                pass

    async def closed(self) -> tuple[int | None, str | None]:
        """Wait until the other side has closed the socket: its code and reason."""
        async with asyncio.timeout(PATIENCE):
            with suppress(ConnectionClosed):
                while True:
                    await self.socket.recv()
        return self.socket.close_code, self.socket.close_reason


class Guest:
    """Somebody with a token."""

    def __init__(self, house: RunningHouse, person: str, role: str, http: httpx.AsyncClient) -> None:
        self.house = house
        self.person = person
        self.role = role
        self.http = http

    async def get(self, path: str, **query: Any) -> Any:
        """What a query answers."""
        return self._body(await self.http.get(path, params=query))

    async def post(self, path: str, **body: Any) -> Any:
        """What a command answers."""
        return self._body(await self.http.post(path, json=body))

    async def put(self, path: str, **body: Any) -> Any:
        return self._body(await self.http.put(path, json=body or None))

    async def delete(self, path: str) -> Any:
        return self._body(await self.http.delete(path))

    async def refused(self, method: str, path: str, **request: Any) -> tuple[int, str]:
        """The status and the code with which a request is refused."""
        return problem(await self.http.request(method, path, **request))

    @asynccontextmanager
    async def stream(self, path: str, after: int | None = None, **query: Any) -> AsyncIterator[Events]:
        """An open stream, as a browser opens it: the token is in the URL."""
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        params = {"token": self.house.token(self.person, self.role), **query}
        async with (
            httpx.AsyncClient(base_url=self.house.url, timeout=PATIENCE) as http,
            http.stream("GET", path, params=params, headers=headers) as response,
        ):
            if response.status_code != 200:
                await response.aread()
                raise AssertionError(f"{response.status_code}: {response.text}")
            yield Events(response)

    @asynccontextmanager
    async def board(self, at: str, **claims: Any) -> AsyncIterator[Board]:
        """A seat at a board."""
        url = self.house.url.replace("http", "ws", 1)
        token = self.house.token(self.person, self.role, **claims)
        async with connect(f"{url}/boards/{at}?token={token}", max_size=None, compression=None) as socket:
            board = Board(socket)
            with suppress(ConnectionClosed):  # whoever has no right to be here is sent away at once
                await socket.send(wire.step_1(board.doc.get_state()))
            yield board

    def _body(self, response: httpx.Response) -> Any:
        assert response.is_success, f"{response.request.url.path}: {response.status_code} {response.text}"
        return response.json() if response.content else None


def problem(response: httpx.Response) -> tuple[int, str]:
    """The status and the code of a response that must be a problem."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    body = response.json()
    assert body.keys() == {"type", "title", "status", "detail"}
    assert body["status"] == response.status_code
    assert body["title"]
    assert body["detail"]
    return response.status_code, body["type"].removeprefix("/problems/")


@asynccontextmanager
async def guests(house: RunningHouse, **roles: str) -> AsyncIterator[list[Guest]]:
    """People whom the house knows by these names, each with a role and an id of their own."""
    async with AsyncExitStack() as stack:
        found: list[Guest] = []
        for name, role in roles.items():
            person = fresh(name)
            http = await stack.enter_async_context(house.client(person, role))
            guest = Guest(house, person, role, http)
            await guest.post("/people", person=person, name=name.title(), role=role)
            found.append(guest)
        yield found


async def room_with(host: Guest, *others: Guest, capacity: int = 8) -> str:
    """A room of the host's that all of them are in."""
    room = (await host.post("/rooms", title="Algebra", capacity=capacity))["room"]
    for guest in (host, *others):
        await guest.post(f"/rooms/{room}/join")
    return room


async def sealed_upto(auditor: Guest, position: int) -> str:
    """The newest checkpoint, once it reaches so far: there is one a second."""
    for _ in range(200):
        note = (await auditor.http.get("/audit/checkpoint")).text
        if int(note.splitlines()[1]) >= position:
            return note
        await asyncio.sleep(0.05)
    raise AssertionError(f"position {position} is not sealed")


async def refusals(house: RunningHouse, boundary: str, reason: str) -> float:
    """How often the house says that it has refused such a thing."""
    async with httpx.AsyncClient(base_url=house.url) as http:
        text = (await http.get("/metrics")).text
    line = f'lyceum_refused_total{{boundary="{boundary}",reason="{reason}"}} '
    return next(
        (float(found.removeprefix(line)) for found in text.splitlines() if found.startswith(line)), 0.0
    )


async def counted(house: RunningHouse, reason: str, wanted: float, boundary: str = "bus") -> bool:
    """Whether the figure comes to what is wanted, after however many looks."""
    for _ in range(200):
        if await refusals(house, boundary, reason) >= wanted:
            return True
    return False


async def asked(tia: Guest, method: str, path: str, **request) -> tuple[int, str]:
    """The refusal, which the figures must show too; and afterwards the house serves on."""
    code = problem(await tia.http.request(method, path, **request))[1]
    before = await refusals(tia.house, "http", code)
    refused = await tia.refused(method, path, **request)
    assert await refusals(tia.house, "http", code) == before + 1
    assert (await tia.get("/people/me"))["person"] == tia.person
    return refused
