"""Two students write, one is erased: nothing holds their name and words, all of the other's stands."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import nats
import psycopg
import pytest
from msgspec.structs import replace
from psycopg import sql
from redis.asyncio import Redis

from adapters.nats_bus import FACTS
from adapters.postgres_log import PostgresLog
from domain.commands import ROUTES
from domain.erasure import ErasePerson
from domain.events import Context
from domain.interventions import InterventionDelivered
from infra.embedded import Servers
from infra.logs import log_at
from infra.settings import Settings
from realtime.perform import Performer
from tests.house import RunningHouse, home
from tests.realtime.guests import PATIENCE, Guest, sealed_upto

ROOM = "algebra"
ZOE = ("Zoë Quillfeather", "the zebra crossed at noon", "zebra forty-two")
BEN = ("Ben Okonkwo", "the okapi stayed at home", "okapi seventeen")
"""The name, a message, and an answer of each."""
TOLD = "Zoë Quillfeather, what would you check next?"
SERVICE = Context(org="main", actor="facilitator", role="service", at=datetime.now(UTC))
ROLES = {"zoe": "student", "ben": "student", "tia": "tutor", "root": "admin", "kim": "auditor"}


@dataclass
class Deployment:
    """Two nodes that serve, the first of which works too, on servers that they share."""

    here: RunningHouse
    there: RunningHouse
    shared: dict[str, str]

    def run(self, *words: str, status: int = 0) -> str:
        """A command of the command line, beside them."""
        return RunningHouse(self.here.home, self.shared, words).run(status=status)

    @property
    def settings(self) -> Settings:
        return Settings.from_environment({**self.shared, "LYCEUM_HOME": str(self.here.home)})


@pytest.fixture
def nodes(embedded: Servers, databases: psycopg.Connection, tmp_path: Path) -> Iterator[Deployment]:
    databases.execute(sql.SQL("CREATE DATABASE erasing TEMPLATE template0"))
    shared = {
        "LYCEUM_POSTGRES": embedded.postgres.replace("/lyceum?", "/erasing?"),
        "LYCEUM_NATS": embedded.nats,
        "LYCEUM_REDIS": embedded.redis,
        "LYCEUM_KEYS": str(tmp_path / "master-keys.json"),
    }
    with ExitStack() as stack:
        houses = [
            RunningHouse(stack.enter_context(home()), shared, ("serve", "--roles", role)).start()
            for role in ("web,worker", "web")
        ]
        yield Deployment(*houses, shared)
        assert [house.stop() for house in reversed(houses)] == [0, 0]
    databases.execute(sql.SQL("DROP DATABASE erasing WITH (FORCE)"))


@pytest.fixture
async def people(nodes: Deployment) -> AsyncIterator[dict[str, Guest]]:
    """Everybody at the one node, and an auditor and the other student at the other as well."""
    async with AsyncExitStack() as stack:

        async def guest(house: RunningHouse, person: str) -> Guest:
            http = await stack.enter_async_context(house.client(person, ROLES[person]))
            return Guest(house, person, ROLES[person], http)

        found = {person: await guest(nodes.here, person) for person in ROLES}
        found |= {f"{person} there": await guest(nodes.there, person) for person in ("ben", "kim", "root")}
        yield found


async def history(nodes: Deployment, people: dict[str, Guest]) -> int:
    """Both write, answer and draw; the facilitator speaks to one. The position that it comes to."""
    root, tia = people["root"], people["tia"]
    await root.post("/people", person="tia", name="Tia", role="tutor")
    await root.post("/problems", problem="p", skill="sums", prompt="1 + 1?", key="2")
    await tia.post("/rooms", room=ROOM, title="Algebra")
    for who, (name, message, answer) in (("zoe", ZOE), ("ben", BEN)):
        await root.post("/people", person=who, name=name)
        await people[who].post(f"/rooms/{ROOM}/join")
        await people[who].put("/people/me/consents/leaderboard")
        await people[who].post(f"/rooms/{ROOM}/messages", text=message)
        await people[who].post("/answers", problem="p", given=answer, room=ROOM)
        await people[who].post("/answers", problem="p", given="2", room=ROOM)
    async with people["zoe"].board(ROOM) as hers, people["ben"].board(ROOM) as his:
        await hers.write("drawn together")
        await his.until("drawn together")
        await his.write(", and more")
        await hers.until("drawn together, and more")
    async with log_at(nodes.shared["LYCEUM_POSTGRES"], nodes.settings) as log:
        said = InterventionDelivered(
            intervention="i1", room=ROOM, person="zoe", text=TOLD, why="0 s", source="template"
        )
        return await log.append([said], SERVICE)


async def surfaces(nodes: Deployment, people: dict[str, Guest], before: int, at_least: int) -> str:
    """All that anybody but the two themselves is shown, at both nodes."""
    root, ben, kim, there = people["root"], people["ben"], people["kim"], people["kim there"]
    shown = [await each.get(f"/rooms/{ROOM}", at_least=at_least) for each in (root, ben, kim, there)]
    shown += [await each.get("/leaderboards/xp", at_least=at_least) for each in (ben, people["ben there"])]
    shown += [await each.get(f"/audit/rooms/{ROOM}", at=before) for each in (kim, there)]
    shown += [await each.get(f"/audit/views/room/{ROOM}", at=before) for each in (kim, there)]
    shown += [await each.get("/audit/views/people/zoe", at=before) for each in (kim, there)]
    shown += [await people["root there"].get("/people/zoe/export")]
    texts = [json.dumps(each, ensure_ascii=False) for each in shown]
    for each in (kim, there):
        texts.append((await each.http.get("/audit/events", params={"limit": 1000})).text)
    texts += [await feed(each, before) for each in (ben, people["ben there"])]
    return "\n".join(texts)


async def feed(who: Guest, upto: int) -> str:
    """What somebody is shown who comes back to the room after a long time."""
    seen: list[str] = []
    async with who.stream(f"/rooms/{ROOM}/feed", after=0) as stream:
        while sent := await stream.next():
            seen.append(json.dumps(sent.data, ensure_ascii=False))
            if sent.event == "intervention.delivered.v1":
                return "\n".join(seen)
    raise AssertionError("the feed ended")


async def stores(nodes: Deployment) -> bytes:
    """Every byte that PostgreSQL, NATS and Redis hold, and that nodes have written to their logs."""
    found = [house.errors().encode() for house in (nodes.here, nodes.there)]
    async with await psycopg.AsyncConnection.connect(nodes.shared["LYCEUM_POSTGRES"]) as connection:
        tables = await (
            await connection.execute("select tablename from pg_tables where schemaname = 'public'")
        ).fetchall()
        for (table,) in tables:
            rows = await connection.execute(
                sql.SQL("select * from {}").format(sql.Identifier(table)), binary=True
            )
            found += [repr_of(value) for row in await rows.fetchall() for value in row]
    async with Redis.from_url(nodes.shared["LYCEUM_REDIS"]) as redis:
        found += [bytes(await redis.dump(key) or b"") + key for key in await redis.keys("*")]
    client = await nats.connect(nodes.shared["LYCEUM_NATS"])
    stream = client.jetstream()
    state = (await stream.stream_info(str(FACTS.name))).state
    for number in range(state.first_seq, state.last_seq + 1):
        found.append((await stream.get_msg(str(FACTS.name), number)).data or b"")
    await client.close()
    return b"\n".join(found)


def repr_of(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


async def kept_keys(nodes: Deployment) -> set[str]:
    """Whose keys there are."""
    async with await psycopg.AsyncConnection.connect(nodes.shared["LYCEUM_POSTGRES"]) as connection:
        rows = await connection.execute("select person from person_keys where wrapped is not null")
        return {person for (person,) in await rows.fetchall()}


def in_any(texts: Sequence[str], held: bytes) -> list[str]:
    return [text for text in texts if text.encode() in held]


async def test_nothing_holds_the_erased_and_everything_holds_the_other(nats_url, redis_url, nodes, people):
    position = await history(nodes, people)
    before = await surfaces(nodes, people, position, position)
    everything = (*ZOE, *BEN, TOLD)
    assert in_any(everything, before.encode()) == [*everything]
    assert (
        in_any([text for text in everything if text not in (ZOE[0], BEN[0])], await stores_of_log(nodes))
        == []
    )

    checkpoint = nodes.here.home / "checkpoint"
    checkpoint.write_text(await sealed_upto(people["kim"], position))
    proof = await people["kim"].get(f"/audit/proof/{position}")
    assert "Zoë Quillfeather" in nodes.run("export", "zoe")

    assert "zoe is erased" in nodes.run("erase", "zoe", "--yes")
    assert "was erased before" in nodes.run("erase", "zoe", "--yes")
    erased = (await people["root"].post("/people/zoe/erase"))["position"]
    async with asyncio.timeout(PATIENCE):
        while in_any((*ZOE, TOLD), (after := await surfaces(nodes, people, position, erased)).encode()):
            pass  # the other node is told a moment later
    assert in_any(BEN, after.encode()) == [*BEN]
    assert in_any((*ZOE, TOLD), await stores(nodes)) == []
    assert "drawn together, and more" in after

    then = await people["kim there"].get(f"/audit/rooms/{ROOM}", at=position)
    assert {(author["person"], author["name"]) for author in then["authors"]} == {
        ("", "[erased]"),
        ("ben", BEN[0]),
    }
    again = await people["kim"].get(f"/audit/proof/{position}", size=proof["size"])
    assert again["line"] == proof["line"]
    verified = nodes.run("verify", "--checkpoint", str(checkpoint))
    assert "Every event that is sealed is as it was sealed" in verified
    assert "every view equals a rebuild" in verified

    assert await people["zoe"].refused("POST", f"/rooms/{ROOM}/join") == (409, "person-was-erased")
    body = {"person": "zoe", "name": "Zoë again"}
    assert await people["root"].refused("POST", "/people", json=body) == (409, "person-was-erased")


async def stores_of_log(nodes: Deployment) -> bytes:
    """What stands in the tables of the log; views hold what they show."""
    async with await psycopg.AsyncConnection.connect(nodes.shared["LYCEUM_POSTGRES"]) as connection:
        rows = await connection.execute("select record from events", binary=True)
        return b"".join(part for row in await rows.fetchall() for part in row if part)


async def test_an_erasure_that_was_killed_before_it_destroyed_the_key_is_finished(
    nats_url, redis_url, nodes, people
):
    await history(nodes, people)
    nodes.here.kill()
    async with log_at(nodes.shared["LYCEUM_POSTGRES"], nodes.settings) as log:
        await only_recorded(log)
    assert "zoe" in await kept_keys(nodes)
    nodes.here.start()
    assert "ben" in await kept_keys(nodes)
    assert "zoe" not in await kept_keys(nodes)
    assert "every view equals a rebuild" in nodes.run("verify")


async def only_recorded(log: PostgresLog) -> None:
    """What is there of an erasure whose process is killed as soon as the event is on record."""
    context = replace(SERVICE, actor="root", role="admin")
    await Performer(log, ROUTES).perform(ErasePerson(person="zoe"), context)
