"""From records to events: decoded, and what is personal decrypted as far as there are keys."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import structs

from adapters.stored import DamagedRecord, Row, Secret, unpacked
from domain.catalogue import UndecodableEvent, decode, decode_all
from domain.events import Recorded, type_of
from domain.people import PersonErased


class Vault(Protocol):
    """What encrypts personal fields. Implemented in `adapters/key_vault.py`."""

    async def encrypt(self, org: str, person: str, kind: str, fields: Mapping[str, str]) -> bytes:
        """What is stored of these fields of an event of type `kind`."""
        ...

    async def decrypt(self, secrets: Sequence[Secret]) -> list[Mapping[str, str]]:
        """Of each the fields that can be read."""
        ...

    def forget(self, org: str, person: str) -> None:
        """Read nothing of this person's from now on."""
        ...


class Reader:
    """Reads with the keys of a vault; without one, what was encrypted reads as erased."""

    def __init__(self, vault: Vault | None) -> None:
        self._vault = vault

    async def events(self, records: bytes) -> Sequence[Recorded]:
        """The events of an array of records. Raises `UndecodableEvent`."""
        try:
            found = decode_all(records)
        except UndecodableEvent:  # one at least has a former tag, or is none at all
            found = await self._one_by_one(records)
        if self._vault is not None:
            for each in found:
                if isinstance(each.event, PersonErased):  # their key may be there still
                    self._vault.forget(each.org, each.event.person)
        return await self._opened(found)

    async def _opened(self, found: list[Recorded]) -> Sequence[Recorded]:
        shut = [place for place, each in enumerate(found) if each.personal is not None]
        secrets = [Secret(e.org, type_of(e.event), e.personal) for e in found if e.personal is not None]
        if secrets:
            for place, opened in zip(shut, await self._decrypted(secrets), strict=True):
                event = structs.replace(found[place].event, **opened)
                found[place] = structs.replace(found[place], event=event, personal=None)
        return found

    async def _one_by_one(self, records: bytes) -> list[Recorded]:
        """Events that may have former tags: opened first, since upcasters know the fields of then."""
        try:
            rows = unpacked(records)
        except DamagedRecord as error:
            raise UndecodableEvent(str(error)) from error
        secrets = [Secret(row.org, row.type, row.personal) for row in rows if row.personal is not None]
        opened = iter(await self._decrypted(secrets))
        return [recorded(row, None if row.personal is None else next(opened)) for row in rows]

    async def _decrypted(self, secrets: Sequence[Secret]) -> Sequence[Mapping[str, str]]:
        if self._vault is None:
            return [dict[str, str]()] * len(secrets)
        return await self._vault.decrypt(secrets)


def recorded(row: Row, personal: Mapping[str, str] | None = None) -> Recorded:
    """The event of a row, with these personal fields."""
    return Recorded(
        position=row.position,
        org=row.org,
        at=row.at,
        actor=row.actor,
        cause=row.cause,
        tags=row.tags,
        event=decode(row.type, row.data, personal=personal),
    )


def closed_of(row: Row) -> Recorded:
    """The event of a row as it goes about closed, with what is personal encrypted."""
    return structs.replace(recorded(row), personal=row.personal)
