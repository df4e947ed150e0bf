"""Who may join a voice is told of the TURN servers, with credentials of their own."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from infra.embedded import Servers
from realtime.ice_servers import LASTS, IceServers, links
from tests.house import RunningHouse, home
from tests.realtime.guests import guests, room_with
from tests.realtime.test_api_voice import offered
from tests.voice.client import Client

SHARED = "what-turn-servers-and-the-house-share-and-nobody-else"
URLS = "turn:192.0.2.9:3478?transport=udp, turns:turn.example:443?transport=tcp"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def minting(**changed) -> IceServers:
    fields = {"urls": ("turn:192.0.2.9",), "secret": SHARED, "key": b"of the house", "clock": lambda: NOON}
    return IceServers(**fields | changed)


@pytest.fixture(scope="module")
def house_with_turn(embedded: Servers, databases: psycopg.Connection) -> Iterator[RunningHouse]:
    databases.execute("CREATE DATABASE turned TEMPLATE template0")
    postgres = embedded.postgres.replace("/lyceum?", "/turned?")
    environment = {"LYCEUM_POSTGRES": postgres, "LYCEUM_TURN": URLS, "LYCEUM_TURN_SECRET": SHARED}
    with home() as folder:
        running = RunningHouse(folder, environment)
        yield running.start()
        assert running.stop() == 0


def test_credentials_are_what_coturn_makes_of_the_shared_secret_and_end_after_hours():
    [server] = minting().of("main", "ada")
    expires, _, user = server.username.partition(":")
    assert int(expires) == NOON.timestamp() + LASTS
    assert re.fullmatch(r"[0-9a-f]{32}", user)
    expected = hmac.new(SHARED.encode(), server.username.encode(), hashlib.sha1).digest()
    assert server.credential == base64.b64encode(expected).decode()


def test_a_person_is_one_stranger_to_turn_servers_and_another_in_another_organisation():
    def user(org: str, person: str) -> str:
        return minting().of(org, person)[0].username

    assert user("main", "ada") == user("main", "ada")
    assert len({user("main", "ada"), user("main", "ben"), user("other", "ada")}) == 3
    assert user("main", "ada") != minting(key=b"of another house").of("main", "ada")[0].username


def test_a_link_names_each_server_as_whip_has_it():
    [server] = minting(urls=("turn:192.0.2.9", "turns:[2001:db8::9]:443")).of("main", "ada")
    rest = f'rel="ice-server"; username="{server.username}"; credential="{server.credential}"; '
    rest += 'credential-type="password"'
    assert links([server]) == f"<turn:192.0.2.9>; {rest}, <turns:[2001:db8::9]:443>; {rest}"


async def test_whoever_joins_has_credentials_before_and_with_the_answer(house_with_turn):
    async with guests(house_with_turn, ada="student") as (ada,):
        room = await room_with(ada)
        await ada.put("/people/me/consents/voice")
        shown = await ada.http.get(f"/rooms/{room}/voice")
        [server] = shown.json()["ice_servers"]
        assert shown.headers["cache-control"] == "no-store"
        assert server["urls"] == [url.strip() for url in URLS.split(",")]
        assert ada.person not in server["username"]
        client = Client(None)
        try:
            answer = await offered(ada, room, await client.offer())
        finally:
            await client.close()
        assert answer.status_code == 201
        assert answer.headers["link"].count('rel="ice-server"') == 2
        assert "<turns:turn.example:443?transport=tcp>" in answer.headers["link"]


async def test_whoever_may_not_join_is_given_no_credentials(house_with_turn):
    async with guests(house_with_turn, ada="student", eve="student") as (ada, eve):
        room = await room_with(ada)
        assert await eve.refused("GET", f"/rooms/{room}/voice") == (403, "not-in-the-room")


async def test_a_house_without_turn_tells_of_none(house):
    async with guests(house, ada="student") as (ada,):
        room = await room_with(ada)
        await ada.put("/people/me/consents/voice")
        assert (await ada.get(f"/rooms/{room}/voice"))["ice_servers"] == []
