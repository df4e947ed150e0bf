"""The port through which words become speech."""

from typing import NamedTuple, Protocol


class Sound(NamedTuple):
    """Speech: samples of 16 bits, little-endian, one channel, so many a second."""

    rate: int
    samples: bytes


class CannotSpeak(Exception):
    """No speech could be made; `reason` is a word of ours that can be counted, never what was to be said."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Synthesiser(Protocol):
    """Implemented in `adapters/espeak.py`."""

    async def speak(self, text: str) -> Sound:
        """The text as speech, within a few seconds. Never blocks the loop. Raises CannotSpeak."""
        ...
