"""What nodes ask each other about voices, as it goes over the bus: JSON, strict, of limited size."""

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from domain.errors import Refused
from rooms.voice import engine
from rooms.voice.engine import May, SlotContent

LARGEST = 768 * 1024
"""Bytes of a question or an answer, at most: NATS carries a mebibyte, unless told otherwise."""

Node = Annotated[str, Meta(pattern=r"^[0-9a-z]{8,32}$(?!\n)")]
"""The name of a node, for as long as it holds one lease."""
Room = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}/[A-Za-z0-9_-]{1,64}$(?!\n)")]
"""Organisation and room."""
Scope = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_/-]{0,129}$(?!\n)")]
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$(?!\n)")]
Sdp = Annotated[str, Meta(max_length=LARGEST // 2)]


class _Call(Struct, frozen=True, forbid_unknown_fields=True):
    """Fields that are not known are refused."""


class Join(_Call, frozen=True, tag="voice.join"):
    """Answer a person's SDP offer."""

    room: Room
    person: Id
    sdp: Sdp
    may: May
    via: Node
    """The node that they reach. It answers for their rights: when it is gone, so is the voice."""


class Restart(_Call, frozen=True, tag="voice.restart"):
    """Restart the ICE of a voice."""

    voice: Id
    fragment: Sdp


class Leave(_Call, frozen=True, tag="voice.leave"):
    """End a voice."""

    voice: Id


class Expel(_Call, frozen=True, tag="voice.expel"):
    """End whatever voice the person has in the room."""

    room: Room
    person: Id


class Permit(_Call, frozen=True, tag="voice.permit"):
    """What the person may do in the room's voice has changed, as the node says by which they joined."""

    room: Room
    person: Id
    may: May
    via: Node


class Silencing(_Call, frozen=True, tag="voice.silence"):
    """The person is to be heard no longer in the rooms whose names begin so."""

    scope: Scope
    person: Id


class Whose(_Call, frozen=True, tag="voice.whose"):
    """Whose is this voice?"""

    voice: Id


class SlotsOf(_Call, frozen=True, tag="voice.slots-of"):
    """What do this listener's slots hold?"""

    room: Room
    person: Id


class Answered(_Call, frozen=True, tag="voice.answered"):
    """A voice has been made: its id on that node, and the SDP answer."""

    voice: Id
    sdp: Sdp


class Restarted(_Call, frozen=True, tag="voice.restarted"):
    """The fragment to go back to the client."""

    fragment: Sdp


class Belongs(_Call, frozen=True, tag="voice.belongs"):
    """Whose the voice is."""

    room: Room
    person: Id


class Held(_Call, frozen=True, tag="voice.held"):
    """What the slots hold."""

    slots: tuple[SlotContent, ...]


class Done(_Call, frozen=True, tag="voice.done"):
    """It is done."""


class Elsewhere(_Call, frozen=True, tag="voice.elsewhere"):
    """This node does not carry that room: find out who does."""


class Refusal(_Call, frozen=True, tag="voice.refusal"):
    """It was refused, for a reason that has a name; an unknown name means that something went wrong there."""

    code: Annotated[str, Meta(max_length=100)]
    detail: Annotated[str, Meta(max_length=500)]


class OfVoices(_Call, frozen=True, tag="voice.node"):
    """A node that carries voices is there; or it has given up all that it carried."""

    node: Node
    going: bool = False


Question = Join | Restart | Leave | Expel | Permit | Silencing | Whose | SlotsOf
Answer = Answered | Restarted | Belongs | Held | Done | Elsewhere | Refusal

encode = msgspec.json.Encoder().encode
_question = msgspec.json.Decoder(Question)
_answer = msgspec.json.Decoder(Answer)
_of_voices = msgspec.json.Decoder(OfVoices)
_node = msgspec.json.Decoder(Node)


class TooLarge(msgspec.MsgspecError):
    """The message is too large."""


def question(payload: bytes) -> Question:
    """Raises `msgspec.MsgspecError` or UnicodeDecodeError."""
    return _question.decode(_limited(payload))


def answer(payload: bytes) -> Answer:
    """Raises `msgspec.MsgspecError` or UnicodeDecodeError."""
    return _answer.decode(_limited(payload))


def of_voices(payload: bytes) -> OfVoices:
    """Raises `msgspec.MsgspecError` or UnicodeDecodeError."""
    return _of_voices.decode(_limited(payload))


def voice_id(node: str, via: str, voice: str) -> str:
    """What clients call a voice: the node that carries it, the one by which it joined, its id there."""
    return f"{node}-{via}-{voice}"


def node_and_voice(voice: str) -> tuple[str, str]:
    """The node that carries a voice, and the voice's id there. Raises UnknownVoice."""
    try:
        node, _, local = msgspec.convert(tuple(voice.split("-", 2)), tuple[Node, Node, Id])
    except msgspec.ValidationError:
        raise engine.UnknownVoice from None
    return node, local


def refused(refusal: Refusal) -> Refused | None:
    """The error that the engine of the other node has raised."""
    kind = next((kind for kind in _refusals() if kind().code == refusal.code), None)
    return kind(refusal.detail) if kind else None


def _refusals() -> Iterator[type[Refused]]:
    for kind in vars(engine).values():
        if isinstance(kind, type) and issubclass(kind, Refused):
            yield kind


def _limited(payload: bytes) -> bytes:
    if len(payload) > LARGEST:
        raise TooLarge
    return payload
