"""What the facilitator said, as those see and rate it who were there, and as auditors look into it."""

from typing import Any

from msgspec import json

from tests.house import RunningHouse
from tests.realtime.guests import Guest, guests, room_with
from tests.realtime.invited import WHY, invited


async def rate(who: Guest, room: str, intervention: str, helped: str) -> int:
    path = f"/rooms/{room}/interventions/{intervention}/rating"
    answer = await who.http.put(path, json={"helped": helped})
    assert answer.status_code == 200, answer.text
    return answer.json()["position"]


async def own(who: Guest, room: str, position: int) -> list[str | None]:
    seen = await who.get(f"/rooms/{room}", at_least=position)
    return [each["rating"] for each in seen["interventions"]]


async def test_members_say_whether_it_helped_each_for_themselves(house):
    async with guests(house, ada="student", ben="student", eve="student") as (ada, ben, eve):
        room = await room_with(ada, ben)
        said = await invited(house, room, ada.person)
        first = await rate(ada, room, said, "yes")
        assert await rate(ada, room, said, "yes") >= first
        assert await own(ada, room, first) == ["yes"]
        assert await own(ben, room, first) == [None]
        done = await rate(ada, room, said, "withdrawn")
        assert await own(ada, room, done) == [None]
        path = f"/rooms/{room}/interventions/{said}/rating"
        assert await eve.refused("PUT", path, json={"helped": "no"}) == (403, "not-in-the-room")
        gone = f"/rooms/{room}/interventions/nothing/rating"
        assert await ada.refused("PUT", gone, json={"helped": "no"}) == (404, "unknown-intervention")
        assert (await ada.http.put(path, json={"helped": "very"})).status_code == 400


async def test_whoever_reads_it_learns_why_it_came_and_what_was_used(house):
    async with guests(house, ada="student", eve="student") as (ada, eve):
        room = await room_with(ada)
        said = await invited(house, room, ada.person)
        why = await ada.get(f"/rooms/{room}/interventions/{said}")
        assert (why["pattern"], why["evidence"], why["policy"]) == ("quiet", WHY, "standard@1")
        assert "invited" in why["rule"]
        assert any("no sound" in used for used in why["used"])
        told = {"model": "claude-haiku-5-5", "told": '{"invite":"S2"}', "outcome": "rejected"}
        assert why["model"] == told
        assert await eve.refused("GET", f"/rooms/{room}/interventions/{said}") == (403, "not-in-the-room")
        other = await room_with(eve)
        unknown = (404, "unknown-intervention")
        assert await eve.refused("GET", f"/rooms/{other}/interventions/{said}") == unknown


async def lines(who: Guest, **query: Any) -> list[dict[str, Any]]:
    answer = await who.http.get("/audit/model-calls", params=query)
    assert answer.status_code == 200, answer.text
    return [json.decode(line) for line in answer.text.splitlines()]


async def test_an_auditor_sees_each_call_to_the_model_and_its_cost(house):
    async with guests(house, ada="student", kim="auditor") as (ada, kim):
        room = await room_with(ada)
        before = (await kim.get("/audit/model-costs"))["total"]["calls"]
        first, second = [await invited(house, room, ada.person) for _ in range(2)]
        [one, two] = [call for call in await lines(kim) if call["room"] == room]
        assert [one["intervention"], two["intervention"]] == [first, second]
        assert (one["request"], one["answer"]) == ('{"invite":"S2"}', "S2, is it 7?")
        assert (one["outcome"], one["reason"]) == ("rejected", "answer")
        assert one["tokens"] == {"read": 640, "written": 21, "from_cache": 600, "into_cache": 0}
        assert one["usd"] == 20.5e-6
        assert one["said"]["text"] == "Ada, well?"
        rest = await lines(kim, after=one["position"], limit=1)
        assert [call["intervention"] for call in rest] == [second]
        found = await kim.get("/audit/model-costs", limit=1000)
        assert found["total"]["calls"] == before + 2
        [mine] = [each["cost"] for each in found["rooms"] if each["room"] == room]
        assert (mine["calls"], mine["outcomes"]) == (2, {"rejected": 2})
        assert mine["usd"] == 41e-6
        late = await kim.get("/audit/model-costs", since="2999-01-01T00:00:00Z")
        assert late["total"]["calls"] == 0
        assert late["prices"][0]["model"] == "claude-haiku-5-5"


async def test_only_auditors_see_what_models_were_told(house):
    async with guests(house, tia="tutor", kim="auditor") as (tia, kim):
        for path in ("/audit/model-calls", "/audit/model-costs"):
            assert (await tia.refused("GET", path))[0] == 403
        assert await kim.refused("GET", "/audit/model-costs?since=yesterday") == (400, "bad-instant")


async def test_a_policy_is_rehearsed_over_a_room_and_whoever_sees_names_is_on_record(house, tmp_path):
    policy = tmp_path / "eager.toml"
    policy.write_text('name = "eager"\nwarm_up = 1\n')
    async with guests(house, ada="student", ben="student", kim="auditor") as (ada, ben, kim):
        room = await room_with(ada, ben)
        await invited(house, room, ada.person)
        words = ("rehearse", "--policy", str(policy), "--room", room, "--json", "--names")
        found = json.decode(RunningHouse(house.home, house.environment, words).run())
        assert found["policy"].startswith("eager@")
        [rehearsed] = found["rooms"]
        assert (rehearsed["room"], rehearsed["recorded"], rehearsed["again"]) == (room, 1, 0)
        query = {"tag": f"person:{ben.person}", "type": "personal-data.read.v1"}
        [read] = [
            json.decode(line) for line in (await kim.http.get("/audit/events", params=query)).iter_lines()
        ]
        assert (read["actor"], read["event"]["what"], read["event"]["detail"]) == (
            "operator",
            "rehearsal",
            room,
        )


async def test_a_tutor_sees_how_the_group_works_and_a_student_their_own_part(house):
    known = {"tia": "tutor", "ada": "student", "ben": "student", "eve": "student"}
    async with guests(house, **known) as (tia, ada, ben, eve):
        room = await room_with(ada, ben)  # of which Ada is the host
        await invited(house, room, ben.person)
        done = await ben.post(f"/rooms/{room}/messages", text="Hello")
        found = await tia.get(f"/rooms/{room}/dynamics", at_least=done["position"])
        people = found["windows"][0]["people"]
        assert [(who["name"], who["messages"]) for who in people] == [("Ada", 0), ("Ben", 1)]
        [decision] = found["decisions"]
        assert (decision["name"], decision["fate"], decision["evidence"]) == ("Ben", "said", WHY)
        for student in (ada, ben):
            own = await student.get(f"/rooms/{room}/dynamics")
            assert [who["person"] for who in own["windows"][0]["people"]] == [student.person]
            assert (own["decisions"], own["notices"]) == ([], [])
        again = await ben.post(f"/rooms/{room}/messages", text="Once more")
        seen = await ben.get(f"/rooms/{room}/dynamics", at_least=again["position"])
        assert seen["windows"][0]["people"][0]["messages"] == 2
        path = f"/rooms/{room}/dynamics"
        assert await eve.refused("GET", path) == (403, "not-in-the-room")
        assert await tia.refused("GET", "/rooms/nowhere/dynamics") == (404, "unknown-room")
