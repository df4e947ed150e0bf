"""What the tests of the seal have in common."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.postgres_log import PostgresLog
from adapters.postgres_seal import PostgresSeal
from adapters.signing import SealKey, check
from adapters.stored import Row, line_of
from domain.checkpoint import Checkpoint, verified
from domain.merkle import Growing, leaf_hash
from infra.keeping import kept
from infra.sealing import Sealer
from tests.log.given import by, said

KEY = SealKey("school.example/log", b"k" * 32)
PATIENCE = 20.0


@asynccontextmanager
async def sealing(log: PostgresLog, seal: PostgresSeal, *, sealers: int = 1, pause: float = 0.001):
    """So many sealers, as the house keeps them."""
    async with kept({f"seal {n}": Sealer(log, seal, KEY, pause=pause).run for n in range(sealers)}):
        yield


async def sealed_upto(seal: PostgresSeal, size: int) -> None:
    """Wait until so many events are sealed."""
    async with asyncio.timeout(PATIENCE):
        while (await seal.head()).size < size:
            pass


async def seal_all(log: PostgresLog, seal: PostgresSeal) -> int:
    """Seal what there is; how much that is."""
    size = await log.head()
    async with sealing(log, seal):
        await sealed_upto(seal, size)
    return size


async def talk(log: PostgresLog, count: int, name: str = "m", org: str = "school") -> int:
    """So many messages in one append; the last position."""
    return await log.append([said(f"{name}{n}") for n in range(count)], by(org=org))


async def rows_of(log: PostgresLog) -> list[Row]:
    return [row async for row in _rows(log)]


async def _rows(log: PostgresLog) -> AsyncIterator[Row]:
    after = 0
    while page := await log.rows.page(after):
        for row in page:
            yield row
        after = page[-1].position


def root_of(rows: list[Row]) -> bytes:
    growing = Growing()
    for row in rows:
        growing.add(leaf_hash(line_of(row)))
    return growing.root()


async def newest(seal: PostgresSeal) -> Checkpoint:
    """The newest checkpoint, which must be signed."""
    note = (await seal.head()).note
    assert note is not None
    return verified(note, KEY.verifier, check)


async def by_hand(log: PostgresLog, *statements: str) -> None:
    """What somebody does who has the database in hand."""
    async with log.rows.connection() as connection, connection.transaction():
        for statement in statements:
            await connection.execute(statement.encode())
