"""Checking the export of a log: with its files alone, no server, and no settings."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from domain.checkpoint import NOTE_LINES, NotAKey, VerifierKey, key_of
from infra.exporting import CHECKPOINT, CHECKPOINTS, EVENTS, KEY, LEAVES

BATCH = 512
"""Lines read at a time."""


class NotAnExport(Exception):
    """The folder is no export of a log."""


class Folder:
    """The files of an export; implements `infra.comparing.Evidence`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in (EVENTS, LEAVES):
            if not (folder / name).is_file():
                raise NotAnExport(f"{folder} is no export of a log: there is no {name} in it")

    async def lines(self, after: int) -> AsyncGenerator[Sequence[bytes], None]:
        """See `Evidence.lines`."""
        with (self._folder / EVENTS).open("rb") as file:
            rest = islice(file, after, None)
            while batch := [line.removesuffix(b"\n") for line in islice(rest, BATCH)]:
                yield batch

    async def leaves(self, after: int) -> AsyncGenerator[Sequence[bytes], None]:
        """See `Evidence.leaves`. What is no hash counts as the hash of nothing."""
        with (self._folder / LEAVES).open("rb") as file:
            rest = islice(file, after, None)
            while batch := [_unhexed(line) for line in islice(rest, BATCH)]:
                yield batch

    def key(self) -> VerifierKey:
        """The key that lies in the folder. Raises `NotAKey`."""
        return key_of(self._text(KEY))

    def notes(self) -> list[str]:
        """The checkpoints that lie in the folder."""
        lines = self._text(CHECKPOINTS).splitlines(keepends=True)
        older = ["".join(lines[at : at + NOTE_LINES]) for at in range(0, len(lines), NOTE_LINES)]
        return [*older, self._text(CHECKPOINT)]

    def _text(self, name: str) -> str:
        try:
            return (self._folder / name).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise NotAnExport(f"{name} of the export cannot be read") from error


def given_key(key: str) -> VerifierKey:
    """The key itself, or that in a file of this name. Raises `NotAKey`."""
    try:
        return key_of(key)
    except NotAKey:
        with suppress(OSError, UnicodeDecodeError):
            return key_of(Path(key).read_text("utf-8"))
        raise


def _unhexed(line: bytes) -> bytes:
    try:
        return bytes.fromhex(line.decode())
    except ValueError:
        return b""
