"""Peers that die, strangers that send anything, packets that are lost, forged or replayed."""

import asyncio
import os
import socket
from collections.abc import Callable

import pytest
from aioice import stun

from rooms.voice.engine import NotARestart, UnknownVoice
from tests.voice.cable import Cable
from tests.voice.client import hush, script, tone


async def counted(engine, reason: str, at_least: int = 1, seconds: float = 5) -> None:
    await until(lambda: engine.counts[reason] >= at_least, seconds)


async def until(true: Callable[[], bool], seconds: float = 5) -> None:
    """What the network does has no event to wait for: looks often."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_peer_that_dies_without_goodbye_is_soon_gone(engine, ears, client):
    async with Cable(engine.port) as cable:
        ada, ben = client(script((500, 20_000))), client(hush(20))
        await ada.join(engine, "algebra", "ada", via=cable.port)
        await ben.join(engine, "algebra", "ben")
        await ears.until(lambda: ears.hears("ben") == {"ada"} and bool(ears.began))
        cable.cut()
        await ears.until(lambda: bool(ears.gone), seconds=8)
        assert ears.gone == [("ada", "gone")]
        assert ears.hears("ben") == set()
        assert [turn.person for turn in ears.turns] == ["ada"]
        assert engine.voices == 1


async def test_silent_listeners_and_speakers_stay(engine, ears, client):
    ada, ben = client(hush(20)), client(None, slots=1)
    await ada.join(engine, "algebra", "ada")
    await ben.join(engine, "algebra", "ben")
    await ears.until(lambda: ears.hears("ben") == {"ada"})
    await asyncio.sleep(8)
    assert ears.gone == []


async def test_lost_handshake_packets_are_sent_again(engine, ears, client):
    async with Cable(engine.port) as cable:
        cable.drop_next_from_engine = 2
        ada, ben = client(tone(20_000)), client(hush(20))
        await ben.join(engine, "algebra", "ben")
        await ada.join(engine, "algebra", "ada", via=cable.port)
        await ears.until(lambda: ears.hears("ben") == {"ada"}, seconds=10)
        assert cable.drop_next_from_engine == 0
        await ben.hears("1")


async def test_replayed_forged_and_foreign_packets_are_counted_and_not_forwarded(engine, ears, client):
    async with Cable(engine.port) as cable:
        ada, ben = client(tone(20_000)), client(hush(20))
        await ada.join(engine, "algebra", "ada", via=cable.port)
        await ben.join(engine, "algebra", "ben")
        await ears.until(lambda: ears.hears("ben") == {"ada"})
        await until(lambda: len(cable.rtp()) > 20)
        once = cable.rtp()[10]
        cable.to_engine(once)
        await counted(engine, "srtp-replayed")
        cable.to_engine(once[:-1] + bytes([once[-1] ^ 1]))
        cable.to_engine(once[:2] + b"\xff\xff" + once[4:])
        await counted(engine, "srtp-forged", 1)
        cable.to_engine(once[:8] + b"\0\0\0\1" + once[12:])
        await counted(engine, "rtp-unknown-source")
        cable.to_engine(once + bytes(1400))
        await counted(engine, "rtp-malformed")
        cable.to_engine(b"\x80\xc8" + os.urandom(60))
        await counted(engine, "srtp-forged", 2)
        await ben.hears("1")
        assert ears.gone == []


async def test_too_many_packets_of_one_peer_are_dropped(engine, ears, client):
    async with Cable(engine.port) as cable:
        ada = client(tone(20_000))
        await ada.join(engine, "algebra", "ada", via=cable.port)
        await until(lambda: len(cable.rtp()) > 5)
        for _ in range(1200):
            cable.to_engine(cable.rtp()[3])
        await counted(engine, "rtp-too-fast")
        await asyncio.sleep(1.1)
        before = engine.counts["rtp-in"]
        await until(lambda: engine.counts["rtp-in"] > before + 10)


async def test_garbage_from_strangers_is_counted_and_harms_nobody(engine, ears, client):
    ada, ben = client(tone(30_000)), client(hush(20))
    await ada.join(engine, "algebra", "ada")
    await ben.join(engine, "algebra", "ben")
    await ears.until(lambda: ears.hears("ben") == {"ada"})
    async with Cable(engine.port) as stranger:
        with socket.socket(type=socket.SOCK_DGRAM) as raw:  # asyncio sends no empty ones
            raw.sendto(b"", ("127.0.0.1", engine.port))
        sent = 1
        for size in (1, 2, 19, 20, 100, 1400):
            for first in range(256):
                stranger.to_engine((bytes([first]) + os.urandom(size))[:size])
                sent += 1
            await asyncio.sleep(0)
        refused = ("stranger", "not-for-us", "stun-malformed", "stun-not-a-request", "stun-unknown")
        await until(lambda: sum(engine.counts[reason] for reason in refused) == sent)
        stranger.to_engine(request("nobody:here", "x" * 22))
        await counted(engine, "stun-unknown")
    assert engine.counts["internal"] == 0
    await ben.hears("1")


def request(username: str, password: str, **attributes: object) -> bytes:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes = {"USERNAME": username, **attributes}
    message.add_message_integrity(password.encode())
    return bytes(message)


class Prober(asyncio.DatagramProtocol):
    """Sends STUN to the engine and keeps what comes back."""

    def __init__(self) -> None:
        self.answers: asyncio.Queue[stun.Message] = asyncio.Queue()

    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr) -> None:
        self.answers.put_nowait(stun.parse_message(data))


@pytest.fixture
async def prober(engine):
    loop = asyncio.get_running_loop()
    transport, prober = await loop.create_datagram_endpoint(Prober, remote_addr=("127.0.0.1", engine.port))
    yield prober
    transport.close()


def credentials(text: str) -> tuple[str, str]:
    found = dict(
        line[2:].split(":", 1) for line in text.splitlines() if line.startswith("a=ice-") and ":" in line
    )
    return found["ice-ufrag"], found["ice-pwd"]


CONTROLLING = {"ICE-CONTROLLING": 1, "PRIORITY": 1}


async def test_a_signed_request_is_answered_with_the_address_and_a_signature(engine, prober, client):
    joined = await engine.join("algebra", "ada", await client(hush(20)).offer())
    ufrag, password = credentials(joined.sdp)
    prober.transport.sendto(request(f"{ufrag}:x", password, **CONTROLLING))
    answer = await asyncio.wait_for(prober.answers.get(), 2)
    assert answer.message_class == stun.Class.RESPONSE
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == prober.transport.get_extra_info("sockname")
    assert answer.check_message_integrity(password.encode())


async def test_a_request_with_the_wrong_password_is_counted_and_not_answered(engine, prober, client):
    joined = await engine.join("algebra", "ada", await client(hush(20)).offer())
    ufrag, _ = credentials(joined.sdp)
    prober.transport.sendto(request(f"{ufrag}:x", "wrong" * 6, **CONTROLLING))
    await counted(engine, "stun-forged")
    assert prober.answers.empty()


async def test_a_client_that_thinks_we_are_in_control_is_put_right(engine, prober, client):
    joined = await engine.join("algebra", "ada", await client(hush(20)).offer())
    ufrag, password = credentials(joined.sdp)
    prober.transport.sendto(request(f"{ufrag}:x", password, **{"ICE-CONTROLLED": 1, "PRIORITY": 1}))
    answer = await asyncio.wait_for(prober.answers.get(), 2)
    assert answer.error_code == 487


async def test_nobody_takes_the_address_of_a_peer_that_is_using_it(engine, prober, client):
    ada = await engine.join("algebra", "ada", await client(hush(20)).offer())
    eve = await engine.join("algebra", "eve", await client(hush(20)).offer())
    for joined in (ada, eve):
        ufrag, password = credentials(joined.sdp)
        prober.transport.sendto(request(f"{ufrag}:x", password, **CONTROLLING))
    await counted(engine, "address-taken")


FRAGMENT = "a=ice-ufrag:newer\r\na=ice-pwd:{}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n".format(
    "y" * 24
)


async def test_a_restart_gives_new_credentials_and_the_old_ones_end_with_their_first_use(
    engine, prober, client
):
    joined = await engine.join("algebra", "ada", await client(hush(20)).offer())
    old = credentials(joined.sdp)
    text = await engine.restart(joined.voice, FRAGMENT)
    new = credentials(text)
    assert new != old
    assert f" {engine.port} typ host" in text
    for ufrag, password in (old, new):
        prober.transport.sendto(request(f"{ufrag}:x", password, **CONTROLLING))
        answer = await asyncio.wait_for(prober.answers.get(), 2)
        assert answer.check_message_integrity(password.encode())
    prober.transport.sendto(request(f"{old[0]}:x", old[1], **CONTROLLING))
    await counted(engine, "stun-unknown")


async def test_a_fragment_without_new_credentials_changes_nothing(engine, client):
    ada = client(hush(20))
    offer = await ada.offer()
    joined = await engine.join("algebra", "ada", offer)
    ufrag, password = credentials(offer)
    trickle = f"a=ice-ufrag:{ufrag}\r\na=ice-pwd:{password}\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n"
    assert await engine.restart(joined.voice, trickle) == ""


async def test_a_restart_of_nothing_or_with_nothing_is_refused(engine, client):
    joined = await engine.join("algebra", "ada", await client(hush(20)).offer())
    with pytest.raises(NotARestart):
        await engine.restart(joined.voice, "hello")
    with pytest.raises(UnknownVoice):
        await engine.restart("nothing", FRAGMENT)
    assert await engine.whose(joined.voice) == ("algebra", "ada")
    with pytest.raises(UnknownVoice):
        await engine.whose("nothing")


async def test_another_certificate_than_the_offered_one_is_refused(engine, ears, client):
    ada = client(tone(5000))
    offer = await ada.offer()
    lines = [
        line[:-2] + ("00" if line[-2:] != "00" else "11") if line.startswith("a=fingerprint") else line
        for line in offer.splitlines()
    ]
    joined = await engine.join("algebra", "ada", "\r\n".join(lines) + "\r\n")
    await ada.take(joined.sdp)
    await ears.until(lambda: ears.gone == [("ada", "failed")])
    assert engine.counts["dtls-failed"] == 1
