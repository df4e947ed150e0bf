"""The key vault: a key for each person, with which what is personal is encrypted, until it is destroyed."""

import os
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.master_keys import SIZE, MasterKeys
from adapters.postgres_rows import PostgresRows
from adapters.sql import sql
from adapters.stored import Secret

CACHED = 50_000
"""Keys in memory; the ones used longest ago go first."""
NONCE = 12
PAGE = 1000
"""Keys that are wrapped anew in one transaction."""

Person = tuple[str, str]
"""(organisation, person)."""
Progress = Callable[[int, int], None]
"""Is told how many of how many keys are done."""

_fields = msgspec.msgpack.Decoder(dict[str, str])
_parts = msgspec.msgpack.Decoder(dict[str, bytes])


class KeyVault:
    """The keys in one database, each wrapped by a master key. AES-256-GCM throughout.

    A key that was destroyed is never made again: what its person writes from then on cannot be read either.
    """

    def __init__(self, rows: PostgresRows, masters: MasterKeys) -> None:
        self._rows = rows
        self._masters = masters
        self._keys: OrderedDict[Person, AESGCM | None] = OrderedDict()
        """Those that have had a key; None where it was destroyed."""

    async def encrypt(self, org: str, person: str, kind: str, fields: Mapping[str, str]) -> bytes:
        """What is stored of these fields of an event of type `kind`. Raises `LogUnavailable`."""
        if (org, person) not in self._keys:
            await self._load({(org, person)})
        if (org, person) not in self._keys:
            await self._make(org, person)
        key = self._keys[org, person] or AESGCM(AESGCM.generate_key(SIZE * 8))  # one that nobody keeps
        secret = _sealed(key, msgspec.msgpack.encode(fields), _purpose(org, kind, person))
        return msgspec.msgpack.encode({person: secret})

    async def decrypt(self, secrets: Sequence[Secret]) -> list[Mapping[str, str]]:
        """Of each the fields that can be read. Raises `LogUnavailable`."""
        parts = [_parts.decode(secret.personal) for secret in secrets]
        wanted = {
            (secret.org, person) for secret, part in zip(secrets, parts, strict=True) for person in part
        }
        if missing := {person for person in wanted if person not in self._keys}:
            await self._load(missing)
        return [self._read(secret, part) for secret, part in zip(secrets, parts, strict=True)]

    def forget(self, org: str, person: str) -> None:
        """Have no copy of a key in memory, since it was destroyed."""
        self._keys[org, person] = None

    async def destroy(self, org: str, person: str) -> bool:
        """Destroy a key for good; False if that was done before."""
        self.forget(org, person)
        async with self._rows.connection() as connection:
            cursor = await connection.execute(sql("key_destroy").encode(), (org, person))
            destroyed = await cursor.fetchone() is not None
            if destroyed:
                await connection.execute("vacuum person_keys")  # what the row was is not left lying about
        return destroyed

    async def wrap_anew(self, progress: Progress) -> int:
        """Wrap every key with the current master key, while others go on; how many were not yet."""
        identity, _ = self._masters.current()
        done = 0
        async with self._rows.connection() as connection:
            cursor = await connection.execute(
                "select count(*) from person_keys where wrapped is not null and master <> %s", (identity,)
            )
            [total] = await cursor.fetchone() or (0,)
        while moved := await self._wrap_page(identity):
            done += moved
            progress(done, total)
        return done

    async def wrapped(self) -> dict[str, int]:
        """How many persons' keys each master key wraps."""
        async with self._rows.connection() as connection:
            cursor = await connection.execute(
                "select master, count(*) from person_keys where wrapped is not null group by master"
            )
            return dict(await cursor.fetchall())

    async def _wrap_page(self, identity: str) -> int:
        async with self._rows.connection() as connection, connection.transaction():
            cursor = await connection.execute(sql("key_others").encode(), (identity, PAGE), binary=True)
            found = await cursor.fetchall()
            orgs, persons = [record[0] for record in found], [record[1] for record in found]
            wrapped = [self._wrap(record[0], record[1], self._unwrap(record))[1] for record in found]
            await connection.execute(sql("key_wrap").encode(), (identity, orgs, persons, wrapped))
            return len(found)

    def _read(self, secret: Secret, parts: Mapping[str, bytes]) -> dict[str, str]:
        fields: dict[str, str] = {}
        for person, part in parts.items():
            key = self._keys.get((secret.org, person))
            if key is not None:
                self._keys.move_to_end((secret.org, person))
                fields |= _opened(key, part, _purpose(secret.org, secret.type, person))
        return fields

    async def _load(self, persons: Collection[Person]) -> None:
        """Get the keys of these persons, as far as they have had one."""
        async with self._rows.connection() as connection:
            cursor = await connection.execute(
                sql("key_load").encode(),
                ([org for org, _ in persons], [person for _, person in persons]),
                binary=True,
            )
            self._keep(await cursor.fetchall(), len(persons))

    async def _make(self, org: str, person: str) -> None:
        """Make a key, unless somebody else was first."""
        master, wrapped = self._wrap(org, person, AESGCM.generate_key(SIZE * 8))
        async with self._rows.connection() as connection:
            cursor = await connection.execute(
                sql("key_make").encode(), (org, person, master, wrapped), binary=True
            )
            self._keep(await cursor.fetchall(), 1)

    def _keep(self, records: Iterable[Sequence[Any]], many: int) -> None:
        for record in records:
            # One that was destroyed while it was being read stays so.
            self._keys.setdefault((record[0], record[1]), record[3] and AESGCM(self._unwrap(record)))
        while len(self._keys) > max(CACHED, many):
            self._keys.popitem(last=False)

    def _wrap(self, org: str, person: str, key: bytes) -> tuple[str, bytes]:
        identity, master = self._masters.current()
        return identity, _sealed(master, key, _purpose(org, "key", person))

    def _unwrap(self, record: Sequence[Any]) -> bytes:
        org, person, master, wrapped = record
        nonce, secret = wrapped[:NONCE], wrapped[NONCE:]
        return self._masters.get(master).decrypt(nonce, secret, _purpose(org, "key", person))


def _purpose(org: str, kind: str, person: str) -> bytes:
    """What a secret is bound to: moved elsewhere it cannot be read."""
    return f"{org} {kind} {person}".encode()


def _sealed(key: AESGCM, plain: bytes, purpose: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + key.encrypt(nonce, plain, purpose)


def _opened(key: AESGCM, secret: bytes, purpose: bytes) -> dict[str, str]:
    try:
        return _fields.decode(key.decrypt(secret[:NONCE], secret[NONCE:], purpose))
    except InvalidTag:  # encrypted with a key that somebody no longer had, or altered
        return {}
