"""Server-sent events."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec
from litestar.response import Stream

ALIVE = 15.0
"""Seconds of silence after which a comment is sent, so that proxies keep the stream open."""
LIFE = 3600.0
"""Seconds after which a stream ends; the browser opens it again by itself."""
BEAT = b": alive\n\n"
EVENTS = "text/event-stream"

_encoder = msgspec.json.Encoder()


class Frame(msgspec.Struct, frozen=True):
    """One event of a stream; `position` is 0 for what is not in the log, `persons` whom it concerns."""

    data: bytes
    position: int = 0
    persons: tuple[str, ...] = ()


def frame(
    event: str, data: Mapping[str, Any] | msgspec.Struct, position: int = 0, persons: Sequence[str] = ()
) -> Frame:
    """Encode an event once, for all who will get it."""
    head = f"id: {position}\n" if position else ""
    encoded = f"{head}event: {event}\ndata: ".encode() + _encoder.encode(data) + b"\n\n"
    return Frame(encoded, position, tuple(persons))


def stream(content: AsyncIterator[bytes]) -> Stream:
    """The response."""
    return Stream(
        content,
        media_type=EVENTS,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
