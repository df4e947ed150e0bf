"""A conversation of espeak's voices, as a sound file for each person, and who really speaks when."""

import random
import subprocess
import wave
from array import array
from dataclasses import dataclass, field
from pathlib import Path

RATE = 22050
FRAME = RATE // 50
LOUD_RMS = 104
"""-50 dBov: what is quieter for 20 ms is not speech."""
PEAK = 14_000
PAUSE = 500
"""Milliseconds: a shorter silence within speech is part of it, as it is of a turn."""
BEGIN = 4000
"""Milliseconds of silence at the beginning, in which people join."""
VOICES = ("en-us", "en-gb+f3", "en-us+m4", "en-gb+f5")
SENTENCES = (
    "The sum of the angles of a triangle is two right angles.",
    "I would begin with the second equation, because it has only one unknown in it.",
    "Wait, why did you divide by two there?",
    "Because both sides are even, so nothing is lost.",
    "Let us check that with the numbers from the example before we go on to the next one.",
    "Yes, that is what I got as well.",
    "Then the slope must be three, and the line goes through the point zero, minus four.",
    "Could somebody draw that on the board?",
)


class NoVoice(Exception):
    """espeak-ng is not installed, or did not speak."""


@dataclass
class Part:
    """What one person says: the sound, and from when to when (ms) it can be heard."""

    samples: "array[int]" = field(default_factory=lambda: array("h"))
    spoken: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    @property
    def talk(self) -> int:
        """Milliseconds of speech."""
        return sum(end - start for start, end in self.spoken)

    def save(self, path: Path) -> Path:
        """As a file for a browser's microphone."""
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(self.samples.tobytes())
        return path


def conversation(seconds: float, seed: int = 7) -> list[Part]:
    """Four people take turns, now and then two at once, for so long. Raises `NoVoice`."""
    chance = random.Random(seed)
    clips = [[_said(voice, sentence) for sentence in SENTENCES] for voice in VOICES]
    parts = [Part() for _ in VOICES]
    at, last = BEGIN, -1
    while True:
        person = chance.choice([each for each in range(len(parts)) if each != last])
        clip = chance.choice(clips[person])
        free = parts[person].spoken[-1][1] + 3 * PAUSE if parts[person].spoken else 0
        start = max(at, free)
        if start + _ms(len(clip)) > 1000 * seconds:
            break
        _place(parts[person], clip, start)
        at, last = start + _ms(len(clip)) + chance.choice((-600, 200, 400, 700, 900)), person
    for part in parts:
        part.samples.extend(array("h", bytes(2 * max(0, int(seconds * RATE) - len(part.samples)))))
    return parts


def monologue(seconds: float, voice: int = 0) -> Part:
    """One person who does not stop."""
    clips = [_said(VOICES[voice], sentence) for sentence in SENTENCES]
    part, at, number = Part(), 0, 0
    while at < 1000 * seconds:
        _place(part, clips[number % len(clips)], at)
        at, number = _ms(len(part.samples)), number + 1
    return part


def _place(part: Part, clip: "array[int]", start: int) -> None:
    """Silence until `start` (ms), then the clip."""
    silence = start * RATE // 1000 - len(part.samples)
    part.samples.extend(array("h", bytes(2 * max(0, silence))))
    begin = _ms(len(part.samples))
    part.samples.extend(clip)
    part.spoken += [(begin + first, begin + last) for first, last in audible(clip)]


def audible(samples: "array[int]") -> list[tuple[int, int]]:
    """From when to when (ms) there is speech."""
    found: list[tuple[int, int]] = []
    for frame in range(0, len(samples) - FRAME + 1, FRAME):
        power = sum(each * each for each in samples[frame : frame + FRAME]) / FRAME
        if power < LOUD_RMS**2:
            continue
        start, end = _ms(frame), _ms(frame + FRAME)
        if found and start - found[-1][1] < PAUSE:
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return found


def _said(voice: str, sentence: str) -> "array[int]":
    """The sound of a sentence, from its first sound to its last."""
    try:
        spoken = subprocess.run(
            ("espeak-ng", "-v", voice, "--stdout", sentence), check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoVoice(NoVoice.__doc__) from error
    samples = array("h", spoken.stdout[44 : len(spoken.stdout) // 2 * 2])
    loudest = max(map(abs, samples))
    samples = array("h", (each * PEAK // loudest for each in samples))
    heard = audible(samples)
    return samples[heard[0][0] * RATE // 1000 : heard[-1][1] * RATE // 1000]


def _ms(samples: int) -> int:
    return samples * 1000 // RATE
