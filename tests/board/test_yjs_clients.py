"""Unmodified `yjs` and `y-websocket` from npm, in node, against the board over real WebSockets."""

import asyncio

import pytest

from rooms.board import wire
from tests.board.served import served
from tests.board.support import WAITING_FOR_EACH_OTHER, Fallible, edits
from tests.board.yjs_client import yjs


async def come(client):
    await client.do("connect")
    return await client.until(synced=True)


async def pair(clients, url, room="r"):
    both = [await clients.client(name, url, room, token=name) for name in ("ada", "bob")]
    for client in both:
        await come(client)
    return both


async def test_two_clients_converge_and_see_each_other(log):
    async with served(log) as (server, url, _), yjs() as clients:
        ada, bob = await pair(clients, url)
        await ada.do("insert", at=0, text="héllo 😀")
        await bob.until(text="héllo 😀")
        await bob.do("insert", at=8, text=" wörld")
        await bob.do("remove", at=0, length=1)
        await ada.until(text="éllo 😀 wörld")
        for client in (ada, bob):
            await client.until(present=["ada", "bob"])
        await ada.do("cursor", at=3)
        await bob.until(cursors={"ada": 3})
        await server.saved()
        runs = [run for event in await edits(log, "r") for run in event.runs]
        assert {run.person for run in runs} == {"ada", "bob"}
        assert {run.client for run in runs} == {(await client.do("state"))["client"] for client in (ada, bob)}


async def test_a_late_joiner_sees_content_and_presence_at_once(log):
    async with served(log) as (_, url, _), yjs() as clients:
        ada = await clients.client("ada", url, "r", token="ada")
        await come(ada)
        await ada.do("insert", at=0, text="early")
        await ada.do("cursor", at=5)
        late = await clients.client("late", url, "r", token="late")
        async with asyncio.timeout(2):
            await late.do("connect")
            await late.until(text="early", present=["ada", "late"], cursors={"ada": 5})


async def test_offline_edits_merge_on_return(log):
    async with served(log) as (_, url, _), yjs() as clients:
        ada, bob = await pair(clients, url)
        await ada.do("insert", at=0, text="middle")
        await bob.until(text="middle")
        await bob.do("disconnect")
        await ada.until(present=["ada"])
        await bob.do("insert", at=0, text="start ")
        await ada.do("insert", at=6, text=" end")
        await bob.do("connect")
        async with asyncio.timeout(3):
            await bob.until(present=["ada", "bob"])
        for client in (ada, bob):
            await client.until(text="start middle end", present=["ada", "bob"])


async def test_a_cut_line_comes_back_by_itself_and_is_seen_again_at_once(log):
    async with served(log) as (_, url, _), yjs() as clients:
        ada, bob = await pair(clients, url)
        await ada.until(present=["ada", "bob"])
        await bob.do("cut")
        await ada.until(present=["ada"])
        async with asyncio.timeout(3):
            await bob.until(present=["ada", "bob"])
            await ada.until(present=["ada", "bob"])


async def test_garbage_ends_its_sender_for_good_and_nobody_else(log):
    async with served(log) as (server, url, _), yjs() as clients:
        ada, eve = await pair(clients, url)
        await ada.do("insert", at=0, text="work")
        await eve.until(text="work")
        await eve.do("raw", data="000203abcdef")
        state = await eve.until(connected=False)
        assert state["closed"]["code"] == 4400
        assert "damaged" in state["closed"]["reason"]
        assert not state["wanting"]
        await ada.until(present=["ada"])
        await ada.do("insert", at=4, text=" goes on")
        late = await clients.client("late", url, "r", token="late")
        await come(late)
        await late.until(text="work goes on")
        await server.saved()


async def test_an_update_that_breaks_the_document_leaves_the_others_at_work(log, caplog):
    async with served(log) as (_, url, _), yjs() as clients:
        ada, eve = await pair(clients, url)
        await ada.do("insert", at=0, text="work")
        await eve.until(text="work")
        await eve.do("raw", data=wire.update(WAITING_FOR_EACH_OTHER).hex())
        assert (await eve.until(connected=False))["closed"]["code"] == 4400
        assert "broke the board" in caplog.text
        await ada.do("insert", at=4, text=" goes on")
        late = await clients.client("late", url, "r", token="late")
        await come(late)
        await late.until(text="work goes on")


async def test_a_reader_reads_and_cannot_write(log):
    async with served(log) as (server, url, _), yjs() as clients:
        ada = await clients.client("ada", url, "r", token="ada")
        auditor = await clients.client("kim", url, "r", token="kim:read")
        await come(ada)
        await come(auditor)
        await ada.do("insert", at=0, text="look")
        await auditor.until(text="look")
        await auditor.do("insert", at=0, text="no ")
        state = await auditor.until(connected=False)
        assert state["closed"]["code"] == 4403
        assert not state["wanting"]
        assert server.boards.text("school", "r") == "look"


@pytest.mark.parametrize("killed", [False, True])
async def test_a_restart_keeps_the_text_and_the_clients_come_back_to_it(log, killed):
    line = Fallible(log)
    async with yjs() as clients:
        async with served(line) as (server, url, port):
            ada, bob = await pair(clients, url)
            await ada.do("insert", at=0, text="saved")
            await bob.until(text="saved")
            await server.saved()
            line.cut = killed
            await ada.do("insert", at=5, text=", and seen")
            await bob.until(text="saved, and seen")
            await ada.do("disconnect")
        await bob.until(connected=False)
        async with served(log, port) as (server, url, _):
            await bob.until(connected=True, synced=True)
            await come(ada)
            await ada.do("insert", at=0, text="> ")
            for client in (ada, bob):
                await client.until(text="> saved, and seen", present=["ada", "bob"])
            late = await clients.client("late", url, "r", token="late")
            await come(late)
            await late.until(text="> saved, and seen")
            await server.saved()
