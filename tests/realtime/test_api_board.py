"""The board's socket on the whole house: real Yjs clients, and the rights that open and close it."""

import asyncio

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.board.yjs_client import yjs
from tests.realtime.guests import fresh, guests, room_with


async def test_two_real_clients_converge_and_what_they_wrote_is_in_the_log_under_their_names(house):
    async with (
        guests(house, ada="student", ben="student", kim="auditor") as (ada, ben, kim),
        yjs() as clients,
    ):
        room = await room_with(ada, ben)
        url = house.url.replace("http", "ws", 1) + "/boards"
        seats = [
            await clients.client(who.person, url, room, token=house.token(who.person, "student"))
            for who in (ada, ben)
        ]
        async with ada.stream(f"/rooms/{room}/feed") as feed:
            for seat in seats:
                await seat.do("connect")
                await seat.until(synced=True)
            await seats[0].do("insert", at=0, text="héllo 😀")
            await seats[1].until(text="héllo 😀")
            await feed.until("saved")
            await seats[1].do("insert", at=8, text="!")
            await seats[0].until(text="héllo 😀!")
            await feed.until("saved")
        then = await kim.get(f"/audit/rooms/{room}")
        assert then["board"]["text"] == "héllo 😀!"
        assert {author["person"] for author in then["authors"]} == {ada.person, ben.person}


async def test_a_member_who_leaves_loses_their_seat_for_good(house):
    async with guests(house, ada="student", ben="student") as (ada, ben):
        room = await room_with(ada, ben)
        async with ada.board(room) as hers, ben.board(room) as his:
            await hers.write("work")
            await his.until("work")
            await ada.post(f"/rooms/{room}/leave")
            assert await hers.closed() == (4403, "You have left this room.")
            await his.write(" goes on")
            await his.until("work goes on")
        async with ada.board(room) as hers:
            assert (await hers.closed())[0] == 4403


async def test_a_room_that_closes_ends_every_seat(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        room = await room_with(tia, ada)
        async with ada.board(room) as board, tia.board(room) as other:
            await tia.post(f"/rooms/{room}/close")
            codes = {(await board.closed())[0], (await other.closed())[0]}
        assert codes <= {4403, 4404}
        async with tia.board(room) as board:
            await board.until("")


@pytest.mark.parametrize("role", ["auditor", "tutor"])
async def test_whoever_answers_for_the_room_reads_its_board_and_cannot_write(house, role):
    async with guests(house, ada="student", kim=role) as (ada, kim):
        room = await room_with(ada)
        async with ada.board(room) as hers, kim.board(room) as theirs:
            await hers.write("look")
            await theirs.until("look")
            await theirs.write("!")
            assert await theirs.closed() == (4403, "You may read this board, but not write on it.")
            await hers.write(" on")
        async with ada.board(room) as again:
            await again.until("look on")


async def test_what_was_written_is_there_for_whoever_comes_later(house):
    async with guests(house, ada="student") as (ada,):
        room = await room_with(ada)
        async with ada.stream(f"/rooms/{room}/feed") as feed, ada.board(room) as board:
            await board.write("kept")
            await feed.until("saved")
        async with ada.board(room) as board:
            await board.until("kept")


async def test_a_socket_without_a_right_is_refused_after_the_upgrade_where_browsers_see_why(house):
    async with guests(house, ada="student", eve="student") as (ada, eve):
        room = await room_with(ada)
        async with eve.board(room) as board:
            assert await board.closed() == (4403, "You are not in this room.")
        async with ada.board(fresh("nowhere")) as board:
            assert await board.closed() == (4404, "There is no such room.")
        async with ada.board(room, room=fresh("other")) as board:
            assert await board.closed() == (4403, "The token is for another room.")


async def test_there_is_no_socket_but_at_boards(house):
    async with guests(house, ada="student") as (ada,):
        with pytest.raises((InvalidStatus, ConnectionClosed)):
            async with asyncio.timeout(5), ada.board("a/b") as board:
                await board.socket.recv()


async def test_rights_hold_at_once_for_sockets_that_are_open(house):
    async with guests(house, ada="student", ben="student") as (ada, ben):
        room = await room_with(ada, ben)
        async with ada.board(room) as hers, ben.board(room) as his:
            await his.write("allowed")
            await hers.until("allowed")
            await ada.post(f"/rooms/{room}/board/rights", right="read", person=ben.person)
            assert await his.closed() == (1012, "Rights on this board changed.")
            async with ben.board(room) as again:
                await again.until("allowed")
                await again.write("!")
                assert await again.closed() == (4403, "You may read this board, but not write on it.")
            await ada.post(f"/rooms/{room}/board/rights", right=None, person=ben.person)
            async with ben.board(room) as again:
                await again.until("allowed")
                await again.write(" again")
                await hers.until("allowed again")
        rules = await ada.get(f"/rooms/{room}/board/rights")
        assert rules == {"rules": []}


async def test_only_the_host_and_the_staff_say_who_writes(house):
    async with guests(house, ada="student", ben="student", tia="tutor") as (ada, ben, tia):
        room = await room_with(ada, ben)
        refused = await ben.http.post(f"/rooms/{room}/board/rights", json={"right": "read"})
        assert refused.status_code == 403
        await tia.post(f"/rooms/{room}/board/rights", right="comment", part="text")
        found = await ben.get(f"/rooms/{room}/board/rights")
        assert found == {"rules": [{"person": None, "part": "text", "right": "comment"}]}
