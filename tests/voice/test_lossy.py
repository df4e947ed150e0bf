"""Networks that lose packets: the handshake goes on, what is missed is asked for, sound stays as it was."""

import asyncio

import pytest

from rooms.voice.ice_lite import IceLiteEngine
from tests.voice.cable import Cable
from tests.voice.client import Client, close_all, hush, tone
from tests.voice.conftest import now
from tests.voice.test_hostile import until


def asks(offer: str) -> str:
    """The offer of a client that can ask for lost sound, and be asked."""
    return offer.replace("a=rtpmap:96 opus/48000/2\r\n", "a=rtpmap:96 opus/48000/2\r\na=rtcp-fb:96 nack\r\n")


def every(n: int):
    """Loses every n-th of what it is told of, and remembers the numbers of those packets."""
    lost: list[int] = []
    seen = 0

    def loses(data: bytes) -> bool:
        nonlocal seen
        seen += 1
        if seen % n == 0:
            lost.append(int.from_bytes(data[2:4], "big"))
        return seen % n == 0

    return loses, lost


@pytest.mark.parametrize(("from_engine", "from_client"), [(2, 0), (0, 2), (1, 1)])
async def test_a_handshake_of_which_flights_are_lost_on_either_side_is_finished(
    engine, ears, client, from_engine, from_client
):
    async with Cable(engine.port) as cable:
        cable.drop_next_from_engine, cable.drop_next_from_client = from_engine, from_client
        ada, ben = client(tone(20_000)), client(hush(20))
        await ben.join(engine, "algebra", "ben")
        await ada.join(engine, "algebra", "ada", via=cable.port)
        await ears.until(lambda: ears.hears("ben") == {"ada"}, seconds=12)
        assert (cable.drop_next_from_engine, cable.drop_next_from_client) == (0, 0)
        await ben.hears("1")


async def test_what_a_sender_lost_is_asked_for_once_and_forwarded(engine, ears, client):
    async with Cable(engine.port) as cable:
        ada, ben = client(tone(20_000)), client(hush(20))
        joined = await engine.join("algebra", "ada", asks(await ada.offer()))
        assert "a=rtcp-fb:96 nack" in joined.sdp
        await ada.take(joined.sdp.replace(f" {engine.port} typ", f" {cable.port} typ"))
        await ben.join(engine, "algebra", "ben")
        await ears.until(lambda: ears.hears("ben") == {"ada"})
        cable.loses_from_client, lost = every(5)
        await until(lambda: engine.counts["nack-out"] >= 8)
        cable.loses_from_client = lambda data: False
        arrived = {int.from_bytes(data[2:4], "big") for data in cable.rtp()}
        assert len(arrived & set(lost)) >= len(lost) // 2
        assert engine.counts["nack-out"] <= 2 * len(lost)


async def test_what_a_listener_lost_is_sent_again_byte_for_byte_and_not_without_end(engine, ears, client):
    async with Cable(engine.port) as cable:
        ada, ben = client(tone(20_000)), client(hush(20), slots=1)
        await ada.join(engine, "algebra", "ada")
        joined = await engine.join("algebra", "ben", asks(await ben.offer()))
        await ben.take(joined.sdp.replace(f" {engine.port} typ", f" {cable.port} typ"))
        await ears.until(lambda: ears.hears("ben") == {"ada"})
        went: list[bytes] = []
        cable.loses_from_engine = lambda data: bool(went.append(data))
        await until(lambda: len(went) > 10)
        receiver = ben.pc.getTransceivers()[1].receiver
        (source,) = receiver.getSynchronizationSources()
        numbers = [int.from_bytes(data[2:4], "big") for data in went]
        await receiver._send_rtcp_nack(source.source, numbers[2:4])
        await until(lambda: engine.counts["resent"] == 2)
        await until(lambda: went.count(went[2]) == 2 and went.count(went[3]) == 2)
        for _ in range(30):
            await receiver._send_rtcp_nack(source.source, numbers[:10])
        await until(lambda: engine.counts["nack-in"] == 302)
        assert engine.counts["resent"] < 150


async def test_repair_data_within_the_sound_is_asked_for_and_losses_stay_visible_to_it(engine, ears, client):
    async with Cable(engine.port) as cable:
        ada, ben, heard = client(tone(20_000)), client(hush(20)), []
        joined = await engine.join("algebra", "ada", await ada.offer())
        assert "useinbandfec=1" in joined.sdp
        engine.tap("algebra", "ada", lambda packet, at: heard.append(packet))
        cable.loses_from_client, lost = every(4)
        await ada.take(joined.sdp.replace(f" {engine.port} typ", f" {cable.port} typ"))
        await ben.join(engine, "algebra", "ben")
        await ears.until(lambda: ears.hears("ben") == {"ada"})
        await until(lambda: len(heard) > 50)
        assert not {packet.sequence for packet in heard} & set(lost)
        assert len({packet.sequence for packet in heard}) > len(lost)


async def test_a_client_with_an_ipv6_address_alone_is_heard(ears, monkeypatch):
    engine = IceLiteEngine("127.0.0.1", 0, ["127.0.0.1", "::1"], ears, now)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(engine.run())
        await engine.opened()
        clients = []
        for person, address in (("ada", "::1"), ("ben", "127.0.0.1")):
            monkeypatch.setattr(
                "aioice.ice.get_host_addresses", lambda use_ipv4, use_ipv6, here=address: [here]
            )
            clients.append(Client(tone(20_000)))
            await clients[-1].join(engine, "algebra", person)
        await ears.until(lambda: ears.hears("ben") == {"ada"} and ears.hears("ada") == {"ben"})
        for one in clients:
            await one.hears("1")
        await close_all(clients)
        running.cancel()
