"""The DTLS side of a peer: a passive handshake by OpenSSL, and the SRTP sessions that come out of it."""

import contextlib
from collections.abc import Iterator, Sequence

from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_PROFILES,
    certificate_digest,
    generate_certificate,
)
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL
from OpenSSL.crypto import X509

from rooms.voice.srtp import Sessions, sessions

CIPHERS = b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384"
DTLS_1_2 = 0xFEFD
MTU = 1200
RECORD_HEADER = 13
HASHES = ("sha-256", "sha-384", "sha-512")
# 128-bit GCM costs least and is as good as any; the others are for clients without it.
PROFILES = sorted(SRTP_PROFILES, key=lambda profile: profile is not SRTP_AEAD_AES_128_GCM)


class DtlsFailed(Exception):
    """The handshake failed, or the certificate is not the one in the offer."""


class DtlsClosed(Exception):
    """The peer said goodbye."""


class Identity:
    """Our certificate, made anew for each engine, and the TLS context that all its peers share."""

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = generate_certificate(key)
        self.fingerprint = certificate_digest(certificate, "sha-256")
        self.context = SSL.Context(SSL.DTLS_METHOD)
        # DTLS 1.3 would bring nothing here but another record format to frame.
        self.context.set_max_proto_version(DTLS_1_2)
        self.context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_QUERY_MTU | SSL.OP_NO_RENEGOTIATION)
        self.context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, _any_certificate)
        self.context.use_certificate(certificate)
        self.context.use_privatekey(key)
        self.context.set_cipher_list(CIPHERS)
        self.context.set_tlsext_use_srtp(b":".join(profile.openssl_profile for profile in PROFILES))


class DtlsServer:
    """One peer's DTLS connection. Datagrams go in and come out; no socket and no clock of its own."""

    def __init__(self, identity: Identity, fingerprints: Sequence[tuple[str, str]]) -> None:
        self.keys: Sessions | None = None
        self._fingerprints = fingerprints
        self._ssl = SSL.Connection(identity.context, None)
        self._ssl.set_accept_state()
        self._ssl.set_ciphertext_mtu(MTU)

    def receive(self, datagram: bytes) -> list[bytes]:
        """Takes a datagram and gives those to send. Raises DtlsFailed, DtlsClosed."""
        self._ssl.bio_write(datagram)
        if self.keys is None:
            self._shake()
        else:
            self._read()
        return self.pending()

    def pending(self) -> list[bytes]:
        """What is waiting to be sent, cut between records into datagrams that fit the path."""
        try:
            waiting = self._ssl.bio_read(1 << 16)
        except SSL.WantReadError:
            return []
        datagrams = [b""]
        for record in records(waiting):
            if len(datagrams[-1]) + len(record) > MTU:
                datagrams.append(b"")
            datagrams[-1] += record
        return [datagram for datagram in datagrams if datagram]

    def retransmit(self) -> list[bytes]:
        """What must be sent again because its time has come; call it every so often. Raises DtlsFailed."""
        left = None if self.keys else self._ssl.DTLSv1_get_timeout()
        if left is None or left > 0:
            return []
        try:
            self._ssl.DTLSv1_handle_timeout()
        except SSL.Error as error:
            raise DtlsFailed from error
        return self.pending()

    def close(self) -> list[bytes]:
        """Says goodbye."""
        with contextlib.suppress(SSL.Error):
            self._ssl.shutdown()
        return self.pending()

    def _shake(self) -> None:
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            return
        except SSL.Error as error:
            raise DtlsFailed from error
        if not self._known():
            raise DtlsFailed
        self.keys = self._keys()

    def _read(self) -> None:
        try:
            self._ssl.recv(1500)
        except SSL.ZeroReturnError as goodbye:
            raise DtlsClosed from goodbye
        except SSL.Error:  # nothing to read: a retransmission that OpenSSL has answered, or garbage
            return

    def _known(self) -> bool:
        certificate = self._ssl.get_peer_certificate(as_cryptography=True)
        return certificate is not None and any(
            value.upper() == certificate_digest(certificate, algorithm)
            for algorithm, value in self._fingerprints
            if algorithm in HASHES
        )

    def _keys(self) -> Sessions:
        chosen = self._ssl.get_selected_srtp_profile()
        for profile in PROFILES:
            if profile.openssl_profile == chosen:
                size = 2 * (profile.key_length + profile.salt_length)
                material = self._ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", size)
                client, server = (profile.get_key_and_salt(material, index) for index in (0, 1))
                return sessions(client, server, profile.libsrtp_profile)
        raise DtlsFailed


def _any_certificate(_c: SSL.Connection, _x: X509, _error: int, _depth: int, _ok: int) -> bool:
    # Certificates are self-signed in WebRTC: the fingerprint in the offer is what identifies the peer.
    return True


def records(data: bytes) -> Iterator[bytes]:
    """The DTLS records in a row of them."""
    at = 0
    while at < len(data):
        end = at + RECORD_HEADER + int.from_bytes(data[at + 11 : at + RECORD_HEADER], "big")
        yield data[at:end]
        at = end
