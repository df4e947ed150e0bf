"""What the log proves: checkpoints that it has signed, that an event is in it, that it has only grown."""

from typing import Annotated

import msgspec
from litestar import MediaType, Router, get
from litestar.params import PathParameter, QueryParameter
from msgspec import Struct

from domain.proofs import Consistency, Inclusion
from realtime.reading import must_audit, persons_in
from realtime.routes.common import Asking, InHouse

Place = Annotated[int, PathParameter(ge=1, le=2**62)]
Size = Annotated[
    int | None, QueryParameter(ge=1, le=2**62, description="Events; all that are sealed if none.")
]
Old = Annotated[int, QueryParameter(ge=1, le=2**62, description="Events that were sealed then.")]


class _Tagged(Struct):
    tags: list[str]


@get("/audit/checkpoint", media_type=MediaType.TEXT)
async def checkpoint(house: InHouse, access: Asking) -> str:
    """How many events are sealed, and the root of their Merkle tree, as a signed note of C2SP."""
    access.must_audit()
    return await house.proofs.checkpoint()


@get("/audit/key", media_type=MediaType.TEXT)
async def key(house: InHouse, access: Asking) -> str:
    """The key that checkpoints are checked with, as a verifier key of C2SP."""
    access.must_audit()
    return await house.proofs.key() + "\n"


@get("/audit/proof/{position:int}")
async def proof(house: InHouse, access: Asking, position: Place, size: Size = None) -> Inclusion:
    """That the event at this position is in the log of so many events, with the event as it was sealed."""
    reading = must_audit(house, access, "proof", str(position))
    found = await house.proofs.inclusion(access.org, position, size)
    await reading.of(persons_in(msgspec.json.decode(found.line, type=_Tagged).tags))
    return found


@get("/audit/consistency")
async def consistency(house: InHouse, access: Asking, old: Old, new: Size = None) -> Consistency:
    """That the log of `new` events begins with that of `old` events."""
    access.must_audit()
    return await house.proofs.consistency(old, new)


ROUTER = Router("/", route_handlers=[checkpoint, key, proof, consistency], tags=["audit"])
