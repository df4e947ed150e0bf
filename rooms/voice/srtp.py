"""SRTP by libsrtp, through buffers that are used again: at half the price of pylibsrtp's own methods."""

from collections.abc import Callable
from functools import partial
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
        self._kept = inward, outward = _session(receive, INBOUND, profile), _session(send, OUTBOUND, profile)
        opened, sealed = _handle(inward), _handle(outward)
        self.unprotect: Transform = partial(_transform, lib.srtp_unprotect, opened)
        self.unprotect_rtcp: Transform = partial(_transform, lib.srtp_unprotect_rtcp, opened)
        self.protect: Transform = partial(_transform, lib.srtp_protect, sealed)
        self.protect_rtcp: Transform = partial(_transform, lib.srtp_protect_rtcp, sealed)


def _session(key: bytes, direction: int, profile: int) -> Session:
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=profile)
    policy.window_size = REPLAY_WINDOW
    try:
        return Session(policy)
    except Error as error:
        raise SrtpFailed(str(error)) from error


def _handle(session: Session) -> Any:
    return cast(Any, session)._srtp[0]


def _transform(function: Any, handle: Any, packet: bytes) -> bytes:
    length = len(packet)
    if length > LARGEST:
        raise SrtpFailed("too long")
    _buffer[0:length] = packet
    _size[0] = length
    status = function(handle, _memory, _size)
    if status:
        raise SrtpFailed(status)
    return _buffer[0 : _size[0]]
