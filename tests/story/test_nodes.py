"""A deployment: two nodes that serve, one that works, on servers that they share."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from adapters.postgres_log import PostgresLog
from infra.embedded import Servers
from tests.board.nodes import written_once
from tests.board.yjs_client import yjs
from tests.house import RunningHouse, home

ROOM = "nodes"


@pytest.fixture
def nodes(
    embedded: Servers, databases: psycopg.Connection, tmp_path: Path
) -> Iterator[tuple[RunningHouse, RunningHouse]]:
    with deployed(embedded, databases, tmp_path) as serving:
        yield serving


@contextmanager
def deployed(
    embedded: Servers, databases: psycopg.Connection, folder: Path, **settings: str
) -> Iterator[tuple[RunningHouse, RunningHouse]]:
    """Two nodes of the role web; a worker keeps the views for both."""
    databases.execute(sql.SQL("CREATE DATABASE nodes TEMPLATE template0"))
    shared = {
        "LYCEUM_POSTGRES": embedded.postgres.replace("/lyceum?", "/nodes?"),
        "LYCEUM_NATS": embedded.nats,
        "LYCEUM_REDIS": embedded.redis,
        "LYCEUM_KEYS": str(folder / "master-keys.json"),
        **settings,
    }
    with ExitStack() as stack:
        started: list[RunningHouse] = []
        for role in ("worker", "web", "web"):
            node = RunningHouse(stack.enter_context(home()), shared, ("serve", "--roles", role))
            started.append(node.start())
        yield started[1], started[2]
        alive = [node for node in reversed(started) if node.process.poll() is None]
        assert [node.stop() for node in alive] == [0] * len(alive)
    databases.execute(sql.SQL("DROP DATABASE nodes WITH (FORCE)"))


async def test_what_happens_on_one_node_is_seen_on_the_other(nats_url, redis_url, nodes):
    here, there = nodes
    async with AsyncExitStack() as stack:
        root = await stack.enter_async_context(here.client("root", "admin"))
        ada = await stack.enter_async_context(here.client("ada"))
        ben = await stack.enter_async_context(there.client("ben"))
        for person in ("ada", "ben"):
            await ok(root.post("/people", json={"person": person, "name": person.title()}))
        await ok(root.post("/rooms", json={"room": ROOM, "title": "Two nodes"}))
        problem = {"problem": "sum", "skill": "sums", "prompt": "1 + 1?", "key": "2"}
        await ok(root.post("/problems", json=problem))
        await ok(ada.put("/people/me/consents/leaderboard"))
        await ok(ada.post(f"/rooms/{ROOM}/join"))
        await ok(ben.post(f"/rooms/{ROOM}/join"))

        feed = await stack.enter_async_context(ben.stream("GET", f"/rooms/{ROOM}/feed"))
        board = await stack.enter_async_context(ben.stream("GET", "/leaderboards/xp/live"))
        said, ranked = events(feed), events(board)
        assert (await anext(said))[0] == "hello"
        assert (await anext(ranked))[1]["entries"] == []

        await ok(ada.post(f"/rooms/{ROOM}/messages", json={"text": "Hello over there"}))
        kind, fact = await anext(said)
        assert (kind, fact["event"]["text"]) == ("room.message-sent.v1", "Hello over there")

        answer = await ok(ada.post("/answers", json={"problem": "sum", "given": "2"}))
        shown = await anext(shown async for _, shown in ranked if shown["entries"])
        assert [(place["person"], place["points"]) for place in shown["entries"]] == [("ada", 10)]

        position = answer.json()["position"]
        mastery = await ok(
            there_as(there, stack, "ada").get("/learners/ada/mastery", params={"at_least": position})
        )
        assert mastery.json()["skills"][0]["answers"] == 1


async def test_a_board_is_one_on_both_nodes_and_outlives_one_of_them(nats_url, redis_url, nodes):
    here, there = nodes
    async with AsyncExitStack() as stack:
        root = await stack.enter_async_context(here.client("root", "admin"))
        await ok(root.post("/rooms", json={"room": ROOM, "title": "Two nodes"}))
        clients = await stack.enter_async_context(yjs())
        seats = []
        for person, node in (("ada", here), ("ben", there), ("cyd", here)):
            await ok(root.post("/people", json={"person": person, "name": person.title()}))
            await ok(there_as(there, stack, person).post(f"/rooms/{ROOM}/join"))
            token = node.token(person)
            seats.append(await clients.client(person, boards_of(node), ROOM, token=token))
            await seats[-1].do("connect")
            await seats[-1].until(synced=True)
        ada, ben, cyd = seats
        for seat in seats:
            await seat.until(present=["ada", "ben", "cyd"])
        await ada.do("insert", at=0, text="a" * 10)
        await ben.until(text="a" * 10)
        await ben.do("insert", at=10, text="b" * 10)
        await cyd.until(text="a" * 10 + "b" * 10)

        await cyd.do("insert", at=20, text="c" * 10)
        await ben.until(text="a" * 10 + "b" * 10 + "c" * 10)
        here.kill()  # nothing of cyd's is in the log, and cyd never comes back
        await cyd.do("disconnect")
        await ada.do("insert", at=0, text="a")
        await ada.do("move", url=boards_of(there))
        text = "a" * 11 + "b" * 10 + "c" * 10
        await ben.until(text=text, present=["ada", "ben"])
        await ada.until(text=text, present=["ada", "ben"])
        await ben.do("insert", at=31, text="b")

        auditor = there_as(there, stack, "kim", "auditor")
        wanted = {"ada": 11, "ben": 11, "cyd": 10}
        async with asyncio.timeout(20):
            while await authors(auditor) != wanted:  # noqa: ASYNC110 - the log tells nobody outside
                await asyncio.sleep(0.1)
        log = PostgresLog.opened(there.environment["LYCEUM_POSTGRES"])
        await written_once(await stack.enter_async_context(log), ROOM, "main")


def boards_of(node: RunningHouse) -> str:
    """The URL of its boards."""
    return node.url.replace("http", "ws", 1) + "/boards"


async def authors(auditor):
    """Person -> characters, as the log has it."""
    then = (await ok(auditor.get(f"/audit/rooms/{ROOM}"))).json()
    return {author["person"]: author["characters"] for author in then["authors"]}


def there_as(node: RunningHouse, stack: AsyncExitStack, person: str, role="student"):
    """A client of that node, closed with the stack."""
    client = node.client(person, role)
    stack.push_async_callback(client.aclose)
    return client


async def events(stream):
    """The (name, data) pairs of a stream of events."""
    name = ""
    async for line in stream.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


async def ok(request):
    """The response, which must be a success."""
    response = await request
    assert response.is_success, response.text
    return response
