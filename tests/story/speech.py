"""Real speech for fake microphones, and silence for those who say nothing."""

import subprocess
import wave
from pathlib import Path

MUCH = (
    "So I would start with the common denominator. Six works, because two and three both divide it. "
    "Then one half is three sixths, and one third is two sixths. Together that makes five sixths. "
    "Let me write that down. Next we could look at the equation. If we take three from both sides, "
    "eight is left, and half of that is four."
)
LITTLE = "That sounds right to me."
RATE = 22_050


def speech(folder: Path, name: str, text: str, espeak: str, pause: float = 0.3) -> Path:
    """A WAV file in which `text` is spoken, with `pause` seconds of silence behind it; browsers loop it."""
    spoken, path = folder / f"{name}-spoken.wav", folder / f"{name}.wav"
    subprocess.run([espeak, "-w", str(spoken), "-s", "150", text], check=True)
    with wave.open(str(spoken)) as source:
        parameters, frames = source.getparams(), source.readframes(source.getnframes())
    with wave.open(str(path), "wb") as target:
        target.setparams(parameters)
        target.writeframes(frames + _silence(pause))
    return path


def silence(folder: Path, name: str, seconds: float = 5) -> Path:
    """A WAV file in which nobody speaks."""
    path = folder / f"{name}.wav"
    with wave.open(str(path), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes(_silence(seconds))
    return path


def _silence(seconds: float) -> bytes:
    return bytes(2 * int(seconds * RATE))
