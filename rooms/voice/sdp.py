"""SDP: what an offer says, and what of it we use. The parser is aiortc's."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.sdp import MediaDescription, SessionDescription

from rooms.voice.dtls import HASHES
from rooms.voice.engine import Limits, NotAnOffer, NotARestart, OfferTooLarge, TooManyLines, What

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
TOKEN = re.compile(r"[A-Za-z0-9_.-]{1,16}")
UFRAG = re.compile(r"[A-Za-z0-9+/=_-]{4,256}")
PASSWORD = re.compile(r"[A-Za-z0-9+/=_-]{22,256}")
FRAGMENT = re.compile(r"^a=ice-(ufrag|pwd):(\S+)\s*$", re.MULTILINE)
BUNDLE_ONLY = re.compile(r"^a=bundle-only\s*$", re.MULTILINE)
PORT_0 = re.compile(r"^(m=\S+) 0 ")
LARGEST_ONE_BYTE_ID = 14

FEEDBACK = ("nack", "nack pli", "ccm fir")

Use = Literal["source", "slot", "off", "refused"]
CODECS = {"audio": ("audio/opus", 48000), "video": ("video/vp8", 90000)}
"""What is taken on a line of each kind: name and clock rate."""
SENT: dict[str, tuple[What, ...]] = {"audio": ("voice",), "video": ("camera", "screen")}
"""What the sending lines of each kind are for, in order."""


@dataclass(frozen=True)
class Line:
    """A media line: our use of it, the codec's payload type, the ids of the extensions (0: not offered)."""

    mid: str
    use: Use
    media: MediaDescription
    payload_type: int = 0
    mid_id: int = 0
    level_id: int = 0
    ssrcs: tuple[int, ...] = ()
    what: What = "voice"
    """What is sent on a source."""
    feedback: tuple[str, ...] = ()
    """The requests that the client understands, as in `rtcp-fb`."""

    @property
    def nack(self) -> bool:
        """Whether lost packets may be asked for again."""
        return "nack" in self.feedback

    @property
    def pli(self) -> bool:
        """Whether a keyframe may be asked for by PLI, and not by FIR alone."""
        return "nack pli" in self.feedback


@dataclass(frozen=True)
class Offer:
    """A valid offer."""

    lines: tuple[Line, ...]
    ufrag: str
    fingerprints: tuple[tuple[str, str], ...]

    @property
    def sources(self) -> tuple[Line, ...]:
        """The lines that the client sends on: at most one each for voice, camera and screen."""
        return tuple(line for line in self.lines if line.use == "source")

    @property
    def slots(self) -> tuple[Line, ...]:
        """The lines that the client receives on, in order."""
        return tuple(line for line in self.lines if line.use == "slot")


def read_offer(text: str, limits: Limits) -> Offer:
    """Raises NotAnOffer, OfferTooLarge, TooManyLines."""
    if len(text) > limits.sdp or text.count("\n") > limits.sdp_lines:
        raise OfferTooLarge
    if text.count("\nm=") > limits.lines:
        raise TooManyLines
    try:
        session = SessionDescription.parse(_with_ports(text))
    except Exception as broken:  # the parser asserts and unpacks: anything may come out of nonsense
        raise NotAnOffer from broken
    lines = _lines(session.media)
    used = [line for line in lines if line.use != "refused"]
    if not any(line.media.kind == "audio" for line in used):
        raise NotAnOffer("The SDP offer has no audio line with Opus.")
    _check_bundle(session, used)
    transport = used[0].media
    return Offer(lines, _ufrag(transport), _fingerprints(transport))


def _with_ports(text: str) -> str:
    """Lines without a port of their own since they share the bundle's (RFC 8843, 6) are not refused ones."""
    lines = re.split(r"^(?=m=)", text, flags=re.MULTILINE)
    return "".join(PORT_0.sub(r"\1 9 ", line) if BUNDLE_ONLY.search(line) else line for line in lines)


def _lines(media: Sequence[MediaDescription]) -> tuple[Line, ...]:
    lines: list[Line] = []
    free = {kind: list(whats) for kind, whats in SENT.items()}
    for description in media:
        lines.append(_line(description, free.get(description.kind, [])))
    if len({line.mid for line in lines}) != len(lines):
        raise NotAnOffer("Two media lines of the SDP offer have the same mid.")
    return tuple(lines)


def _line(media: MediaDescription, free: list[What]) -> Line:
    """`free` is what nothing is sent on yet; loses what this line is for."""
    mid = media.rtp.muxId
    if not TOKEN.fullmatch(mid):
        raise NotAnOffer("A media line of the SDP offer has no mid, or a strange one.")
    codec = next((codec for codec in media.rtp.codecs if _is_known(codec, media.kind)), None)
    if media.port == 0 or codec is None or codec.payloadType is None:
        return Line(mid, "refused", media)
    ids = {extension.uri: extension.id for extension in media.rtp.headerExtensions}
    use = _use(media.direction, taken=not free)
    return Line(
        mid,
        use,
        media,
        payload_type=codec.payloadType,
        mid_id=_one_byte(ids.get(MID, 0)),
        level_id=_one_byte(ids.get(LEVEL, 0)) if media.kind == "audio" else 0,
        ssrcs=tuple(description.ssrc for description in media.ssrc),
        what=free.pop(0) if use == "source" else "voice",
        feedback=_feedback(codec),
    )


def _is_known(codec: RTCRtpCodecParameters, kind: str) -> bool:
    in_range = codec.payloadType is not None and 0 < codec.payloadType < 128
    return in_range and CODECS.get(kind) == (codec.mimeType.lower(), codec.clockRate)


def _feedback(codec: RTCRtpCodecParameters) -> tuple[str, ...]:
    offered = {f"{one.type} {one.parameter or ''}".strip() for one in codec.rtcpFeedback}
    return tuple(known for known in FEEDBACK if known in offered)


def _one_byte(extension: int) -> int:
    return extension if 0 < extension <= LARGEST_ONE_BYTE_ID else 0


def _use(direction: str | None, *, taken: bool) -> Use:
    match direction:
        case "inactive":
            return "off"
        case "recvonly":
            return "slot"
        case "sendonly" if taken:
            raise NotAnOffer("The SDP offer has two sending lines for sound, or more than two for pictures.")
        case _:  # without an attribute a line is sendrecv
            return "slot" if taken else "source"


def _check_bundle(session: SessionDescription, used: Sequence[Line]) -> None:
    bundle = next((group for group in session.group if group.semantic == "BUNDLE"), None)
    if bundle is None or any(line.mid not in bundle.items for line in used):
        raise NotAnOffer("All lines of the SDP offer must be in one BUNDLE group.")
    if not all(line.media.rtcp_mux for line in used):
        raise NotAnOffer("The SDP offer must have rtcp-mux on every line.")


def _ufrag(media: MediaDescription) -> str:
    ufrag = media.ice.usernameFragment if media.ice else None
    password = media.ice.password if media.ice else None
    if not ufrag or not UFRAG.fullmatch(ufrag) or not PASSWORD.fullmatch(password or ""):
        raise NotAnOffer("The SDP offer has no ICE credentials.")
    return ufrag


def _fingerprints(media: MediaDescription) -> tuple[tuple[str, str], ...]:
    if media.dtls is None or media.dtls.role == "server":
        raise NotAnOffer("The SDP offer must have setup:actpass or setup:active.")
    found = tuple((print_.algorithm.lower(), print_.value) for print_ in media.dtls.fingerprints)
    if not any(algorithm in HASHES for algorithm, _ in found):
        raise NotAnOffer("The SDP offer has no certificate fingerprint that is known here.")
    return found


def read_fragment(text: str, limits: Limits) -> str:
    """The client's ice-ufrag in a trickle-ICE fragment (RFC 8840). Raises NotARestart."""
    found = dict(FRAGMENT.findall(text[: limits.sdp]))
    if not UFRAG.fullmatch(found.get("ufrag", "")) or not PASSWORD.fullmatch(found.get("pwd", "")):
        raise NotARestart
    return str(found["ufrag"])
