"""SRTP by libsrtp, through buffers that are used again: at half the price of pylibsrtp's own methods."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from pylibsrtp import (
    Error,
    Policy,
    Session,
    _binding,  # pyright: ignore
)

LARGEST = 1400
"""Bytes of a packet that is taken."""
TRAILER = 160
"""Bytes that protection may add: an index, a tag and a key identifier."""
INWARD_WINDOW, OUTWARD_WINDOW = 1024, 128
"""Packets that may overtake others: the second is what a sender's late packet is still sent on by."""
AUTHENTICATION, REPLAYED, TOO_OLD = 7, 9, 10

# What comes from the C library has no types.
INBOUND: int = Policy.SSRC_ANY_INBOUND  # pyright: ignore[reportUnknownVariableType]
OUTBOUND: int = Policy.SSRC_ANY_OUTBOUND  # pyright: ignore[reportUnknownVariableType]
Handle = Any
"""A session, as libsrtp wants it; it must not outlive its `Sessions`."""
Transform = Callable[[Handle, bytes], bytes]

ffi = cast(Any, _binding).ffi
lib = cast(Any, _binding).lib
_memory: Any = ffi.new("char[]", LARGEST + TRAILER)
_buffer: Any = ffi.buffer(_memory)
_size: Any = ffi.new("int *")


class SrtpFailed(Exception):
    """libsrtp refused a packet; the status is its one argument."""

    @property
    def replayed(self) -> bool:
        """Whether it had come before, or is too old to tell."""
        return self.args[0] in {REPLAYED, TOO_OLD}


@dataclass(frozen=True, slots=True)
class Sessions:
    """Both directions of a peer, and what keeps them alive."""

    inward: Handle
    outward: Handle
    kept: tuple[Session, Session]


def sessions(receive: bytes, send: bytes, profile: int) -> Sessions:
    """From the master keys with their salts, and libsrtp's number of the profile. Raises SrtpFailed."""
    inward = _session(Policy(key=receive, ssrc_type=INBOUND, srtp_profile=profile), INWARD_WINDOW)
    outward = _session(Policy(key=send, ssrc_type=OUTBOUND, srtp_profile=profile), OUTWARD_WINDOW)
    return Sessions(_handle(inward), _handle(outward), (inward, outward))


def _session(policy: Policy, window: int) -> Session:
    policy.window_size = window
    try:
        return Session(policy)
    except Error as error:
        raise SrtpFailed(str(error)) from error


def _handle(session: Session) -> Handle:
    return cast(Any, session)._srtp[0]


def _transform(function: Callable[[Handle, Any, Any], int]) -> Transform:
    """From packet to packet; what is answered raises SrtpFailed."""

    def transform(handle: Handle, packet: bytes) -> bytes:
        length = len(packet)
        if length > LARGEST:
            raise SrtpFailed("too long")
        _buffer[0:length] = packet
        _size[0] = length
        if status := function(handle, _memory, _size):
            raise SrtpFailed(status)
        return _buffer[0 : _size[0]]

    return transform


unprotect = _transform(lib.srtp_unprotect)
unprotect_rtcp = _transform(lib.srtp_unprotect_rtcp)
protect = _transform(lib.srtp_protect)
protect_rtcp = _transform(lib.srtp_protect_rtcp)
