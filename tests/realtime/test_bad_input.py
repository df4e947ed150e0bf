"""Whatever comes in that makes no sense: a clear answer, a mark in the figures, and nobody's work lost."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import jwt
import nats
import pytest

from realtime.app import BODY
from tests.house import SECRET, RunningHouse
from tests.realtime.guests import Guest, fresh, guests, problem, refusals, room_with

INVALID = (400, "invalid")
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def tia(house: RunningHouse) -> AsyncIterator[Guest]:
    async with guests(house, tia="tutor") as (tia,):
        yield tia


@pytest.fixture(autouse=True)
def nothing_unexpected(house: RunningHouse) -> Iterator[None]:
    """Whatever is refused is refused by design: the house complains of nothing."""
    before = house.errors()
    yield
    assert house.errors() == before


async def asked(tia: Guest, method: str, path: str, **request) -> tuple[int, str]:
    """The refusal, which the figures must show too; and afterwards the house serves on."""
    code = problem(await tia.http.request(method, path, **request))[1]
    before = await refusals(tia.house, "http", code)
    refused = await tia.refused(method, path, **request)
    assert await refusals(tia.house, "http", code) == before + 1
    assert (await tia.get("/people/me"))["person"] == tia.person
    return refused


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


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (b"", "A message ends too early."),
        (b"\x09", "There is no such type of message."),
        (b"\x00\x02\x03\xab\xcd\xef", "This update is damaged: A message ends too early."),
        (bytes.fromhex("000218010207b7ffffbfff0f2701016d016b0204000760017800"), None),
        (b"\x00\x02" + b"\xff" * 12, None),
        ("a text", None),
    ],
    ids=lambda part: repr(part)[:40],
)
async def test_a_damaged_frame_ends_its_sender_and_nobody_else(house, frame, reason):
    async with guests(house, ada="student", eve="student") as (ada, eve):
        room = await room_with(ada, eve)
        before = await refusals(house, "board", "4400")
        async with ada.board(room) as hers, eve.board(room) as theirs:
            await hers.write("work")
            await theirs.until("work")
            await theirs.socket.send(frame)
            code, said = await theirs.closed()
            assert code == 4400
            assert said
            assert reason in (None, said)
            await hers.write(" goes on")
            async with eve.board(room) as again:
                await again.until("work goes on")
        assert await refusals(house, "board", "4400") == before + 1


async def test_a_frame_that_is_too_large_ends_its_sender_and_nobody_else(house):
    async with guests(house, ada="student", eve="student") as (ada, eve):
        room = await room_with(ada, eve)
        async with ada.board(room) as hers, eve.board(room) as theirs:
            await hers.write("work")
            await theirs.until("work")
            before = await refusals(house, "board", "1009")
            await theirs.socket.send(b"\x00\x02" + bytes(1024 * 1024))
            assert (await theirs.closed())[0] == 1009
            assert await counted(house, "1009", before + 1, "board")
            await hers.write(" goes on")
        async with eve.board(room) as again:
            await again.until("work goes on")


async def test_a_board_socket_with_a_bad_token_or_room_is_told_so_and_counted(house):
    async with guests(house, ada="student") as (ada,):
        for at, claims, code, reason in (
            ("r", {"lasts": timedelta(seconds=-1)}, 4401, "token-expired"),
            ("nowhere", {}, 4404, "unknown-room"),
            ("a%20b", {}, 4404, "unknown-room"),
            ("a%00b", {}, 4404, "unknown-room"),
        ):
            before = await refusals(house, "board", reason)
            async with ada.board(at, **claims) as board:
                assert (await board.closed())[0] == code
            assert await refusals(house, "board", reason) == before + 1


@pytest.mark.parametrize(
    ("sdp", "refusal"),
    [
        (b"", (400, "not-an-offer")),
        (b"hello", (400, "not-an-offer")),
        (b"v=0\r\n", (400, "not-an-offer")),
        (b"\xff\xfe", (400, "not-text")),
        (b"v=0\r\n" + b"a=x\r\n" * 20_000, (400, "offer-too-large")),
        (b"x" * (BODY + 1), (413, "too-large")),
    ],
    ids=lambda part: repr(part)[:30],
)
async def test_an_offer_that_is_none_is_refused(tia, sdp, refusal):
    room = await room_with(tia)
    await tia.put("/people/me/consents/voice")
    headers = {"Content-Type": "application/sdp"}
    assert await asked(tia, "POST", f"/rooms/{room}/voice", content=sdp, headers=headers) == refusal


async def test_a_voice_that_is_none_is_refused(tia):
    room = await room_with(tia)
    for method in ("PATCH", "DELETE"):
        path = f"/rooms/{room}/voice/{fresh('v')}"
        assert await asked(tia, method, path) == (404, "unknown-voice")


@pytest.mark.parametrize("payload", [b"", b"{", b'"\xff"', b"[1]", b'{"type":"speaking"}', b'{"type":"x"}'])
async def test_a_message_on_the_bus_that_does_not_decode_is_counted_and_harms_nobody(house, payload):
    async with guests(house, ada="student") as (ada,):
        room = await room_with(ada)
        signals = await refusals(house, "bus", "undecodable-signal")
        facts = await refusals(house, "bus", "undecodable-fact")
        bus = await nats.connect(bus_of(house.home))
        async with ada.stream(f"/rooms/{room}/feed") as feed:
            await feed.next()
            for topic in ("voice", "board", "presence"):
                await bus.publish(f"lyceum.main.rooms.{room}.{topic}", payload)
            await bus.publish("lyceum.main.views.mastery.x", payload)
            await bus.publish("lyceum.log.head", payload)
            await bus.jetstream().publish("lyceum.main.facts.room.joined.v1", payload)
            await bus.close()
            done = await ada.post(f"/rooms/{room}/messages", text="still here")
            assert (await feed.next()).id == done["position"]
            await ada.get("/people/me", at_least=done["position"])
        assert await counted(house, "undecodable-signal", signals + 4)
        assert await counted(house, "undecodable-fact", facts + 1)


async def test_a_signal_in_the_wrong_place_ends_no_stream(house):
    async with guests(house, ada="student") as (ada,):
        bus = await nats.connect(bus_of(house.home))
        async with ada.stream(f"/learners/{ada.person}/live") as live:
            for _ in range(2):
                await live.next()
            await bus.publish(f"lyceum.main.views.mastery.{ada.person}", b'{"type":"saved","position":1}')
            moved = b'{"type":"moved","name":"mastery","position":1}'
            await bus.publish(f"lyceum.main.views.mastery.{ada.person}", moved)
            await bus.close()
            assert (await live.next()).event == "mastery"


async def counted(house: RunningHouse, reason: str, wanted: float, boundary: str = "bus") -> bool:
    """Whether the figure comes to what is wanted, after however many looks."""
    for _ in range(200):
        if await refusals(house, boundary, reason) >= wanted:
            return True
    return False


def bus_of(home: Path) -> str:
    """Where the house's own NATS is."""
    configuration = (home / "nats" / "nats.conf").read_text()
    listen, token = re.findall(r'listen: "(.*)"', configuration), re.findall(r'token: "(.*)"', configuration)
    return f"nats://{token[0]}@{listen[0]}"
