"""SRTP by libsrtp, through buffers that are used again: at half the price of pylibsrtp's own methods."""

from collections.abc import Callable
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
REPLAY_WINDOW = 1024
AUTHENTICATION, REPLAYED, TOO_OLD = 7, 9, 10

# What comes from the C library has no types.
INBOUND: int = Policy.SSRC_ANY_INBOUND  # pyright: ignore[reportUnknownVariableType]
OUTBOUND: int = Policy.SSRC_ANY_OUTBOUND  # pyright: ignore[reportUnknownVariableType]
Transform = Callable[[bytes], bytes]

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


class Sessions:
    """Both directions of a peer: four functions from packet to packet, which raise SrtpFailed."""

    def __init__(self, receive: bytes, send: bytes, profile: int) -> None:
        """The master keys with their salts, and libsrtp's number of the profile. Raises SrtpFailed."""
        inward, outward = _session(receive, INBOUND, profile), _session(send, OUTBOUND, profile)
        self.unprotect = _transform(inward, lib.srtp_unprotect)
        self.unprotect_rtcp = _transform(inward, lib.srtp_unprotect_rtcp)
        self.protect = _transform(outward, lib.srtp_protect)
        self.protect_rtcp = _transform(outward, lib.srtp_protect_rtcp)


def _session(key: bytes, direction: int, profile: int) -> Session:
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=profile)
    policy.window_size = REPLAY_WINDOW
    try:
        return Session(policy)
    except Error as error:
        raise SrtpFailed(str(error)) from error


def _transform(session: Session, function: Any) -> Transform:
    memory, buffer, size, handle = _memory, _buffer, _size, session._srtp[0]  # pyright: ignore

    def transform(packet: bytes, keep: Session = session) -> bytes:
        # `keep` holds on to the session, which the handle alone would not.
        length = len(packet)
        if length > LARGEST:
            raise SrtpFailed("too long")
        buffer[0:length] = packet
        size[0] = length
        status = function(handle, memory, size)
        if status:
            raise SrtpFailed(status)
        return buffer[0 : size[0]]

    return transform
