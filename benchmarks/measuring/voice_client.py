"""A light WebRTC client of the load: ICE and DTLS on a blocking socket, and the keys of SRTP."""

import secrets
import socket
import time
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address

import pylibsrtp
from aioice import stun
from aiortc.rtcdtlstransport import certificate_digest, generate_certificate
from aiortc.sdp import SessionDescription
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL
from OpenSSL.crypto import X509

from rooms.voice.dtls import DTLS_1_2, PROFILES, records

# What comes from the C library has no types.
INBOUND: int = pylibsrtp.Policy.SSRC_ANY_INBOUND  # pyright: ignore[reportUnknownVariableType]
OUTBOUND: int = pylibsrtp.Policy.SSRC_ANY_OUTBOUND  # pyright: ignore[reportUnknownVariableType]
MTU = 1200
OPUS, LEVEL, MID = 111, 1, 4
"""Payload type and ids of header extensions, as Chromium has them."""
PATIENCE = 10.0
AGAIN = 0.2
"""Seconds after which a datagram without an answer is sent once more."""
BUFFER = 1 << 20
TIE = 1
WELL_KNOWN = "urn:ietf:params:rtp-hdrext:"


class NotConnected(Exception):
    """The server did not take the client in; the message says how far it came."""


@dataclass(frozen=True)
class Keys:
    """The two SRTP sessions of a client."""

    send: pylibsrtp.Session
    receive: pylibsrtp.Session


@dataclass
class Voice:
    """One client; `sends` and `slots` are the lines that it offers."""

    sends: bool = True
    slots: int = 3
    voice: str = ""
    keys: Keys | None = None
    server: tuple[str, int] = ("", 0)
    ssrc: int = field(default_factory=lambda: secrets.randbits(31) + 1)
    ufrag: str = field(default_factory=lambda: secrets.token_hex(4))
    password: str = field(default_factory=lambda: secrets.token_hex(12))
    remote: tuple[str, str] = ("", "")
    """The server's ufrag and password."""
    _ssl: SSL.Connection | None = None

    def __post_init__(self) -> None:
        self.line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self.line.bind(("127.0.0.1", 0))

    def offer(self) -> str:
        """The SDP offer."""
        mids = [str(mid) for mid in range(self.sends + self.slots)]
        port = self.line.getsockname()[1]
        head = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE {' '.join(mids)}"]
        candidate = f"a=candidate:1 1 udp 2130706431 127.0.0.1 {port} typ host"
        for mid in mids:
            sending = self.sends and mid == "0"
            head += [
                f"m=audio {port} UDP/TLS/RTP/SAVPF {OPUS}",
                *("c=IN IP4 127.0.0.1", f"a=mid:{mid}", "a=rtcp-mux"),
                "a=sendonly" if sending else "a=recvonly",
                *(f"a=rtpmap:{OPUS} opus/48000/2", f"a=fmtp:{OPUS} minptime=10;useinbandfec=1"),
                *(f"a=extmap:{LEVEL} {WELL_KNOWN}ssrc-audio-level", f"a=extmap:{MID} {WELL_KNOWN}sdes:mid"),
                *(f"a=ice-ufrag:{self.ufrag}", f"a=ice-pwd:{self.password}"),
                *(f"a=fingerprint:sha-256 {_identity()[1]}", "a=setup:active"),
                *((f"a=ssrc:{self.ssrc} cname:load",) if sending else ()),
                *(candidate, "a=end-of-candidates"),
            ]
        return "\r\n".join(head) + "\r\n"

    def take(self, answer: str, via: int | None = None) -> None:
        """The SDP answer; `via` is the port of a proxy to go through."""
        media = SessionDescription.parse(answer).media[0]
        assert media.ice is not None
        assert media.ice.usernameFragment is not None
        assert media.ice.password is not None
        candidate = next(each for each in media.ice_candidates if ip_address(each.ip).is_loopback)
        self.remote = media.ice.usernameFragment, media.ice.password
        self.server = candidate.ip, via or candidate.port
        self.line.connect(self.server)

    def connect(self) -> None:
        """ICE, then DTLS. Raises `NotConnected`."""
        self.check()
        self._ssl = SSL.Connection(_identity()[0], None)
        self._ssl.set_ciphertext_mtu(MTU)
        self._ssl.set_connect_state()
        ends = time.monotonic() + PATIENCE
        while not self._shaken():
            self._flush()
            if time.monotonic() > ends:
                raise NotConnected("no handshake")
            data = self._next(AGAIN)
            if data is None:
                self._ssl.DTLSv1_handle_timeout()
            elif 20 <= data[0] < 64:
                self._ssl.bio_write(data)
        self._flush()
        self.keys = _keys(self._ssl)

    def check(self) -> None:
        """Ask until it is answered. Raises `NotConnected`."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            self.line.send(self.binding())
            again = time.monotonic() + AGAIN
            while (left := again - time.monotonic()) > 0 and (data := self._next(left)) is not None:
                if data[:2] == b"\x01\x01":
                    return
        raise NotConnected("no answer to STUN")

    def binding(self) -> bytes:
        """A signed STUN request that nominates."""
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{self.remote[0]}:{self.ufrag}"
        request.attributes["PRIORITY"] = 1845501695
        request.attributes["ICE-CONTROLLING"] = TIE
        request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity(self.remote[1].encode())
        return bytes(request)

    def goodbye(self) -> None:
        """Close DTLS, as a page that closes does."""
        if self._ssl is not None:
            self._ssl.shutdown()
            self._flush()

    def close(self) -> None:
        """Let go of the socket without a word."""
        self.line.close()

    def _shaken(self) -> bool:
        assert self._ssl is not None
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            return False
        return True

    def _flush(self) -> None:
        assert self._ssl is not None
        try:
            waiting = self._ssl.bio_read(1 << 16)
        except SSL.WantReadError:
            return
        for record in records(waiting):
            self.line.send(record)

    def _next(self, seconds: float) -> bytes | None:
        """The next datagram; requests of a full ICE agent are answered on the way."""
        self.line.settimeout(seconds)
        try:
            data = self.line.recv(2048)
        except (TimeoutError, ConnectionRefusedError):
            return None
        if data[:2] == b"\x00\x01":
            self._answer(data)
        return data

    def _answer(self, data: bytes) -> None:
        request = stun.parse_message(data)
        response = stun.Message(
            request.message_method,
            stun.Class.RESPONSE,
            request.transaction_id,
            {"XOR-MAPPED-ADDRESS": self.server},
        )
        response.add_message_integrity(self.password.encode())
        self.line.send(bytes(response))


@cache
def _identity() -> tuple[SSL.Context, str]:
    """One certificate for all clients of the load, and its fingerprint."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate: x509.Certificate = generate_certificate(key)
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_max_proto_version(DTLS_1_2)
    context.set_options(SSL.OP_NO_QUERY_MTU)
    context.set_verify(SSL.VERIFY_PEER, _any)
    context.use_certificate(certificate)
    context.use_privatekey(key)
    context.set_tlsext_use_srtp(b":".join(profile.openssl_profile for profile in PROFILES))
    return context, certificate_digest(certificate, "sha-256")


def _any(_c: SSL.Connection, _x: X509, _error: int, _depth: int, _ok: int) -> bool:
    return True


def _keys(ssl: SSL.Connection) -> Keys:
    chosen = ssl.get_selected_srtp_profile()
    profile = next(each for each in PROFILES if each.openssl_profile == chosen)
    size = 2 * (profile.key_length + profile.salt_length)
    material = ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", size)

    def session(index: int, direction: int) -> pylibsrtp.Session:
        key = profile.get_key_and_salt(material, index)
        return pylibsrtp.Session(
            pylibsrtp.Policy(key=key, ssrc_type=direction, srtp_profile=profile.libsrtp_profile)
        )

    return Keys(send=session(0, OUTBOUND), receive=session(1, INBOUND))
