"""The floor on the whole house: commands over HTTP, what all see of it, and voices that follow at once."""

from tests.realtime.guests import guests, room_with
from tests.realtime.test_api_voice import loopback, voice  # noqa: F401  a fixture

QUIET = {"mode": "open", "hands": [], "speakers": [], "muted": [], "showing": []}


async def test_a_hand_goes_up_the_floor_is_given_and_everybody_sees_it(house):
    async with guests(house, tia="tutor", ada="student", ben="student") as (tia, ada, ben):
        room = await room_with(tia, ada, ben)
        assert (await ben.get(f"/rooms/{room}"))["floor"] == QUIET
        async with ben.stream(f"/rooms/{room}/feed") as feed:
            await tia.post(f"/rooms/{room}/floor", mode="stage")
            assert (await feed.until("floor.mode-set.v1"))["event"]["mode"] == "stage"
            for who in (ada, ben):
                await who.put(f"/rooms/{room}/floor/hands/{who.person}")
            assert (await feed.until("floor.hand-raised.v1"))["event"]["person"] == ada.person
            given = await tia.put(f"/rooms/{room}/floor/speakers/{ada.person}")
            assert (await feed.until("floor.given.v1"))["position"] == given["position"]
        shown = await ben.get(f"/rooms/{room}", at_least=given["position"])
        assert shown["floor"] == QUIET | {"mode": "stage", "hands": [ben.person], "speakers": [ada.person]}


async def test_repeating_a_command_changes_nothing(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        room = await room_with(tia, ada)
        floor = f"/rooms/{room}/floor"
        for who, path in (
            (ada, f"hands/{ada.person}"),
            (tia, f"speakers/{ada.person}"),
            (tia, f"muted/{ada.person}"),
            (tia, f"showing/{ada.person}"),
        ):
            first = await who.put(f"{floor}/{path}")
            assert await who.put(f"{floor}/{path}") == first
        for path in (f"speakers/{ada.person}", f"muted/{ada.person}", f"showing/{ada.person}"):
            first = await tia.delete(f"{floor}/{path}")
            assert await tia.delete(f"{floor}/{path}") == first
        shown = await ada.get(f"/rooms/{room}", at_least=first["position"])
        assert shown["floor"] == QUIET


async def test_only_who_leads_decides_for_others(house):
    async with guests(house, tia="tutor", ada="student", ben="student") as (tia, ada, ben):
        room = await room_with(tia, ada, ben)
        floor = f"/rooms/{room}/floor"
        assert await ada.refused("POST", floor, json={"mode": "stage"}) == (403, "not-your-room")
        assert await ada.refused("PUT", f"{floor}/hands/{ben.person}") == (403, "only-for-yourself")
        for path in ("speakers", "muted", "showing"):
            assert await ada.refused("PUT", f"{floor}/{path}/{ben.person}") == (403, "not-your-room")
        assert await tia.refused("PUT", f"{floor}/speakers/nobody") == (409, "person-not-in-the-room")
        assert await tia.refused("POST", floor, json={"mode": "loud"}) == (400, "invalid")
        assert await tia.refused("PUT", f"/rooms/none/floor/muted/{ada.person}") == (404, "unknown-room")


async def test_those_outside_do_not_see_who_is_muted(house):
    async with guests(house, tia="tutor", ada="student", eve="student") as (tia, ada, eve):
        room = await room_with(tia, ada)
        muted = await tia.put(f"/rooms/{room}/floor/muted/{ada.person}")
        assert (await eve.get(f"/rooms/{room}", at_least=muted["position"]))["floor"] == QUIET


async def test_on_a_stage_a_student_is_heard_and_measured_while_they_have_the_floor(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        room = await room_with(tia, ada)
        await ada.put("/people/me/consents/voice")
        await tia.post(f"/rooms/{room}/floor", mode="stage")
        floor = f"/rooms/{room}/floor/speakers/{ada.person}"
        async with (
            tia.stream(f"/rooms/{room}/feed") as feed,
            voice(tia, room) as (listener, _),
            voice(ada, room, (0, 30_000)),
        ):
            await tia.put(floor)
            slots = await feed.until("slots", lambda data: any(slot["person"] for slot in data["slots"]))
            await listener.hears(next(slot["mid"] for slot in slots["slots"] if slot["person"]))
            await feed.until("speaking", lambda data: data["speaking"])
            await tia.delete(floor)
            ending = {"speaking": lambda data: not data["speaking"], "turn.taken.v1": lambda data: True}
            turn = (await feed.every(ending))["turn.taken.v1"]["event"]
        assert turn["person"] == ada.person


async def test_whoever_is_muted_is_heard_no_longer_and_again_when_they_may(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        room = await room_with(tia, ada)
        await ada.put("/people/me/consents/voice")
        muted = f"/rooms/{room}/floor/muted/{ada.person}"
        async with tia.stream(f"/rooms/{room}/feed") as feed, voice(tia, room), voice(ada, room, (0, 30_000)):
            await feed.until("speaking", lambda data: data["speaking"])
            await tia.put(muted)
            await feed.until("speaking", lambda data: not data["speaking"])
            await tia.delete(muted)
            await feed.until("speaking", lambda data: data["speaking"])
