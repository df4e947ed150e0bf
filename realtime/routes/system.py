"""Health, metrics, and the pages of the browser."""

from collections.abc import Mapping
from pathlib import Path

from litestar import MediaType, Response, Router, get
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import NotFoundException
from litestar.response import File
from litestar.static_files import create_static_files_router
from msgspec import Struct

from realtime.routes.common import InHouse

POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self' ws: wss:; media-src 'self' blob:; frame-ancestors 'self'"
)
"""The pages load nothing from elsewhere, and nobody frames them to steal a click on a consent."""


class Health(Struct, frozen=True, kw_only=True):
    """Whether every part works, and how far behind each is (in events)."""

    status: str
    parts: Mapping[str, object]


@get("/health")
async def health(house: InHouse) -> Response[Health]:
    """How the house is: 200 if every part works, else 503."""
    parts = await house.health()
    well = all(part.get("ok") for part in parts.values() if isinstance(part, dict))  # pyright: ignore
    answer = Health(status="ok" if well else "unwell", parts=parts)
    return Response(answer, status_code=200 if well else 503, headers={"Cache-Control": "no-store"})


@get("/metrics", media_type=MediaType.TEXT)
async def metrics(house: InHouse) -> bytes:
    """Figures for Prometheus."""
    return house.metrics.text()


def pages(web: Path) -> Router:
    """The pages, from the folder of the web build."""

    def page(name: str) -> File:
        path = web / name
        if not path.is_file():
            raise NotFoundException("The pages have not been built: run `make up` where npm is.")
        return File(path, content_disposition_type="inline", media_type="text/html; charset=utf-8")

    @get("/", include_in_schema=False)
    async def start() -> File:
        return page("index.html")

    @get("/room", include_in_schema=False)
    async def room() -> File:
        return page("room.html")

    @get("/audit", include_in_schema=False)
    async def audit() -> File:
        return page("audit.html")

    @get("/widgets.js", include_in_schema=False)
    async def widgets() -> File:
        if not (web / "widgets.js").is_file():
            raise NotFoundException("The widgets have not been built: run `make up` where npm is.")
        return File(
            web / "widgets.js",
            content_disposition_type="inline",
            media_type="text/javascript",
            headers={"Access-Control-Allow-Origin": "*"},
        )

    handlers = [start, room, audit, widgets]
    assets = web / "assets"
    routes: list[object] = list(handlers)
    if assets.is_dir():
        routes.append(
            create_static_files_router(
                "/assets",
                [assets],
                include_in_schema=False,
                cache_control=CacheControlHeader(max_age=31_536_000, immutable=True),
            )
        )
    return Router("/", route_handlers=routes, response_headers={"Content-Security-Policy": POLICY})  # pyright: ignore


ROUTER = Router("/", route_handlers=[health, metrics], tags=["system"])
