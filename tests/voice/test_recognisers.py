"""Those who write speech down: a script, a hosted service, and a model on this machine."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters import hosted_recogniser
from adapters.faster_whisper import FasterWhisper, ModelCannotBeLoaded
from adapters.hosted_recogniser import HostedRecogniser
from adapters.scripted_recogniser import BadScript, ScriptedRecogniser
from infra.settings import Settings, SettingsInvalid
from infra.spoken import NOT_INSTALLED, spoken
from rooms.transcripts.recogniser import RATE, Heard, RecogniserFailed
from tests.fakes.transcriptions_api import KEY, Reply, TranscriptionsApi, says
from tests.voice.whisper_model import make_model


def lasting(ms: int) -> bytes:
    return bytes(2 * RATE * ms // 1000)


async def test_a_script_answers_by_length_and_else_in_order_until_it_is_used_up(tmp_path: Path):
    script = tmp_path / "script.json"
    script.write_text('[{"text": "one"}, {"text": "lang", "least": 2000, "language": "de"}, {"text": "two"}]')
    recogniser = ScriptedRecogniser.read(script)
    given = [500, 2000, 1999, 5000, 100]
    assert [await recogniser.recognise(lasting(ms)) for ms in given] == [
        Heard("one", "en"),
        Heard("lang", "de"),
        Heard("two", "en"),
        Heard("lang", "de"),
        Heard("", "en"),
    ]


@pytest.mark.parametrize("text", ["", "{}", '[{"txt": "one"}]', '[{"text": 1}]'])
async def test_what_is_no_script_is_named(tmp_path: Path, text):
    script = tmp_path / "script.json"
    script.write_text(text)
    with pytest.raises(BadScript, match=r"script\.json"):
        ScriptedRecogniser.read(script)
    with pytest.raises(SettingsInvalid, match="LYCEUM_RECOGNISER_MODEL"):
        async with spoken(settings("scripted", str(script))):
            pass


def settings(recogniser: str, model: str = "") -> Settings:
    return Settings.from_environment({"LYCEUM_RECOGNISER": recogniser, "LYCEUM_RECOGNISER_MODEL": model})


@pytest.fixture
async def api(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TranscriptionsApi]:
    monkeypatch.setattr(hosted_recogniser, "PAUSES", (0.01, 0.01))
    async with TranscriptionsApi().serving() as api:
        yield api


@pytest.fixture
async def hosted(api: TranscriptionsApi) -> AsyncIterator[HostedRecogniser]:
    async with HostedRecogniser(api.url, key=KEY, model="whisper-1", limit=2.0) as recogniser:
        yield recogniser


async def test_a_service_is_sent_sound_and_nothing_of_anybody(api, hosted):
    api.script.append(says("Divide by two.", language="en"))
    assert await hosted.recognise(lasting(1500)) == Heard("Divide by two.", "en")
    (asked,) = api.asked
    assert asked.fields == {"model": "whisper-1", "response_format": "json"}
    assert asked.seconds == 1.5
    assert hosted.name == "hosted whisper-1"


async def test_the_language_is_said_where_it_is_set(api):
    async with HostedRecogniser(f"{api.url}/v1/", key=KEY, model="m", language="de") as recogniser:
        assert await recogniser.recognise(lasting(100)) == Heard("What was said.", "de")
    assert api.asked[0].fields["language"] == "de"


@pytest.mark.parametrize(
    "fault", [Reply(429, headers={"Retry-After": "0"}), Reply(500), Reply(503), Reply(hangs_up=True)]
)
async def test_what_may_pass_is_tried_again(api, hosted, fault):
    api.script += [fault, fault, says("At last.")]
    assert (await hosted.recognise(lasting(100))).text == "At last."
    assert api.attempts == 3


@pytest.mark.parametrize(
    ("replies", "reason", "attempts"),
    [
        ([Reply(500)] * 3, "status-500", 3),
        ([Reply(400)], "status-400", 1),
        ([Reply(302, headers={"Location": "http://127.0.0.1:1/"})], "status-302", 1),
        ([Reply(body=b"<html>")], "malformed", 1),
        ([Reply(body=b'{"text": 1}')], "malformed", 1),
        ([Reply(body=b'{"text": "' + b"x" * 100_000 + b'"}')], "too-large", 1),
        ([Reply(429, headers={"Retry-After": "900"})], "late", 1),
        ([Reply(never=True)], "late", 1),
    ],
)
async def test_what_does_not_pass_is_a_reason_without_words(api, replies, reason, attempts):
    api.script += replies
    async with HostedRecogniser(api.url, key=KEY, model="m", limit=0.5) as recogniser:
        with pytest.raises(RecogniserFailed) as failed:
            await recogniser.recognise(lasting(100))
    assert failed.value.reason == reason
    assert api.attempts == attempts


async def test_a_wrong_key_and_a_service_that_is_not_there_are_named(api):
    async with HostedRecogniser(api.url, key="wrong", model="m") as recogniser:
        with pytest.raises(RecogniserFailed, match="status-401"):
            await recogniser.recognise(lasting(100))
    async with HostedRecogniser("http://127.0.0.1:1", model="m") as recogniser:
        with pytest.raises(RecogniserFailed, match="ConnectError"):
            await recogniser.recognise(lasting(100))


async def test_whoever_is_cancelled_closes_the_connection(api, hosted):
    api.script.append(Reply(never=True))
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(hosted.recognise(lasting(100)))
        async with asyncio.timeout(5):
            while not api.attempts:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        asking.cancel()
    api.script.append(says("Next."))
    assert (await hosted.recognise(lasting(100))).text == "Next."


async def test_without_the_extra_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "faster_whisper", None)
    with pytest.raises(SettingsInvalid) as failed:
        async with spoken(settings("faster-whisper")):
            pass
    assert str(failed.value) == NOT_INSTALLED


async def test_a_model_that_is_not_here_or_not_whole_is_named_and_nothing_is_downloaded(tmp_path: Path):
    pytest.importorskip("faster_whisper")
    lacking = make_model(tmp_path / "lacking")
    (lacking / "tokenizer.json").unlink()
    for model, why in ((str(tmp_path / "nowhere"), "no such folder"), (str(lacking), "no tokenizer")):
        with pytest.raises(SettingsInvalid, match=why):
            async with spoken(settings("faster-whisper", model)):
                pass
    with pytest.raises(ModelCannotBeLoaded, match="LocalEntryNotFound"):
        async with FasterWhisper.opened("small"):
            pass


async def test_a_model_on_this_machine_is_loaded_and_asked_beside_the_loop(tmp_path: Path):
    pytest.importorskip("faster_whisper")
    async with FasterWhisper.opened(str(make_model(tmp_path / "chance")), language="en") as recogniser:
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(recogniser.recognise(lasting(1000)))
            turns = 0
            while not asked.done():
                await asyncio.sleep(0)
                turns += 1
        assert asked.result().language == "en"
        assert asked.result().text  # what a model by chance says makes no sense, and is text
        assert turns > 10
        assert recogniser.name == "faster-whisper chance"
        assert recogniser.at_once == 1


async def test_by_default_nothing_writes_down():
    async with spoken(settings("none")) as found:
        assert found.recogniser is None
