"""Speech to text by a service with the API of OpenAI's transcriptions: theirs, or one of the school's own."""

import asyncio
from types import TracebackType
from typing import Self

import httpx
import msgspec
from msgspec import Struct

from adapters.sound import wav
from rooms.transcripts.recogniser import Heard, RecogniserFailed

PATH = "/v1/audio/transcriptions"
LIMIT = 30.0
"""Seconds for an utterance, with every attempt and every pause."""
ATTEMPT = 15.0
"""Seconds for one attempt."""
PAUSES = (0.5, 2.0)
"""Seconds before the second and the third attempt."""
LARGEST = 64 * 1024
"""Bytes of an answer."""
BUSY = 429


class Answer(Struct):
    """What the service answers; more is left aside."""

    text: str
    language: str | None = None


class TryAgain(Exception):
    """The service may answer later: in `after` seconds, if it said so."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class HostedRecogniser:
    """A `Recogniser`, and an asynchronous context. It sends sound, and no person, room or time."""

    at_once = 4

    def __init__(
        self, url: str, *, key: str = "", model: str, language: str = "", limit: float = LIMIT
    ) -> None:
        """`url` is what the path of the API is put behind; an empty `language` lets the service find out."""
        self.name = f"hosted {model}"
        self._url = url.rstrip("/").removesuffix("/v1") + PATH
        self._fields = {"model": model, "response_format": "json"}
        if language:
            self._fields["language"] = language
        self._language = language
        self._limit = limit
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        # Nothing is read from the environment: the settings alone say where speech goes.
        self._client = httpx.AsyncClient(headers=headers, timeout=min(ATTEMPT, limit), trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def recognise(self, samples: bytes) -> Heard:
        """What the service understood, in time. Raises RecogniserFailed."""
        try:
            async with asyncio.timeout(self._limit):
                return await self._persist(wav(samples))
        except TimeoutError as error:
            raise RecogniserFailed("late") from error

    async def _persist(self, sound: bytes) -> Heard:
        for pause in PAUSES:
            try:
                return await self._ask(sound)
            except TryAgain as again:
                await asyncio.sleep(pause if again.after is None else again.after)
        try:
            return await self._ask(sound)
        except TryAgain as again:
            raise RecogniserFailed(again.reason) from again

    async def _ask(self, sound: bytes) -> Heard:
        files = {"file": ("speech.wav", sound, "audio/wav")}
        try:
            async with self._client.stream("POST", self._url, data=self._fields, files=files) as response:
                _must_be_good(response)
                answer = msgspec.json.decode(await _body(response), type=Answer)
        except httpx.TransportError as error:
            raise TryAgain(type(error).__name__) from error
        except (msgspec.DecodeError, httpx.HTTPError, UnicodeDecodeError) as error:
            raise RecogniserFailed("malformed") from error
        return Heard(answer.text, answer.language or self._language)


def _must_be_good(response: httpx.Response) -> None:
    status = response.status_code
    if status == BUSY or status >= 500:
        after = response.headers.get("Retry-After", "")
        raise TryAgain(f"status-{status}", float(after) if after.isdecimal() and len(after) < 4 else None)
    if status != 200:
        raise RecogniserFailed(f"status-{status}")


async def _body(response: httpx.Response) -> bytes:
    found = bytearray()
    async for piece in response.aiter_bytes():
        found += piece
        if len(found) > LARGEST:
            raise RecogniserFailed("too-large")
    return bytes(found)
