"""Health, metrics, and the pages of the browser."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from litestar import MediaType, Response, Router, get
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import ResponseSpec
from litestar.response import File
from litestar.static_files import create_static_files_router  # pyright: ignore[reportUnknownVariableType]
from msgspec import Struct

from realtime.routes.common import InHouse

POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self' ws: wss:; media-src 'self' blob:; frame-ancestors 'self'"
)
"""The pages load nothing from elsewhere, and nobody frames them to steal a click on a consent."""

HTML = "text/html; charset=utf-8"
PAGES = {"/": "index.html", "/room": "room.html", "/audit": "audit.html", "/tutor": "tutor.html"}


class Health(Struct, frozen=True, kw_only=True):
    """Whether every part works, and how far behind each is (in events)."""

    status: str
    parts: Mapping[str, Any]


@get("/health", responses={503: ResponseSpec(Health, description="Something does not work.")})
async def health(house: InHouse) -> Response[Health]:
    """How the house is: 200 if every part works, else 503."""
    parts: Mapping[str, Any] = await house.health()
    well = all(part["ok"] for part in parts.values())
    answer = Health(status="ok" if well else "unwell", parts=parts)
    return Response(answer, status_code=200 if well else 503, headers={"Cache-Control": "no-store"})


@get("/metrics", media_type=MediaType.TEXT)
async def metrics(house: InHouse) -> bytes:
    """Figures for Prometheus."""
    return house.metrics.text()


def pages(web: Path) -> Router:
    """The pages, from the folder of the web build."""

    def file(name: str, media_type: str, headers: Mapping[str, str] | None = None) -> File:
        path = web / name
        if not path.is_file():
            raise NotFoundException("The pages have not been built: run `make up` where npm is.")
        return File(path, content_disposition_type="inline", media_type=media_type, headers=headers)

    def page(path: str, name: str) -> HTTPRouteHandler:
        @get(path, include_in_schema=False)
        async def shown() -> File:
            return file(name, HTML)

        return shown

    @get("/widgets.js", include_in_schema=False)
    async def widgets() -> File:
        return file("widgets.js", "text/javascript", {"Access-Control-Allow-Origin": "*"})

    @get("/offline.js", include_in_schema=False)
    async def offline() -> File:
        return file("offline.js", "text/javascript", {"Cache-Control": "no-cache"})

    shown = [page(path, name) for path, name in PAGES.items()]
    handlers = [*shown, widgets, offline, *_assets(web / "assets")]
    return Router("/", route_handlers=handlers, response_headers={"Content-Security-Policy": POLICY})


def _assets(folder: Path) -> list[Router]:
    """What the pages load; its names change with its content."""
    if not folder.is_dir():
        return []
    cache = CacheControlHeader(max_age=31_536_000, immutable=True)
    return [create_static_files_router("/assets", [folder], include_in_schema=False, cache_control=cache)]


ROUTER = Router("/", route_handlers=[health, metrics], tags=["system"])
