"""The generated documents: the page of events, AsyncAPI and OpenAPI. The same code, the same bytes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.asyncapi import asyncapi
from infra.events_page import events_page
from realtime.app import application
from realtime.house import House
from realtime.openapi import described


def write_documents(folder: Path) -> list[Path]:
    """Write every generated document into `folder`; the paths written."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name, made in DOCUMENTS.items():
        path = folder / name
        path.write_text(made(), encoding="utf-8")
        written.append(path)
    return written


def openapi() -> dict[str, Any]:
    """The schema that `/schema` serves, made without any server."""
    watched: Any = _Unused()
    return described(application(_unused_house(), watched))


class _Unused:
    """Stands where a schema needs nothing; whatever is asked of it fails."""


def _unused_house() -> House:
    parts: dict[str, Any] = {part: _Unused() for part in House.__dataclass_fields__}
    parts["web"] = Path("no-pages")
    return House(**parts)


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


DOCUMENTS: dict[str, Callable[[], str]] = {
    "events.md": events_page,
    "asyncapi.json": lambda: _json(asyncapi()),
    "openapi.json": lambda: _json(openapi()),
}
"""The files below `docs/` that are generated, and what makes each."""
