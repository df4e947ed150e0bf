"""Speech by espeak-ng, a program on this machine: robotic, small, quick, and nothing leaves the house."""

import asyncio
import wave
from asyncio.subprocess import DEVNULL, PIPE
from io import BytesIO

from rooms.aloud.synthesiser import CannotSpeak, Sound

PROGRAM = "espeak-ng"
LONGEST = 600
"""Characters; what is longer is not said."""
LIMIT = 5.0
"""Seconds that the program has."""
LARGEST = 8 * 1024 * 1024
"""Bytes of sound: about three minutes."""
WORDS_A_MINUTE = 155


class Espeak:
    """A `Synthesiser`. `voice` is one of `espeak-ng --voices`, for example `en-gb` or `de`."""

    def __init__(self, voice: str = "en", *, program: str = PROGRAM, limit: float = LIMIT) -> None:
        self._command = (program, "--stdin", "--stdout", "-b", "1", "-s", str(WORDS_A_MINUTE), "-v", voice)
        self._limit = limit

    async def speak(self, text: str) -> Sound:
        """The text as speech. Raises CannotSpeak."""
        if len(text) > LONGEST:
            raise CannotSpeak("too-long")
        try:
            # No shell, and the text on standard input: other users of the machine see arguments.
            process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
            )
        except OSError as error:
            raise CannotSpeak("not-installed") from error
        try:
            async with asyncio.timeout(self._limit):
                made, _ = await process.communicate(_plain(text).encode())
        except TimeoutError as error:
            raise CannotSpeak("late") from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise CannotSpeak("failed")
        return _sound(made)


def _plain(text: str) -> str:
    """On one line, and without what the program takes for phonemes."""
    return " ".join(text.replace("[[", " ").split()) + "\n"


def _sound(made: bytes) -> Sound:
    if not 44 < len(made) <= LARGEST:
        raise CannotSpeak("no-sound")
    try:
        with wave.open(BytesIO(made)) as file:
            shape = (file.getnchannels(), file.getsampwidth())
            sound = Sound(file.getframerate(), file.readframes(file.getnframes()))
    except (wave.Error, EOFError) as error:
        raise CannotSpeak("malformed") from error
    if shape != (1, 2) or len(sound.samples) % 2:
        raise CannotSpeak("malformed")
    return sound
