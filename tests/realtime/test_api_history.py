"""Rows of views as they were, for those who may know."""

import pytest

from tests.realtime.guests import fresh, guests, room_with


async def test_a_row_is_shown_as_it_was_at_a_position_and_at_an_instant(house):
    async with guests(house, tia="tutor", ada="student", kim="auditor") as (tia, ada, kim):
        room = await room_with(tia, ada)
        path = f"/audit/views/room/{room}"
        first = (await tia.post(f"/rooms/{room}/messages", text="First"))["position"]
        second = (await ada.post(f"/rooms/{room}/messages", text="Second"))["position"]
        before = await kim.get(path, at=first)
        assert (before["view"], before["key"], before["position"]) == ("room", room, first)
        assert before["changed"] == first
        assert [message["text"] for message in before["state"]["messages"]] == ["First"]
        now = await kim.get(path)
        assert now["position"] >= now["changed"] == second
        assert [message["text"] for message in now["state"]["messages"]] == ["First", "Second"]
        instant = before["state"]["messages"][0]["at"]
        assert (await kim.get(path, at=instant))["state"] == before["state"]


async def test_a_row_of_a_learner_is_that_of_the_view(house):
    async with guests(house, ada="student", kim="auditor") as (ada, kim):
        given = await ada.put("/people/me/consents/leaderboard")
        row = await kim.get(f"/audit/views/people/{ada.person}", at=given["position"])
        assert row["state"]["consents"] == ["leaderboard"]
        before = await kim.get(f"/audit/views/people/{ada.person}", at=given["position"] - 1)
        assert before["state"]["consents"] == []


async def test_what_is_not_there_is_said_not_to_be(house):
    async with guests(house, ada="student", kim="auditor") as (ada, kim):
        assert await kim.refused("GET", "/audit/views/nothing/ada") == (404, "unknown-view")
        assert await kim.refused("GET", f"/audit/views/people/{fresh('p')}") == (404, "unknown-row")
        row = f"/audit/views/people/{ada.person}"
        assert await kim.refused("GET", row, params={"at": "2020-01-01T00:00:00Z"}) == (404, "unknown-row")
        assert await kim.refused("GET", row, params={"at": "0"}) == (404, "unknown-row")
        assert await kim.refused("GET", row, params={"at": "yesterday"}) == (400, "bad-instant")
        assert await kim.refused("GET", "/audit/views/people/a b") == (400, "invalid")


@pytest.mark.parametrize("role", ["student", "tutor", "service"])
async def test_only_auditors_and_administrators_look_at_rows_of_the_past(house, role):
    async with guests(house, who=role) as (who,):
        refused = await who.refused("GET", f"/audit/views/people/{who.person}")
        assert refused == (403, "only-for-auditors")


async def test_whoever_looks_is_on_record(house):
    async with guests(house, ada="student", kim="auditor") as (ada, kim):
        await kim.get(f"/audit/views/people/{ada.person}")
        query = {"tag": f"person:{ada.person}"}
        lines = (await kim.http.get("/audit/events", params=query)).text
    assert '"what":"view-history"' in lines
