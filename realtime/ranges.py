"""Parts of a body: `Range` requests (RFC 9110), as players make them when they seek."""

import re
from typing import Any

from litestar import Response

from realtime import problems

ONE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def ranged(body: bytes, asked: str | None, media_type: str) -> Response[Any]:
    """The body, or the one part of it that was asked for; several at once are answered with all of it.

    Nothing of it may be kept by caches that others share, nor by the browser once the page is gone.
    """
    headers = {"Accept-Ranges": "bytes", "Cache-Control": "private, no-store"}
    found = ONE.fullmatch(asked or "")
    if found is None or found.groups() == ("", ""):
        return Response(body, media_type=media_type, headers=headers)
    first, last = _bounds(found[1], found[2], len(body))
    if first > last:
        size = {"Content-Range": f"bytes */{len(body)}"}
        return problems.answer(problems.Cause("no-such-range", 416, "There is no such part of it.", size))
    headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
    return Response(body[first : last + 1], status_code=206, media_type=media_type, headers=headers)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """The first and the last byte; without a first, `last` says how many at the end."""
    if not first:
        return (size, 0) if int(last) == 0 else (max(0, size - int(last)), size - 1)
    return int(first), min(int(last), size - 1) if last else size - 1
