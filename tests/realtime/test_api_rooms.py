"""Rooms, over HTTP."""

import asyncio
from datetime import UTC, datetime, timedelta

from tests.realtime.guests import fresh, guests, room_with


async def test_a_room_is_opened_joined_left_and_closed(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        room = fresh("room")
        opened = await tia.post("/rooms", room=room, title="Algebra", capacity=3)
        assert opened["room"] == room
        await tia.post(f"/rooms/{room}/join")
        joined = await ada.post(f"/rooms/{room}/join")
        seen = await ada.get(f"/rooms/{room}", at_least=joined["position"])
        assert (seen["title"], seen["host"], seen["capacity"]) == ("Algebra", tia.person, 3)
        assert seen["members"] == [
            {"person": tia.person, "name": "Tia", "role": "tutor"},
            {"person": ada.person, "name": "Ada", "role": "student"},
        ]
        left = await ada.post(f"/rooms/{room}/leave")
        seen = await tia.get(f"/rooms/{room}", at_least=left["position"])
        assert [member["person"] for member in seen["members"]] == [tia.person]
        closed = await tia.post(f"/rooms/{room}/close")
        seen = await tia.get(f"/rooms/{room}", at_least=closed["position"])
        assert seen["closed"]
        assert seen["members"] == []
        assert await ada.refused("POST", f"/rooms/{room}/join") == (409, "room-is-closed")


async def test_opening_a_room_twice_with_the_same_id_is_opening_it_once(house):
    async with guests(house, tia="tutor", tom="tutor") as (tia, tom):
        room = {"room": fresh("room"), "title": "Algebra"}
        assert await tia.post("/rooms", **room) == await tia.post("/rooms", **room)
        assert await tom.refused("POST", "/rooms", json=room) == (409, "room-id-taken")


async def test_of_many_who_want_the_last_place_one_gets_it(house):
    async with guests(house, tia="tutor", ada="student", ben="student", cleo="student") as (tia, *others):
        room = await room_with(tia, capacity=2)
        answers = await asyncio.gather(*(who.http.post(f"/rooms/{room}/join") for who in others))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
        refusals = {answer.json()["type"] for answer in answers if answer.status_code == 409}
        assert refusals == {"/problems/room-is-full"}


async def test_whoever_joins_another_room_leaves_the_first(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        first = await room_with(tia, ada)
        second = await room_with(ada)
        at = (await ada.get(f"/rooms/{second}"))["position"]
        seen = await tia.get(f"/rooms/{first}", at_least=at)
        assert [member["person"] for member in seen["members"]] == [tia.person]


async def test_a_message_sent_twice_with_the_same_id_is_there_once(house):
    async with guests(house, ada="student") as (ada,):
        room = await room_with(ada)
        message = {"message": fresh("m"), "text": "Is it 5/6?"}
        first = await ada.post(f"/rooms/{room}/messages", **message)
        again = await ada.post(f"/rooms/{room}/messages", **message)
        assert again["position"] >= first["position"]
        other = await ada.post(f"/rooms/{room}/messages", text="Yes.")
        seen = await ada.get(f"/rooms/{room}", at_least=other["position"])
        said = [(said["person"], said["text"]) for said in seen["messages"]]
        assert said == [(ada.person, "Is it 5/6?"), (ada.person, "Yes.")]


async def test_a_message_says_where_on_the_board_it_belongs(house):
    async with guests(house, ada="student") as (ada,):
        room = await room_with(ada)
        await ada.post(f"/rooms/{room}/messages", text="Why?", anchor="text@7:12")
        done = await ada.post(f"/rooms/{room}/messages", text="I see.")
        seen = await ada.get(f"/rooms/{room}", at_least=done["position"])
        assert [said["anchor"] for said in seen["messages"]] == ["text@7:12", None]
        words = {"text": "Why?", "anchor": "what I think of Ben"}
        assert (await ada.http.post(f"/rooms/{room}/messages", json=words)).status_code == 400


async def test_the_room_gets_a_timer_and_a_problem_to_work_on(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        room = await room_with(tia, ada)
        problem = {"problem": fresh("p"), "skill": fresh("s"), "prompt": "1/2 + 1/3?", "key": "5/6"}
        await tia.post("/problems", **problem, hints=["Common denominator."])
        await tia.post(f"/rooms/{room}/problem", problem=problem["problem"])
        ends = (datetime.now(UTC) + timedelta(minutes=25)).isoformat()
        done = await ada.post(f"/rooms/{room}/timer", phase="work", ends=ends)
        seen = await ada.get(f"/rooms/{room}", at_least=done["position"])
        assert seen["timer"]["phase"] == "work"
        assert datetime.fromisoformat(seen["timer"]["ends"]) == datetime.fromisoformat(ends)
        shown = {"problem": problem["problem"], "skill": problem["skill"], "prompt": "1/2 + 1/3?"}
        assert seen["problem"] == {**shown, "choices": [], "hints": 1}
        done = await ada.post(f"/rooms/{room}/timer", phase="off", ends=ends)
        assert (await ada.get(f"/rooms/{room}", at_least=done["position"]))["timer"] is None


async def test_whoever_is_outside_sees_the_door_and_can_do_nothing_inside(house):
    async with guests(house, tia="tutor", ada="student", eve="student") as (tia, ada, eve):
        room = await room_with(tia, ada)
        done = await ada.post(f"/rooms/{room}/messages", text="private")
        door = await eve.get(f"/rooms/{room}", at_least=done["position"])
        assert door["title"] == "Algebra"
        assert (door["members"], door["messages"]) == ([], [])
        inside = (403, "not-in-the-room")
        assert await eve.refused("POST", f"/rooms/{room}/messages", json={"text": "hi"}) == inside
        assert await eve.refused("GET", f"/rooms/{room}/participation") == inside
        assert await eve.refused("POST", f"/rooms/{room}/close") == (403, "not-your-room")


async def test_participation_counts_without_judging(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        room = await room_with(tia, ada)
        done = await ada.post(f"/rooms/{room}/messages", text="one")
        part = await ada.get(f"/rooms/{room}/participation", at_least=done["position"])
        mine = {"person": ada.person, "name": "Ada", "talk_ms": 0, "turns": 0, "messages": 1, "edits": 0}
        assert mine in part["people"]
        assert {person["person"] for person in part["people"]} == {tia.person, ada.person}
