"""The audit: what happened, and any room as it was, for those who may know."""

import pytest
from msgspec import json

from tests.realtime.guests import Guest, fresh, guests, room_with


async def story(tia: Guest, ada: Guest) -> tuple[str, dict[str, dict]]:
    """A room with a past: what was true after each of its chapters, by position."""
    room = await room_with(tia, ada)
    chapters = {}

    async def chapter(position: int, text: str, *members: Guest, said: int) -> None:
        now = await tia.get(f"/rooms/{room}", at_least=position)
        assert [m["person"] for m in now["members"]] == [m.person for m in members]
        chapters[str(position)] = {
            "text": text,
            "members": now["members"],
            "messages": now["messages"][:said],
        }

    async with ada.stream(f"/rooms/{room}/feed") as feed, ada.board(room) as board:
        await board.write("2x = 8")
        edited = await feed.until("board.edited.v1")
        await chapter(edited["position"], "2x = 8", tia, ada, said=0)
        sent = await tia.post(f"/rooms/{room}/messages", text="And then?")
        await chapter(sent["position"], "2x = 8", tia, ada, said=1)
        await board.write(", x = 4")
        edited = await feed.until("board.edited.v1")
        await chapter(edited["position"], "2x = 8, x = 4", tia, ada, said=1)
    left = await ada.post(f"/rooms/{room}/leave")
    await chapter(left["position"], "2x = 8, x = 4", tia, said=1)
    return room, chapters


async def test_the_room_is_shown_as_it_was_at_a_position_and_at_an_instant(house):
    async with guests(house, tia="tutor", ada="student", kim="auditor") as (tia, ada, kim):
        room, chapters = await story(tia, ada)
        for position, known in chapters.items():
            then = await kim.get(f"/audit/rooms/{room}", at=position)
            again = await kim.get(f"/audit/rooms/{room}", at=then["time"])
            assert again == then
            assert then["position"] == int(position)
            assert then["board"]["text"] == known["text"]
            characters = len(known["text"])
            assert then["authors"] == [{"person": ada.person, "name": "Ada", "characters": characters}]
            assert then["members"] == [{"person": m["person"], "name": m["name"]} for m in known["members"]]
            assert [(m["position"], m["text"]) for m in then["messages"]] == [
                (m["position"], m["text"]) for m in known["messages"]
            ]
        now = await kim.get(f"/audit/rooms/{room}")
        assert now["position"] == now["last"] == int(list(chapters)[-1])


async def test_events_come_one_a_line_and_can_be_asked_for_by_type_tag_and_page(house):
    async with guests(house, tia="tutor", ada="student", kim="auditor") as (tia, ada, kim):
        room, _ = await story(tia, ada)
        query = {"tag": f"room:{room}"}
        response = await kim.http.get("/audit/events", params=query)
        assert response.headers["content-type"] == "application/x-ndjson"
        events = [json.decode(line) for line in response.text.splitlines()]
        positions = [event["position"] for event in events]
        assert positions == sorted(set(positions))
        types = [event["event"]["type"] for event in events]
        assert types[0] == "room.opened.v1"
        assert types[-1] == "room.left.v1"
        assert all(f"room:{room}" in event["tags"] for event in events)
        joined = await kim.http.get("/audit/events", params={**query, "type": "room.joined.v1"})
        assert [json.decode(line)["actor"] for line in joined.text.splitlines()] == [tia.person, ada.person]
        page = await kim.http.get("/audit/events", params={**query, "after": positions[1], "limit": 2})
        assert [json.decode(line)["position"] for line in page.text.splitlines()] == positions[2:4]


async def test_the_timeline_leads_through_the_room_page_by_page(house):
    async with guests(house, tia="tutor", ada="student", kim="auditor") as (tia, ada, kim):
        room, chapters = await story(tia, ada)
        last = list(chapters)[-1]
        whole = await kim.get(f"/audit/rooms/{room}/timeline", at_least=last)
        pages, after = [], 0
        while after is not None:
            page = await kim.get(f"/audit/rooms/{room}/timeline", limit=2, after=after)
            pages += page["entries"]
            after = page["next"]
        assert pages == whole["entries"]
        assert pages[-1] | {"at": ""} == {
            "position": int(last),
            "at": "",
            "type": "room.left.v1",
            "person": ada.person,
        }


@pytest.mark.parametrize("path", ["/audit/events", "/audit/rooms/r", "/audit/rooms/r/timeline"])
async def test_only_auditors_and_administrators_look_into_the_past(house, path):
    async with guests(house, ada="student", tia="tutor", bot="service") as them:
        for who in them:
            assert await who.refused("GET", path) == (403, "only-for-auditors")


async def test_an_unknown_room_and_an_instant_that_is_none_are_told_so(house):
    async with guests(house, kim="auditor") as (kim,):
        unknown = await kim.refused("GET", f"/audit/rooms/{fresh('r')}")
        assert unknown == (404, "unknown-room")
        for at in ("yesterday", "-1", "2026-01-01", "1e9", "²"):
            refused = await kim.refused("GET", "/audit/rooms/r", params={"at": at})
            assert refused == (400, "bad-instant")
