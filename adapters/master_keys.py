"""The master keys, with which the keys of persons are wrapped: a file that can gain keys while in use."""

import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import LogUnavailable

SIZE = 32
"""Bytes of a key: AES-256."""


class _Key(msgspec.Struct, frozen=True):
    """One master key; `key` is base64 of 32 bytes."""

    id: str
    key: str


class _File(msgspec.Struct, frozen=True):
    """The file: the last key wraps, all of them unwrap."""

    keys: tuple[_Key, ...]


class BadKeyFile(LogUnavailable):
    """The file of master keys cannot be used."""


class MasterKeys:
    """The keys in one file, made with one key if it is not there. Read again whenever it has changed.

    Raises `BadKeyFile`, also when the file is gone: without it every name and every message is lost, so
    a new one is never made over an old log by accident (see `made`).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._keys: Mapping[str, AESGCM] = {}
        self._current = ""

    @classmethod
    def made(cls, path: Path) -> "MasterKeys":
        """The keys at `path`; a file with a first key is made if there is none."""
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(path, (_new_key(),), replace=False)
        keys = cls(path)
        keys.current()
        return keys

    def current(self) -> tuple[str, AESGCM]:
        """The id and the cipher of the key that wraps."""
        self._look()
        return self._current, self._keys[self._current]

    def get(self, identity: str) -> AESGCM:
        """The cipher of one key."""
        if identity not in self._keys:
            self._look()
        try:
            return self._keys[identity]
        except KeyError:
            raise BadKeyFile(f"master key {identity} is not in {self._path}") from None

    def ids(self) -> tuple[str, ...]:
        """The ids of all keys, the one that wraps last."""
        return tuple(key.id for key in self._read().keys)

    def changed(self) -> float:
        """When the file was last written, in seconds since the epoch."""
        self._look()
        return self._path.stat().st_mtime

    def add(self) -> str:
        """Put a new key behind the others, which wraps from now on; its id."""
        new = _new_key()
        _write(self._path, (*self._read().keys, new), replace=True)
        return new.id

    def keep_only(self, identity: str) -> int:
        """Take all other keys out of the file; how many."""
        keys = self._read().keys
        kept = tuple(key for key in keys if key.id == identity)
        if not kept:
            raise BadKeyFile(f"master key {identity} is not in {self._path}")
        _write(self._path, kept, replace=True)
        return len(keys) - len(kept)

    def _look(self) -> None:
        try:
            found = self._path.stat()
        except OSError as error:
            raise BadKeyFile(f"{self._path}: {error.strerror}") from error
        stamp = (found.st_mtime_ns, found.st_ino)
        if stamp != self._stamp:
            keys = self._read().keys
            self._keys = {key.id: _cipher(key, self._path) for key in keys}
            self._current = keys[-1].id
            self._stamp = stamp

    def _read(self) -> _File:
        try:
            file = msgspec.json.decode(self._path.read_bytes(), type=_File)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BadKeyFile(f"{self._path}: {error}") from error
        if not file.keys:
            raise BadKeyFile(f"{self._path} holds no key")
        return file


def _new_key() -> _Key:
    return _Key(secrets.token_hex(8), b64encode(AESGCM.generate_key(SIZE * 8)).decode())


def _cipher(key: _Key, path: Path) -> AESGCM:
    try:
        return AESGCM(b64decode(key.key, validate=True))
    except ValueError as error:
        raise BadKeyFile(f"{path}: key {key.id} is not base64 of {SIZE} bytes") from error


def _write(path: Path, keys: tuple[_Key, ...], *, replace: bool) -> None:
    """Write the whole file, so that nobody reads half of it; without `replace` whoever is first wins."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(_File(keys))))
        file.flush()
        os.fsync(file.fileno())
    try:
        if replace:
            draft.replace(path)
        else:
            path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
