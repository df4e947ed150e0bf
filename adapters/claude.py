"""Claude as the facilitator's phraser and tutor: it lends words, and is never waited for long."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import TracebackType
from typing import Generic, Self, TypeVar

import msgspec
from anthropic import AnthropicError, APIConnectionError, APIStatusError, APITimeoutError, AsyncAnthropic
from anthropic.types import MessageParam, OutputConfigParam, TextBlockParam
from msgspec import Struct

from adapters.claude_prompt import PROBLEMS, SYSTEM
from rooms.facilitator.help.checking import Proposal
from rooms.facilitator.help.ports import HelpRequest, ProblemRequest, Proposed, SummaryRequest
from rooms.facilitator.phrasing import ModelCall, Phrased, PhrasingRequest

API = "https://api.anthropic.com"
MODEL = "claude-haiku-5-5"
LIMIT = 4.0
"""Seconds for everything: connecting, the one retry, and any pause that the service asks for."""
RETRIES = 1
MOST_TOKENS = 200
"""Of the answer: two sentences."""
MOST_OF_A_PROBLEM = 400
T = TypeVar("T", bound=Struct)


class Wording(Struct, forbid_unknown_fields=True):
    """What the model is to answer."""

    text: str


@dataclass(frozen=True)
class Form(Generic[T]):
    """A standing instruction with the form of its answer: the part that is the same every time."""

    system: str
    answer: type[T]
    fields: Mapping[str, object]
    most: int

    @property
    def instruction(self) -> list[TextBlockParam]:
        """To be kept in the service's cache."""
        return [{"type": "text", "text": self.system, "cache_control": {"type": "ephemeral"}}]

    @property
    def output(self) -> OutputConfigParam:
        """The schema stands before the instruction for the service, so one that differs is another cache."""
        schema: dict[str, object] = {
            "type": "object",
            "properties": dict(self.fields),
            "required": list(self.fields),
            "additionalProperties": False,
        }
        return {"effort": "low", "format": {"type": "json_schema", "schema": schema}}


WORDS = Form(
    SYSTEM, Wording, {"text": {"type": "string", "description": "What the facilitator says."}}, MOST_TOKENS
)
PROBLEM = Form(
    PROBLEMS,
    Proposal,
    {
        "prompt": {"type": "string"},
        "work": {"type": "string"},
        "answer": {"type": "string"},
        "hints": {"type": "array", "items": {"type": "string"}},
    },
    MOST_OF_A_PROBLEM,
)


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
    """A `Phraser` and a `Tutor` on the Messages API; close it, or use it as an asynchronous context.

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
        """See `rooms.facilitator.phrasing.Phraser.phrase`; what people said stays under their own keys."""
        told: dict[str, object] = {
            "invite": request.addressee,
            "present": request.people,
            "pattern": request.detector,
            **({"move": request.move} if request.move else {}),
            "evidence": request.evidence,
        }
        return await self._words(told, {"said": request.said} if request.said else {})

    async def advise(self, request: HelpRequest) -> Phrased:
        """See `rooms.facilitator.help.ports.Tutor.advise`; what somebody wrote is not kept in clear."""
        told: dict[str, object] = {
            "help": request.kind,
            "for": request.addressee,
            "about": request.topic,
            "problem": request.problem,
            "before": request.before,
        }
        return await self._words(told, {"work": request.work} if request.work else {})

    async def summarise(self, request: SummaryRequest) -> Phrased:
        """See `rooms.facilitator.help.ports.Tutor.summarise`."""
        return await self._words(
            {"summary": request.problems, "open": request.open, "people": request.people}
        )

    async def propose(self, request: ProblemRequest) -> Proposed:
        """See `rooms.facilitator.help.ports.Tutor.propose`."""
        answer, call = await self._called(PROBLEM, msgspec.to_builtins(request), {})
        return Proposed(proposal=answer, call=call)

    async def _words(self, told: Mapping[str, object], unkept: Mapping[str, object] = {}) -> Phrased:
        answer, call = await self._called(WORDS, told, unkept)
        return Phrased(text=None if answer is None else answer.text, call=call)

    async def _called(
        self, form: Form[T], told: Mapping[str, object], unkept: Mapping[str, object]
    ) -> tuple[T | None, ModelCall]:
        """Ask, within `limit` seconds in all. Never raises: a failure is an outcome.

        `unkept` goes to the model as well, and not into the text that is kept for auditors.
        """
        clock = asyncio.get_running_loop().time
        begun = clock()
        messages = _messages({**told, **unkept})
        prompt, request = _hash(self._model, form, messages), _text(told)
        call = ModelCall(model=self._model, prompt=prompt, request=request, outcome="answered")
        said = None
        try:
            async with asyncio.timeout(self._limit):
                answer = await self._ask(form, messages)
            usage = answer.usage
            call = msgspec.structs.replace(call, tokens=usage.tokens, cached=usage.cached)
            said = _read(answer, form)
        except (TimeoutError, APITimeoutError):
            call = msgspec.structs.replace(call, outcome="late", reason="time-out")
        except NoWording as error:
            call = msgspec.structs.replace(call, outcome="failed", reason=error.reason)
        return said, msgspec.structs.replace(call, took=round((clock() - begun) * 1000))

    async def _ask(self, form: Form[T], messages: list[MessageParam]) -> Answer:
        try:
            response = await self._client.messages.with_raw_response.create(
                model=self._model,
                max_tokens=form.most,
                system=form.instruction,
                messages=messages,
                thinking={"type": "disabled"},
                output_config=form.output,
            )
            return msgspec.json.decode(await response.read(), type=Answer)
        except APITimeoutError:
            raise
        except (AnthropicError, ValueError) as error:
            raise NoWording(_reason(error)) from error


def _messages(told: Mapping[str, object]) -> list[MessageParam]:
    return [{"role": "user", "content": _text(told)}]


def _text(told: Mapping[str, object]) -> str:
    return msgspec.json.encode(told).decode()


def _hash(model: str, form: Form[T], messages: list[MessageParam]) -> str:
    """The SHA-256 of all that decides the answer on our side, in hexadecimal."""
    sent = msgspec.json.encode((model, form.instruction, messages, form.output), order="deterministic")
    return sha256(sent).hexdigest()


def _read(answer: Answer, form: Form[T]) -> T:
    """What a complete answer says; raises `NoWording` for a refusal, half an answer or another form."""
    if answer.stop_reason != "end_turn":
        raise NoWording(answer.stop_reason or "no-stop-reason")
    written = "".join(block.text for block in answer.content if block.type == "text")
    try:
        return msgspec.json.decode(written, type=form.answer)
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
