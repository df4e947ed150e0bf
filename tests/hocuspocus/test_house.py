"""Providers on the whole house: the rights that open and close a board, and what is in the log in the end."""

from tests.hocuspocus.providers import providers
from tests.realtime.guests import guests, room_with


async def test_what_providers_and_others_write_is_in_the_log_under_their_names(house):
    before = house.errors()
    async with (
        guests(house, ada="student", ben="student", kim="auditor") as (ada, ben, kim),
        providers(house.url.replace("http", "ws", 1)) as clients,
    ):
        room = await room_with(ada, ben)
        hers = await clients.hocuspocus(ada.person, room, house.token(ada.person))
        his = await clients.y_websocket(ben.person, room, house.token(ben.person))
        theirs = await clients.hocuspocus(kim.person, room, house.token(kim.person, "auditor"))
        async with ada.stream(f"/rooms/{room}/feed") as feed:
            for client in (hers, his, theirs):
                await client.do("connect")
                await client.until(synced=True)
            await hers.do("insert", at=0, text="héllo")
            await his.until(text="héllo")
            await feed.until("saved")
            await his.do("insert", at=5, text=" 😀")
            await theirs.until(text="héllo 😀", scope="readonly", unsaved=False)
            await feed.until("saved")
            await theirs.do("insert", at=0, text="seen: ")
        then = await kim.get(f"/audit/rooms/{room}")
        assert then["board"]["text"] == "héllo 😀"
        assert {author["person"] for author in then["authors"]} == {ada.person, ben.person}
    assert house.errors() == before


async def test_whoever_leaves_a_room_loses_its_board_and_keeps_the_others(house):
    async with (
        guests(house, ada="student", ben="student") as (ada, ben),
        providers(house.url.replace("http", "ws", 1)) as clients,
    ):
        one = await room_with(ben, ada)
        seats = [await clients.hocuspocus(ada.person, one, house.token(ada.person), socket="hers")]
        seats.append(await clients.hocuspocus(ben.person, one, house.token(ben.person)))
        for seat in seats:
            await seat.do("connect")
            await seat.until(synced=True)
        other = await room_with(ada)  # whoever joins a room leaves the one they were in
        seats.append(await clients.hocuspocus(ada.person, other, house.token(ada.person), socket="hers"))
        here, his, there = seats
        await here.until(failed="You have left this room.")
        await there.until(synced=True)
        await here.do("insert", at=0, text="too late")
        await his.do("insert", at=0, text="alone")
        await there.do("insert", at=0, text="elsewhere")
        for seat in (his, there):
            await seat.until(unsaved=False)
        stranger = await clients.hocuspocus(ben.person, other, house.token(ben.person))
        await stranger.do("connect")
        await stranger.until(failed="You are not in this room.")
        assert (await his.do("state"))["text"] == "alone"


async def test_rights_that_change_hold_at_once_and_the_provider_need_not_do_anything(house):
    async with (
        guests(house, ada="student", ben="student") as (ada, ben),
        providers(house.url.replace("http", "ws", 1)) as clients,
    ):
        room = await room_with(ada, ben)
        hers = await clients.hocuspocus(ada.person, room, house.token(ada.person))
        his = await clients.hocuspocus(ben.person, room, house.token(ben.person))
        for seat in (hers, his):
            await seat.do("connect")
            await seat.until(synced=True)
        await his.do("insert", at=0, text="allowed")
        await hers.until(text="allowed")
        await ada.post(f"/rooms/{room}/board/rights", right="read", person=ben.person)
        await hers.until(present=[ada.person])
        await hers.until(present=sorted([ada.person, ben.person]))
        await his.do("insert", at=7, text=", and not")
        await his.until(scope="readonly", unsynced=1)
        await hers.do("insert", at=7, text="!")
        late = await clients.hocuspocus(ada.person, room, house.token(ada.person))
        await late.do("connect")
        await late.until(text="allowed!")
