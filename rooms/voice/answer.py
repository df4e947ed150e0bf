"""SDP: the answer to an offer, and to a restart. The builder is aiortc's."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from aiortc import RTCIceCandidate
from aiortc.rtcdtlstransport import RTCDtlsFingerprint, RTCDtlsParameters
from aiortc.rtcicetransport import RTCIceParameters
from aiortc.rtcrtpparameters import (
    RTCRtcpFeedback,
    RTCRtpCodecParameters,
    RTCRtpHeaderExtensionParameters,
    RTCRtpParameters,
)
from aiortc.sdp import (
    GroupDescription,
    MediaDescription,
    SessionDescription,
    SsrcDescription,
    candidate_to_sdp,
)

from rooms.voice.engine import Limits
from rooms.voice.rtcp import CNAME
from rooms.voice.sdp import CODECS, LEVEL, MID, Line, Offer
from rooms.voice.stun import Credentials

ANYWHERE = "0.0.0.0"
OPUS: dict[str, int | str | None] = {"minptime": 10, "useinbandfec": 1, "usedtx": "1"}
"""Asked of every encoder: repair data for lost packets, and few packets in silence."""


@dataclass(frozen=True)
class Here:
    """What the answer says of this end."""

    fingerprint: str
    candidates: tuple[RTCIceCandidate, ...]


def candidates(addresses: Sequence[str], port: int) -> tuple[RTCIceCandidate, ...]:
    """A host candidate for each address, the first preferred."""
    return tuple(
        RTCIceCandidate(
            component=1,
            foundation=str(index + 1),
            ip=address,
            port=port,
            priority=(126 << 24) + ((65535 - index) << 8) + 255,
            protocol="udp",
            type="host",
        )
        for index, address in enumerate(addresses)
    )


class Media(MediaDescription):
    """A line of the answer; `rate` is how many bits a second are taken on it, 0 for any number."""

    rate = 0

    def __str__(self) -> str:
        before, connection, after = super().__str__().partition(f"c=IN IP4 {ANYWHERE}\r\n")
        # Chromium of old and Firefox know one of these each: kilobits with all headers, bits without.
        limit = f"b=AS:{self.rate // 1000}\r\nb=TIAS:{self.rate}\r\n" if self.rate else ""
        return before + connection + limit + after


def answer(offer: Offer, here: Here, credentials: Credentials, ssrcs: dict[str, int], limits: Limits) -> str:
    """The SDP answer. `ssrcs` has one for the mid of every slot."""
    rates = {"camera": limits.camera_rate, "screen": limits.screen_rate}
    session = SessionDescription()
    session.origin = f"- {secrets.randbits(62)} 1 IN IP4 127.0.0.1"
    session.type = "answer"
    used = [line for line in offer.lines if line.use != "refused"]
    session.group = [GroupDescription("BUNDLE", [line.mid for line in used])]
    session.msid_semantic = [GroupDescription("WMS", ["*"])]
    for line in offer.lines:
        media = _answered(line, ssrcs.get(line.mid)) if line in used else _refused(line)
        if line.use == "source":
            media.rate = rates.get(line.what, 0)
        if line in used:
            _add_transport(media, here, credentials)
        session.media.append(media)
    return str(session)


def _answered(line: Line, ssrc: int | None) -> Media:
    media = Media(line.media.kind, 9, line.media.profile, [line.payload_type])
    media.host = ANYWHERE
    media.rtcp_port, media.rtcp_host, media.rtcp_mux = 9, ANYWHERE, True
    media.direction = "inactive"
    if line.use == "source":
        media.direction = "recvonly"
    if line.use == "slot" and ssrc is not None:
        media.direction = "sendonly"
        media.msid = f"slot-{line.mid} slot-{line.mid}"
        media.ssrc = [SsrcDescription(ssrc=ssrc, cname=CNAME)]
    media.rtp = RTCRtpParameters(codecs=[_codec(line)], headerExtensions=_extensions(line), muxId=line.mid)
    return media


def _codec(line: Line) -> RTCRtpCodecParameters:
    name, clock_rate = CODECS[line.media.kind]
    feedback = [RTCRtcpFeedback(*one.partition(" ")[::2]) for one in line.feedback]
    if line.media.kind == "video":
        return RTCRtpCodecParameters("video/VP8", clock_rate, None, line.payload_type, feedback)
    return RTCRtpCodecParameters(name, clock_rate, 2, line.payload_type, feedback, {**OPUS})


def _extensions(line: Line) -> list[RTCRtpHeaderExtensionParameters]:
    offered = ((line.mid_id, MID), (line.level_id, LEVEL))
    return [RTCRtpHeaderExtensionParameters(id=number, uri=uri) for number, uri in offered if number]


def _refused(line: Line) -> Media:
    media = Media(line.media.kind, 0, line.media.profile, line.media.fmt)
    media.host, media.direction = ANYWHERE, "inactive"
    media.rtp = RTCRtpParameters(muxId=line.mid)
    media.ice = RTCIceParameters()
    return media


def _add_transport(media: MediaDescription, here: Here, credentials: Credentials) -> None:
    media.ice = RTCIceParameters(credentials.ufrag, credentials.password, iceLite=True)
    print_ = RTCDtlsFingerprint(algorithm="sha-256", value=here.fingerprint)
    media.dtls = RTCDtlsParameters(fingerprints=[print_], role="server")
    # On every line: some clients read them from the last line of a bundle, others from the first.
    media.ice_candidates = list(here.candidates)
    media.ice_candidates_complete = True


def fragment(offer: Offer, here: Here, credentials: Credentials) -> str:
    """Our credentials and candidates as a fragment."""
    used = [line for line in offer.lines if line.use != "refused"]
    lines = [
        "a=ice-lite",
        f"a=group:BUNDLE {' '.join(line.mid for line in used)}",
        f"m=audio 9 {used[0].media.profile} {used[0].payload_type}",
        f"a=mid:{used[0].mid}",
        f"a=ice-ufrag:{credentials.ufrag}",
        f"a=ice-pwd:{credentials.password}",
        *(f"a=candidate:{candidate_to_sdp(candidate)}" for candidate in here.candidates),
        "a=end-of-candidates",
    ]
    return "\r\n".join(lines) + "\r\n"
