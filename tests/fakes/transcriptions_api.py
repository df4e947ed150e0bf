"""The transcriptions API on loopback: real HTTP and forms, real refusals, and a script to follow."""

import asyncio
import json
import wave
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from io import BytesIO

KEY = "sk-test-of-the-loopback-api"
PATH = "/v1/audio/transcriptions"


@dataclass
class Reply:
    """One answer; `never` comes, if so, or the connection is closed without one."""

    status: int = 200
    body: bytes = b'{"text": "What was said."}'
    headers: dict[str, str] = field(default_factory=dict)
    never: bool = False
    hangs_up: bool = False


def says(text: str, **more: str) -> Reply:
    return Reply(body=json.dumps({"text": text, **more}).encode())


@dataclass
class Asked:
    """What was sent: the fields of the form, and the seconds of sound at 16 kHz."""

    fields: dict[str, str]
    seconds: float


class TranscriptionsApi:
    """Answers as scripted; `url` is where it is."""

    def __init__(self) -> None:
        self.url = ""
        self.script: deque[Reply] = deque()
        self.asked: list[Asked] = []
        self.attempts = 0

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["TranscriptionsApi"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield self
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = await reader.readexactly(int(headers["content-length"]))
        self.attempts += 1
        reply = self._refusal(head, headers, body) or (self.script.popleft() if self.script else Reply())
        if reply.never:
            await reader.read()
        elif not reply.hangs_up:
            more = "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
            length = f"Content-Length: {len(reply.body)}\r\nConnection: close\r\n"
            writer.write(f"HTTP/1.1 {reply.status} X\r\n{more}{length}\r\n".encode() + reply.body)
            await writer.drain()
        writer.close()

    def _refusal(self, head: str, headers: dict[str, str], body: bytes) -> Reply | None:
        if not head.startswith(f"POST {PATH} "):
            return Reply(404, b"{}")
        if headers.get("authorization") != f"bearer {KEY}":
            return Reply(401, b"{}")
        kind = head[head.lower().index("content-type: ") :].split("\r\n", maxsplit=1)[0]
        form = message_from_bytes(kind.encode() + b"\r\n\r\n" + body)
        parts = {part.get_param("name", header="content-disposition"): part for part in form.get_payload()}
        sound = parts.pop("file")
        if "model" not in parts or sound.get_filename() is None:
            return Reply(400, b"{}")
        with wave.open(BytesIO(sound.get_payload(decode=True))) as file:
            if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (16_000, 1, 2):
                return Reply(400, b"{}")
            seconds = file.getnframes() / 16_000
        self.asked.append(Asked({name: part.get_payload().strip() for name, part in parts.items()}, seconds))
        return None
