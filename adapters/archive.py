"""The archive: segment files, each with some thousand events; docs/archive.md says what is in one."""

import asyncio
import gzip
import lzma
import os
import re
import secrets
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from adapters.stored import Row, UnreadableLine, line_of, record_of, row_of
from domain.errors import LogUnavailable

SUFFIX = ".ndjson.xz"
EARLIER = ".ndjson.gz"
"""Of segments that were written before version 0.3."""
GZIP = b"\x1f\x8b"
"""How a file of gzip begins."""
KEPT = 64 * 2**20
"""Bytes of text whose records are kept in memory, and these take less: four full segments."""


class Segment(NamedTuple):
    """A segment file: its name, which is the SHA-256 of its bytes, and how many these are."""

    name: str
    size: int


class Archive:
    """The segment files in a folder. Implements `adapters.postgres_rows.Segments`."""

    def __init__(self, folder: Path, keep: int = KEPT) -> None:
        self.folder = folder
        self._keep = keep
        self._kept: OrderedDict[str, tuple[Mapping[int, bytes], int]] = OrderedDict()
        self._reading = asyncio.Lock()

    @property
    def kept(self) -> int:
        """Bytes of text whose records are in memory."""
        return sum(size for _, size in self._kept.values())

    def path(self, name: str) -> Path:
        """Where the segment of this name is. Raises `LogUnavailable` for what is no name."""
        if not re.fullmatch(r"[0-9a-f]{64}", name):
            raise LogUnavailable(f"{name!r} is no segment of the archive")
        return self.folder / f"{name}{SUFFIX}"

    async def records(self, segment: str) -> Mapping[int, bytes]:
        """See `Segments.records`. The segments used last stay in memory; one is read at a time."""
        if segment not in self._kept:
            async with self._reading:
                if segment not in self._kept:
                    self._keep_also(segment, *await asyncio.to_thread(self._records, segment))
        self._kept.move_to_end(segment)
        return self._kept[segment][0]

    async def read_back(self, segment: str) -> Sequence[Row]:
        """The rows as they stand in the file now, in order. Raises `LogUnavailable`."""
        return await asyncio.to_thread(lambda: list(self._rows(segment, self._text(segment))))

    async def write(self, rows: Sequence[Row]) -> Segment:
        """Write a segment of rows, which are in order; the same rows, the same file. Raises `OSError`."""
        return await asyncio.to_thread(self._write, rows)

    def _keep_also(self, segment: str, records: Mapping[int, bytes], size: int) -> None:
        while self._kept and self.kept + size > self._keep:
            self._kept.popitem(last=False)
        self._kept[segment] = records, size

    def _records(self, name: str) -> tuple[Mapping[int, bytes], int]:
        text = self._text(name)
        return {row.position: record_of(row) for row in self._rows(name, text)}, len(text)

    def _rows(self, name: str, text: bytes) -> Iterator[Row]:
        try:
            for line in text.splitlines():
                yield row_of(line)
        except UnreadableLine as error:
            raise LogUnavailable(f"segment {name} of the archive is none: {error}") from error

    def _text(self, name: str) -> bytes:
        data = self._data(name)
        if sha256(data).hexdigest() != name:
            raise LogUnavailable(f"segment {name} of the archive is damaged: it has another SHA-256")
        try:
            return gzip.decompress(data) if data.startswith(GZIP) else lzma.decompress(data)
        except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
            raise LogUnavailable(f"segment {name} of the archive is none: {error}") from error

    def _data(self, name: str) -> bytes:
        path = self.path(name)
        try:
            earlier = path.with_name(name + EARLIER)
            return (earlier if earlier.exists() else path).read_bytes()
        except FileNotFoundError as error:
            raise LogUnavailable(f"segment {name} of the archive is missing") from error
        except OSError as error:
            raise LogUnavailable(f"segment {name} of the archive cannot be read: {error.strerror}") from error

    def _write(self, rows: Sequence[Row]) -> Segment:
        data = lzma.compress(_joined(rows))
        name = sha256(data).hexdigest()
        if not self.folder.is_dir():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync(self.folder.parent)
        draft = self.folder / f"{name}.{secrets.token_hex(4)}.draft"
        try:
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(self.path(name))
        finally:
            draft.unlink(missing_ok=True)
        _sync(self.folder)
        return Segment(name, len(data))


def _joined(rows: Iterable[Row]) -> bytes:
    return b"".join(line_of(row) + b"\n" for row in rows)


def _sync(folder: Path) -> None:
    """Have the name of a new file survive the machine."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
