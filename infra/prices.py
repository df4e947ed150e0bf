"""The prices of models: those of the list, or of a file."""

from pathlib import Path

import msgspec

from domain.prices import LIST, Price
from infra.settings import SettingsInvalid


def read_prices(file: str) -> tuple[Price, ...]:
    """The prices in a JSON file, before those of the list. Raises `SettingsInvalid`."""
    if not file:
        return LIST
    try:
        return (*msgspec.json.decode(Path(file).read_bytes(), type=tuple[Price, ...]), *LIST)
    except (msgspec.MsgspecError, UnicodeDecodeError, OSError) as error:
        raise SettingsInvalid(f"LYCEUM_PRICES: {file}: {error}") from error
