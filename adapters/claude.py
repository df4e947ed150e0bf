"""Claude as the facilitator's phraser: it lends words, and is never waited for long."""

import asyncio
from hashlib import sha256
from types import TracebackType
from typing import Self

import msgspec
from anthropic import AnthropicError, APIConnectionError, APIStatusError, APITimeoutError, AsyncAnthropic
from anthropic.types import MessageParam, OutputConfigParam, TextBlockParam
from msgspec import Struct

from adapters.claude_prompt import SYSTEM
from rooms.facilitator.phrasing import ModelCall, Phrased, PhrasingRequest

API = "https://api.anthropic.com"
MODEL = "claude-haiku-5-5"
LIMIT = 4.0
"""Seconds for everything: connecting, the one retry, and any pause that the service asks for."""
RETRIES = 1
MOST_TOKENS = 200

_SYSTEM: list[TextBlockParam] = [{"type": "text", "text": SYSTEM, "cache_control": {"type": "ephemeral"}}]
_OUTPUT: OutputConfigParam = {
    "effort": "low",
    "format": {
        "type": "json_schema",
        "schema": {
            "type": "object",
            "properties": {"text": {"type": "string", "description": "What the facilitator says."}},
            "required": ["text"],
            "additionalProperties": False,
        },
    },
}


class Wording(Struct, forbid_unknown_fields=True):
    """What the model is to answer."""

    text: str


class Block(Struct):
    """A part of an answer."""

    type: str
    text: str = ""


class Usage(Struct):
    """What an answer cost, in tokens."""

    input_tokens: int
    output_tokens: int
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None

    @property
    def tokens(self) -> tuple[int, int]:
        """(read, written); what came from the cache was read, too."""
        return self.input_tokens + sum(self.cached), self.output_tokens

    @property
    def cached(self) -> tuple[int, int]:
        """(read from the cache, written into it)."""
        return self.cache_read_input_tokens or 0, self.cache_creation_input_tokens or 0


class Answer(Struct):
    """A message as the service sends it. Decoded here, since the library takes any JSON for a message."""

    content: list[Block]
    stop_reason: str | None
    usage: Usage


class NoWording(Exception):
    """There are no words to be had."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Claude:
    """A `Phraser` on the Messages API; close it, or use it as an asynchronous context.

    `limit` is in seconds, and must be shorter than the policy's `patience`.
    """

    def __init__(
        self, api_key: str, *, model: str = MODEL, base_url: str | None = None, limit: float = LIMIT
    ) -> None:
        self._model = model
        self._limit = limit
        # The base URL is given in any case, or the library would look into the environment for it.
        self._client = AsyncAnthropic(
            api_key=api_key, base_url=base_url or API, timeout=limit, max_retries=RETRIES
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def phrase(self, request: PhrasingRequest) -> Phrased:
        """Words for an intervention, within `limit` seconds. Never raises: a failure is an outcome."""
        clock = asyncio.get_running_loop().time
        begun = clock()
        messages = _messages(request)
        call = ModelCall(
            model=self._model,
            prompt=_hash(self._model, messages),
            request=msgspec.json.encode(_told(request)).decode(),
            outcome="answered",
        )
        text = None
        try:
            async with asyncio.timeout(self._limit):
                answer = await self._ask(messages)
            usage = answer.usage
            call = msgspec.structs.replace(call, tokens=usage.tokens, cached=usage.cached)
            text = _wording(answer)
        except (TimeoutError, APITimeoutError):
            call = msgspec.structs.replace(call, outcome="late", reason="time-out")
        except NoWording as error:
            call = msgspec.structs.replace(call, outcome="failed", reason=error.reason)
        return Phrased(text=text, call=msgspec.structs.replace(call, took=round((clock() - begun) * 1000)))

    async def _ask(self, messages: list[MessageParam]) -> Answer:
        try:
            response = await self._client.messages.with_raw_response.create(
                model=self._model,
                max_tokens=MOST_TOKENS,
                system=_SYSTEM,
                messages=messages,
                thinking={"type": "disabled"},
                output_config=_OUTPUT,
            )
            return msgspec.json.decode(await response.read(), type=Answer)
        except APITimeoutError:
            raise
        except (AnthropicError, ValueError) as error:
            raise NoWording(_reason(error)) from error


def _messages(request: PhrasingRequest) -> list[MessageParam]:
    said = {"said": request.said} if request.said else {}
    return [{"role": "user", "content": msgspec.json.encode(_told(request) | said).decode()}]


def _told(request: PhrasingRequest) -> dict[str, object]:
    """All but what people said, which stays under their own keys."""
    return {
        "invite": request.addressee,
        "present": request.people,
        "pattern": request.detector,
        "evidence": request.evidence,
    }


def _hash(model: str, messages: list[MessageParam]) -> str:
    """The SHA-256 of all that decides the answer on our side, in hexadecimal."""
    sent = msgspec.json.encode((model, _SYSTEM, messages, _OUTPUT), order="deterministic")
    return sha256(sent).hexdigest()


def _wording(answer: Answer) -> str:
    """The text of a complete answer; raises `NoWording` for a refusal, half an answer or another form."""
    if answer.stop_reason != "end_turn":
        raise NoWording(answer.stop_reason or "no-stop-reason")
    written = "".join(block.text for block in answer.content if block.type == "text")
    try:
        return msgspec.json.decode(written, type=Wording).text
    except ValueError as error:
        raise NoWording("malformed") from error


def _reason(error: Exception) -> str:
    """Why it failed, in a word that can be counted: never the message, which may repeat what was sent."""
    match error:
        case APIStatusError():
            return f"{error.type or 'status'}-{error.status_code}"
        case APIConnectionError():
            return "no-connection"
        case ValueError():
            return "malformed"
        case _:
            return type(error).__name__
