"""Every error as `application/problem+json` (RFC 9457), with a type that does not change."""

import logging
from collections.abc import Callable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from msgspec import Struct

from domain.errors import LogUnavailable, Refused, TooOften
from projections.leaderboards import BoardsUnavailable
from realtime.allowance import TooManyRequests
from realtime.metrics import Metrics
from realtime.perform import BoundaryKeepsMoving

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
WAIT = 1
"""Seconds after which it makes sense to ask again, where nothing better is known."""
CODES = {400: "invalid", 413: "too-large", 429: "too-many-requests"}
"""Where the name of the status is not what we call it, or not the same in every version of Python."""

Headers = Mapping[str, str]
Handlers = MutableMapping[int | type[Exception], Callable[[Request[Any, Any, Any], Any], Response[Any]]]


class Problem(Struct, frozen=True, kw_only=True):
    """What went wrong: a stable type, the status, and a sentence for people."""

    type: str
    title: str
    status: int
    detail: str


class Cause(Struct, frozen=True):
    """What is told of an error."""

    code: str
    status: int
    detail: str
    headers: Headers = {}


def answer(cause: Cause) -> Response[Problem]:
    """The response for a problem."""
    title = cause.code.replace("-", " ").capitalize()
    problem = Problem(type=f"/problems/{cause.code}", title=title, status=cause.status, detail=cause.detail)
    headers = {"Cache-Control": "no-store", **cause.headers}
    if cause.status in (429, 503):
        headers.setdefault("Retry-After", str(WAIT))
    if cause.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(problem, status_code=cause.status, media_type=MEDIA_TYPE, headers=headers)


def handlers(metrics: Metrics) -> Handlers:
    """Handlers that answer, and count at the boundary `http`."""

    def counted(
        handle: Callable[[Any], Cause],
    ) -> Callable[[Request[Any, Any, Any], Any], Response[Problem]]:
        def handler(_: Request[Any, Any, Any], error: Any) -> Response[Problem]:
            cause = handle(error)
            metrics.refused("http", cause.code)
            return answer(cause)

        return handler

    return {
        Refused: counted(_refused),
        LogUnavailable: counted(_unavailable),
        BoardsUnavailable: counted(_unavailable),
        ValidationException: counted(_invalid),
        HTTPException: counted(_http),
        Exception: counted(_unexpected),
    }


def _refused(error: Refused) -> Cause:
    wait = (
        {"Retry-After": str(error.wait)}
        if isinstance(error, TooManyRequests | BoundaryKeepsMoving | TooOften)
        else {}
    )
    return Cause(error.code, error.status, str(error), wait)


def _unavailable(error: Exception) -> Cause:
    return Cause("unavailable", 503, type(error).__doc__ or "unavailable")


def _invalid(error: ValidationException) -> Cause:
    extra: Any = error.extra or ()
    details = [f"{e.get('key', 'body')}: {e.get('message', '')}" for e in extra if isinstance(e, dict)]  # pyright: ignore
    return Cause("invalid", 400, "; ".join(details) or error.detail)


def _http(error: HTTPException) -> Cause:
    status = error.status_code
    phrase = HTTPStatus(status).phrase
    code = CODES.get(status) or phrase.lower().replace(" ", "-")
    return Cause(code, status, error.detail or phrase, error.headers or {})


def _unexpected(error: Exception) -> Cause:
    # The message may hold what somebody wrote: only where it happened goes to the log.
    logger.error("unexpected %s", type(error).__name__, exc_info=_without_message(error))
    return Cause("unexpected", 500, "Something went wrong on our side; it has been noted.")


def _without_message(error: Exception) -> tuple[type[BaseException], BaseException, Any]:
    return RuntimeError, RuntimeError(type(error).__name__), error.__traceback__
