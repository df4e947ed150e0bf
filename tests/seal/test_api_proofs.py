"""Checkpoints and proofs over HTTP: whoever may audit can check them without trusting the house."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest

from adapters.signing import check
from domain.checkpoint import Checkpoint, VerifierKey, key_of, verified
from domain.merkle import ProofInvalid, check_consistency, leaf_hash, root_from_inclusion
from infra.settings import Settings
from tests.realtime.guests import Guest, fresh, guests, problem

LOOKS = 400
PATHS = ("/audit/checkpoint", "/audit/key", "/audit/proof/1", "/audit/consistency?old=1")


@pytest.fixture
async def kim(house) -> AsyncIterator[Guest]:
    async with guests(house, kim="auditor") as (kim,):
        yield kim


async def key_from(kim: Guest) -> VerifierKey:
    return key_of((await kim.http.get("/audit/key")).text)


async def checkpoint_from(kim: Guest, upto: int) -> Checkpoint:
    """The newest checkpoint, once it reaches so far."""
    for _ in range(LOOKS):
        answer = await kim.http.get("/audit/checkpoint")
        if answer.status_code != 503:
            found = verified(answer.text, await key_from(kim), check)
            if found.size >= upto:
                assert answer.headers["content-type"].startswith("text/plain")
                return found
        await asyncio.sleep(0.05)  # a checkpoint a second
    raise AssertionError(f"position {upto} was not sealed")


async def said(kim: Guest) -> int:
    """Something happens; its position."""
    return (await kim.post("/people", person=kim.person, name=fresh("Kim"), role="auditor"))["position"]


def root_of(proof: dict) -> bytes:
    leaf = leaf_hash(proof["line"].encode())
    assert b64decode(proof["leaf"]) == leaf
    hashes = [b64decode(each) for each in proof["hashes"]]
    return root_from_inclusion(proof["position"] - 1, proof["size"], leaf, hashes)


async def test_an_event_is_proven_to_be_in_the_signed_log(kim):
    position = await said(kim)
    await checkpoint_from(kim, position)
    proof = await kim.get(f"/audit/proof/{position}")
    checkpoint = verified(proof["checkpoint"], await key_from(kim), check)
    assert checkpoint == ("lyceum.local/log", proof["size"], root_of(proof))
    assert f'"position":{position},' in proof["line"]
    assert kim.person in proof["line"]
    with pytest.raises(ProofInvalid):
        root_of({**proof, "hashes": proof["hashes"][1:]})


async def test_a_later_log_is_proven_to_begin_with_the_earlier_one_and_proofs_of_that_size_still_hold(kim):
    position = await said(kim)
    old = await checkpoint_from(kim, position)
    new = await checkpoint_from(kim, await said(kim))
    answer = await kim.get("/audit/consistency", old=old.size, new=new.size)
    assert (answer["old"], answer["new"]) == (old.size, new.size)
    check_consistency(old.size, new.size, old.root, new.root, [b64decode(h) for h in answer["hashes"]])
    assert (await kim.get("/audit/consistency", old=old.size))["new"] >= new.size
    assert root_of(await kim.get(f"/audit/proof/{position}", size=old.size)) == old.root


async def test_the_key_is_that_of_the_settings(kim):
    await checkpoint_from(kim, 1)
    settings = Settings.from_environment({"LYCEUM_HOME": str(kim.house.home)})
    assert (await key_from(kim)).name == settings.log_name


async def test_an_event_of_another_organisation_is_not_known(house, kim):
    position = (await checkpoint_from(kim, 1)).size
    token = house.token("kim", "auditor", org="elsewhere")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=house.url, headers=headers) as stranger:
        assert problem(await stranger.get(f"/audit/proof/{position}")) == (404, "unknown-position")
        assert (await stranger.get("/audit/checkpoint")).status_code == 200  # there is one log for all


async def test_a_position_that_nothing_has_is_not_known(kim):
    assert await kim.refused("GET", f"/audit/proof/{10**15}") == (404, "unknown-position")


async def test_what_is_not_sealed_yet_is_to_be_asked_for_again(kim):
    await checkpoint_from(kim, 1)
    for path in ("/audit/proof/1", "/audit/consistency"):
        answer = await kim.http.get(path, params={"size": 10**15, "old": 1, "new": 10**15})
        assert problem(answer) == (503, "not-sealed-yet")
        assert int(answer.headers["retry-after"]) > 0


async def test_sizes_that_make_no_sense_are_refused(kim):
    await checkpoint_from(kim, 2)
    refused = [
        await kim.refused("GET", "/audit/proof/2", params={"size": 1}),
        await kim.refused("GET", "/audit/consistency", params={"old": 2, "new": 1}),
    ]
    assert refused == [(400, "bad-sizes")] * 2
    for path in ("/audit/proof/0", "/audit/consistency?old=0", "/audit/consistency", "/audit/proof/1?size=x"):
        assert await kim.refused("GET", path) == (400, "invalid")


@pytest.mark.parametrize("path", PATHS)
async def test_only_auditors_and_administrators_are_shown_proofs(house, path):
    async with guests(house, ada="student", tia="tutor", bot="service") as them:
        for who in them:
            assert await who.refused("GET", path) == (403, "only-for-auditors")


async def test_a_broken_seal_is_shown_while_the_house_goes_on(house, kim):
    await checkpoint_from(kim, await said(kim))
    with psycopg.connect(house.environment["LYCEUM_POSTGRES"], autocommit=True) as connection:
        connection.execute("update seal_head set broken = 'for a test'")
        answer = await kim.http.get("/health")
        assert await said(kim) > 0
        connection.execute("update seal_head set broken = null")
    assert (answer.status_code, answer.json()["status"]) == (503, "unwell")
    seal = answer.json()["parts"]["seal"]
    assert (seal["ok"], seal["why"]) == (False, "for a test")


async def test_health_shows_how_far_the_seal_is_behind(kim):
    await checkpoint_from(kim, 1)
    seal = (await kim.get("/health"))["parts"]["seal"]
    assert seal["ok"]
    assert seal["behind"] >= 0
