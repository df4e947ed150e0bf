"""Golden files: `<tag>.json` holds an event as JSON, and its bytes in the log as hexadecimal digits."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from domain.catalogue import encode
from domain.events import Event, type_of
from tests.golden.examples import EXAMPLES

FOLDER = Path(__file__).parent


class Golden(Struct, frozen=True, kw_only=True):
    """What a file holds."""

    event: dict[str, object]
    msgpack: str

    @property
    def data(self) -> bytes:
        """The event as it stands in the log."""
        return bytes.fromhex(self.msgpack)


def tags() -> list[str]:
    """Every tag that there is a file for: also tags that are written no more."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def read(tag: str) -> Golden:
    """The golden file of a tag."""
    return msgspec.json.decode((FOLDER / f"{tag}.json").read_bytes(), type=Golden)


def write_missing(folder: Path = FOLDER) -> Iterator[Path]:
    """Write a file for every example that has none; the paths written."""
    for event in EXAMPLES:
        path = folder / f"{type_of(event)}.json"
        if not path.exists():
            path.write_bytes(_text(event))
            yield path


def _text(event: Event) -> bytes:
    golden = {"event": event, "msgpack": encode(event).hex()}
    return msgspec.json.format(msgspec.json.encode(golden), indent=2) + b"\n"
