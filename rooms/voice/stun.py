"""The STUN side of ICE-lite (RFC 8489, 8445): binding requests are checked and answered, nothing is asked."""

import hmac
import secrets
import zlib
from dataclasses import dataclass, field
from ipaddress import ip_address
from struct import Struct

Address = tuple[str, int] | tuple[str, int, int, int]
"""As sockets have it; four parts for IPv6."""

USERNAME, INTEGRITY, ERROR, XOR_ADDRESS = 0x0006, 0x0008, 0x0009, 0x0020
USE_CANDIDATE, FINGERPRINT, CONTROLLED = 0x0025, 0x8028, 0x8029
REQUEST, RESPONSE, REFUSAL = 0x0001, 0x0101, 0x0111
COOKIE = 0x2112A442
FINGERPRINT_XOR = 0x5354554E
IP4, IP6 = 1, 2
HEAD, ATTRIBUTE, NUMBER = Struct("!HHL12s"), Struct("!HH"), Struct("!L")
ROLE_CONFLICT = b"\0\0\x04\x57Role Conflict"


@dataclass(frozen=True)
class Credentials:
    """What a peer must know to reach us."""

    ufrag: str = field(default_factory=lambda: secrets.token_hex(6))
    password: str = field(default_factory=lambda: secrets.token_hex(16))


class BadStun(Exception):
    """Not a binding request that can be answered; the reason is its one argument."""


@dataclass(frozen=True, slots=True)
class Request:
    """A binding request that is not proved to be anybody's yet. `signed` ends where the signature begins."""

    data: bytes
    transaction: bytes
    ufrag: str
    nominates: bool
    """Whether the client has chosen the address that it asks from."""
    conflicts: bool
    """Whether the client believes that we are in control, which ICE-lite never is."""
    signed: int

    def check(self, password: str) -> None:
        """Raises BadStun unless it was signed with this password."""
        covered = self.data[:2] + ATTRIBUTE.pack(self.signed + 4, 0)[:2] + self.data[4 : self.signed]
        signature = self.data[self.signed + 4 : self.signed + 24]
        if not hmac.compare_digest(_sign(covered, password), signature):
            raise BadStun("stun-forged")


def read(data: bytes) -> Request:
    """Cheap, since strangers may send many. Raises BadStun."""
    if len(data) < HEAD.size:
        raise BadStun("stun-malformed")
    kind, length, cookie, transaction = HEAD.unpack_from(data)
    if cookie != COOKIE or length + HEAD.size != len(data):
        raise BadStun("stun-malformed")
    if kind != REQUEST:
        raise BadStun("stun-not-a-request")
    found = _attributes(data)
    if USERNAME not in found or INTEGRITY not in found:
        raise BadStun("stun-malformed")
    start, size = found[USERNAME]
    ufrag = data[start : start + size].partition(b":")[0].decode("ascii", "replace")
    signed = found[INTEGRITY][0] - ATTRIBUTE.size
    return Request(data, transaction, ufrag, USE_CANDIDATE in found, CONTROLLED in found, signed)


def _attributes(data: bytes) -> dict[int, tuple[int, int]]:
    """Where each attribute's value is, and its size; nothing behind the signature counts."""
    found: dict[int, tuple[int, int]] = {}
    at, end = HEAD.size, len(data)
    while at + ATTRIBUTE.size <= end and INTEGRITY not in found:
        kind, size = ATTRIBUTE.unpack_from(data, at)
        if at + ATTRIBUTE.size + size > end:
            raise BadStun("stun-malformed")
        found.setdefault(kind, (at + ATTRIBUTE.size, size))
        at += ATTRIBUTE.size + size + -size % 4
    if INTEGRITY in found and found[INTEGRITY][1] != 20:
        raise BadStun("stun-malformed")
    return found


def answer(request: Request, address: Address, password: str) -> bytes:
    """The signed response: the address we see, or the error that makes the client take control."""
    if request.conflicts:
        return _message(REFUSAL, request.transaction, ERROR, ROLE_CONFLICT, password)
    return _message(
        RESPONSE, request.transaction, XOR_ADDRESS, _hidden(address, request.transaction), password
    )


def _hidden(address: Address, transaction: bytes) -> bytes:
    """XORed, so that no router that rewrites addresses finds this one."""
    host = ip_address(address[0].partition("%")[0])
    mask = NUMBER.pack(COOKIE) + transaction
    packed = bytes(byte ^ key for byte, key in zip(host.packed, mask, strict=False))
    family = IP4 if host.version == 4 else IP6
    return ATTRIBUTE.pack(family, address[1] ^ COOKIE >> 16) + packed


def _message(kind: int, transaction: bytes, attribute: int, value: bytes, password: str) -> bytes:
    body = ATTRIBUTE.pack(attribute, len(value)) + value + bytes(-len(value) % 4)
    signed = HEAD.pack(kind, len(body) + 24, COOKIE, transaction) + body
    body += ATTRIBUTE.pack(INTEGRITY, 20) + _sign(signed, password)
    whole = HEAD.pack(kind, len(body) + 8, COOKIE, transaction) + body
    check = zlib.crc32(whole) ^ FINGERPRINT_XOR
    return whole + ATTRIBUTE.pack(FINGERPRINT, 4) + NUMBER.pack(check)


def _sign(data: bytes, password: str) -> bytes:
    return hmac.digest(password.encode(), data, "sha1")
