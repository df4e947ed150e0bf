"""Voice by way of a TURN server (coturn), for those whose network lets nothing else through."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aioice.stun import TransactionFailed
from aioice.turn import create_turn_endpoint
from aiortc import RTCConfiguration, RTCIceServer, RTCIceTransportPolicy

from realtime.ice_servers import LASTS, IceServer, IceServers
from tests.voice.client import Client, tone
from tests.voice.conftest import now
from tests.voice.coturn import SHARED, coturn
from tests.voice.test_voices import slot_of


@pytest.fixture
async def turn(tmp_path) -> AsyncIterator[int]:
    async with coturn(tmp_path) as port:
        yield port


def minted(port: int, transport: str, **changed: Any) -> list[IceServer]:
    """What the house gives to ada."""
    url = f"turn:127.0.0.1:{port}?transport={transport}"
    options = {"secret": SHARED, "clock": now} | changed
    return IceServers(urls=(url,), key=b"house", **options).of("main", "ada")


def relayed(port: int, transport: str) -> Client:
    """A client that goes by the TURN server alone."""
    servers = [RTCIceServer(*each.urls, each.username, each.credential) for each in minted(port, transport)]
    return Client(tone(20_000), 1, RTCConfiguration(servers, RTCIceTransportPolicy.RELAY))


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_whoever_goes_by_turn_is_heard_and_hears(engine, ears, client, turn, transport):
    ada, ben = relayed(turn, transport), client(tone(20_000, 660), 1)
    try:
        await ada.join(engine, "algebra", "ada")
        candidates = [line for line in ada.pc.localDescription.sdp.splitlines() if "candidate:" in line]
        assert candidates
        assert all(" typ relay " in line for line in candidates)
        await ben.join(engine, "algebra", "ben")
        await ears.until(lambda: ears.hears("ben") == {"ada"} and ears.hears("ada") == {"ben"})
        await ben.hears(slot_of(ears, "ben", "ada"))
        await ada.hears(slot_of(ears, "ada", "ben"))
    finally:
        await ada.close()


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize(
    "options",
    [
        {"secret": "another secret, which this server does not share"},
        {"clock": lambda: now() - timedelta(seconds=LASTS + 60)},
    ],
    ids=["wrong", "expired"],
)
async def test_wrong_and_expired_credentials_are_refused(turn, transport, options):
    [server] = minted(turn, transport, **options)
    with pytest.raises(TransactionFailed, match="401"):
        await create_turn_endpoint(
            asyncio.DatagramProtocol,
            server_addr=("127.0.0.1", turn),
            username=server.username,
            password=server.credential,
            transport=transport,
        )


async def test_whoever_has_credentials_reaches_the_house_by_it_and_nobody_else(turn):
    [server] = minted(turn, "udp")
    transport, _ = await create_turn_endpoint(
        asyncio.DatagramProtocol, ("127.0.0.1", turn), server.username, server.credential
    )
    try:
        client = transport._TurnTransport__inner_protocol
        await client.channel_bind(0x4000, ("127.0.0.1", 9))
        with pytest.raises(TransactionFailed, match="403"):
            await client.channel_bind(0x4001, ("127.0.0.2", 9))
    finally:
        await client.delete()
