"""What the log proves: checkpoints that it has signed, that an event is in it, that it has only grown."""

from typing import Annotated

from litestar import MediaType, Router, get
from litestar.params import PathParameter, QueryParameter

from domain.proofs import Consistency, Inclusion
from realtime.routes.common import Asking, InHouse

Place = Annotated[int, PathParameter(ge=1, le=2**62)]
Size = Annotated[
    int | None, QueryParameter(ge=1, le=2**62, description="Events; all that are sealed if none.")
]
Old = Annotated[int, QueryParameter(ge=1, le=2**62, description="Events that were sealed then.")]


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
    access.must_audit()
    return await house.proofs.inclusion(access.org, position, size)


@get("/audit/consistency")
async def consistency(house: InHouse, access: Asking, old: Old, new: Size = None) -> Consistency:
    """That the log of `new` events begins with that of `old` events."""
    access.must_audit()
    return await house.proofs.consistency(old, new)


ROUTER = Router("/", route_handlers=[checkpoint, key, proof, consistency], tags=["audit"])
