"""Proofs from the seal in PostgreSQL; each is checked before it is given away."""

from collections.abc import Sequence

from adapters.postgres_rows import PostgresRows
from adapters.postgres_seal import Head, PostgresSeal
from adapters.stored import line_of
from domain import merkle
from domain.merkle import Node, ProofInvalid, Span, leaf_hash, nodes
from domain.proofs import BadSizes, Consistency, Inclusion, NotProvable, NotSealedYet, UnknownPosition
from domain.tiles import SealDamaged, hash_in, tile_of


class PostgresProofs:
    """Implements `realtime.house.Proofs`."""

    def __init__(self, rows: PostgresRows, seal: PostgresSeal) -> None:
        self._rows = rows
        self._seal = seal

    async def checkpoint(self) -> str:
        """See `Proofs.checkpoint`."""
        head = await self._head()
        if head.note is None:
            raise NotSealedYet
        return head.note

    async def key(self) -> str:
        """See `Proofs.key`."""
        head = await self._head()
        if head.key is None:
            raise NotSealedYet
        return head.key

    async def inclusion(self, org: str, position: int, size: int | None = None) -> Inclusion:
        """See `Proofs.inclusion`."""
        rows = await self._rows.page(position - 1, position)
        if not rows or rows[0].org != org:
            raise UnknownPosition
        whole = await self._upto(size)
        if whole < position:
            raise NotSealedYet if size is None else BadSizes
        line = line_of(rows[0])
        *hashes, root = await self._hashes([*merkle.inclusion(position - 1, whole), Span(0, whole)])
        leaf = leaf_hash(line)
        if merkle.root_from_inclusion(position - 1, whole, leaf, hashes) != root:
            raise NotProvable
        return Inclusion(
            position=position,
            size=whole,
            line=line.decode(),
            leaf=leaf,
            hashes=tuple(hashes),
            checkpoint=await self._seal.note(whole),
        )

    async def consistency(self, old: int, new: int | None = None) -> Consistency:
        """See `Proofs.consistency`."""
        whole = await self._upto(new)
        if not 0 < old <= whole:
            raise BadSizes
        spans = [*merkle.consistency(old, whole), Span(0, old), Span(0, whole)]
        *hashes, before, after = await self._hashes(spans)
        try:
            merkle.check_consistency(old, whole, before, after, hashes)
        except ProofInvalid:
            raise NotProvable from None
        return Consistency(old=old, new=whole, hashes=tuple(hashes))

    async def _head(self) -> Head:
        try:
            return await self._seal.head()
        except SealDamaged:
            raise NotProvable from None

    async def _upto(self, size: int | None) -> int:
        """The size that is asked for, by default all that is sealed."""
        sealed = (await self._head()).size
        if sealed == 0 or (size is not None and size > sealed):
            raise NotSealedYet
        return sealed if size is None else size

    async def _hashes(self, spans: Sequence[Span]) -> list[bytes]:
        """The hash of each span, from one reading of tiles."""
        tiles = await self._seal.tiles({tile_of(node) for span in spans for node in nodes(span)})

        def lookup(node: Node) -> bytes:
            return hash_in(tiles, node)

        try:
            return [merkle.span_hash(span, lookup) for span in spans]
        except SealDamaged:
            raise NotProvable from None
