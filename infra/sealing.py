"""The sealer: a follower that puts every event into the Merkle tree, and signs what the tree has come to."""

import asyncio
import logging
from collections.abc import Sequence

from adapters.cancellation import heed_cancellation
from adapters.postgres_log import PostgresLog
from adapters.postgres_seal import EVERY, Head, PostgresSeal
from adapters.signing import SealKey, check
from adapters.stored import Row, line_of
from domain.checkpoint import NotACheckpoint, NotANote, NotSigned, VerifierKey, WrongSignature, verified
from domain.merkle import leaf_hash
from domain.tiles import SealDamaged, Tiles, edge_of

logger = logging.getLogger(__name__)

BATCH = 1024
"""Events sealed in one transaction, at most."""
PAUSE = 1.0
"""Seconds between two checkpoints, when there is no backlog."""
POLL = 1.0
"""Seconds after which the sealer looks for itself, since other processes write too."""


class SealBroken(Exception):
    """What was sealed does not fit the log, the tree or the key any more; nothing is sealed until it does."""


class Sealer:
    """Seals the rows of the log as they stand in the table. Of several at once, one moves on at a time."""

    def __init__(self, log: PostgresLog, seal: PostgresSeal, key: SealKey, *, pause: float = PAUSE) -> None:
        self._log = log
        self._seal = seal
        self._key = key
        self._pause = pause
        self._more = asyncio.Event()
        log.appended.append(lambda _: self._more.set())

    async def run(self) -> None:
        """Seal until cancelled, or until the seal is found broken: then say so, and leave the house alone."""
        try:
            await self._follow()
        except (SealBroken, SealDamaged) as error:
            logger.error("the seal is broken, nothing is sealed: %s", error)
            await self._seal.broken(str(error))

    async def _follow(self) -> None:
        tiles = await self._opened()
        while True:
            heed_cancellation()
            self._more.clear()
            rows = await self._log.rows.page(tiles.size, limit=BATCH)
            if not rows:
                await _within(POLL, self._more)
                continue
            if not await self._sealed(tiles, rows):
                tiles = await self._opened()  # another sealer was faster
            if len(rows) < BATCH:
                await asyncio.sleep(self._pause)

    async def _opened(self) -> Tiles:
        """The tree as it was left. Raises `SealBroken` unless it is what we have signed."""
        head = await self._seal.head()
        tiles = Tiles(head.size, await self._seal.tiles(edge_of(head.size)))
        if head.size or head.key:
            check_head(head, tiles.root(), self._key.verifier)
        end = await self._log.head()
        if end < head.size:
            raise SealBroken(f"the log ends at position {end}, and was sealed up to position {head.size}")
        return tiles

    async def _sealed(self, tiles: Tiles, rows: Sequence[Row]) -> bool:
        """Seal these rows, with a checkpoint at every multiple of 256 and at the end; False if overtaken."""
        before = tiles.size
        notes: dict[int, str] = {}
        for row in rows:
            if row.position != tiles.size + 1:
                raise SealBroken(f"position {tiles.size + 1} is missing from the log")
            tiles.add((leaf_hash(line_of(row)),))
            if tiles.size % EVERY == 0 or row is rows[-1]:
                notes[tiles.size] = self._key.note(tiles.size, tiles.root())
        return await self._seal.commit(before, tiles.changed(), notes, str(self._key.verifier))


def check_head(head: Head, root: bytes, key: VerifierKey) -> None:
    """Raise `SealBroken` unless the newest checkpoint is of this root, and signed with this key."""
    if head.note is None:
        raise SealBroken(f"the checkpoint of size {head.size} is missing")
    try:
        checkpoint = verified(head.note, key, check)
    except (NotANote, NotACheckpoint, NotSigned, WrongSignature) as error:
        raise SealBroken(f"the newest checkpoint is not ours: {error}") from error
    if (checkpoint.size, checkpoint.root) != (head.size, root):
        raise SealBroken(f"the tiles do not hash to the checkpoint of size {checkpoint.size}")


async def _within(seconds: float, event: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
