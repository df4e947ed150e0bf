"""The STUN side of ICE-lite: binding requests are checked and answered, nothing is ever asked."""

import secrets
from dataclasses import dataclass, field
from struct import unpack_from

from aioice import stun

Address = tuple[str, int]

USERNAME = 0x0006
COOKIE = b"\x21\x12\xa4\x42"
BINDING_REQUEST = b"\x00\x01"
HEADER = 20
ROLE_CONFLICT = (487, "Role Conflict")


@dataclass(frozen=True)
class Credentials:
    """What a peer must know to reach us."""

    ufrag: str = field(default_factory=lambda: secrets.token_hex(6))
    password: str = field(default_factory=lambda: secrets.token_hex(16))


class BadStun(Exception):
    """Not a binding request that can be answered; the reason is its one argument."""


def local_ufrag(data: bytes) -> str:
    """Whom a request is for, found without parsing it all: strangers may send many. Raises BadStun."""
    if len(data) < HEADER or data[4:8] != COOKIE:
        raise BadStun("stun-malformed")
    if data[:2] != BINDING_REQUEST:
        raise BadStun("stun-not-a-request")
    at = HEADER
    while at + 4 <= len(data):
        kind, length = unpack_from("!HH", data, at)
        if kind == USERNAME:
            return data[at + 4 : at + 4 + length].partition(b":")[0].decode("ascii", "replace")
        at += 4 + length + -length % 4
    raise BadStun("stun-malformed")


def check(data: bytes, password: str) -> stun.Message:
    """The request, if it was signed with this password. Raises BadStun."""
    try:
        request = stun.parse_message(data)
    except Exception as broken:  # the parser trusts lengths: struct.error, IndexError, UnicodeError, ...
        raise BadStun("stun-malformed") from broken
    if not request.check_message_integrity(password.encode()):
        raise BadStun("stun-forged")
    return request


def nominates(request: stun.Message) -> bool:
    """Whether the client has chosen the address that it asks from."""
    return "USE-CANDIDATE" in request.attributes


def conflicts(request: stun.Message) -> bool:
    """Whether the client believes that we are in control, which ICE-lite never is."""
    return "ICE-CONTROLLED" in request.attributes


def answer(request: stun.Message, address: Address, password: str) -> bytes:
    """The signed response: the address we see, or the error that makes the client take control."""
    conflict = conflicts(request)
    response = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.ERROR if conflict else stun.Class.RESPONSE,
        transaction_id=request.transaction_id,
        attributes={"ERROR-CODE": ROLE_CONFLICT} if conflict else {"XOR-MAPPED-ADDRESS": address},
    )
    response.add_message_integrity(password.encode())
    return bytes(response)
