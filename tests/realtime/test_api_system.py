"""Health, figures, pages, and the manners of the server."""

import asyncio

import httpx

from realtime.allowance import REQUESTS
from tests.realtime.guests import guests


async def test_health_names_every_part_and_how_far_behind_it_is(house):
    async with httpx.AsyncClient(base_url=house.url) as http:
        answer = await http.get("/health")
    assert answer.status_code == 200
    health = answer.json()
    assert health["status"] == "ok"
    assert {"log", "views", "relay", "leaderboards", "bus"} <= health["parts"].keys()
    assert health["parts"]["views"]["behind"] >= 0
    assert answer.headers["cache-control"] == "no-store"


async def test_metrics_count_commands_and_show_what_is_open(house):
    async with guests(house, ada="student") as (ada,), ada.stream("/leaderboards/xp/live") as live:
        await live.next()
        figures = (await ada.http.get("/metrics")).text
    assert 'lyceum_commands_total{command="register",outcome="done"}' in figures
    streams = next(line for line in figures.splitlines() if line.startswith("lyceum_streams "))
    assert float(streams.split()[1]) >= 1


async def test_pages_of_other_sites_may_ask_but_what_they_ask_needs_a_token(house):
    async with httpx.AsyncClient(base_url=house.url, headers={"Origin": "https://school.example"}) as http:
        wish = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
        preflight = await http.options("/leaderboards/xp", headers=wish)
        assert preflight.is_success
        assert preflight.headers["access-control-allow-origin"] == "*"
        refused = await http.get("/leaderboards/xp")
        assert refused.status_code == 401
        assert refused.headers["access-control-allow-origin"] == "*"


async def test_whoever_asks_too_often_is_told_to_wait(house):
    async with guests(house, ada="student") as (ada,):

        async def ask() -> httpx.Response:
            return await ada.http.get("/problems?limit=0")  # refused without asking the database

        statuses: set[int] = set()
        for _ in range(2 * REQUESTS // 100 + 2):  # enough, even if a new minute begins meanwhile
            answers = await asyncio.gather(*(ask() for _ in range(100)))
            statuses |= {answer.status_code for answer in answers}
            if 429 in statuses:
                break
        assert statuses == {400, 429}
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert refused.json()["type"] == "/problems/too-many-requests"
        assert 1 <= int(refused.headers["retry-after"]) <= 60
