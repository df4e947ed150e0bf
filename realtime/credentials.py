"""Credentials as they can be seen from outside: who may see which, and how they stand."""

import asyncio

from msgspec import Struct
from msgspec.structs import replace

from domain.credentials import CredentialRevoked
from domain.errors import Refused, Unknown
from domain.events import Item, Query, type_of
from domain.identity import ERASED
from domain.people import PersonErased
from domain.pillars import Standing
from domain.practice import AnswerGiven
from projections.credential_document import LISTED, Document, Piece, document_of, narrative_of
from projections.credentials import CREDENTIALS, HELD, PILLARS, SHARES, Credential, Pillar, Share, prefix_of
from projections.people import PEOPLE
from realtime.house import House, Issuer


class NoSuchCredential(Unknown):
    """There is no credential at this address."""


class HolderErased(Refused):
    """Whoever held this credential was erased. It says nothing of anybody any more."""

    status = 410


class NothingShared(Unknown):
    """This link shows nothing: it was withdrawn, its time is over, or it never was."""


class Found(Struct, frozen=True, kw_only=True):
    """A credential that may be seen, and how it stands: `state` is valid or revoked."""

    org: str
    credential: Credential
    document: Document
    state: str
    share: Share | None = None
    name: str | None = None

    def standings(self) -> list[Standing]:
        """Those skills whose evidence is shared."""
        chosen = self.share.skills if self.share else ()
        return [each for each in self.credential.skills if each.skill in chosen]


class Showcase:
    """What of one organisation's credentials the world may see."""

    def __init__(self, house: House, org: str | None) -> None:
        self._house = house
        self.org = org or house.tokens.org
        self._query = "" if self.org == house.tokens.org else self.org

    @property
    def issuer(self) -> Issuer:
        """Whoever signs."""
        return self._house.issuer

    async def credential(self, key: str) -> Found:
        """A credential without its evidence. Raises `NoSuchCredential`, `HolderErased`."""
        views = self._house.views
        found = await views.get(CREDENTIALS, self.org, key)
        if found is None or not found.position:
            raise NoSuchCredential
        person = await views.get(PEOPLE, self.org, found.person)
        if person is not None and person.name == ERASED:
            raise HolderErased
        pillar = await views.get(PILLARS, self.org, found.pillar) or Pillar()
        return Found(
            org=self._query,
            credential=found,
            document=document_of(self.issuer.base, self._query, found, pillar),
            state="revoked" if found.revoked else "valid",
        )

    async def shared(self, key: str) -> Found:
        """A credential with the evidence and the name that its holder shares. Raises `NothingShared` too."""
        link = await self._house.views.get(SHARES, self.org, key)
        if link is None:
            raise NothingShared
        found = await self.credential(link.credential)
        share = found.credential.shares.get(key)
        if share is None or share.withdrawn or share.until <= self._house.clock():
            raise NothingShared
        found = replace(found, share=share, name=await self._name(found) if share.name else None)
        pieces = tuple(
            Piece(
                url=f"{self.issuer.base}/shares/{key}/evidence/{each.skill}{self._suffix()}",
                name=each.skill,
                narrative=narrative_of(each),
            )
            for each in found.standings()
        )
        names = (found.name,) if found.name else ()
        return replace(found, document=replace(found.document, evidence=pieces, names=names))

    async def _name(self, found: Found) -> str | None:
        person = found.credential.person
        return (await self._house.views.names(self.org, [person])).get(person)

    async def signed(self, found: Found) -> bytes:
        """The document that anybody can check."""
        return await asyncio.to_thread(self.issuer.signed, found.document)

    async def positions(self, found: Found, skill: str) -> list[int]:
        """Where the answers stand in the log that a credential was issued by, of a skill that is shared."""
        standing = next((each for each in found.standings() if each.skill == skill), None)
        if standing is None:
            raise NothingShared
        tags = (f"person:{found.credential.person}", f"skill:{skill}")
        query = Query((Item(types=(type_of(AnswerGiven),), tags=tags),))
        upto = found.credential.position
        seen = [
            each.position
            async for batch in self._house.log.read(query, upto=upto, org=self.org)
            for each in batch
        ]
        return seen[-standing.answers :] if standing.answers else []

    async def revoked(self, number: int) -> list[int]:
        """The bits of a status list: what was revoked, and what was held by those who were erased."""
        positions = {each.position for each in await self._revoked()}
        return sorted(each % LISTED for each in positions if each // LISTED == number)

    async def _revoked(self) -> list[Credential]:
        kinds = Query((Item(types=(type_of(CredentialRevoked), type_of(PersonErased))),))
        keys: dict[str, None] = {}
        gone: dict[str, None] = {}
        async for batch in self._house.log.read(kinds, org=self.org):
            for each in batch:
                if isinstance(each.event, CredentialRevoked):
                    keys[each.event.credential] = None
                elif isinstance(each.event, PersonErased):
                    gone[each.event.person] = None
        found = list((await self._house.views.many(CREDENTIALS, self.org, list(keys))).values())
        for person in gone:
            found += [
                each for _, each in await self._house.views.page(HELD, self.org, prefix=prefix_of(person))
            ]
        return found

    def status_url(self, number: int) -> str:
        """Where a status list is."""
        return f"{self.issuer.base}/credentials/status/{number}{self._suffix()}"

    def _suffix(self) -> str:
        return f"?org={self._query}" if self._query else ""
