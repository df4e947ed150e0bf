"""Credentials over HTTP: claimed, seen by the world, shared, withdrawn, revoked, erased."""

from base64 import b64decode, urlsafe_b64decode
from gzip import decompress
from typing import Any

import httpx

from domain.merkle import leaf_hash
from tests.house import RunningHouse
from tests.realtime.guests import Guest, fresh, guests, sealed_upto

PAGE = {"Accept": "text/html"}


async def mastered(tia: Guest, ada: Guest) -> tuple[str, str]:
    """A pillar of one skill, and that skill."""
    pillar, skill, problem = fresh("pillar"), fresh("skill"), fresh("problem")
    await tia.post("/pillars", pillar=pillar, title="Numbers & more", skills=[skill], answers=3)
    await tia.post("/problems", problem=problem, skill=skill, prompt="1 + 1?", key="2")
    for answer in ("3", "2", "2", "2"):
        await ada.post("/answers", answer=fresh("a"), problem=problem, given=answer)
    return pillar, skill


async def seen(world: httpx.AsyncClient, path: str, **options: Any) -> httpx.Response:
    return await world.get(path, **options)


def path_of(url: str, house: RunningHouse) -> str:
    assert url.startswith(house.url)
    return url.removeprefix(house.url)


async def bit(world: httpx.AsyncClient, document: dict[str, Any], house: RunningHouse) -> bool:
    """Whether the status list says that it is revoked."""
    status = document["credentialStatus"]
    listed = (await world.get(path_of(status["statusListCredential"], house))).json()
    coded = listed["credentialSubject"]["encodedList"].removeprefix("u")
    bits, index = (
        decompress(urlsafe_b64decode(coded + "=" * (-len(coded) % 4))),
        int(status["statusListIndex"]),
    )
    return bool(bits[index // 8] & 0x80 >> index % 8)


async def test_a_credential_is_claimed_seen_shared_withdrawn_and_revoked(house):
    world = httpx.AsyncClient(base_url=house.url, timeout=20)
    async with world, guests(house, tia="tutor", ada="student", uma="auditor") as (tia, ada, uma):
        pillar, skill = await mastered(tia, ada)
        issued = await ada.post("/credentials", pillar=pillar)
        assert (await ada.post("/credentials", pillar=pillar))["credential"] == issued["credential"]
        await ada.get("/people/me", at_least=issued["position"])
        path = path_of(issued["url"], house)
        document = (await seen(world, path)).json()
        assert document["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
        assert ada.person not in str(document)
        assert "evidence" not in document
        did = (await world.get("/.well-known/did.json")).json()
        assert document["issuer"]["id"] == did["id"]
        assert (await seen(world, f"{path}/jwt")).text.count(".") == 2
        assert not await bit(world, document, house)
        await shown_by_a_link(house, world, ada, uma, issued, skill)
        revoked = await ada.post(f"/credentials/{issued['credential']}/revoke", why="asked")
        await ada.get("/people/me", at_least=revoked["position"])
        assert await bit(world, document, house)
        assert 'data-state="revoked"' in (await seen(world, path, headers=PAGE)).text


async def shown_by_a_link(
    house: RunningHouse, world: httpx.AsyncClient, ada: Guest, uma: Guest, issued: dict[str, Any], skill: str
) -> None:
    """The link shows what was chosen, with proofs, until it is withdrawn."""
    shares = f"/credentials/{issued['credential']}/shares"
    link = await ada.post(shares, skills=[skill], name=True)
    await ada.get("/people/me", at_least=link["position"])
    path = path_of(link["url"], house)
    page = (await seen(world, path, headers=PAGE)).text
    assert 'data-state="valid"' in page
    assert "Numbers &amp; more" in page
    assert "Held by" in page
    [piece] = (await seen(world, path)).json()["evidence"]
    await sealed_upto(uma, issued["position"])
    evidence = (await seen(world, path_of(piece["id"], house))).json()
    assert len(evidence["positions"]) == len(evidence["proofs"]) == 3
    for proof in evidence["proofs"]:
        assert leaf_hash(proof["line"].encode()) == b64decode(proof["leaf"])
    assert (await seen(world, f"{path}/evidence/{fresh('skill')}")).status_code == 404
    withdrawn = await ada.delete(f"{shares}/{link['share']}")
    await ada.get("/people/me", at_least=withdrawn["position"])
    assert (await seen(world, path)).status_code == 404
    assert (await seen(world, path_of(piece["id"], house))).status_code == 404


async def test_of_whoever_is_erased_a_credential_says_nothing_and_is_revoked(house):
    world = httpx.AsyncClient(base_url=house.url, timeout=20)
    async with world, guests(house, tia="tutor", ada="student", root="admin") as (tia, ada, root):
        pillar, _ = await mastered(tia, ada)
        words = {"pillar": pillar, "person": ada.person, "note": "She explained it to the others."}
        issued = await tia.post("/credentials", **words)
        await ada.get("/people/me", at_least=issued["position"])
        path = path_of(issued["url"], house)
        document = (await seen(world, path)).json()
        erased = await root.post(f"/people/{ada.person}/erase")
        await root.get("/people/me", at_least=erased["position"])
        assert (await seen(world, path)).status_code == 410
        gone = await seen(world, path, headers=PAGE)
        assert (gone.status_code, "was erased" in gone.text) == (410, True)
        assert await bit(world, document, house)


async def test_what_is_not_mastered_is_not_issued_and_nobody_else_shares_it(house):
    async with guests(house, tia="tutor", ada="student", ben="student") as (tia, ada, ben):
        pillar, _ = await mastered(tia, ada)
        assert await ben.refused("POST", "/credentials", json={"pillar": pillar}) == (409, "not-mastered")
        half = {"pillar": pillar, "person": ben.person}
        assert await tia.refused("POST", "/credentials", json=half) == (400, "vouched-without-note")
        issued = await ada.post("/credentials", pillar=pillar)
        shares = f"/credentials/{issued['credential']}/shares"
        assert await ben.refused("POST", shares, json={}) == (403, "not-your-credential")
        await ada.get("/people/me", at_least=issued["position"])
        mine = (await ada.get("/credentials"))["credentials"]
        assert [each["credential"] for each in mine] == [issued["credential"]]
        of_another = await ben.refused("GET", "/credentials", params={"person": ada.person})
        assert of_another == (403, "only-for-yourself")
        unknown = await ben.http.get(f"/credentials/{fresh('c')}")
        assert unknown.status_code == 404
