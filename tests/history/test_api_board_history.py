"""The history of a board on the whole house: who may look, what they see, and the ways back, live."""

import asyncio

import pytest

from tests.keys.test_erase_command import erase
from tests.realtime.guests import fresh, guests, room_with


async def wrote(guest, room, feed, text):
    """Somebody writes at the end of the board; answers the position at which the log has it."""
    async with guest.board(room) as board:
        await board.until((await guest.get(f"/rooms/{room}/board"))["board"]["text"])
        await board.write(text)
        return (await feed.until("board.edited.v1"))["position"]


async def told(ada, ben):
    """Ada writes, then Ben; answers the room and both positions."""
    room = await room_with(ada, ben)
    async with ada.stream(f"/rooms/{room}/feed") as feed:
        first = await wrote(ada, room, feed, "hello")
        return room, first, await wrote(ben, room, feed, " 😀 world")


async def test_a_board_is_shown_as_it_was_with_its_authors(house):
    async with guests(house, ada="student", ben="student") as (ada, ben):
        room, first, second = await told(ada, ben)
        then = await ben.get(f"/rooms/{room}/board", at=first)
        assert then["board"] == {
            "text": "hello",
            "spans": [{"start": 0, "end": 5, "person": ada.person}],
            "others": [],
            "language": "plain",
            "shapes": [],
            "notes": [],
        }
        assert then["position"] == first
        now = await ada.get(f"/rooms/{room}/board")
        assert now["board"]["text"] == "hello 😀 world"
        assert now["last"] >= second
        assert [(s["start"], s["end"], s["person"]) for s in now["board"]["spans"]] == [
            (0, 5, ada.person),
            (5, 14, ben.person),
        ]
        assert {a["name"]: a["characters"] for a in now["authors"]} == {"Ada": 5, "Ben": 8}
        at_first = await ada.get(f"/rooms/{room}/board", at=then["time"])
        assert at_first["board"] == then["board"]


async def test_changes_say_who_did_what_and_when(house):
    async with guests(house, ada="student", ben="student") as (ada, ben):
        room, first, second = await told(ada, ben)
        found = (await ada.get(f"/rooms/{room}/board/changes", since=first))["changes"]
        assert [(c["part"], c["kind"], c["at"], c["length"], c["text"], c["name"]) for c in found] == [
            ("text", "inserted", 5, 9, " 😀 world", "Ben")
        ]
        assert (found[0]["first"], found[0]["last"]) == (second, second)
        assert found[0]["began"] == found[0]["ended"]
        everything = await ada.get(f"/rooms/{room}/board/changes")
        assert [c["person"] for c in everything["changes"]] == [ada.person, ben.person]
        refused = await ada.refused(
            "GET", f"/rooms/{room}/board/changes", params={"since": second, "until": first}
        )
        assert refused == (400, "since-is-later")


async def test_whoever_was_in_the_room_and_is_absent_now_can_look_and_strangers_cannot(house):
    async with guests(house, ada="student", ben="student", eve="student") as (ada, ben, eve):
        room, first, _ = await told(ada, ben)
        await ben.post(f"/rooms/{room}/leave")
        await ada.post(f"/rooms/{room}/close")
        assert (await ben.get(f"/rooms/{room}/board", at=first))["board"]["text"] == "hello"
        assert (await ben.get(f"/rooms/{room}/board/changes", since=first))["changes"]
        for path in (f"/rooms/{room}/board", f"/rooms/{room}/board/changes"):
            assert await eve.refused("GET", path) == (403, "not-in-the-room")
        assert await eve.refused("GET", f"/rooms/{fresh('r')}/board") == (404, "unknown-room")


async def test_a_board_that_goes_back_does_so_for_all_and_on_record_it_is_an_edit(house):
    async with guests(house, ada="student", ben="student", kim="auditor") as (ada, ben, kim):
        room, first, second = await told(ada, ben)
        async with ben.board(room) as his:
            await his.until("hello 😀 world")
            done = await ada.post(f"/rooms/{room}/board/restore", at=first, edit="back")
            assert done["position"] > second
            await his.until("hello")
            await his.write(" again")
            again = await ada.post(f"/rooms/{room}/board/restore", at=first, edit="back")
            assert again == done
            forward = await ada.post(f"/rooms/{room}/board/restore", at=second)
            await his.until("hello 😀 world")
        then = await kim.get(f"/audit/rooms/{room}", at=forward["position"])
        assert then["board"]["text"] == "hello 😀 world"
        assert {s["person"] for s in then["board"]["spans"]} == {ada.person, ben.person}
        changes = (await ben.get(f"/rooms/{room}/board/changes", since=done["position"]))["changes"]
        assert {(c["person"], c["author"]) for c in changes if c["text"] == " 😀 world"} == {
            (ada.person, ben.person)
        }
        before = await kim.get(f"/audit/rooms/{room}", at=second)
        assert {s["person"] for s in before["board"]["spans"]} == {ada.person, ben.person}


async def test_what_somebody_did_is_taken_out_and_nothing_of_the_others(house):
    async with guests(house, ada="student", ben="student") as (ada, ben):
        room, first, _ = await told(ada, ben)
        done = await ada.post(f"/rooms/{room}/board/undo", person=ben.person, since=first)
        now = await ben.get(f"/rooms/{room}/board", at=done["position"])
        assert now["board"]["text"] == "hello"
        assert [s["person"] for s in now["board"]["spans"]] == [ada.person]


async def test_what_somebody_typed_a_moment_ago_is_taken_out_as_well(house):
    async with guests(house, ada="student", ben="student") as (ada, ben):
        room, _, second = await told(ada, ben)
        async with ada.board(room) as here, ben.board(room) as there:
            await there.until("hello 😀 world")
            await here.until("hello 😀 world")
            await there.write("!!")
            await here.until("hello 😀 world!!")  # the log gets it half a second later
            done = await ada.post(f"/rooms/{room}/board/undo", person=ben.person, since=second)
            await here.until("hello 😀 world")
        now = await ada.get(f"/rooms/{room}/board", at=done["position"])
        assert now["board"]["text"] == "hello 😀 world"


async def test_what_is_larger_than_any_message_goes_back_whole_while_others_type(house):
    async with guests(house, ada="student", ben="student") as (ada, ben):
        room = await room_with(ada, ben)
        async with ada.stream(f"/rooms/{room}/feed") as feed:
            first = await wrote(ada, room, feed, "so: ")
            for _ in range(3):
                full = await wrote(ada, room, feed, "0123456789abcde " * 32_000)
        async with ben.board(room) as his:
            then = (await ada.get(f"/rooms/{room}/board", at=full))["board"]["text"]
            await his.until(then)
            await ada.post(f"/rooms/{room}/board/restore", at=first)
            await his.until("so: ")
            await his.write("yes")
            done = await ada.post(f"/rooms/{room}/board/restore", at=full)
            await his.until(then)
        now = await ada.get(f"/rooms/{room}/board", at=done["position"])
        assert now["board"]["text"] == then
        assert [span["person"] for span in now["board"]["spans"]] == [ada.person]


async def test_two_at_once_who_name_their_edit_alike_make_it_once(house):
    async with guests(house, ada="student", ben="student") as (ada, ben):
        room, first, _ = await told(ada, ben)
        path = f"/rooms/{room}/board/restore"
        async with asyncio.TaskGroup() as group:
            asking = [group.create_task(ada.post(path, at=first, edit="once")) for _ in range(3)]
        assert len({each.result()["position"] for each in asking}) == 1
        assert (await ada.get(f"/rooms/{room}/board"))["board"]["text"] == "hello"


async def test_only_who_may_write_goes_back(house):
    async with guests(
        house, tia="tutor", ada="student", ben="student", eve="student", kim="auditor", root="admin"
    ) as (tia, ada, ben, eve, kim, root):
        room, first, _ = await told(ada, ben)
        path, body = f"/rooms/{room}/board/restore", {"json": {"at": first}}
        for who in (eve, kim):
            assert await who.refused("POST", path, **body) == (403, "not-in-the-room")
        await tia.post(f"/rooms/{room}/board/rights", person=ben.person, right="read")
        assert await ben.refused("POST", path, **body) == (403, "not-on-this-board")
        await tia.post(f"/rooms/{room}/board/rights", person=ben.person, part="code", right="write")
        assert await ben.refused("POST", path, json={"at": first, "part": "text"}) == (
            403,
            "not-on-this-board",
        )
        await ben.post(path, at=first)
        assert (await tia.get(f"/rooms/{room}/board"))["board"]["text"] == "hello 😀 world"
        await tia.post(path, at=first)
        assert (await root.get(f"/rooms/{room}/board"))["board"]["text"] == "hello"
        await tia.post(f"/rooms/{room}/close")
        assert await tia.refused("POST", path, **body) == (409, "room-is-closed")


@pytest.mark.parametrize(
    "body", [{}, {"at": -1}, {"at": "then"}, {"at": 1, "part": "acme"}, {"at": 1, "edit": "a b"}]
)
async def test_what_makes_no_sense_is_refused(house, body):
    async with guests(house, ada="student") as (ada,):
        room = await room_with(ada)
        refused = await ada.refused("POST", f"/rooms/{room}/board/restore", json=body)
        assert refused == (400, "invalid")
        assert await ada.refused("GET", f"/rooms/{room}/board", params={"at": "then"}) == (400, "bad-instant")


async def test_whoever_was_erased_has_no_name_in_the_history_of_a_board(house):
    async with guests(house, ada="student", ben="student") as (ada, ben):
        room, first, _ = await told(ada, ben)
        assert (await ada.get(f"/rooms/{room}/board"))["authors"][0]["name"] == "Ben"
        await asyncio.to_thread(erase, house, ben.person, "--yes")
        now = await ada.get(f"/rooms/{room}/board")
        assert [(a["person"], a["name"]) for a in now["authors"]] == [("", "[erased]"), (ada.person, "Ada")]
        assert [s["person"] for s in now["board"]["spans"]] == [ada.person, ""]
        changes = (await ada.get(f"/rooms/{room}/board/changes", since=first))["changes"]
        assert [(c["person"], c["name"], c["author"]) for c in changes] == [("", "[erased]", "")]
