"""The opening handshake of a WebSocket, from the request as the HTTP server hands it on; nothing does I/O."""

from base64 import b64encode
from binascii import Error as NotBase64
from binascii import a2b_base64
from collections.abc import Mapping
from hashlib import sha1
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

import msgspec

from realtime.access import token_of
from realtime.problems import CODES, MEDIA_TYPE, Problem
from realtime.sockets.session import Arrival

HEAD = 16 * 1024
"""Bytes of a request line and its headers, at most."""
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""What RFC 6455 adds to the key."""
NOTHING: Mapping[str, str] = {}


class NotUpgraded(Exception):
    """The request is answered with this status, and stays HTTP."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] = NOTHING) -> None:
        super().__init__(detail)
        self.status = status
        self.code = CODES.get(status) or HTTPStatus(status).phrase.lower().replace(" ", "-")
        self.headers = headers

    def answer(self) -> bytes:
        """The whole response."""
        title = self.code.replace("-", " ").capitalize()
        problem = Problem(type=f"/problems/{self.code}", title=title, status=self.status, detail=str(self))
        body = msgspec.json.encode(problem)
        headers = {
            "Content-Type": MEDIA_TYPE,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Connection": "close",
            **self.headers,
        }
        return _head(HTTPStatus(self.status), headers) + body


class Upgrade(NamedTuple):
    """What was asked for, and the response that begins the WebSocket."""

    arrival: Arrival
    answer: bytes


def upgraded(request: bytes) -> Upgrade:
    """The answer to a request, which the HTTP server has seen to be an upgrade. Raises `NotUpgraded`."""
    if len(request) > HEAD:
        raise NotUpgraded(431, "The headers are too long.")
    line, *lines = request.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    method, _, target = line.rpartition(" ")[0].partition(" ")
    if method != "GET":
        raise NotUpgraded(405, "A WebSocket is opened with GET.", {"Allow": "GET"})
    headers = _fields(lines)
    if headers.get("sec-websocket-version") != "13":
        raise NotUpgraded(426, "The version must be 13.", {"Sec-WebSocket-Version": "13"})
    path, _, query = target.partition("?")
    token = token_of(headers.get("authorization"), dict(parse_qsl(query)).get("token"))
    answer = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Accept": _accepted(headers.get("sec-websocket-key", "")),
    }
    return Upgrade(Arrival(unquote(path), token), _head(HTTPStatus.SWITCHING_PROTOCOLS, answer))


def _fields(lines: list[str]) -> dict[str, str]:
    """Headers by their names in small letters; repeated ones are joined."""
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = (part.strip() for part in line.partition(":"))
        name = name.lower()
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields


def _accepted(key: str) -> str:
    """The proof that the key was read."""
    try:
        right = len(a2b_base64(key.encode("latin-1"), strict_mode=True)) == 16
    except NotBase64:
        right = False
    if not right:
        raise NotUpgraded(400, "Sec-WebSocket-Key must be 16 bytes in base64.")
    return b64encode(sha1(key.encode() + MAGIC).digest()).decode()


def _head(status: HTTPStatus, headers: Mapping[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status.value} {status.phrase}\r\n{lines}\r\n".encode("latin-1")
