"""Requests that make no sense: a clear answer, a mark in the figures, and the house serves on."""

from collections.abc import AsyncIterator

import pytest

from realtime.app import BODY
from tests.realtime.guests import asked, problem, room_with

INVALID = (400, "invalid")
JSON = {"Content-Type": "application/json"}
pytestmark = pytest.mark.usefixtures("without_complaint")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"title": "x"',
        b"[]",
        b"null",
        b'"room"',
        b"\xff\xfe",
        b'{"title": "\xff"}',
        b'{"title": "a\\ud800"}',
        b'{"title": 7}',
        b'{"title": ""}',
        b'{"title": "  "}',
        b'{"capacity": 3}',
        b'{"title": "x", "capacity": 0}',
        b'{"title": "x", "capacity": 1e99}',
        b'{"title": "x", "capacity": "3"}',
        b'{"title": "x", "capasity": 3}',
        b'{"title": "x", "room": "a/b"}',
        b'{"title": "x", "room": "a b"}',
        b'{"title": "x", "room": "a\\n"}',
        b'{"title": "x", "room": ""}',
        b'{"title": "x", "room": "' + b"a" * 65 + b'"}',
        b'{"title": "' + b"x" * 201 + b'"}',
        b"[" * 60_000,
    ],
    ids=lambda body: repr(body[:40]),
)
async def test_a_body_that_makes_no_sense_is_refused(tia, body):
    assert await asked(tia, "POST", "/rooms", content=body, headers=JSON) == INVALID


async def test_what_is_wrong_is_said(tia):
    for body, hint in (
        ({"title": 7}, "title"),
        ({"title": "x", "capacity": 0}, "capacity"),
        ({"title": "x", "capasity": 3}, "capasity"),
        ({"title": "x", "room": "a b"}, "room"),
    ):
        detail = (await tia.http.post("/rooms", json=body)).json()["detail"]
        assert hint in detail


@pytest.mark.parametrize("size", [BODY + 1, 20 * BODY])
async def test_a_body_that_is_too_large_is_refused(tia, size):
    assert await asked(tia, "POST", "/rooms", content=b"x" * size, headers=JSON) == (413, "too-large")


async def test_a_body_that_is_too_large_is_refused_even_if_it_does_not_say_so(tia):
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * BODY

    response = await tia.http.post("/rooms", content=endless(), headers=JSON)
    assert problem(response) == (413, "too-large")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/people", {"person": "p", "name": "x" * 81}),
        ("POST", "/people", {"person": "p", "name": "x", "role": "king"}),
        ("PUT", "/people/me/consents/everything", None),
        ("POST", "/rooms/r/messages", {"text": "x" * 2001}),
        ("POST", "/rooms/r/timer", {"phase": "work", "ends": "soon"}),
        ("POST", "/rooms/r/timer", {"phase": "work", "ends": "2030-01-01T00:00:00"}),
        ("POST", "/rooms/r/timer", {"phase": "nap", "ends": "2030-01-01T00:00:00Z"}),
        ("POST", "/problems", {"skill": "s", "prompt": "?", "key": "1", "choices": ["x"] * 13}),
        ("POST", "/answers", {"problem": "p", "given": "x" * 501}),
        ("POST", "/answers", {"problem": "p", "given": "1", "elapsed": -1}),
        ("POST", "/quests/daily-five/claim", {"day": "2026-02-30"}),
        ("POST", "/sessions/s/rate", {"stars": 6}),
        ("POST", "/sessions/s/no-show", {"missing": "nobody"}),
        ("GET", "/rooms/a%20b", None),
        ("GET", "/rooms/a%0A", None),
        ("GET", "/rooms/%00", None),
        ("GET", f"/rooms/{'a' * 65}", None),
        ("GET", "/problems?limit=0", None),
        ("GET", "/problems?limit=-1", None),
        ("GET", "/problems?limit=many", None),
        ("GET", "/problems?limit=201", None),
        ("GET", "/problems?after=%00", None),
        ("GET", "/problems?skill=a%0A", None),
        ("GET", "/leaderboards/xp?limit=-5", None),
        ("GET", "/people/me?at_least=-1", None),
        ("GET", "/people/me?at_least=soon", None),
        ("GET", "/people/me?at_least=%C2%B2", None),
        ("GET", f"/people/me?at_least={10**19}", None),
    ],
    ids=lambda part: str(part)[:60],
)
async def test_a_value_that_cannot_be_is_refused(tia, method, path, body):
    request = {} if body is None else {"json": body}
    assert await asked(tia, method, path, **request) == INVALID


@pytest.mark.parametrize(
    ("method", "path", "body", "refusal"),
    [
        ("GET", "/rooms/nowhere", None, (404, "unknown-room")),
        ("POST", "/rooms/nowhere/join", {}, (404, "unknown-room")),
        ("POST", "/answers", {"problem": "none", "given": "1"}, (404, "unknown-problem")),
        ("POST", "/quests/none/claim", {}, (404, "unknown-quest")),
        ("GET", "/office-hours/none", None, (404, "unknown-office-hours")),
        ("GET", "/leaderboards/chess", None, (404, "unknown-board")),
        ("GET", "/leaderboards/skill-a%20b", None, (404, "unknown-board")),
        ("GET", "/leaderboards/xp?season=2026-13", None, (400, "unknown-season")),
        ("GET", "/leaderboards/xp?season=2026-W54", None, (400, "unknown-season")),
        ("GET", "/leaderboards/xp?after=%00%FF", None, (400, "invalid")),
        ("GET", "/leaderboards/xp?after=nonsense", None, (400, "bad-cursor")),
        ("GET", "/learners/x/quests?zone=Mars/Olympus", None, (400, "unknown-zone")),
        ("GET", "/learners/x/quests?zone=../../etc/passwd", None, (400, "unknown-zone")),
        ("GET", "/learners/x/quests?zone=Europe", None, (400, "unknown-zone")),
        ("GET", "/learners/x/live?zone=%00", None, (400, "unknown-zone")),
        ("GET", "/nowhere", None, (404, "not-found")),
        ("PUT", "/rooms", None, (405, "method-not-allowed")),
    ],
    ids=lambda part: str(part)[:60],
)
async def test_what_does_not_exist_is_said_not_to(tia, method, path, body, refusal):
    request = {} if body is None else {"json": body}
    assert await asked(tia, method, path, **request) == refusal


@pytest.mark.parametrize("given", ["-1", "soon", "1.5", str(2**63), "999999999"])
async def test_a_feed_does_not_resume_where_nothing_ever_was(tia, given):
    room = await room_with(tia)
    status, code = await asked(tia, "GET", f"/rooms/{room}/feed", headers={"Last-Event-ID": given})
    assert status == 400
    assert code in ("invalid", "bad-last-event-id")


async def test_a_view_that_is_not_there_yet_says_so_and_when_to_ask_again(tia):
    answer = await tia.http.get("/people/me?at_least=999999999")
    assert problem(answer) == (503, "not-there-yet")
    assert int(answer.headers["retry-after"]) >= 1


async def test_the_method_that_would_do_is_named(tia):
    assert set((await tia.http.put("/rooms")).headers["allow"].split(", ")) >= {"POST"}


@pytest.mark.parametrize(
    "text", ["nul \x00 within", "\u202e\u0007\U0001f600", "e\u0301" * 40, "'; DROP TABLE"]
)
async def test_text_of_any_kind_comes_back_as_it_was(tia, text):
    room = await room_with(tia)
    await tia.post("/people", person=tia.person, name=text[:80], role="tutor")
    done = await tia.post(f"/rooms/{room}/messages", text=text)
    shown = await tia.get(f"/rooms/{room}", at_least=done["position"])
    assert shown["messages"][-1]["text"] == text
    assert shown["members"][0]["name"] == text[:80]


@pytest.mark.parametrize("ends", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
@pytest.mark.parametrize("path", ["/rooms/{room}/timer", "/sessions"])
async def test_an_instant_that_no_calendar_holds_is_refused(tia, path, ends):
    room = await room_with(tia)
    body = {"phase": "work", "ends": ends}
    if path == "/sessions":
        body = {"tutor": tia.person, "learner": "x", "starts": ends, "ends": ends}
    assert (await asked(tia, "POST", path.format(room=room), json=body))[0] == 400
