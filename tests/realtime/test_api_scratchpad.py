"""The scratchpad over HTTP."""

from rooms.scratchpad.scratchpad import CHARACTERS, LINES
from tests.house import RunningHouse
from tests.realtime.guests import Guest, fresh, guests


async def test_those_in_a_room_have_their_lines_worked_out(house: RunningHouse, tia: Guest):
    room, path = fresh("room"), "/rooms/{}/scratchpad"
    await tia.post("/rooms", room=room, title="Algebra")
    await tia.post(f"/rooms/{room}/join")
    answer = await tia.post(path.format(room), lines=["1/3 + 1/4", "= 7/12", "?"])
    kinds = [result["kind"] for result in answer["results"]]
    assert kinds == ["value", "right", "error"]
    assert answer["results"][0] == {"kind": "value", "text": "7/12", "about": "0.583333"}

    async with guests(house, ada="student") as (ada,):
        outside = await ada.http.post(path.format(room), json={"lines": ["1 + 1"]})
        assert outside.status_code == 403
        nowhere = await ada.http.post(path.format(fresh("room")), json={"lines": []})
        assert nowhere.status_code == 404


async def test_a_scratchpad_that_is_too_long_is_refused(tia: Guest):
    room = fresh("room")
    await tia.post("/rooms", room=room, title="Algebra")
    await tia.post(f"/rooms/{room}/join")
    for lines in (["1"] * (LINES + 1), ["1" * 400] * (CHARACTERS // 400 + 1), ["1" * 10_000]):
        answer = await tia.http.post(f"/rooms/{room}/scratchpad", json={"lines": lines})
        assert answer.status_code == 400
