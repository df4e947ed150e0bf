"""A deployment: two nodes that serve, one that works, on servers that they share."""

import json
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from infra.embedded import Servers
from tests.house import RunningHouse, home

ROOM = "nodes"


@pytest.fixture
def nodes(
    embedded: Servers, databases: psycopg.Connection, tmp_path: Path
) -> Iterator[tuple[RunningHouse, RunningHouse]]:
    """Two nodes of the role web; a worker keeps the views for both."""
    databases.execute(sql.SQL("CREATE DATABASE nodes TEMPLATE template0"))
    shared = {
        "LYCEUM_POSTGRES": embedded.postgres.replace("/lyceum?", "/nodes?"),
        "LYCEUM_NATS": embedded.nats,
        "LYCEUM_REDIS": embedded.redis,
        "LYCEUM_KEYS": str(tmp_path / "master-keys.json"),
    }
    with ExitStack() as stack:
        started: list[RunningHouse] = []
        for role in ("worker", "web", "web"):
            node = RunningHouse(stack.enter_context(home()), shared, ("serve", "--roles", role))
            started.append(node.start())
        yield started[1], started[2]
        assert [node.stop() for node in reversed(started)] == [0, 0, 0]
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


def there_as(node: RunningHouse, stack: AsyncExitStack, person: str):
    """A client of that node, closed with the stack."""
    client = node.client(person)
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
