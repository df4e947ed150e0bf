"""Every error as `application/problem+json` (RFC 9457), with a type that does not change."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap
from msgspec import Struct

from domain.errors import LogUnavailable, Refused
from projections.leaderboards import BoardsUnavailable
from realtime.metrics import Metrics

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = "1"


class Problem(Struct, frozen=True, kw_only=True):
    """What went wrong: a stable type, the status, and a sentence for people."""

    type: str
    title: str
    status: int
    detail: str


def answer(code: str, status: int, detail: str) -> Response[Problem]:
    """The response for a problem."""
    problem = Problem(
        type=f"/problems/{code}", title=HTTPStatus(status).phrase, status=status, detail=detail
    )
    headers = {"Cache-Control": "no-store"}
    if status in (429, 503):
        headers["Retry-After"] = RETRY_AFTER
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(problem, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def handlers(metrics: Metrics) -> ExceptionHandlersMap:
    """Handlers that answer, and count at the boundary `http`."""

    def counted(
        handle: Callable[[Any], tuple[str, int, str]],
    ) -> Callable[[Request[Any, Any, Any], Any], Response[Problem]]:
        def handler(_: Request[Any, Any, Any], error: Any) -> Response[Problem]:
            code, status, detail = handle(error)
            metrics.refused("http", code)
            return answer(code, status, detail)

        return handler

    return {
        Refused: counted(_refused),
        LogUnavailable: counted(_unavailable),
        BoardsUnavailable: counted(_unavailable),
        ValidationException: counted(_invalid),
        HTTPException: counted(_http),
        Exception: counted(_unexpected),
    }


def _refused(error: Refused) -> tuple[str, int, str]:
    return error.code, error.status, str(error)


def _unavailable(error: Exception) -> tuple[str, int, str]:
    return "unavailable", 503, type(error).__doc__ or "unavailable"


def _invalid(error: ValidationException) -> tuple[str, int, str]:
    extra: Any = error.extra or ()
    details = [f"{e.get('key', 'body')}: {e.get('message', '')}" for e in extra if isinstance(e, dict)]  # pyright: ignore
    return "invalid", 400, "; ".join(details) or error.detail


def _http(error: HTTPException) -> tuple[str, int, str]:
    phrase = HTTPStatus(error.status_code).phrase
    return phrase.lower().replace(" ", "-"), error.status_code, error.detail or phrase


def _unexpected(error: Exception) -> tuple[str, int, str]:
    # The message may hold what somebody wrote: only where it happened goes to the log.
    logger.error("unexpected %s", type(error).__name__, exc_info=_without_message(error))
    return "unexpected", 500, "Something went wrong on our side; it has been noted."


def _without_message(error: Exception) -> tuple[type[BaseException], BaseException, Any]:
    return RuntimeError, RuntimeError(type(error).__name__), error.__traceback__
