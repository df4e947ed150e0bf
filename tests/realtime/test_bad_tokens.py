"""Tokens that prove nothing, or less than what is asked for."""

import json
from datetime import timedelta

import httpx
import jwt
import pytest

from tests.house import SECRET
from tests.realtime.guests import problem, room_with

pytestmark = pytest.mark.usefixtures("without_complaint")

CLAIMS = {"sub": "ada", "org": "main", "role": "admin", "exp": 4_000_000_000}
TOKENS = {
    "missing": None,
    "no token": "nonsense",
    "another secret": jwt.encode(CLAIMS, SECRET[::-1], "HS256"),
    "another algorithm": jwt.encode(CLAIMS, SECRET * 2, "HS512"),
    "no signature": jwt.encode(CLAIMS, "", "none"),
    "no end": jwt.encode({**CLAIMS, "exp": None}, SECRET, "HS256"),
    "expired": jwt.encode({**CLAIMS, "exp": 1_700_000_000}, SECRET, "HS256"),
    "an end in text": jwt.encode({**CLAIMS, "exp": "never"}, SECRET, "HS256"),
    "nobody": jwt.encode({**CLAIMS, "sub": "a b"}, SECRET, "HS256"),
    "a role that is none": jwt.encode({**CLAIMS, "role": "king"}, SECRET, "HS256"),
    "another organisation's name": jwt.encode({**CLAIMS, "org": "a.b"}, SECRET, "HS256"),
    "too long": jwt.encode({**CLAIMS, "extra": "x" * 5000}, SECRET, "HS256"),
    "too deep": jwt.encode({**CLAIMS, "extra": json.loads("[" * 200 + "]" * 200)}, SECRET, "HS256") + "x",
}


@pytest.mark.parametrize("kind", TOKENS)
async def test_a_token_that_proves_nothing_opens_nothing(house, kind):
    token = TOKENS[kind]
    async with httpx.AsyncClient(base_url=house.url) as http:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        answers = [
            await http.get("/people/me", headers=headers),
            await http.post("/rooms", headers=headers, content=b"{"),
            await http.get("/rooms/r/feed", params={} if token is None else {"token": token}),
        ]
    for answer in answers:
        assert problem(answer)[0] == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    wanted = "token-expired" if kind == "expired" else "unauthenticated"
    assert {problem(answer)[1] for answer in answers} == {wanted}


async def test_a_token_that_has_just_ended_opens_nothing_and_one_for_a_room_opens_only_that(house, tia):
    room, other = await room_with(tia), (await tia.post("/rooms", title="Other"))["room"]
    ended = house.token(tia.person, "tutor", lasts=timedelta(seconds=-1))
    narrow = house.token(tia.person, "tutor", room=room)
    async with httpx.AsyncClient(base_url=house.url) as http:
        answer = await http.get("/people/me", params={"token": ended})
        assert problem(answer) == (401, "token-expired")
        http.headers["Authorization"] = f"Bearer {narrow}"
        assert (await http.get(f"/rooms/{room}")).status_code == 200
        for method, path in (
            ("GET", f"/rooms/{other}"),
            ("GET", f"/rooms/{other}/feed"),
            ("POST", f"/rooms/{other}/join"),
            ("POST", f"/rooms/{other}/messages"),
            ("POST", f"/rooms/{other}/close"),
            ("POST", f"/rooms/{other}/leave"),
            ("POST", f"/rooms/{other}/voice"),
        ):
            answer = await http.request(method, path, json={"text": "x"} if "messages" in path else None)
            assert problem(answer) == (403, "other-room"), path
