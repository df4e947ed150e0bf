"""Offers that are none, or odd ones; and the answer."""

import asyncio
import re
import time

import pytest
from aiortc.sdp import SessionDescription

from rooms.voice.engine import Limits, NotAnOffer, NotARestart, OfferTooLarge, TooManyLines
from rooms.voice.ice_lite import IceLiteEngine
from rooms.voice.sdp import read_fragment, read_offer
from tests.voice.conftest import now

HEAD = """v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=msid-semantic: WMS
"""
AUDIO = """m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:Qk1L
a=ice-pwd:ZQ9c0yT7FJkgyM5BXRr/b4Tq
a=ice-options:trickle
a=fingerprint:sha-256 FINGERPRINT
a=setup:actpass
a=mid:%s
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=%s
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
"""
AUDIO = AUDIO.replace("FINGERPRINT", ":".join(["7B"] * 32))
OFFER = HEAD + AUDIO % ("0", "sendonly") + "a=ssrc:17 cname:x\n" + AUDIO % ("1", "recvonly")


def test_a_browsers_offer_is_understood():
    offer = read_offer(OFFER, Limits())
    assert [(line.mid, line.use) for line in offer.lines] == [("0", "source"), ("1", "slot")]
    (source,) = offer.sources
    assert (source.payload_type, source.level_id, source.mid_id, source.ssrcs) == (111, 1, 4, (17,))
    assert offer.ufrag == "Qk1L"


def test_a_line_that_has_no_port_since_it_shares_the_bundles_is_no_refused_one():
    """As Firefox offers all lines but the first."""
    slot = (AUDIO % ("1", "recvonly")).replace("m=audio 9", "m=audio 0")
    first = HEAD + AUDIO % ("0", "sendonly")
    offer = read_offer((first + slot + "a=bundle-only\n").replace("\n", "\r\n"), Limits())
    assert [(line.mid, line.use) for line in offer.lines] == [("0", "source"), ("1", "slot")]
    assert [line.use for line in read_offer(first + slot, Limits()).lines] == ["source", "refused"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "no audio line"),
        ("hello", "no audio line"),
        ("v=0\nm=audio", "not an SDP offer"),
        ("m=audio x y z\n", "not an SDP offer"),
        ("\x00\xff" * 500, "no audio line"),
        (OFFER.replace("opus", "speex"), "no audio line"),
        (OFFER.replace("m=audio 9", "m=audio 0"), "no audio line"),
        (OFFER.replace("a=mid:1", "a=mid:0"), "same mid"),
        (OFFER.replace("a=mid:1\n", ""), "no mid"),
        (OFFER.replace("a=mid:1", "a=mid:" + "x" * 17), "no mid"),
        (OFFER.replace("a=group:BUNDLE 0 1", "a=group:BUNDLE 0"), "BUNDLE"),
        (OFFER.replace("a=rtcp-mux\n", ""), "rtcp-mux"),
        (OFFER.replace("a=ice-ufrag:Qk1L\n", ""), "ICE"),
        (OFFER.replace("a=ice-pwd:ZQ9c0yT7FJkgyM5BXRr/b4Tq", "a=ice-pwd:short"), "ICE"),
        (OFFER.replace("a=setup:actpass", "a=setup:passive"), "setup"),
        (OFFER.replace("a=setup:actpass\n", ""), "setup"),
        (OFFER.replace("sha-256", "md5"), "fingerprint"),
        (OFFER.replace("a=recvonly", "a=sendonly"), "two sending lines"),
    ],
)
def test_what_is_no_offer_is_refused_and_says_why(text, word):
    with pytest.raises(NotAnOffer, match=word) as refused:
        read_offer(text, Limits())
    assert (refused.value.status, refused.value.code) == (400, "not-an-offer")


def test_offers_beyond_the_limits_are_refused_quickly():
    began = time.process_time()
    with pytest.raises(OfferTooLarge):
        read_offer(OFFER + "a=x\n" * 100_000, Limits())
    with pytest.raises(TooManyLines):
        read_offer(HEAD + AUDIO % ("0", "recvonly") * 34, Limits())
    read_offer(OFFER + "".join(f"a=ssrc:{n} cname:x\n" for n in range(2400)), Limits())
    assert time.process_time() - began < 1.0


async def test_lines_with_codecs_that_are_not_forwarded_are_answered_with_port_0(engine):
    video = "m=video 9 UDP/TLS/RTP/SAVPF 96\nc=IN IP4 0.0.0.0\na=mid:v\na=sendonly\na=rtpmap:96 AV1/90000\n"
    joined = await engine.join("algebra", "ada", OFFER + video)
    lines = [
        (media.kind, media.port, media.direction) for media in SessionDescription.parse(joined.sdp).media
    ]
    assert lines == [("audio", 9, "recvonly"), ("audio", 9, "sendonly"), ("video", 0, "inactive")]


async def test_the_answer_is_what_a_browser_must_be_told(engine):
    joined = await engine.join("algebra", "ada", OFFER)
    answer = SessionDescription.parse(joined.sdp)
    assert "a=ice-lite\r\n" in joined.sdp
    assert [str(group) for group in answer.group] == ["BUNDLE 0 1"]
    for media in answer.media:
        assert media.rtcp_mux
        assert media.dtls.role == "server"
        assert [(c.name, c.payloadType) for c in media.rtp.codecs] == [("opus", 111)]
        assert media.rtp.codecs[0].parameters == {"minptime": 10, "useinbandfec": 1, "usedtx": "1"}
        assert {extension.id for extension in media.rtp.headerExtensions} == {1, 4}
        assert [(c.ip, c.port) for c in media.ice_candidates] == [("127.0.0.1", engine.port)]
    assert [media.direction for media in answer.media] == ["recvonly", "sendonly"]
    assert len(answer.media[1].ssrc) == 1


async def test_every_advertised_address_is_a_candidate(ears):
    engine = IceLiteEngine("127.0.0.1", 0, ["192.0.2.7", "198.51.100.1"], ears, now)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(engine.run())
        joined = await engine.join("algebra", "ada", OFFER)
        running.cancel()
    first, second = SessionDescription.parse(joined.sdp).media[0].ice_candidates
    assert (first.ip, second.ip) == ("192.0.2.7", "198.51.100.1")
    assert first.priority > second.priority


@pytest.mark.parametrize(
    "text", ["", "hello", "a=ice-ufrag:abcd\r\n", "a=ice-ufrag:a b\na=ice-pwd:" + "x" * 30]
)
def test_what_is_no_restart_is_refused(text):
    with pytest.raises(NotARestart):
        read_fragment(text, Limits())


async def test_the_answer_says_how_many_bits_a_camera_and_a_screen_may_send(engine):
    head = "m=video 9 UDP/TLS/RTP/SAVPF 96\nc=IN IP4 0.0.0.0\n"
    video = head + "a=mid:%s\na=%s\na=rtcp-mux\na=rtpmap:96 VP8/90000\n"
    lines = video % ("2", "sendonly") + video % ("3", "sendonly") + video % ("4", "recvonly")
    joined = await engine.join("algebra", "ada", OFFER.replace("BUNDLE 0 1", "BUNDLE 0 1 2 3 4") + lines)
    media = joined.sdp.split("m=")[1:]
    limits = [re.findall(r"^b=(\w+):(\d+)\r$", each, re.MULTILINE) for each in media]
    camera, screen = ([("AS", str(rate // 1000)), ("TIAS", str(rate))] for rate in (800_000, 2_000_000))
    assert limits == [[], [], camera, screen, []]
    assert all(re.search(r"^c=.*\r\nb=", each, re.MULTILINE) for each in media[2:4])
