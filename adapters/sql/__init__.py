"""The SQL of the adapters, a file a statement or a group of definitions."""

from functools import cache
from importlib.resources import files


@cache
def sql(name: str) -> str:
    """The text of `name.sql`."""
    return files(__name__).joinpath(f"{name}.sql").read_text("utf-8")
