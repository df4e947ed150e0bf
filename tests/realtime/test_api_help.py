"""Help in a room, over HTTP and on the feed: three helpers, a fresh problem, what is left at the end."""

import asyncio
from typing import Any

from msgspec import json

from rooms.board.parts import read
from tests.realtime.guests import Board, Events, Guest, fresh, guests, room_with


async def three(feed: Events, help: str) -> dict[str, Any]:
    """What the helpers answered, by kind."""
    found: dict[str, Any] = {}
    while len(found) < 3:
        sent = await feed.until("help.given.v1", lambda data: data["event"]["help"] == help)
        found[sent["event"]["kind"]] = sent["event"]
    return found


async def drawn(board: Board, shapes: int) -> None:
    """Wait until so many shapes are on the board."""
    async with asyncio.timeout(20):
        while len(read(board.doc.get_update()).shapes) < shapes:
            await board.hear()


async def posed(tia: Guest, ada: Guest, room: str, **fields: Any) -> str:
    made = await tia.post("/problems", skill="fractions", prompt="What is 1/2 + 1/3?", key="5/6", **fields)
    at = await ada.post(f"/rooms/{room}/problem", problem=made["problem"])
    await ada.get("/people/me", at_least=at["position"])
    return made["problem"]


async def test_who_is_stuck_gets_three_helpers_on_their_feed_alone(house):
    async with guests(house, tia="tutor", ada="student", ben="student") as (tia, ada, ben):
        room = await room_with(ada, ben)
        await posed(tia, ada, room)
        wish = {"help": fresh("h"), "work": "I added the tops."}
        async with ada.stream(f"/rooms/{room}/feed") as hers, ben.stream(f"/rooms/{room}/feed") as his:
            await hers.until("hello")
            await his.until("hello")
            first = await ada.post(f"/rooms/{room}/help", **wish)
            assert (await ada.post(f"/rooms/{room}/help", **wish))["help"] == first["help"] == wish["help"]
            given = await three(hers, wish["help"])
            last = await ben.post(f"/rooms/{room}/messages", text="Done?")
            async with asyncio.timeout(20):
                while (sent := await his.next()) and sent.id != last["position"]:
                    assert not sent.event.startswith("help.")
        assert all("5/6" not in each["text"] for each in given.values())
        shown = await ada.get(f"/rooms/{room}", at_least=last["position"])
        assert [set(each["given"]) for each in shown["helps"]] == [{"hint", "picture", "comparison"}]
        assert (await ben.get(f"/rooms/{room}"))["helps"] == []
        assert len((await tia.get(f"/rooms/{room}"))["helps"]) == 1
        async with ada.board(room) as board:
            await drawn(board, len(given["picture"]["shapes"]))
        part = await ada.get(f"/rooms/{room}/participation", at_least=last["position"])
        assert {each["person"] for each in part["people"]} == {ada.person, ben.person}
        again = {"kinds": ["hint"]}
        assert (await ada.post(f"/rooms/{room}/help", **again))["help"] != wish["help"]
        for _ in range(4):
            await ada.post(f"/rooms/{room}/help", **again)
        answer = await ada.http.post(f"/rooms/{room}/help", json=again)
        assert (answer.status_code, json.decode(answer.content)["type"]) == (429, "/problems/too-much-help")
        assert int(answer.headers["Retry-After"]) > 60
        assert await tia.refused("POST", f"/rooms/{room}/help", json={}) == (403, "not-in-the-room")


async def test_a_fresh_problem_fits_the_group_and_its_answer_is_marked_and_the_end_is_summed_up(house):
    async with guests(house, tia="tutor", ada="student", ben="student", cyd="student") as people:
        tia, ada, ben, cyd = people
        room = await room_with(ada, ben)
        assert await ada.refused("POST", f"/rooms/{room}/problems", json={}) == (400, "no-family")
        async with ada.stream(f"/rooms/{room}/feed") as feed:
            await feed.until("hello")
            wish = await ada.post(f"/rooms/{room}/problems", skill="fractions-1", wish=fresh("w"))
            assert (wish["family"], wish["level"]) == ("fractions", 2)
            sent = await feed.until("room.problem-posed.v1")
            problem = sent["event"]["problem"]
            shown = await ada.get(f"/rooms/{room}", at_least=sent["position"])
            assert shown["problem"]["skill"] == "fractions-1"
            assert "key" not in shown["problem"]
            marked = await ada.post("/answers", problem=problem, given="-1", room=room)
            assert not marked["correct"]
            await ada.post(f"/rooms/{room}/close")
            left = await feed.until("room.summarised.v1")
        summary = await ada.get(f"/rooms/{room}/summary", at_least=left["position"])
        assert [each["problem"] for each in summary["open"]] == [problem]
        assert [each["person"] for each in summary["reviews"]] == [ada.person]
        assert (await ben.get(f"/rooms/{room}/summary"))["reviews"] == []
        assert len((await tia.get(f"/rooms/{room}/summary"))["reviews"]) == 1
        file = await ben.http.get(f"/rooms/{room}/summary.md")
        assert "attachment" in file.headers["Content-Disposition"]
        assert "## Open questions" in file.text
        assert "To review" not in file.text
        assert await cyd.refused("GET", f"/rooms/{room}/summary") == (403, "not-in-the-room")
