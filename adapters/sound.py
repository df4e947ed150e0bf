"""Sound as a file in memory."""

import wave
from io import BytesIO

from rooms.transcripts.recogniser import RATE


def wav(samples: bytes) -> bytes:
    """16-bit samples of one channel at 16 kHz as a WAV file."""
    file = BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(samples)
    return file.getvalue()
