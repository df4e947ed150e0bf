"""Whatever somebody sends, it is their own document or socket that ends, and nobody else's."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Text

from rooms.board import hocuspocus, wire
from tests.hocuspocus.served import School, school
from tests.hocuspocus.support import TAKEN, Line, hall, insertion

addresses = st.builds(
    hocuspocus.address, st.sampled_from(["r", "s", "nowhere", ""]), st.none() | st.just("x")
)
garbage = st.binary(max_size=40)
updates = st.one_of(garbage, st.just(insertion("abc", 9)), st.just(insertion("héllo 😀", 8)))


@st.composite
def damaged(draw, of):
    """Proper bytes, with some of them changed or missing."""
    data = bytearray(draw(of))
    for _ in range(draw(st.integers(0, 3))):
        if data:
            data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data)))]) if draw(st.booleans()) else bytes(data)


bodies = st.one_of(
    garbage,
    st.builds(wire.step_1, garbage | st.just(b"\x00")),
    st.builds(wire.step_2, updates),
    st.builds(wire.update, updates),
    st.builds(
        wire.presence, st.lists(st.builds(wire.Entry, st.integers(0, 9), st.integers(0, 9), st.text()))
    ),
    st.builds(hocuspocus.token, st.text(max_size=9)),
    st.builds(hocuspocus.stateless, st.text(max_size=9)),
    st.sampled_from([hocuspocus.QUERY, hocuspocus.ASK_FOR_TOKEN, b"\x07", b"\x08\x01", b"\x04\x00\x00"]),
)
frames = st.one_of(
    garbage,
    st.sampled_from([hocuspocus.PING, hocuspocus.PONG]),
    st.builds(bytes.__add__, addresses, bodies),
    st.builds(bytes.__add__, addresses, bodies),
    damaged(st.builds(bytes.__add__, addresses, bodies)),
)


async def test_hostile_frames_end_nothing_but_what_they_are_sent_on(log):
    async with school(log) as here, hall(here) as sockets:
        ada = sockets.line()
        await ada.welcome("r", here.token("ada"))
        loop = asyncio.get_running_loop()

        async def attack(sent: list[bytes]) -> None:
            eve = sockets.line()
            await eve.welcome("r", here.token("ben"))
            for frame in sent:
                eve.session.receive(frame)
            eve.session.closed()
            await _is_at_work(ada)
            assert here.running.boards.connections == 1

        @settings(max_examples=150, deadline=None)
        @given(st.lists(frames, max_size=8))
        def attacked(sent: list[bytes]) -> None:
            asyncio.run_coroutine_threadsafe(attack(sent), loop).result(20)

        await asyncio.to_thread(attacked)
        await _reads_whole(sockets.line(), here)


async def _is_at_work(line: Line) -> None:
    line.say("r", wire.step_2(wire.NOTHING))
    await line.until("r", TAKEN)
    assert line.carrier.closed is None


async def _reads_whole(line: Line, here: School) -> None:
    """The document is still one that a client can read."""
    line.come("r", here.token("cem"))
    while not isinstance(told := wire.parse(await line.hear("r")), wire.Step2):
        pass
    document: Doc[Text] = Doc()
    document.apply_update(told.update)
    assert str(document.get("text", type=Text)) == here.text("r")
