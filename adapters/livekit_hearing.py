"""The port of the hidden participant in a LiveKit room, and how it is spoken of between processes."""

import asyncio
from typing import Protocol

import msgspec
from msgspec import Struct


class EarListener(Protocol):
    """Is told at once and synchronously. People are named by their identities in LiveKit."""

    def came(self, identity: str) -> None:
        """Somebody is in the room."""
        ...

    def went(self, identity: str) -> None:
        """Somebody has left it."""
        ...

    def sounded(self, identity: str, level: int, samples: bytes) -> None:
        """20 ms of somebody: the level as RFC 6464 has it, and 960 samples of 16 bits, none if silent."""
        ...


class EarLost(Exception):
    """The room could not be joined, or ended the connection."""


class EarReplaced(EarLost):
    """Another node listens here now."""


class Ear(Protocol):
    """Listens in one room until it is cancelled. Raises EarLost, EarReplaced."""

    async def __call__(self, url: str, token: str, listener: EarListener) -> None: ...


class Listen(Struct, frozen=True, array_like=True, tag=True):
    """To the process: listen in the room that the token is for. `ear` is a number for it."""

    ear: int
    url: str
    token: str


class Leave(Struct, frozen=True, array_like=True, tag=True):
    """To the process: listen there no longer."""

    ear: int


class Came(Struct, frozen=True, array_like=True, tag=True):
    """From it: somebody is there, and is called `who` from now on."""

    ear: int
    who: int
    identity: str


class Went(Struct, frozen=True, array_like=True, tag=True):
    """From it: somebody has left."""

    ear: int
    who: int


class Sounded(Struct, frozen=True, array_like=True, tag=True):
    """From it: 20 ms of somebody."""

    ear: int
    who: int
    level: int
    samples: bytes


class Lost(Struct, frozen=True, array_like=True, tag=True):
    """From it: nothing is heard there any more."""

    ear: int
    replaced: bool
    why: str


Said = Came | Went | Sounded | Lost
Wish = Listen | Leave
LARGEST = 64 * 1024
"""Bytes of a message."""
said = msgspec.msgpack.Decoder(Said)
wish = msgspec.msgpack.Decoder(Wish)


def packed(message: Said | Wish) -> bytes:
    """A message as it goes through a pipe: its length in four bytes, and itself."""
    body = msgspec.msgpack.encode(message)
    return len(body).to_bytes(4, "big") + body


async def unpacked(reader: asyncio.StreamReader) -> bytes | None:
    """The next message; None at the end of the pipe. Raises ValueError for what is none."""
    try:
        length = int.from_bytes(await reader.readexactly(4), "big")
        if length > LARGEST:
            raise ValueError("too long")
        return await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
