"""Unmodified `@hocuspocus/provider` 2, 3 and 4 from npm, over real WebSockets, beside `y-websocket`."""

import asyncio

import pytest

from tests.hocuspocus.providers import LATEST, in_versions, providers
from tests.hocuspocus.served import served


async def come(client):
    await client.do("connect")
    return await client.until(synced=True)


async def saved(client, **also):
    """Version 2 counts an edit that it made without a line twice, and comes out below zero."""
    return await client.until(synced=True, unsaved=False, **also)


async def pair(here, clients, room):
    both = [await clients.hocuspocus(person, room, here.token(person)) for person in ("ada", "ben")]
    for client in both:
        await come(client)
    return both


@pytest.mark.parametrize("plain", [False, True], ids=["our own sockets", "plain routes"])
async def test_two_providers_converge_and_see_each_other(log, plain):
    async def story(here, clients, room):
        ada, ben = await pair(here, clients, room)
        await ada.do("insert", at=0, text="héllo 😀")
        await ben.until(text="héllo 😀")
        await ben.do("insert", at=8, text=" wörld")
        await ada.until(text="héllo 😀 wörld")
        await ada.do("cursor", at=3)
        await ben.until(present=["ada", "ben"], cursors={"ada": 3})
        for client in (ada, ben):
            await saved(client, scope="read-write", unsynced=0)

    await in_versions(log, story, plain=plain)


async def test_a_provider_and_a_y_websocket_client_share_one_document(log):
    async def story(here, clients, room):
        ada = await clients.hocuspocus("ada", room, here.token("ada"))
        ben = await clients.y_websocket("ben", room, here.token("ben"))
        await come(ada)
        await ada.do("insert", at=0, text="from one side")
        await come(ben)
        await ben.until(text="from one side")
        await ben.do("insert", at=13, text=" and the other")
        for client in (ada, ben):
            await client.until(text="from one side and the other", present=["ada", "ben"])
        await ben.do("cursor", at=2)
        await ada.until(cursors={"ben": 2})
        await ada.do("cursor", at=4)
        await ben.until(cursors={"ada": 4, "ben": 2})
        await ben.do("disconnect")
        await ada.until(present=["ada"])
        await saved(ada)

    await in_versions(log, story)


@pytest.mark.parametrize("plain", [False, True], ids=["our own sockets", "plain routes"])
async def test_several_documents_share_one_socket_and_not_their_troubles(log, plain):
    async def story(here, clients, room):
        other = f"{room}-other"
        await here.room(other)
        mine, hers, none = [
            await clients.hocuspocus("ada", at, here.token("ada"), socket="one")
            for at in (room, other, "none")
        ]
        ben = await clients.y_websocket("ben", other, here.token("ben"))
        await come(ben)
        for client in (mine, hers):
            await come(client)
        await none.until(failed="There is no such room.")
        await mine.do("insert", at=0, text="mine")
        await hers.do("insert", at=0, text="hers")
        await ben.until(text="hers")
        await saved(mine)
        here.kick(room, "ada")
        state = await mine.until(failed="You have left this room.")
        await hers.do("insert", at=4, text=", still")
        await ben.until(text="hers, still", present=["ada", "ben"])
        await saved(hers)
        assert (here.text(room), here.text(other)) == ("mine", "hers, still")
        if clients.version > 2:
            state = await mine.until(synced=False)
            assert state["gone"] == [1000, "You have left this room."]

    await in_versions(log, story, plain=plain)


async def test_a_reader_reads_and_stays_and_nobody_sees_what_they_write(log):
    async def story(here, clients, room):
        ada = await clients.hocuspocus("ada", room, here.token("ada"))
        kim = await clients.hocuspocus("kim", room, here.token("kim", "tutor"))
        for client in (ada, kim):
            await come(client)
        await saved(kim, scope="readonly")
        await ada.do("insert", at=0, text="look")
        await kim.until(text="look")
        await kim.do("insert", at=0, text="no ")
        await ada.do("insert", at=4, text=" here")
        state = await kim.until(text="no look here")
        assert state["unsaved"]
        assert here.text(room) == "look here"

    await in_versions(log, story)


async def test_offline_edits_merge_when_the_line_is_back(log):
    async def story(here, clients, room):
        ada, ben = await pair(here, clients, room)
        await ada.do("insert", at=0, text="middle")
        await ben.until(text="middle")
        await ben.do("disconnect")
        await ada.until(present=["ada"])
        await ben.do("insert", at=0, text="start ")
        await ada.do("insert", at=6, text=" end")
        await ben.do("connect")
        await ben.until(text="start middle end")
        await ada.do("cut")
        async with asyncio.timeout(10):  # and not when they next say by themselves that they are here
            for client in (ada, ben):
                await saved(client, text="start middle end", present=["ada", "ben"])

    await in_versions(log, story)


async def test_providers_come_back_to_a_server_that_restarts(log):
    async with providers("") as clients:
        async with served(log) as here:
            clients.url = here.url
            all_three = [
                await clients.of(version).hocuspocus(person, "r", here.token(person))
                for version, person in ((2, "ada"), (3, "ben"), (LATEST, "cem"))
            ]
            for client in all_three:
                await come(client)
            await all_three[0].do("insert", at=0, text="kept")
            for client in all_three:
                await saved(client, text="kept")
        for client in all_three:
            await client.until(synced=False)
            await client.do("insert", at=4, text="!")
        async with served(log, port=here.port, again=True) as here:
            for client in all_three:
                await saved(client, text="kept!!!")
            assert here.text("r") == "kept!!!"


async def test_a_provider_that_is_asked_for_a_fresh_token_stays(log):
    async def story(here, clients, room):
        ada = await clients.hocuspocus("ada", room, [here.token("ada", brief=True), here.token("ada")])
        await come(ada)
        await ada.until(tokens=2, scope="read-write")
        await ada.do("insert", at=0, text="on and on")
        await saved(ada, failed=None)
        assert here.text(room) == "on and on"

    await in_versions(log, story, [3, LATEST])


async def test_a_token_that_expires_ends_the_document(log):
    async def story(here, clients, room):
        ada = await clients.hocuspocus("ada", room, here.token("ada", brief=True))
        await ada.do("connect")
        await ada.until(failed="The token has expired.")

    await in_versions(log, story)


async def test_a_wrong_token_is_refused_with_its_reason(log):
    async def story(here, clients, room):
        stranger = await clients.hocuspocus("eve", room, here.token("eve"))
        await stranger.do("connect")
        state = await stranger.until(failed="You are not in this room.")
        assert not state["synced"]

    await in_versions(log, story)


async def test_clients_tell_each_other_what_nobody_keeps(log):
    async def story(here, clients, room):
        ada, ben = await pair(here, clients, room)
        await ada.do("tell", text="dinner 🍲")
        await ben.until(heard=["dinner 🍲"])
        assert (await ada.do("state"))["heard"] == []

    await in_versions(log, story)


async def test_nothing_is_left_unsynced_however_often_it_is_synced(log):
    async def story(here, clients, room):
        ada = await clients.hocuspocus("ada", room, here.token("ada"))
        await ada.do("insert", at=0, text="typed before there was a line, ")
        await ada.do("connect")
        await asyncio.gather(*(ada.do("insert", at=0, text="and while ") for _ in range(20)))
        await saved(ada)
        for _ in range(3):
            await ada.do("sync")
            await ada.do("insert", at=0, text="again ")
            await saved(ada)
        here.kick(room, "ada", 1012, "Rights on this board changed.")
        await asyncio.gather(*(ada.do("insert", at=0, text="moved ") for _ in range(5)))
        state = await saved(ada)
        assert here.text(room) == state["text"]

    await in_versions(log, story, [3, LATEST])


async def test_two_providers_of_one_document_share_a_socket_by_their_sessions(log):
    async with served(log) as here, providers(here.url) as clients:
        where = {"socket": "one", "sessionAwareness": True}
        one = await clients.hocuspocus("ada", "r", here.token("ada"), **where)
        two = await clients.hocuspocus("ada", "r", here.token("ada"), flushDelay=20, **where)
        await one.do("connect")
        await one.do("insert", at=0, text="one ")
        await two.until(text="one ")
        await two.do("insert", at=4, text="two")
        await two.do("insert", at=7, text=".")
        await one.until(text="one two.", present=["ada", "ada"])
        for client in (one, two):
            await saved(client, unsynced=0)


async def test_a_document_that_is_closed_may_be_opened_again_on_the_same_socket(log):
    async def story(here, clients, room):
        mine, hers = [
            await clients.hocuspocus("ada", at, here.token("ada"), socket="one") for at in (room, "s")
        ]
        ben = await clients.y_websocket("ben", room, here.token("ben"))
        for client in (ben, mine, hers):
            await come(client)
        await ben.until(present=["ada", "ben"])
        await mine.do("detach")
        await ben.until(present=["ben"])
        await ben.do("insert", at=0, text="meanwhile")
        await mine.do("attach")
        async with asyncio.timeout(10):
            await saved(mine, text="meanwhile", unsynced=0)
            await ben.until(present=["ada", "ben"])
        await mine.do("destroy")
        await ben.until(present=["ben"])
        await saved(hers, text="")

    await in_versions(log, story, [3, LATEST])
