"""Leaderboards and teams, over HTTP and pushed."""

import asyncio

import pytest

from tests.realtime.guests import Guest, fresh, guests


async def score(tutor: Guest, skill: str, *scorers: tuple[Guest, int]) -> int:
    """Each gets so many problems right, ten points each; the last position."""
    problems = [
        (await tutor.post("/problems", skill=skill, prompt="?", key="1"))["problem"]
        for _ in range(max(right for _, right in scorers))
    ]
    at = 0
    for who, right in scorers:
        for problem in problems[:right]:
            at = (await who.post("/answers", problem=problem, given="1"))["position"]
    return at


async def test_only_those_who_want_it_are_listed_and_they_leave_when_they_want(house):
    async with guests(house, tia="tutor", ada="student", ben="student") as (tia, ada, ben):
        skill = fresh("s")
        await ada.put("/people/me/consents/leaderboard")
        at = await score(tia, skill, (ada, 1), (ben, 2))
        board = await ben.get(f"/leaderboards/skill-{skill}", season="all", at_least=at)
        assert board["entries"] == [{"rank": 1, "person": ada.person, "name": "Ada", "points": 10}]
        assert board["total"] == 1
        at = (await ben.put("/people/me/consents/leaderboard"))["position"]
        board = await ben.get(f"/leaderboards/skill-{skill}", season="all", at_least=at)
        assert [entry["person"] for entry in board["entries"]] == [ben.person, ada.person]
        at = (await ben.delete("/people/me/consents/leaderboard"))["position"]
        board = await ben.get(f"/leaderboards/skill-{skill}", season="all", at_least=at)
        assert [entry["person"] for entry in board["entries"]] == [ada.person]


async def test_a_board_has_pages_and_the_places_around_somebody(house):
    roles = {"ada": "student", "ben": "student", "cleo": "student", "tia": "tutor"}
    async with guests(house, **roles) as (ada, ben, cleo, tia):
        skill = fresh("s")
        for who in (ada, ben, cleo):
            await who.put("/people/me/consents/leaderboard")
        at = await score(tia, skill, (ada, 3), (ben, 2), (cleo, 1))
        path = f"/leaderboards/skill-{skill}"
        first = await ada.get(path, limit=2, at_least=at)
        rest = await ada.get(path, limit=2, after=first["next"])
        found = [(e["rank"], e["person"], e["points"]) for e in [*first["entries"], *rest["entries"]]]
        assert found == [(1, ada.person, 30), (2, ben.person, 20), (3, cleo.person, 10)]
        assert rest["next"] is None
        around = await cleo.get(path, around=cleo.person, limit=2)
        assert cleo.person in [entry["person"] for entry in around["entries"]]
        assert len(around["entries"]) == 2


@pytest.mark.parametrize("season", ["day", "week", "month", "all"])
async def test_every_season_answers(house, season):
    async with guests(house, ada="student") as (ada,):
        board = await ada.get("/leaderboards/xp", season=season)
        assert board["board"] == "xp"
        past = await ada.get("/leaderboards/xp", season=board["season"])
        assert past["season"] == board["season"]


async def test_the_board_is_pushed_when_somebody_scores(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        skill = fresh("s")
        await ada.put("/people/me/consents/leaderboard")
        problem = (await tia.post("/problems", skill=skill, prompt="?", key="1"))["problem"]
        async with ada.stream(f"/leaderboards/skill-{skill}/live") as live:
            assert (await live.next()).data["entries"] == []
            await ada.post("/answers", problem=problem, given="1")
            async with asyncio.timeout(1):
                board = await live.until("leaderboard", lambda data: data["entries"])
        assert board["entries"] == [{"rank": 1, "person": ada.person, "name": "Ada", "points": 10}]


async def test_members_score_for_their_team_under_its_title(house):
    async with guests(house, tia="tutor", ada="student", ben="student") as (tia, ada, ben):
        team = fresh("team")
        formed = await ada.post("/teams", team=team, title="The Primes")
        assert (formed["team"], await ada.post("/teams", team=team, title="The Primes")) == (team, formed)
        await ben.post(f"/teams/{team}/join")
        at = await score(tia, fresh("s"), (ada, 1), (ben, 1))
        left = await ben.post(f"/teams/{team}/leave")
        await score(tia, fresh("s"), (ben, 1))
        board = await ada.get("/leaderboards/teams", around=team, at_least=max(at, left["position"]))
        entry = next(entry for entry in board["entries"] if entry["person"] == team)
        assert (entry["name"], entry["points"]) == ("The Primes", 20)
        assert await tia.refused("POST", "/teams", json={"team": team, "title": "Mine"}) == (
            409,
            "team-id-taken",
        )
        assert await tia.refused("POST", f"/teams/{fresh('t')}/join") == (404, "unknown-team")
