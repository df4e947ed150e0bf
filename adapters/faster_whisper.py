"""Speech to text on this machine, by Whisper as faster-whisper runs it: nothing leaves the house."""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol, cast

from adapters.sound import wav
from rooms.transcripts.recogniser import Heard, RecogniserFailed

TOKENIZER = "tokenizer.json"
THREADS = max(1, (os.cpu_count() or 2) // 2)
"""Of the machine's; the others are for voices."""

MOST_TOKENS = 224
"""Of the text of an utterance, which lasts half a minute at most."""


class ModelCannotBeLoaded(Exception):
    """The Whisper model cannot be loaded: it must be a folder, or a size that was downloaded before."""


class Segment(Protocol):
    """A part of what was said."""

    @property
    def text(self) -> str:
        """Its text, with the space before it."""
        ...


class FasterWhisper:
    """A `Recogniser` with one thread of its own, in which the model is loaded and asked."""

    at_once = 1

    def __init__(self, name: str, model: Any, thread: ThreadPoolExecutor, language: str) -> None:
        """See `opened`."""
        self.name = f"faster-whisper {name}"
        self._model = model
        self._thread = thread
        self._language = language or None

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, model: str, *, language: str = "", download: bool = False
    ) -> AsyncGenerator["FasterWhisper", None]:
        """Load a model: a folder, or a size such as `small`, which is downloaded only if that is said.

        An empty `language` lets the model find out. Raises ModelCannotBeLoaded, and ImportError if
        faster-whisper is not installed.
        """
        thread = ThreadPoolExecutor(1, "whisper")
        try:
            loop = asyncio.get_running_loop()
            loaded = await loop.run_in_executor(thread, partial(_load, model, download=download))
            yield cls(model.rstrip("/").rsplit("/", 1)[-1], loaded, thread, language)
        finally:
            thread.shutdown(wait=False, cancel_futures=True)

    async def recognise(self, samples: bytes) -> Heard:
        """What was understood. If it is cancelled, the model ends what it began, and nobody hears of it."""
        ask = partial(_transcribed, self._model, wav(samples), self._language)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, ask)
        except (RuntimeError, ValueError, OSError) as error:
            raise RecogniserFailed(type(error).__name__) from error


def _load(model: str, *, download: bool) -> Any:
    import faster_whisper  # pyright: ignore  # noqa: PLC0415  an extra, and seconds

    library = cast(Any, faster_whisper)
    try:
        folder = Path(model if Path(model).is_dir() else _found(library, model, download=download))
        if not (folder / TOKENIZER).is_file() and not download:  # the library would fetch one, unasked
            raise FileNotFoundError(f"no {TOKENIZER} in it")
        return library.WhisperModel(str(folder), device="auto", compute_type="default", cpu_threads=THREADS)
    except Exception as error:  # of several libraries, each with errors of its own
        raise ModelCannotBeLoaded(f"{model}: {type(error).__name__}: {error}") from error


def _found(library: Any, model: str, *, download: bool) -> str:
    if Path(model).is_absolute():
        raise FileNotFoundError("no such folder")
    return library.download_model(model, local_files_only=not download)


def _transcribed(model: Any, sound: bytes, language: str | None) -> Heard:
    segments, info = _ask(model, sound, language)
    return Heard("".join(segment.text for segment in segments).strip(), info.language)


def _ask(model: Any, sound: bytes, language: str | None) -> tuple[Iterable[Segment], Any]:
    # A turn was found already, so no voice detector; and no turn is the beginning of the next one.
    return model.transcribe(
        BytesIO(sound),
        language=language,
        vad_filter=False,
        condition_on_previous_text=False,
        without_timestamps=True,
        temperature=0.0,  # no second attempts: an utterance takes as long as it is long
        max_new_tokens=MOST_TOKENS,
    )
