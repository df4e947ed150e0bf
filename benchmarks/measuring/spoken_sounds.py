"""Speech by espeak-ng whose activity is known, noises made here, and the levels that a client would send."""

import array
import math
import random
import shutil
import subprocess
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import accumulate, chain, cycle, islice
from operator import add, mul
from typing import TYPE_CHECKING

import av

RATE = 16_000
FRAME = RATE // 50
"""Samples in 20 ms."""
OVERLOAD = 32768
"""The RMS of 0 dBov."""
USUAL = 25
"""dB below overload that speech has in browsers' clients, about."""
HISS = 70
"""dB below overload of the noise of the microphone itself, always there."""
FAINT = 30
"""A frame this many dB fainter than its utterance, or more, is not speech."""
TURN = 500
"""Milliseconds: a shorter pause of the clean signal is part of the turn."""

if TYPE_CHECKING:
    Samples = array.array[float]
else:
    Samples = array.array


class EspeakMissing(Exception):
    """Speech is made by espeak-ng, which is not installed here."""


@dataclass(frozen=True)
class Voice:
    """A voice of espeak-ng: pace in words a minute, pitch (0 to 99), loudness in dB below overload."""

    name: str
    pace: int
    pitch: int
    loudness: int = USUAL


@dataclass(frozen=True)
class Track:
    """One person's speech between silences, and for every 20 ms whether they speak."""

    samples: Samples
    speaks: list[bool]

    @property
    def rms(self) -> float:
        """Of the speech, without the silences."""
        frames = [self.samples[n * FRAME : (n + 1) * FRAME] for n, speaks in enumerate(self.speaks) if speaks]
        return rms(Samples("f", chain.from_iterable(frames)))


def rms(samples: Samples) -> float:
    """The root of the mean square."""
    return math.sqrt(sum(map(mul, samples, samples)) / len(samples))


def levels(samples: Samples) -> list[int]:
    """For each 20 ms the level as RFC 6464 has it: dB below overload, 0 to 127."""
    found: list[int] = []
    for at in range(0, len(samples) - FRAME + 1, FRAME):
        power = sum(map(mul, samples[at : at + FRAME], samples[at : at + FRAME])) / FRAME / OVERLOAD**2
        found.append(127 if power < 1e-12 else max(0, min(127, round(-10 * math.log10(power)))))
    return found


@cache
def spoken(text: str, voice: Voice) -> Samples:
    """What espeak-ng makes of it, without the silence around. Raises `EspeakMissing`."""
    espeak = shutil.which("espeak-ng")
    if espeak is None:
        raise EspeakMissing
    command = [espeak, "--stdout", "-v", voice.name, "-s", str(voice.pace), "-p", str(voice.pitch), text]
    made = subprocess.run(command, capture_output=True, check=True).stdout
    with wave.open(BytesIO(made)) as file:
        whole = _resampled(file.readframes(file.getnframes()), file.getframerate())
    loud = [n for n, sample in enumerate(whole) if abs(sample) > 30]
    return whole[loud[0] : loud[-1] + 1]


def track(texts: Sequence[str], voice: Voice, seconds: float, chance: random.Random) -> Track:
    """Texts in any order with pauses of 0.8 to 4 seconds, for so long."""
    samples, speaks = Samples("f"), list[bool]()
    while len(samples) < seconds * RATE:
        pause = round(chance.uniform(0.8, 4.0) * 50)
        said = scaled(spoken(chance.choice(texts), voice), voice.loudness + chance.uniform(-3, 3))
        said.extend([0.0] * (-len(said) % FRAME))
        samples.extend([0.0] * (pause * FRAME))
        samples.extend(said)
        speaks += [False] * pause + activity(said)
    return Track(samples, speaks)


def activity(said: Samples) -> list[bool]:
    """For every 20 ms of an utterance whether it is speech; short pauses are part of it."""
    floor = -20 * math.log10(rms(said) / OVERLOAD) + FAINT
    loud = [n for n, level in enumerate(levels(said)) if level < floor]
    active = [False] * (len(said) // FRAME)
    for n, after in zip(loud, [*loud[1:], loud[-1] + 1], strict=True):
        upto = after if (after - n) * 20 < TURN else n + 1
        active[n:upto] = [True] * (upto - n)
    return active


def scaled(samples: Samples, below: float) -> Samples:
    """The same, with an RMS of so many dB below overload."""
    factor = OVERLOAD * 10 ** (-below / 20) / rms(samples)
    return Samples("f", [factor * sample for sample in samples])


def mixed(one: Samples, other: Samples) -> Samples:
    """Both together, as long as the shorter."""
    return Samples("f", map(add, one, other))


def white(length: int, chance: random.Random) -> Samples:
    """All frequencies alike."""
    one, other = (array.array("h", chance.randbytes(2 * length)) for _ in range(2))
    return Samples("f", map(add, one, other))


def fan(length: int, chance: random.Random) -> Samples:
    """Air below some 300 Hz, and the hum of a motor that wavers."""
    air = Samples("f", white(length, chance))
    for _ in range(2):
        air = Samples("f", accumulate(air, lambda before, now: before + 0.11 * (now - before)))
    step = 2 * math.pi / RATE
    hum = (
        (1 + 0.2 * math.sin(0.7 * step * n)) * (math.sin(100 * step * n) + 0.4 * math.sin(200 * step * n))
        for n in range(length)
    )
    loudness = 0.5 * rms(air)
    return Samples("f", map(add, air, (loudness * wave for wave in hum)))


def keyboard(length: int, chance: random.Random) -> Samples:
    """Bouts of typing: each key clicks twice, when it goes down and, softer, when it comes up."""
    samples, at = Samples("f", bytes(4 * length)), 0
    while at < length:
        until = at + round(chance.uniform(2, 6) * RATE)
        while at < min(until, length):
            loudness = chance.uniform(0.5, 1.0)
            _click(samples, at, loudness, chance)
            _click(samples, at + round(chance.uniform(0.07, 0.12) * RATE), 0.4 * loudness, chance)
            at += round(chance.uniform(0.10, 0.28) * RATE)
        at = until + round(chance.uniform(0.5, 3) * RATE)
    return samples


def babble(length: int, voices: Sequence[Voice], texts: Sequence[str], chance: random.Random) -> Samples:
    """All of these voices at once, each talking on and on."""
    samples = Samples("f", bytes(4 * length))
    for voice in voices:
        said = [scaled(spoken(text, voice), USUAL) for text in chance.sample(texts, len(texts))]
        endless = cycle(chain.from_iterable(said))
        skipped = chance.randrange(len(said[0]))
        samples = Samples("f", map(add, samples, islice(endless, skipped, skipped + length)))
    return samples


def _click(samples: Samples, at: int, loudness: float, chance: random.Random) -> None:
    decay, length = math.exp(-1 / (0.006 * RATE)), round(0.04 * RATE)
    before = 0.0
    for n in range(at, min(at + length, len(samples))):
        raw = chance.uniform(-loudness, loudness)
        samples[n] += raw - 0.6 * before
        before = raw
        loudness *= decay


def _resampled(raw: bytes, rate: int) -> Samples:
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(raw) // 2)
    frame.planes[0].update(raw.ljust(frame.planes[0].buffer_size, b"\0"))
    frame.sample_rate = rate
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    found = array.array("h")
    for part in chain(resampler.resample(frame), resampler.resample(None)):
        found.frombytes(bytes(part.planes[0])[: 2 * part.samples])
    return Samples("f", found)
