"""People and what they consent to."""

from collections.abc import AsyncGenerator
from typing import Annotated

from litestar import Router, delete, get, post, put
from litestar.params import JSONBody, PathParameter
from litestar.response import Stream

from domain.erasure import ErasePerson
from domain.events import Role
from domain.identity import Name
from domain.people import GiveConsent, Register, Scope, WithdrawConsent
from projections.people import PEOPLE, Person, ShownPerson, shown
from realtime.access import OnlyForYourself
from realtime.export import Export, Sources, exported
from realtime.reading import Reading
from realtime.routes.common import ANSWERS, Asking, Body, Done, Id, InHouse, PathId, done


class NewPerson(Body, frozen=True, kw_only=True):
    """Somebody to be known; oneself, or anybody if an administrator or a service asks."""

    person: Id
    name: Name
    role: Role = "student"


JSON = "application/json"
ConsentPath = Annotated[Scope, PathParameter(description="What is consented to.")]


@post("/people")
async def register(house: InHouse, access: Asking, data: JSONBody[NewPerson]) -> Done:
    """Make a person known, or rename a known one."""
    return await done(house, access, Register(person=data.person, name=data.name, role=data.role))


@get("/people/me")
async def me(house: InHouse, access: Asking) -> ShownPerson:
    """Who the token speaks for."""
    state = await house.views.get(PEOPLE, access.org, access.sub)
    return shown(access.sub, state or Person(name=access.sub, roles=[access.role]))


@put("/people/me/consents/{consent:str}")
async def give_consent(house: InHouse, access: Asking, consent: ConsentPath) -> Done:
    """Agree to one kind of processing."""
    return await done(house, access, GiveConsent(scope=consent))


@delete("/people/me/consents/{consent:str}", status_code=200)
async def withdraw_consent(house: InHouse, access: Asking, consent: ConsentPath) -> Done:
    """Withdraw the agreement; what depends on it stops at once."""
    return await done(house, access, WithdrawConsent(scope=consent))


@post("/people/{person:str}/erase", status_code=200)
async def erase(house: InHouse, access: Asking, person: PathId) -> Done:
    """Erase a person for good: when this is answered, the key to what is personal of theirs is destroyed."""
    erased = await done(house, access, ErasePerson(person=person))
    await house.keys.destroy(access.org, person)
    return erased


@get(
    "/people/{person:str}/export",
    media_type=JSON,
    opt={ANSWERS: Export},
)
async def export(house: InHouse, access: Asking, person: PathId) -> Stream:
    """All that concerns a person, for themself or for an administrator to hand on."""
    if access.sub != person and access.role != "admin":
        raise OnlyForYourself
    upto = await house.log.head()
    sources = Sources(house.log, house.views, house.leaderboards)
    pieces = exported(sources, access.org, person, house.clock(), upto)
    first = await anext(pieces)  # what is refused is refused before anything is sent
    await Reading(house, access, "export").of([person])
    return Stream(_from(first, pieces), media_type=JSON, headers={"Cache-Control": "no-store"})


async def _from(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    yield first
    async for piece in rest:
        yield piece


ROUTER = Router(
    "/", route_handlers=[register, me, give_consent, withdraw_consent, erase, export], tags=["people"]
)
