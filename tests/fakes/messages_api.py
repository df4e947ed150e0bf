"""The Messages API on loopback: real HTTP, refusals where the real one refuses, and a script to follow."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

KEY = "sk-test-of-the-loopback-api"


@dataclass
class Reply:
    """One answer: a status, headers and a body; held back until `MessagesApi.release` if `slow`."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    slow: bool = False


def message(text: str | None, *, stop: str = "end_turn", read: int = 640, written: int = 21) -> Reply:
    """A message of the model; None for one without content."""
    content = [] if text is None else [{"type": "text", "text": text}]
    usage = {"input_tokens": 40, "output_tokens": written, "cache_read_input_tokens": read - 40}
    body = {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-5-5",
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": usage,
    }
    return Reply(200, json.dumps(body).encode())


def says(text: str) -> Reply:
    """A good answer in the form that was asked for."""
    return message(json.dumps({"text": text}))


def proposes(prompt: str, work: str, answer: str, *hints: str) -> Reply:
    """A problem in the form that was asked for."""
    return message(json.dumps({"prompt": prompt, "work": work, "answer": answer, "hints": hints}))


def truncated() -> Reply:
    """An answer that was cut off in the middle."""
    return message('{"text": "S1, what is yo', stop="max_tokens")


def refusal(text: str | None = None) -> Reply:
    """The model declines, with or without words."""
    return message(text, stop="refusal")


def slow() -> Reply:
    """An answer that does not come before `release`."""
    return Reply(200, says("S1, too late?").body, slow=True)


def garbage(body: bytes = b"{nope", kind: str = "application/json") -> Reply:
    """A good status, and a body that is no message."""
    return Reply(200, body, {"content-type": kind})


def error(status: int, kind: str, text: str = "no", **headers: str) -> Reply:
    """An error as the service words it, for example `error(429, "rate_limit_error", retry_after="30")`."""
    body = {"type": "error", "error": {"type": kind, "message": text}}
    return Reply(status, json.dumps(body).encode(), {n.replace("_", "-"): v for n, v in headers.items()})


@dataclass
class MessagesApi:
    """A running server. It gives the replies in order, the last one again and again."""

    url: str = ""
    received: list[dict[str, Any]] = field(default_factory=list)
    """The bodies of all requests."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    _script: deque[Reply] = field(default_factory=deque)
    _conversations: dict[asyncio.Task[None], asyncio.StreamWriter] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def scripted(cls, *replies: Reply) -> AsyncIterator["MessagesApi"]:
        """Listen on a free port of loopback until the block ends."""
        api = cls(_script=deque(replies))
        server = await asyncio.start_server(api._converse, "127.0.0.1", 0)
        api.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield api
        finally:
            api.release.set()
            server.close()
            for writer in api._conversations.values():
                writer.close()
            await asyncio.gather(*list(api._conversations))
            await server.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        this = asyncio.current_task()
        assert this is not None
        self._conversations[this] = writer
        try:
            while request := await _read(reader):
                reply = self._answer(*request)
                self.arrived.set()
                if reply.slow:
                    await self.release.wait()
                writer.write(_written(reply))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            del self._conversations[this]
            writer.close()

    def _answer(self, line: str, headers: dict[str, str], body: bytes) -> Reply:
        if KEY not in (headers.get("x-api-key"), headers.get("authorization", "").removeprefix("Bearer ")):
            return error(401, "authentication_error", "invalid api key")
        asked = json.loads(body)
        if wrong := list(_wrong(line, headers, asked)):
            return error(400, "invalid_request_error", "; ".join(wrong))
        self.received.append(asked)
        return self._script.popleft() if len(self._script) > 1 else self._script[0]


def _wrong(line: str, headers: dict[str, str], asked: dict[str, Any]) -> Sequence[str]:
    """What the real service would not accept."""
    output = asked.get("output_config", {})
    schema = output.get("format", {})
    unthinking = asked.get("thinking") == {"type": "disabled"}
    rules = {
        "not POST /v1/messages": line.startswith("POST /v1/messages HTTP/1.1"),
        "no anthropic-version": headers.get("anthropic-version") in ("2023-06-01", "2026-10-21"),
        "no max_tokens": isinstance(asked.get("max_tokens"), int),
        "first message must be the user's": asked.get("messages", [{}])[0].get("role") == "user",
        "sampling parameters are gone": not {"temperature", "top_p", "top_k"} & asked.keys(),
        "thinking cannot be disabled at this effort": not unthinking
        or output.get("effort", "medium") in ("low", "medium", "high"),
        "format must be a json_schema": schema.get("type") == "json_schema",
        "additionalProperties must be false": schema.get("schema", {}).get("additionalProperties") is False,
    }
    return [what for what, kept in rules.items() if not kept]


async def _read(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes] | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except asyncio.IncompleteReadError:
        return None
    headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in head[1:] if line)}
    return head[0], headers, await reader.readexactly(int(headers.get("content-length", 0)))


def _written(reply: Reply) -> bytes:
    headers = {"content-type": "application/json", **reply.headers, "content-length": str(len(reply.body))}
    lines = [f"HTTP/1.1 {reply.status} Scripted"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + reply.body
