"""A person is forgotten, and the log still proves what it proved before."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.key_vault import KeyVault
from adapters.master_keys import MasterKeys
from adapters.postgres_log import PostgresLog
from adapters.postgres_proofs import PostgresProofs
from adapters.postgres_seal import PostgresSeal
from infra.sealed import check_log
from tests.log.given import events
from tests.seal.given import KEY, rows_of, seal_all, talk


@pytest.fixture
async def private(postgres_url: str, tmp_path: Path) -> AsyncIterator[PostgresLog]:
    """A log whose personal fields are encrypted."""
    masters = MasterKeys.made(tmp_path / "master-keys.json")
    async with PostgresLog.opened(postgres_url, lambda rows: KeyVault(rows, masters)) as log:
        yield log


async def test_what_a_person_said_is_gone_and_every_proof_is_the_same(private):
    seal = await PostgresSeal.opened(private.rows)
    await talk(private, 5)
    size = await seal_all(private, seal)
    note = (await seal.head()).note
    proofs = PostgresProofs(private.rows, seal)
    before = [await proofs.inclusion("school", position) for position in range(1, size + 1)]
    assert all(row.personal for row in await rows_of(private))
    said = {each.text for each in await events(private)}

    assert isinstance(private.vault, KeyVault)
    await private.vault.destroy("school", "ada")
    private.forget()

    assert said.isdisjoint({each.text for each in await events(private)})
    assert [await proofs.inclusion("school", position) for position in range(1, size + 1)] == before
    assert await check_log(private.rows, seal, note, KEY.verifier, lambda *_: None) == []
