"""Unmodified `@hocuspocus/provider` from npm, in node, over real WebSockets, beside `y-websocket`."""

import pytest

from tests.hocuspocus.providers import LATEST, providers
from tests.hocuspocus.served import served

VERSIONS = [2, 3, LATEST]


async def come(client):
    await client.do("connect")
    return await client.until(synced=True)


async def saved(client):
    return await client.until(synced=True, unsynced=0)


@pytest.mark.parametrize("version", VERSIONS)
async def test_two_providers_converge_and_see_each_other(log, version):
    async with served(log) as here, providers(here.url) as clients:
        ada = await clients.hocuspocus("ada", "r", here.token("ada"), version=version)
        ben = await clients.hocuspocus("ben", "r", here.token("ben"), version=version)
        for client in (ada, ben):
            await come(client)
        await ada.do("insert", at=0, text="héllo 😀")
        await ben.until(text="héllo 😀")
        await ben.do("insert", at=8, text=" wörld")
        await ada.until(text="héllo 😀 wörld")
        await ada.do("cursor", at=3)
        await ben.until(present=["ada", "ben"], cursors={"ada": 3})
        for client in (ada, ben):
            state = await saved(client)
            assert state["scope"] == "read-write"
            assert not state["unsaved"]


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_provider_and_a_y_websocket_client_share_one_document(log, version):
    async with served(log) as here, providers(here.url) as clients:
        ada = await clients.hocuspocus("ada", "r", here.token("ada"), version=version)
        ben = await clients.y_websocket("ben", "r", here.token("ben"))
        await come(ada)
        await ada.do("insert", at=0, text="from one side")
        await come(ben)
        await ben.until(text="from one side")
        await ben.do("insert", at=13, text=" and the other")
        for client in (ada, ben):
            await client.until(text="from one side and the other", present=["ada", "ben"])
        await ben.do("cursor", at=2)
        await ada.until(cursors={"ben": 2})
        await ben.do("disconnect")
        await ada.until(present=["ada"])
        await saved(ada)
