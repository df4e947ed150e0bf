"""One variable of the environment."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from infra import parsing


class Variable(Struct, frozen=True):
    """One variable of the environment: the field that it fills, and what it means."""

    name: str
    field: str
    default: str
    help: str
    parse: Callable[[str], Any] = parsing.text

    def read(self, environ: Mapping[str, str]) -> Any:
        """Its value, or that of the default. Raises `ValueError`."""
        return self.parse(environ.get(self.name, "").strip() or self.default)
