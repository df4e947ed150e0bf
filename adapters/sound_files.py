"""Recorded sound in files: one for each person and segment, encrypted; docs/privacy.md says what is kept.

A file grows as `NAME.part`, locked by whoever writes it. When it is whole and safe on the disk it is
`NAME.done`, and `NAME.sound` once the log names it: so whatever is killed, what is left says how far it was.
"""

import asyncio
import os
import shutil
import time
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.reader import Vault
from adapters.sound_format import (
    DRAFT,
    HEADED,
    Appending,
    Damaged,
    Header,
    begin,
    header_of,
    lock,
    opened,
    whole,
)
from adapters.stored import Secret
from domain.events import type_of
from domain.recording import SegmentKept, SoundIsGone
from rooms.recording.files import Finished, Key, Whose
from rooms.recording.ogg import played
from rooms.recording.opus import CLOCK

PART, DONE, KEPT = ".part", ".done", ".sound"
ABANDONED = 60.0
"""Seconds after which a file that has not got its name yet is of somebody who was killed."""
KIND = type_of(SegmentKept)
"""What the keys of files are bound to, as if they stood in such an event."""
SPARE = 256 * 2**20
"""Bytes of the disk that are left to others."""


class SoundFiles:
    """The segment files below one folder. Implements `rooms.recording.files.Sounds`."""

    def __init__(self, folder: Path, vault: Vault, *, most: int, spare: int = SPARE) -> None:
        """They may take `most` bytes together."""
        self.folder = folder
        self._vault = vault
        self._most = most
        self._spare = spare

    async def key(self, org: str, person: str) -> Key:
        """See `Sounds.key`."""
        plain = AESGCM.generate_key(256)
        fields = {"key": b64encode(plain).decode()}
        return Key(plain, await self._vault.encrypt(org, person, KIND, fields))

    def begin(self, whose: Whose, started: int, key: Key) -> "Growing":
        """See `Sounds.begin`."""
        path = self._path(whose.org, whose.person, whose.segment, PART)
        _make(path.parent)
        return Growing(path, begin(path, Header(*whose, started=started, closed=key.closed), key.plain))

    def keep(self, whose: Whose) -> None:
        """See `Sounds.keep`; another node may have been faster."""
        done, kept = (self._path(whose.org, whose.person, whose.segment, kind) for kind in (DONE, KEPT))
        if done.exists() or not kept.exists():
            done.rename(kept)
            _sync(kept.parent)

    def discard(self, whose: Whose) -> None:
        """See `Sounds.discard`."""
        self.remove(whose.org, whose.person, whose.segment)

    def remove(self, org: str, person: str, segment: str) -> None:
        """Remove a file; one that is gone is no error."""
        for kind in (DONE, KEPT):
            self._path(org, person, segment, kind).unlink(missing_ok=True)

    def forget(self, org: str, person: str) -> None:
        """Remove all of a person's files."""
        shutil.rmtree(self.folder / org / person, ignore_errors=True)

    def full(self) -> bool:
        """See `Sounds.full`."""
        _make(self.folder)
        return self.size() >= self._most or shutil.disk_usage(self.folder).free < self._spare

    def size(self) -> int:
        """Bytes that all files take."""
        return sum(path.stat().st_size for path in self._all() if path.exists())

    def hash(self, org: str, person: str, segment: str) -> str | None:
        """The SHA-256 of the file as it is, None if there is none."""
        data = self._data(org, person, segment)
        return None if data is None else sha256(data).hexdigest()

    def names(self) -> Iterator[tuple[str, str, str]]:
        """(organisation, person, segment) of every file that is on record."""
        for path in self._all(KEPT):
            yield path.parts[-3], path.parts[-2], path.stem

    def before(self, instant: int) -> Iterator[Whose]:
        """Of every file that is on record and whose sound began before this instant (ms)."""
        for path in self._all(KEPT):
            header = _header(path)
            if header is not None and header.started < instant:
                yield header.whose

    async def read(self, org: str, person: str, segment: str) -> bytes:
        """The Ogg stream. Raises `SoundIsGone`, and `LogUnavailable`."""
        data = await asyncio.to_thread(self._data, org, person, segment)
        if data is None:
            raise SoundIsGone
        try:
            return opened(data, await self._plain(header_of(data)))
        except Damaged as error:
            raise SoundIsGone from error

    async def leftovers(self) -> AsyncIterator[Finished]:
        """See `Sounds.leftovers`."""
        await asyncio.to_thread(self._remove_drafts)
        for path in await asyncio.to_thread(lambda: [*self._all(PART), *self._all(DONE)]):
            found = await self._finished(path)
            if found is not None:
                yield found

    async def _finished(self, path: Path) -> Finished | None:
        handle = _locked(path)
        if handle is None:  # somebody writes it, or has finished it just now
            return None
        try:
            data = await asyncio.to_thread(path.read_bytes)
            header = header_of(data)
            data = whole(data, plain := await self._plain(header))
            length = played(opened(data, plain)) // CLOCK
            if not length:
                raise Damaged
            if path.suffix == PART:
                await asyncio.to_thread(_finish, path, handle, len(data))
        except Damaged:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            return None
        finally:
            os.close(handle)
        size = len(data)
        return Finished(header.whose, header.started, header.started + length, size, sha256(data).hexdigest())

    def _remove_drafts(self) -> None:
        oldest = time.time() - ABANDONED
        for path in self._all(DRAFT):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    path.unlink()

    async def _plain(self, header: Header) -> bytes:
        """The key of a file. Raises `Damaged` if it cannot be opened."""
        [fields] = await self._vault.decrypt([Secret(header.org, KIND, header.closed)])
        if "key" not in fields:
            raise Damaged
        return b64decode(fields["key"])

    def _data(self, org: str, person: str, segment: str) -> bytes | None:
        for kind in (KEPT, DONE, KEPT):  # it may be on its way from the one name to the other
            try:
                return self._path(org, person, segment, kind).read_bytes()
            except FileNotFoundError:
                continue
        return None

    def _path(self, org: str, person: str, segment: str, kind: str) -> Path:
        return self.folder / org / person / f"{segment}{kind}"

    def _all(self, kind: str = "") -> Iterator[Path]:
        return self.folder.glob(f"*/*/*{kind}")


class Growing:
    """A file that grows. Implements `rooms.recording.files.Writing`."""

    def __init__(self, path: Path, writing: Appending) -> None:
        self._path = path
        self._writing = writing

    def write(self, piece: bytes) -> None:
        """See `Writing.write`."""
        self._writing.append(piece)

    def finish(self, ended: int) -> Finished:
        """See `Writing.finish`."""
        try:
            _finish(self._path, self._writing.handle, self._writing.size)
        finally:
            os.close(self._writing.handle)
        data = self._path.with_suffix(DONE).read_bytes()
        header = self._writing.header
        return Finished(header.whose, header.started, ended, len(data), sha256(data).hexdigest())

    def discard(self) -> None:
        """See `Writing.discard`."""
        self._path.unlink(missing_ok=True)
        os.close(self._writing.handle)


def _finish(path: Path, handle: int, size: int) -> None:
    """Cut off what was half written, and have file and name survive the machine."""
    os.truncate(handle, size)
    os.fsync(handle)
    path.rename(path.with_suffix(DONE))
    _sync(path.parent)


def _locked(path: Path) -> int | None:
    """A file that nobody writes, opened and locked."""
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    if lock(handle) and path.exists():
        return handle
    os.close(handle)
    return None


def _header(path: Path) -> Header | None:
    try:
        with path.open("rb") as file:
            return header_of(file.read(HEADED))
    except (FileNotFoundError, Damaged):
        return None


def _make(folder: Path) -> None:
    """Have a folder, whose name survives the machine."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
