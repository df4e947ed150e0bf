"""What becomes of speech, put together: transcripts, and the facilitator's voice."""

import shutil
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path

from adapters.espeak import PROGRAM, Espeak
from infra.keeping import Run
from infra.settings import Settings, SettingsInvalid
from realtime.aloud import FacilitatorsVoice
from realtime.feed import Feed
from realtime.metrics import Metrics
from realtime.perform import Performer
from realtime.speech import Speech
from realtime.transcripts import TranscriptsOfRooms
from rooms.aloud.synthesiser import Synthesiser
from rooms.transcripts.recogniser import Recogniser
from rooms.voice.engine import MediaEngine

NOT_INSTALLED = "LYCEUM_RECOGNISER: faster-whisper is not installed: pip install 'lyceum[transcripts]'"


class Spoken:
    """Who writes down and who speaks on this node, if anybody does."""

    def __init__(self, recogniser: Recogniser | None, synthesiser: Synthesiser | None) -> None:
        self.recogniser = recogniser
        self.synthesiser = synthesiser

    def parts(
        self,
        media: MediaEngine,
        performer: Performer,
        speech: Speech,
        feed: Feed,
        clock: Callable[[], datetime],
        metrics: Metrics,
    ) -> dict[str, Run]:
        """What is to run, connected with the voices of this node and the log."""
        parts: dict[str, Run] = {}
        if self.recogniser is not None:
            transcripts = TranscriptsOfRooms(media, performer, self.recogniser, clock)
            speech.others.append(transcripts)
            feed.also.append(transcripts.saw)
            parts["transcripts"] = transcripts.run
            _measure(metrics, "transcripts", "Utterances", transcripts.transcriber.counts)
            metrics.gauge("transcripts_waiting", "Utterances to be written down.", transcripts.waiting)
        if self.synthesiser is not None:
            voice = FacilitatorsVoice(media, performer, self.synthesiser, clock)
            speech.others.append(voice)
            feed.also.append(voice.saw)
            parts["facilitators-voice"] = voice.run
            _measure(metrics, "facilitator_voice", "The facilitator's words", voice.counts)
            metrics.gauge("facilitator_voice_waiting", "Words to be said aloud.", voice.waiting)
        return parts


@asynccontextmanager
async def spoken(settings: Settings) -> AsyncGenerator[Spoken, None]:
    """As the settings say. Raises SettingsInvalid if that cannot be had."""
    async with AsyncExitStack() as stack:
        recogniser = await _recogniser(settings, stack)
        wanted = settings.synthesiser != "none" and shutil.which(PROGRAM) is not None
        yield Spoken(recogniser, Espeak(settings.synthesiser_voice) if wanted else None)


async def _recogniser(settings: Settings, stack: AsyncExitStack) -> Recogniser | None:
    model = settings.recogniser_model
    match settings.recogniser:
        case "scripted":
            return _scripted(model)
        case "faster-whisper":
            return await _faster_whisper(settings, stack)
        case "hosted":
            from adapters.hosted_recogniser import HostedRecogniser  # noqa: PLC0415  for those who use it

            return await stack.enter_async_context(
                HostedRecogniser(
                    settings.recogniser_url,
                    key=settings.recogniser_key,
                    model=model or "whisper-1",
                    language=settings.recogniser_language,
                )
            )
        case _:
            return None


def _scripted(model: str) -> Recogniser:
    from adapters.scripted_recogniser import BadScript, ScriptedRecogniser  # noqa: PLC0415  as above

    try:
        return ScriptedRecogniser.read(Path(model))
    except (BadScript, OSError) as error:
        raise SettingsInvalid(f"LYCEUM_RECOGNISER_MODEL: {error}") from error


async def _faster_whisper(settings: Settings, stack: AsyncExitStack) -> Recogniser:
    from adapters.faster_whisper import FasterWhisper, ModelCannotBeLoaded  # noqa: PLC0415  as above

    try:
        return await stack.enter_async_context(
            FasterWhisper.opened(
                settings.recogniser_model or "small",
                language=settings.recogniser_language,
                download=settings.recogniser_download,
            )
        )
    except ImportError as error:
        raise SettingsInvalid(NOT_INSTALLED) from error
    except ModelCannotBeLoaded as error:
        raise SettingsInvalid(f"LYCEUM_RECOGNISER_MODEL: {error}") from error


def _measure(metrics: Metrics, area: str, what: str, counts: dict[str, int]) -> None:
    def read(name: str) -> Callable[[], float]:
        return lambda: counts[name]

    for name in tuple(counts):
        metrics.gauge(f"{area}_{name}", f"{what}: {name}.", read(name))
