"""Every event is sealed once, in order, wherever a sealer stops; what does not fit is not sealed over."""

import asyncio
import logging

import pytest

from adapters.postgres_log import PostgresLog
from adapters.postgres_seal import PostgresSeal
from adapters.signing import SealKey, check
from domain.checkpoint import verified
from domain.merkle import leaf_hash
from domain.tiles import HASH, Tile, width_of
from infra import sealing as module
from infra.sealing import Sealer
from tests.seal.given import (
    KEY,
    by_hand,
    line_of,
    newest,
    root_of,
    rows_of,
    seal_all,
    sealed_upto,
    sealing,
    talk,
)


async def leaves(seal: PostgresSeal, upto: int, after: int = 0) -> list[bytes]:
    return [leaf async for batch in seal.leaves(upto, after) for leaf in batch]


async def kept_notes(seal: PostgresSeal) -> dict[int, str]:
    return dict(await seal.notes(0, 10**9))


async def holds(log: PostgresLog, seal: PostgresSeal) -> None:
    """The seal is that of the log, to the bit."""
    rows = await rows_of(log)
    checkpoint = await newest(seal)
    assert checkpoint == ("school.example/log", len(rows), root_of(rows))
    assert await leaves(seal, len(rows)) == [leaf_hash(line_of(row)) for row in rows]
    for size, note in (await kept_notes(seal)).items():
        assert verified(note, KEY.verifier, check).root == root_of(rows[:size])


async def test_four_thousand_events_are_sealed_with_a_checkpoint_for_every_256_and_the_newest(log, seal):
    for part in range(4):
        await talk(log, 1000, f"part{part}-")
    await seal_all(log, seal)
    await holds(log, seal)
    assert list(await kept_notes(seal)) == [*range(256, 4001, 256), 4000]
    stored = await seal.tiles(Tile(level, number) for level in range(3) for number in range(20))
    assert {tile: len(hashes) for tile, hashes in stored.items()} == {
        **{Tile(0, number): width_of(Tile(0, number), 4000) * HASH for number in range(16)},
        Tile(1, 0): 15 * HASH,
    }


async def test_a_sealer_that_is_stopped_anywhere_goes_on_exactly_there(log, seal, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 50)
    total = 0
    for stop in range(12):
        total = await talk(log, 97, f"round{stop}-")
        async with asyncio.TaskGroup() as group:
            sealer = group.create_task(Sealer(log, seal, KEY, pause=0).run())
            for _ in range(stop * 3):
                await log.head()  # some time, more each round
            sealer.cancel()
    await seal_all(log, seal)
    assert (await newest(seal)).size == total
    await holds(log, seal)


async def test_two_sealers_at_once_seal_everything_once(log, seal, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 20)
    async with sealing(log, seal, sealers=2):
        for part in range(30):
            last = await talk(log, 23, f"part{part}-")
        await sealed_upto(seal, last)
    await holds(log, seal)


async def test_events_are_sealed_as_they_come(log, seal, monkeypatch):
    monkeypatch.setattr(module, "POLL", 1e6)  # so it is the commit that wakes the sealer
    async with sealing(log, seal):
        for part in range(5):
            await sealed_upto(seal, await talk(log, 3, f"part{part}-"))
    await holds(log, seal)


async def test_without_any_signal_the_sealer_looks_for_itself(log, seal, postgres_url, monkeypatch):
    monkeypatch.setattr(module, "POLL", 0.02)
    async with PostgresLog.opened(postgres_url) as other, sealing(log, seal):
        await sealed_upto(seal, await talk(other, 3))
    await holds(log, seal)


async def test_who_believes_to_be_elsewhere_seals_nothing(log, seal):
    await talk(log, 5)
    size = await seal_all(log, seal)
    before = await seal.head()
    tile = {Tile(0, 0): bytes(HASH)}
    assert not await seal.commit(3, tile, {9: "a note"}, str(KEY.verifier))
    assert not await seal.commit(size, tile, {9: "a note"}, "the key of somebody else")
    assert await seal.head() == before
    await holds(log, seal)


async def test_leaves_are_read_from_any_position_to_any(log, seal):
    await talk(log, 600)
    await seal_all(log, seal)
    all_of_them = await leaves(seal, 600)
    for after, upto in ((0, 1), (0, 256), (255, 257), (256, 512), (300, 600), (599, 600), (600, 600)):
        assert await leaves(seal, upto, after) == all_of_them[after:upto]


async def test_an_unsealed_log_has_neither_checkpoint_nor_leaves(log, seal):
    assert await seal.head() == (0, None, None, None)
    assert await leaves(seal, 0) == []


OTHER = SealKey("school.example/log", b"o" * 32).note(5, bytes(32)).replace("\n", "' || chr(10) || '")
HARM = {
    "a tile was altered": (
        "update seal_tiles set hashes = '\\x00' || substr(hashes, 2)",
        "the tiles do not hash to the checkpoint of size 5",
    ),
    "a tile was removed": ("delete from seal_tiles", "tile 0/0 is missing or too short"),
    "the checkpoint was removed": ("delete from seal_checkpoints", "the checkpoint of size 5 is missing"),
    "the checkpoint was forged": (
        f"update seal_checkpoints set note = '{OTHER}'",
        "the newest checkpoint is not ours: The note is not signed by school.example/log (",
    ),
    "the checkpoint is none": ("update seal_checkpoints set note = 'x'", "This is no signed note."),
    "the end of the log was cut off": (
        "update log_head set position = 3",
        "the log ends at position 3, and was sealed up to position 5",
    ),
    "an event was removed before it was sealed": (
        "delete from events where position = 6",
        "position 6 is missing from the log",
    ),
    "the head was removed": ("delete from seal_head", "the head of the seal is missing"),
}


@pytest.mark.parametrize("what", HARM)
async def test_what_does_not_fit_is_told_once_and_nothing_is_sealed_over_it(log, seal, caplog, what):
    statement, why = HARM[what]
    await talk(log, 5)
    await seal_all(log, seal)
    await talk(log, 2, "more")
    await by_hand(log, statement)
    with caplog.at_level(logging.ERROR):
        await Sealer(log, seal, KEY).run()  # it ends by itself
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert why in record.getMessage()
    if what != "the head was removed":
        head = await seal.head()
        assert head.size == 5
        assert head.broken is not None
        assert why in head.broken


async def test_a_sealer_with_another_key_seals_nothing(log, seal):
    await talk(log, 5)
    await seal_all(log, seal)
    await talk(log, 5)
    await Sealer(log, seal, SealKey("school.example/log", b"o" * 32)).run()
    head = await seal.head()
    assert head.size == 5
    assert head.broken is not None
    assert "not ours" in head.broken


async def test_a_seal_that_fits_again_goes_on(log, seal):
    await talk(log, 5)
    await seal_all(log, seal)
    await talk(log, 5)
    await Sealer(log, seal, SealKey("school.example/log", b"o" * 32)).run()
    await seal_all(log, seal)
    assert (await seal.head()).broken is None
    await holds(log, seal)
