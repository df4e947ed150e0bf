"""Pillars and credentials: claimed, issued, revoked, and shared as their holders choose."""

from datetime import datetime
from typing import Annotated

from litestar import Router, delete, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from domain.credentials import (
    ClaimCredential,
    IssueCredential,
    RevokeCredential,
    ShareCredential,
    Why,
    WithdrawShare,
)
from domain.errors import Invalid
from domain.identity import Title, Words
from domain.pillars import Answers, DefinePillar, Part, Skills, Standing
from projections.credentials import HELD, PILLARS, Credential, Pillar, prefix_of
from realtime.house import House
from realtime.reading import must_see
from realtime.routes.common import (
    Asking,
    Body,
    Cursor,
    Done,
    Id,
    InHouse,
    Limit,
    PathId,
    QueryId,
    done,
    perform,
)


class NewPillar(Body, frozen=True, kw_only=True):
    """A named set of skills, and when it is mastered: `part` of the last `answers` right in each."""

    pillar: Id
    title: Title
    skills: Skills
    answers: Answers = 10
    part: Part = 0.85


class Pillars(Struct, frozen=True, kw_only=True):
    """The pillars by their ids; ask on with `after` = `next`."""

    pillars: dict[str, Pillar]
    next: str | None


class NewCredential(Body, frozen=True, kw_only=True):
    """A credential to claim for oneself; or, with `person` and `note`, to vouch for somebody."""

    pillar: Id
    person: Id | None = None
    note: Words | None = None


class Issued(Struct, frozen=True, kw_only=True):
    """The credential is there, and can be seen at `url` by whoever has it."""

    position: int
    credential: str
    url: str


class Revocation(Body, frozen=True, kw_only=True):
    """Why it holds no longer."""

    why: Why


class NewShare(Body, frozen=True, kw_only=True):
    """What a link is to show: evidence of these skills, and perhaps one's name, for some days."""

    skills: tuple[Id, ...] = ()
    name: bool = False
    days: Annotated[int, Meta(ge=1, le=366)] = 30


class Shared(Struct, frozen=True, kw_only=True):
    """The link."""

    position: int
    share: str
    url: str


class ShownShare(Struct, frozen=True, kw_only=True):
    """What a link shows, and until when."""

    share: str
    skills: tuple[str, ...]
    name: bool
    until: datetime
    withdrawn: bool


class ShownCredential(Struct, frozen=True, kw_only=True):
    """A credential as its holder sees it."""

    credential: str
    pillar: str
    title: str
    skills: tuple[Standing, ...]
    by: str | None
    position: int
    at: datetime | None
    revoked: bool
    why: str
    url: str
    shares: tuple[ShownShare, ...]


class Credentials(Struct, frozen=True, kw_only=True):
    """A person's credentials; ask on with `after` = `next`."""

    credentials: tuple[ShownCredential, ...]
    next: str | None


class VouchedWithoutNote(Invalid):
    """Whoever vouches for somebody says by what: `note` is needed, and for oneself there is none."""


@post("/pillars")
async def define(house: InHouse, access: Asking, data: JSONBody[NewPillar]) -> Done:
    """Define a pillar; tutors and administrators."""
    command = DefinePillar(
        pillar=data.pillar, title=data.title, skills=data.skills, answers=data.answers, part=data.part
    )
    return await done(house, access, command)


@get("/pillars")
async def pillars(house: InHouse, access: Asking, after: Cursor = "", limit: Limit = 50) -> Pillars:
    """The pillars of the organisation."""
    page = await house.views.page(PILLARS, access.org, after=after, limit=limit)
    return Pillars(pillars=dict(page), next=page[-1][0] if len(page) == limit else None)


@post("/credentials")
async def issue(house: InHouse, access: Asking, data: JSONBody[NewCredential]) -> Issued:
    """Claim a credential by what one has answered, or vouch for somebody; whoever holds one keeps it."""
    if (data.person is None) != (data.note is None):
        raise VouchedWithoutNote
    key = house.new_id()  # never the client's: whoever has it may see the credential
    command = (
        ClaimCredential(credential=key, pillar=data.pillar)
        if data.person is None or data.note is None
        else IssueCredential(credential=key, person=data.person, pillar=data.pillar, note=data.note)
    )
    performed = await perform(house, access, command)
    if not performed.events:
        state = await house.performer.look(command, access.context(house.clock()))
        key = state.held[data.pillar]
    return Issued(
        position=performed.position, credential=key, url=_url(house, access.org, "credentials", key)
    )


@get("/credentials")
async def credentials(
    house: InHouse, access: Asking, person: QueryId = None, after: Cursor = "", limit: Limit = 50
) -> Credentials:
    """A person's credentials, one's own if nobody is named."""
    who = person or access.sub
    await must_see(house, access, who, "credentials")
    page = await house.views.page(HELD, access.org, prefix=prefix_of(who), after=after, limit=limit)
    following = page[-1][0] if len(page) == limit else None
    own = access.sub == who
    return Credentials(
        credentials=tuple(_shown(house, access.org, state, own) for _, state in page), next=following
    )


@post("/credentials/{credential:str}/revoke", status_code=200)
async def revoke(house: InHouse, access: Asking, credential: PathId, data: JSONBody[Revocation]) -> Done:
    """Revoke a credential."""
    return await done(house, access, RevokeCredential(credential=credential, why=data.why))


@post("/credentials/{credential:str}/shares")
async def share(house: InHouse, access: Asking, credential: PathId, data: JSONBody[NewShare]) -> Shared:
    """Share a credential of one's own by a link, with the evidence that one chooses."""
    key = house.new_id()
    command = ShareCredential(
        share=key, credential=credential, skills=data.skills, name=data.name, days=data.days
    )
    position = (await done(house, access, command)).position
    return Shared(position=position, share=key, url=_url(house, access.org, "shares", key))


@delete("/credentials/{credential:str}/shares/{share:str}", status_code=200)
async def withdraw(house: InHouse, access: Asking, credential: PathId, share: PathId) -> Done:
    """Withdraw a link; it shows nothing from then on."""
    return await done(house, access, WithdrawShare(share=share, credential=credential))


def _shown(house: House, org: str, of: Credential, own: bool) -> ShownCredential:
    shares = of.shares.items() if own else ()
    return ShownCredential(
        credential=of.credential,
        pillar=of.pillar,
        title=of.title,
        skills=of.skills,
        by=of.by,
        position=of.position,
        at=of.at,
        revoked=bool(of.revoked),
        why=of.why,
        url=_url(house, org, "credentials", of.credential),
        shares=tuple(
            ShownShare(share=key, skills=s.skills, name=s.name, until=s.until, withdrawn=s.withdrawn)
            for key, s in shares
        ),
    )


def _url(house: House, org: str, kind: str, key: str) -> str:
    return f"{house.issuer.base}/{kind}/{key}" + ("" if org == house.tokens.org else f"?org={org}")


ROUTER = Router(
    "/",
    route_handlers=[define, pillars, issue, credentials, revoke, share, withdraw],
    tags=["credentials"],
)
