"""A recogniser that answers from a script: to try transcripts out where no model is, and for tests."""

from collections import deque
from pathlib import Path
from typing import Self

import msgspec
from msgspec import Struct

from rooms.transcripts.recogniser import RATE, Heard

SAMPLE = 2
"""Bytes."""


class BadScript(Exception):
    """The script is no JSON list of lines with `text`, and if wanted `language`, `least` and `most`."""


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """One answer. With `least` or `most` (ms) it is for every utterance of such a length, else for one."""

    text: str
    language: str = "en"
    least: int = 0
    most: int | None = None

    @property
    def by_length(self) -> bool:
        """Whether it is the length that it answers to."""
        return self.least > 0 or self.most is not None

    def fits(self, length: int) -> bool:
        """Whether it answers an utterance of so many ms."""
        return self.by_length and self.least <= length and (self.most is None or length <= self.most)


class ScriptedRecogniser:
    """A `Recogniser`. Lines by length go first; the others are answered once each, in order; then nothing."""

    name = "scripted"
    at_once = 1

    def __init__(self, lines: list[Line]) -> None:
        self._by_length = [line for line in lines if line.by_length]
        self._in_order = deque(line for line in lines if not line.by_length)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The script in a file. Raises BadScript, OSError."""
        try:
            return cls(msgspec.json.decode(path.read_bytes(), type=list[Line]))
        except msgspec.DecodeError as error:
            raise BadScript(f"{path}: {error}") from error

    async def recognise(self, samples: bytes) -> Heard:
        """What the script says to an utterance of this length, or to the next one."""
        length = len(samples) * 1000 // (RATE * SAMPLE)
        line = next((line for line in self._by_length if line.fits(length)), None)
        if line is None:
            line = self._in_order.popleft() if self._in_order else Line("")
        return Heard(line.text, line.language)
