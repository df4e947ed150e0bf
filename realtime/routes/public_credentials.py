"""What the world sees of credentials, without a token: documents to verify, and pages to read."""

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.params import PathParameter

from domain.errors import Refused
from domain.proofs import Inclusion
from realtime import credential_page
from realtime.credentials import Found, HolderErased, NoSuchCredential, NothingShared, Showcase
from realtime.routes.common import InHouse, PathId, QueryId
from realtime.routes.system import HTML, POLICY

CREDENTIAL = "application/vc+ld+json"
TOKEN = "application/vc+jwt"
MOST = 1_000_000
ListNumber = Annotated[int, PathParameter(ge=0, le=MOST)]
HEADERS = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Vary": "Accept"}
OPEN = {**HEADERS, "Access-Control-Allow-Origin": "*"}


@get("/.well-known/did.json", include_in_schema=False)
async def did(house: InHouse) -> Response[bytes]:
    """The issuer's DID document."""
    document = msgspec.json.encode(house.issuer.did_document())
    return Response(document, media_type="application/did+json", headers=OPEN)


@get("/credentials/{credential:str}", include_in_schema=False)
async def credential(
    house: InHouse, request: Request[Any, Any, Any], credential: PathId, org: QueryId = None
) -> Response[bytes]:
    """A credential, without name and evidence: a page, or the signed document."""
    showcase = Showcase(house, org)
    try:
        found = await showcase.credential(credential)
    except (NoSuchCredential, HolderErased) as refusal:
        return _refused(request, refusal)
    return await _shown(request, showcase, found)


@get("/credentials/{credential:str}/jwt", include_in_schema=False)
async def token(house: InHouse, credential: PathId, org: QueryId = None) -> Response[bytes]:
    """The same as a VC-JWT."""
    showcase = Showcase(house, org)
    found = await showcase.credential(credential)
    signed = await asyncio.to_thread(house.issuer.jwt, found.document)
    return Response(signed.encode(), media_type=TOKEN, headers=OPEN)


@get("/credentials/status/{number:int}", include_in_schema=False)
async def status(house: InHouse, number: ListNumber, org: QueryId = None) -> Response[bytes]:
    """A Bitstring Status List: whose bit is set is revoked."""
    showcase = Showcase(house, org)
    now = house.clock().replace(microsecond=0)
    arguments = (showcase.status_url(number), await showcase.revoked(number), now)
    signed = await asyncio.to_thread(house.issuer.status_list, *arguments)
    return Response(signed, media_type=CREDENTIAL, headers=OPEN)


@get("/credentials/status/{number:int}/jwt", include_in_schema=False)
async def status_token(house: InHouse, number: ListNumber, org: QueryId = None) -> Response[bytes]:
    """The same as a VC-JWT."""
    showcase = Showcase(house, org)
    now = house.clock().replace(microsecond=0)
    arguments = (showcase.status_url(number), await showcase.revoked(number), now)
    signed = await asyncio.to_thread(house.issuer.status_jwt, *arguments)
    return Response(signed.encode(), media_type=TOKEN, headers=OPEN)


@get("/shares/{share:str}", include_in_schema=False)
async def shared(
    house: InHouse, request: Request[Any, Any, Any], share: PathId, org: QueryId = None
) -> Response[bytes]:
    """A credential with the evidence, and perhaps the name, that its holder shares by this link."""
    showcase = Showcase(house, org)
    try:
        found = await showcase.shared(share)
    except (NothingShared, NoSuchCredential, HolderErased) as refusal:
        return _refused(request, refusal)
    return await _shown(request, showcase, found)


@get("/shares/{share:str}/evidence/{skill:str}", include_in_schema=False)
async def evidence(house: InHouse, share: PathId, skill: PathId, org: QueryId = None) -> Response[bytes]:
    """The answers of one skill that is shared, each with the proof that it stands in the sealed log."""
    showcase = Showcase(house, org)
    found = await showcase.shared(share)
    positions = await showcase.positions(found, skill)
    proofs: list[Inclusion] = [await house.proofs.inclusion(showcase.org, each) for each in positions]
    answer = {"skill": skill, "positions": positions, "key": await house.proofs.key(), "proofs": proofs}
    return Response(msgspec.json.encode(answer), media_type="application/json", headers=OPEN)


async def _shown(request: Request[Any, Any, Any], showcase: Showcase, found: Found) -> Response[bytes]:
    signed = await showcase.signed(found)
    if not _wants_page(request):
        return Response(signed, media_type=CREDENTIAL, headers=OPEN)
    proven = await asyncio.to_thread(showcase.issuer.verifies, signed)
    issuer = showcase.issuer
    text = credential_page.page(found, issuer.name, issuer.did, proven, found.document.url)
    return Response(text.encode(), media_type=HTML, headers=HEADERS)


def _refused(request: Request[Any, Any, Any], refusal: Refused) -> Response[bytes]:
    if not _wants_page(request):
        raise refusal
    text = credential_page.gone(str(refusal) or str(refusal.__doc__))
    return Response(text.encode(), media_type=HTML, status_code=refusal.status, headers=HEADERS)


def _wants_page(request: Request[Any, Any, Any]) -> bool:
    return "text/html" in request.headers.get("accept", "")


ROUTER = Router("/", route_handlers=[did, credential, token, status, status_token, shared, evidence])
