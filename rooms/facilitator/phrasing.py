"""The port through which a model may choose the words. When to speak, and to whom, it is never asked."""

from typing import Literal, Protocol

from msgspec import Struct

from domain.interventions import Detector
from rooms.facilitator.lines import Line


class PhrasingRequest(Struct, frozen=True, kw_only=True):
    """What a model is told: pseudonyms and figures, nobody's name, and nobody's words but those in `said`.

    `said` are the latest lines, of whoever agreed to that, in rooms that did (`lines.py`).
    """

    intervention: str
    detector: Detector
    addressee: str
    people: tuple[str, ...]
    evidence: str
    said: tuple[Line, ...] = ()
    move: str = ""


class ModelCall(Struct, frozen=True, kw_only=True):
    """One question to a model, for the record.

    `prompt` is the SHA-256 of what was sent, `request` its text beside the standing instruction, with
    pseudonyms for people and without anything that they wrote. `tokens` are (read, written), and of those
    that were read `cached` are (from the service's cache, into it); `took` is in milliseconds. `reason`
    says why there is no answer, in words of ours or the service's error type.
    """

    model: str
    prompt: str
    request: str = ""
    outcome: Literal["answered", "late", "failed"]
    reason: str = ""
    tokens: tuple[int, int] = (0, 0)
    cached: tuple[int, int] = (0, 0)
    took: int = 0


class Phrased(Struct, frozen=True, kw_only=True):
    """The model's words, which nobody has checked yet, or None if there are none."""

    text: str | None
    call: ModelCall


class Phraser(Protocol):
    """Implemented in `adapters/claude.py`."""

    async def phrase(self, request: PhrasingRequest) -> Phrased:
        """Words for an intervention, within a few seconds. Never raises: a failure is an outcome."""
        ...
