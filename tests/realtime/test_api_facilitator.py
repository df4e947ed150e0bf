"""The facilitator guided over HTTP: by tutors for a room, by everybody for themselves."""

from tests.realtime.guests import guests, room_with

PLAIN = {"warm_up": None, "quiet": None, "dominance": None, "group_cooldown": None}
PLAIN |= {"person_cooldown": None, "hourly": None, "off": []}


async def test_a_tutor_mutes_and_tunes_it_and_everybody_sees_that(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        room = await room_with(tia, ada)
        path = f"/rooms/{room}/facilitator"
        async with ada.stream(f"/rooms/{room}/feed") as feed:
            await tia.post(path, mode="muted")
            assert (await feed.until("facilitator.mode-set.v1"))["event"]["mode"] == "muted"
            tuned = await tia.put(f"{path}/tuning", hourly=3, off=["silence"])
            assert (await feed.until("facilitator.tuned.v1"))["event"]["version"] == 1
        assert await tia.put(f"{path}/tuning", hourly=3, off=["silence"]) == tuned
        reading = await tia.post(f"{path}/reading", on=True)
        shown = await ada.get(path)
        assert shown["tuning"] == PLAIN | {"hourly": 3, "off": ["silence"]}
        assert (shown["mode"], shown["version"], shown["reading"]) == ("muted", 1, True)
        view = await ada.get(f"/rooms/{room}", at_least=reading["position"])
        assert view["facilitator"] | {"policy": None, "hold_out": 0} == {
            **{"policy": None, "hold_out": 0, "mode": "muted", "tuned": 1, "reading": True}
        }


async def test_nonsense_and_strangers_change_nothing(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        room = await room_with(tia, ada)
        path = f"/rooms/{room}/facilitator"
        assert await ada.refused("POST", path, json={"mode": "muted"}) == (403, "only-for-tutors")
        assert await ada.refused("PUT", f"{path}/tuning", json={}) == (403, "only-for-tutors")
        for nonsense in ({"quiet": 2}, {"hourly": -1}, {"off": ["mood"]}, {"quite": 0.1}, {"warm_up": 1}):
            assert await tia.refused("PUT", f"{path}/tuning", json=nonsense) == (400, "invalid")
        wish = f"/rooms/{room}/interventions/none/approve"
        assert await tia.refused("POST", wish) == (404, "unknown-intervention")
        assert await ada.refused("POST", wish) == (403, "only-for-tutors")
        assert (await ada.get(path))["version"] == 0


async def test_whoever_is_in_the_room_says_that_the_group_is_stuck_and_once_a_minute_is_enough(house):
    async with guests(house, tia="tutor", ada="student", eve="student") as (tia, ada, eve):
        room = await room_with(tia, ada)
        async with tia.stream(f"/rooms/{room}/feed") as feed:
            said = await ada.post(f"/rooms/{room}/stuck", report="r1")
            assert (await feed.until("room.stuck-reported.v1"))["event"]["person"] == ada.person
        assert await ada.post(f"/rooms/{room}/stuck", report="r2") == said
        assert await eve.refused("POST", f"/rooms/{room}/stuck", json={}) == (403, "not-in-the-room")


async def test_whoever_does_not_want_to_be_called_on_says_so_for_all_rooms(house):
    async with guests(house, ada="student") as (ada,):
        declined = await ada.delete("/people/me/calls")
        assert not (await ada.get("/people/me", at_least=declined["position"]))["called"]
        assert await ada.delete("/people/me/calls") == declined
        allowed = await ada.put("/people/me/calls")
        assert (await ada.get("/people/me", at_least=allowed["position"]))["called"]
