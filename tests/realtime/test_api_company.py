"""Whom to learn with, over HTTP."""

from tests.realtime.guests import fresh, guests


async def test_two_who_complement_each_other_are_suggested_until_one_blocks_the_other(house):
    async with guests(house, tia="tutor", ada="student", ben="student") as (tia, ada, ben):
        one, two, path = fresh("one"), fresh("two"), fresh("path")
        steps = [{"skill": one, "title": "One"}, {"skill": two, "title": "Two"}]
        await tia.http.put(f"/paths/{path}", json={"title": "A path", "steps": steps})
        for who, skill in ((ada, one), (ben, two)):
            await who.post("/people", person=who.person, name=f"Learner {skill}")
            for _ in range(3):
                problem = (await tia.post("/problems", skill=skill, prompt="?", key="1"))["problem"]
                await who.post("/answers", problem=problem, given="1")
        url = f"/learners/me/partners/{path}"
        assert await ada.refused("GET", url) == (409, "not-seeking")
        for who in (ada, ben):
            said = await who.http.put("/learners/me/partners", json={"path": path, "hours": [9, 10]})
        at = said.json()["position"]
        [found] = (await ada.get(url, at_least=at))["partners"]
        assert found["person"] == ben.person
        assert found["name"] == f"Learner {two}"
        assert found["why"].startswith("they can help you with Two; you can help them with One")
        blocked = await ben.http.put("/learners/me/blocked", json={"whom": ada.person})
        at = blocked.json()["position"]
        assert (await ada.get(url, at_least=at))["partners"] == []
        assert (await ben.get(url))["partners"] == []
        at = (await ben.http.delete(f"/learners/me/blocked/{ada.person}")).json()["position"]
        assert len((await ada.get(url, at_least=at))["partners"]) == 1
        at = (await ben.http.delete(url)).json()["position"]
        assert (await ada.get(url, at_least=at))["partners"] == []
