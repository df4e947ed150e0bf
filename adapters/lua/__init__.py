"""The scripts that run within Redis, a file each."""

from functools import cache
from importlib.resources import files


@cache
def lua(name: str) -> str:
    """The text of `name.lua`."""
    return files(__name__).joinpath(f"{name}.lua").read_text("utf-8")
