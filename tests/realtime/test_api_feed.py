"""A room's feed: server-sent events that nobody misses, gets twice, or gets without a right to them."""

import asyncio
from contextlib import AsyncExitStack

from tests.realtime.guests import Guest, fresh, guests, room_with


async def test_the_feed_greets_and_then_tells_what_happens_in_order(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        room = await room_with(tia, ada)
        async with ada.stream(f"/rooms/{room}/feed") as feed:
            assert feed.response.headers["content-type"].startswith("text/event-stream")
            assert feed.response.headers["cache-control"] == "no-store"
            hello = await feed.next()
            assert hello.event == "hello"
            said = await tia.post(f"/rooms/{room}/messages", text="Welcome!")
            left = await tia.post(f"/rooms/{room}/leave")
            first, second = await feed.next(), await feed.next()
        assert hello.data["position"] < first.id == said["position"] < second.id == left["position"]
        assert (first.event, second.event) == ("room.message-sent.v1", "room.left.v1")
        assert first.data["actor"] == tia.person
        assert first.data["event"]["text"] == "Welcome!"
        assert first.data["event"]["type"] == first.event


async def test_whoever_comes_back_gets_what_they_missed_once_while_others_go_on_writing(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        room = await room_with(tia, ada)
        async with ada.stream(f"/rooms/{room}/feed") as feed:
            last = (await feed.next()).data["position"]

        async def write() -> None:
            for number in range(60):
                await tia.post(f"/rooms/{room}/messages", text=str(number))

        got: list[int] = []
        async with asyncio.TaskGroup() as group:
            group.create_task(write())
            while len(got) < 60:
                async with ada.stream(f"/rooms/{room}/feed", after=last) as feed:
                    assert (await feed.next()).event == "hello"
                    for _ in range(min(7, 60 - len(got))):
                        sent = await feed.next()
                        if sent.event == "room.message-sent.v1":
                            got.append(int(sent.data["event"]["text"]))
                        last = sent.id
        assert got == list(range(60))


async def test_edits_of_the_board_are_told_without_their_bytes(house):
    async with guests(house, ada="student") as (ada,):
        room = await room_with(ada)
        async with ada.stream(f"/rooms/{room}/feed") as feed, ada.board(room) as board:
            await board.write("x")
            edited = await feed.until("board.edited.v1")
            assert edited["event"] == {"type": "board.edited.v1", "room": room}
            await feed.until("saved", lambda data: data["position"] == edited["position"])


async def test_answers_are_nobody_elses_business(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        room = await room_with(tia, ada)
        problem = (await tia.post("/problems", skill=fresh("s"), prompt="?", key="1"))["problem"]
        async with tia.stream(f"/rooms/{room}/feed") as feed:
            await feed.next()
            await ada.post("/answers", problem=problem, given="1", room=room)
            await ada.post(f"/rooms/{room}/messages", text="done")
            assert (await feed.next()).event == "room.message-sent.v1"


async def test_only_those_who_are_in_the_room_or_answer_for_it_may_listen(house):
    async with guests(house, tia="tutor", eve="student", kim="auditor") as (tia, eve, kim):
        room = (await tia.post("/rooms", title="Algebra"))["room"]
        assert await eve.refused("GET", f"/rooms/{room}/feed") == (403, "not-in-the-room")
        for watcher in (tia, kim):
            async with watcher.stream(f"/rooms/{room}/feed") as feed:
                assert (await feed.next()).event == "hello"


async def test_the_feed_ends_for_whoever_leaves(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        room = await room_with(tia, ada)
        async with ada.stream(f"/rooms/{room}/feed") as feed:
            await feed.next()
            await ada.post(f"/rooms/{room}/leave")
            await feed.ended()
        assert await ada.refused("GET", f"/rooms/{room}/feed") == (403, "not-in-the-room")


async def test_those_in_a_room_that_closes_are_told_so(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        room = await room_with(tia, ada)
        async with ada.stream(f"/rooms/{room}/feed") as feed:
            await tia.post(f"/rooms/{room}/close")
            await feed.until("room.closed.v1")


async def test_a_person_has_twenty_streams_at_a_time_and_those_that_were_closed_do_not_count(house):
    async with guests(house, ada="student") as (ada,):
        path = f"/learners/{ada.person}/live"
        async with AsyncExitStack() as streams:
            for _ in range(20):
                await streams.enter_async_context(ada.stream(path))
            assert await ada.refused("GET", path) == (429, "too-many-streams")
        async with asyncio.timeout(10):
            while not await opens(ada, path):
                pass


async def opens(guest: Guest, path: str) -> bool:
    async with guest.http.stream("GET", path) as response:
        return response.status_code == 200
