"""The sealed part of the log in PostgreSQL: to be held against its seal, and to be exported."""

from collections.abc import AsyncGenerator, Iterable, Sequence

from adapters.postgres_rows import PostgresRows
from adapters.postgres_seal import PostgresSeal
from adapters.stored import line_of
from domain.checkpoint import NotAKey, VerifierKey, key_of
from domain.tiles import SealDamaged, Tile, Tiles
from infra.agreeing import Progress
from infra.comparing import checked


class NothingSealed(Exception):
    """Nothing is sealed yet: run a worker, and wait a second."""


class SealedLog:
    """The log up to where it was sealed when this was made. Implements `infra.comparing.Evidence`."""

    def __init__(self, rows: PostgresRows, seal: PostgresSeal, size: int, key: str, note: str) -> None:
        self._rows = rows
        self._seal = seal
        self.size = size
        self.key = key
        self.note = note

    @classmethod
    async def now(cls, rows: PostgresRows, seal: PostgresSeal) -> "SealedLog":
        """As far as it is sealed now; raises `NothingSealed` or `SealDamaged`."""
        head = await seal.head()
        if head.size == 0:
            raise NothingSealed(NothingSealed.__doc__)
        if head.note is None or head.key is None:
            raise SealDamaged(f"the checkpoint of size {head.size} is missing")
        return cls(rows, seal, head.size, head.key, head.note)

    async def lines(self, after: int) -> AsyncGenerator[Sequence[bytes], None]:
        """See `Evidence.lines`; no row up to `after` may be missing."""
        while page := await self._rows.page(after, self.size):
            yield [line_of(row) for row in page]
            after = page[-1].position

    async def leaves(self, after: int) -> AsyncGenerator[Sequence[bytes], None]:
        """See `Evidence.leaves`."""
        async for batch in self._seal.leaves(self.size, after):
            yield batch

    async def tiles(self, wanted: Iterable[Tile]) -> dict[Tile, bytes]:
        """Those of the tiles that there are."""
        return await self._seal.tiles(wanted)

    async def notes(self) -> AsyncGenerator[str, None]:
        """The checkpoints that were kept, without the newest."""
        after = 0
        while page := await self._seal.notes(after, self.size - 1):
            for _, note in page:
                yield note
            after = page[-1][0]


async def check_log(
    rows: PostgresRows, seal: PostgresSeal, kept: str | None, key: VerifierKey | None, progress: Progress
) -> list[str]:
    """What is wrong with a running log, in words, as far as it is sealed.

    `kept` is a checkpoint that was kept elsewhere, `key` what must have signed it, that of the log if none.
    """
    try:
        log = await SealedLog.now(rows, seal)
        signer = key or key_of(log.key)
    except NothingSealed:
        return ["nothing is sealed, and the checkpoint says that something was"] if kept else []
    except (SealDamaged, NotAKey) as error:
        return [f"the seal is damaged: {error}"]
    notes = [note async for note in log.notes()]
    wrong = await checked(log, [*notes, log.note], kept, signer, progress)
    return wrong or await _wrong_tiles(log)


async def _wrong_tiles(log: SealedLog) -> list[str]:
    """The first tile above the leaves that is not their hash: proofs would fail, though nothing is lost."""
    tree = Tiles(0, {})
    async for batch in log.leaves(0):
        tree.add(batch)
        built = {tile: hashes for tile, hashes in tree.changed().items() if tile.level > 0}
        stored = await log.tiles(built)
        for tile, hashes in built.items():
            if not stored.get(tile, b"").startswith(hashes):
                return [
                    f"the seal is damaged: tile {tile.level}/{tile.number} does not follow from the leaves"
                ]
    return []
