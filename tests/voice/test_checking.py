"""A second stage between the engine and its listener: scripted, and with the real model on real Opus."""

import array
import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

import pytest

from adapters.silero import Silero
from benchmarks.measuring.spoken_opus import encoded
from benchmarks.measuring.spoken_sounds import Voice, keyboard, scaled, spoken
from rooms.voice import checking as checking_module
from rooms.voice.checking import Judge, SpeechCheck
from rooms.voice.engine import Hear
from rooms.voice.ice_lite import IceLiteEngine
from rooms.voice.rtp import Packet
from tests.need import need
from tests.voice.client import hush
from tests.voice.conftest import now
from tests.voice.ears import Ears, Turn


class Engine:
    """What a check needs of one: its taps."""

    def __init__(self) -> None:
        self.hearing: dict[str, Hear] = {}

    def tap(self, room: str, person: str, hear: Hear) -> Callable[[], None]:
        self.hearing[person] = hear
        return lambda: self.hearing.pop(person, None) and None

    def sound(self, person: str, at: int, opus: bytes) -> None:
        if person in self.hearing:
            self.hearing[person](Packet(96, 0, 0, 0, 1, 20, opus), at)


class Script:
    """Says what the payload says: how likely it is speech, in percent."""

    made = 0

    def __init__(self) -> None:
        Script.made += 1

    def hear(self, opus: bytes) -> float | None:
        if opus == b"broken":
            raise ValueError("no sound")
        return int(opus) / 100

    def forget(self) -> None:
        pass


@asynccontextmanager
async def checking(ears: Ears, engine: Engine, judge: Callable[[], Judge]) -> AsyncIterator[SpeechCheck]:
    check = SpeechCheck(ears, judge)
    check._tap = engine.tap
    async with asyncio.TaskGroup() as group:
        running = group.create_task(check.run())
        yield check
        running.cancel()


async def turn(check: SpeechCheck, engine: Engine, person: str, *packets: bytes, at: int = 1000) -> None:
    check.speaking("school/algebra", person, f"{person}{at}", at)
    for n, opus in enumerate(packets, 1):
        engine.sound(person, at + 20 * n, opus)
    check.spoke("school/algebra", person, f"{person}{at}", at, at + 20 * len(packets))


async def test_speech_is_told_and_noise_is_not(ears):
    engine = Engine()
    async with checking(ears, engine, Script) as check:
        await turn(check, engine, "ben", *[b"10"] * 50)
        await turn(check, engine, "ada", *[b"90"] * 50)
        await ears.until(lambda: len(ears.turns) == 1)
    assert ears.turns == [Turn("ada", "ada1000", 1000, 2000)]
    assert ears.began == [("ada", "ada1000", 1000)]


async def test_packets_from_before_a_turn_are_heard_and_no_others(ears):
    engine = Engine()
    async with checking(ears, engine, Script) as check:
        await turn(check, engine, "ada", *[b"10"] * 5)
        for n in range(500):
            engine.sound("ada", 2000 + 20 * n, b"broken")
        for n in range(25):
            engine.sound("ada", 20_000 + 20 * n, b"90")
        await turn(check, engine, "ada", *[b"10"] * 5, at=20_400)
        await ears.until(lambda: len(ears.turns) == 1)
    assert ears.turns[0].turn == "ada20400"


async def test_a_judge_that_fails_leaves_it_to_the_levels(ears, caplog):
    engine = Engine()
    async with checking(ears, engine, Script) as check:
        await turn(check, engine, "ada", *[b"broken"] * 50)
        await ears.until(lambda: len(ears.turns) == 1)
    assert ears.turns == [Turn("ada", "ada1000", 1000, 2000)]
    assert "ada" not in caplog.text


async def test_whoever_leaves_is_told_of_behind_their_last_turn_and_not_tapped_any_more(ears):
    engine = Engine()
    async with checking(ears, engine, Script) as check:
        await turn(check, engine, "ada", *[b"90"] * 50)
        check.left("school/algebra", "ada", "v1", "left")
        assert not ears.gone
        assert not engine.hearing
        await ears.until(lambda: bool(ears.gone))
        check.left("school/algebra", "ben", "v2", "gone")
    assert len(ears.turns) == 1
    assert ears.gone == [("ada", "left"), ("ben", "gone")]


async def test_what_still_waits_when_the_node_stops_is_told_by_its_levels(ears):
    engine = Engine()
    async with checking(ears, engine, Script) as check:
        await asyncio.sleep(0)
        await turn(check, engine, "ada", *[b"10"] * 50)
    await turn(check, engine, "ben", *[b"10"] * 50, at=9000)
    assert [each.person for each in ears.turns] == ["ada", "ben"]


async def test_when_a_judge_is_far_behind_all_that_waits_is_told_by_its_levels_and_then_it_is_asked_again(
    ears, monkeypatch
):
    monkeypatch.setattr(checking_module, "WAITING", 200)
    engine, going_on, asked = Engine(), threading.Event(), threading.Event()

    class Stuck(Script):
        def hear(self, opus: bytes) -> float | None:
            asked.set()
            going_on.wait()
            return super().hear(opus)

    try:
        async with checking(ears, engine, Stuck) as check:
            await turn(check, engine, "ben", *[b"10"] * 50)
            await asyncio.to_thread(asked.wait)
            for n in range(40):
                await turn(check, engine, "ada", *[b"10"] * 50, at=3000 * n)
                assert len(check._waiting) < 200
            by_levels = list(ears.turns)
            going_on.set()
            await turn(check, engine, "eva", *[b"90"] * 50, at=200_000)
            await ears.until(lambda: ears.turns[-1].person == "eva")
            await turn(check, engine, "cem", *[b"10"] * 50, at=200_000)
            await turn(check, engine, "dora", *[b"90"] * 50, at=200_000)
            await ears.until(lambda: ears.turns[-1].person == "dora")
    finally:
        going_on.set()
    assert by_levels[0] == Turn("ben", "ben1000", 1000, 2000)
    assert by_levels[1:] == [
        Turn("ada", f"ada{3000 * n}", 3000 * n, 3000 * n + 1000) for n in range(len(by_levels) - 1)
    ]
    assert len(by_levels) > 30
    assert check.unjudged >= 50 * len(by_levels)
    assert all(each.person != "cem" for each in ears.turns)


async def test_what_is_being_judged_when_the_node_stops_is_told_too(ears):
    engine, going_on, asked = Engine(), threading.Event(), threading.Event()

    class Slow(Script):
        def hear(self, opus: bytes) -> float | None:
            asked.set()
            going_on.wait()
            return super().hear(opus)

    try:
        async with checking(ears, engine, Slow) as check:
            await turn(check, engine, "ada", *[b"90"] * 50)
            await asyncio.to_thread(asked.wait)
    finally:
        going_on.set()
    assert ears.turns == [Turn("ada", "ada1000", 1000, 2000)]


async def test_judges_are_used_again_and_few_are_kept(ears):
    engine, made = Engine(), Script.made
    async with checking(ears, engine, Script) as check:
        for n in range(40):
            await turn(check, engine, "ada", *[b"90"] * 10, at=1000 + 2000 * n)
            await ears.until(lambda n=n: len(ears.turns) == n + 1)
    assert Script.made == made + 1


async def test_the_real_model_lets_speech_through_and_typing_not(ears):
    need("espeak-ng")
    said = spoken("Let us begin with the first exercise, shall we?", Voice("en-us+m3", 165, 45))
    typed = scaled(keyboard(3 * 16_000, Random(1)), 25)
    engine = Engine()
    async with checking(ears, engine, Silero) as check:
        await turn(check, engine, "ben", *encoded(typed))
        await turn(check, engine, "ada", *encoded(scaled(said, 25)))
        await ears.until(lambda: bool(ears.turns))
        check.left("school/algebra", "ben", "v2", "left")
        await ears.until(lambda: bool(ears.gone))
    assert [each.person for each in ears.turns] == ["ada"]


@pytest.mark.parametrize("garbage", [b"", b"\0", b"\xff" * 3, bytes(range(256)) * 4])
def test_what_is_no_opus_is_not_judged_and_does_no_harm(garbage):
    silero = Silero()
    said = encoded(scaled(array.array("f", Random(1).choices(range(-99, 99), k=16_000)), 30))
    for opus in (*said[:5], garbage, *said[5:]):
        likely = silero.hear(opus)
        assert likely is None or 0 <= likely <= 1


async def test_of_two_over_webrtc_whoever_speaks_has_a_turn_and_whoever_types_has_none(ears, client):
    need("espeak-ng")
    said = scaled(spoken("Could you say that once more for all of us?", Voice("en-gb+f2", 165, 45)), 25)
    typed = scaled(keyboard(len(said), Random(1)), 20)
    check = SpeechCheck(ears, Silero)
    engine = IceLiteEngine("127.0.0.1", 0, ["127.0.0.1"], check, now)
    check.over(engine)
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(run()) for run in (engine.run, check.run)]
        await engine.opened()
        for person, sound in (("ben", typed), ("ada", said)):
            played = array.array(
                "h", (max(-32768, min(32767, round(each))) for each in sound for _ in range(3))
            )
            here = client(hush(600) + played + hush(1500))
            await here.join(engine, "school/algebra", person)
        await ears.until(lambda: bool(ears.turns))
        for task in running:
            task.cancel()
    assert {each.person for each in ears.turns} == {"ada"}
    assert abs(ears.turns[0].ended - ears.turns[0].started - len(said) // 16) <= 250 + here.playing.late
