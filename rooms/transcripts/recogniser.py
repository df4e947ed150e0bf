"""The port through which speech becomes text."""

from typing import NamedTuple, Protocol

RATE = 16_000
"""Samples in a second, of 16 bits each, one channel."""


class Heard(NamedTuple):
    """What was understood, and in which language (ISO 639, `und` if unknown)."""

    text: str
    language: str


class RecogniserFailed(Exception):
    """No text could be had; `reason` is a word of ours that can be counted, never what was said."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Recogniser(Protocol):
    """Implemented in `adapters/`: `scripted.py`, `faster_whisper.py`, `hosted_recogniser.py`."""

    @property
    def name(self) -> str:
        """What wrote it down, as it stands in every transcript."""
        ...

    @property
    def at_once(self) -> int:
        """How many utterances it takes at a time."""
        ...

    async def recognise(self, samples: bytes) -> Heard:
        """The text of one utterance, "" if there is none: samples of `RATE`, little-endian.

        Never blocks the loop. May be cancelled. Raises RecogniserFailed.
        """
        ...
