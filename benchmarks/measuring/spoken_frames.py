"""Frame by frame: who speaks in noise, as each detector has it, and as it was."""

import array
import math
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import process_time

from adapters.silero import Silero
from benchmarks.measuring import spoken_sounds as sounds
from benchmarks.measuring.spoken_opus import encoded
from benchmarks.measuring.spoken_sounds import OVERLOAD, Samples
from benchmarks.measuring.spoken_texts import TEST_BABBLE, TEST_TEXTS, TEST_VOICES
from rooms.voice.turns import Ended, Started, TurnDetector
from rooms.voice.verdict import Over, Told, Verdict

NOISES = {
    "no noise": 99,
    "white noise, 20 dB": 20,
    "fan, 10 dB": 10,
    "keyboard, 10 dB": 10,
    "babble, 10 dB": 10,
}
"""How many dB louder speech is than each, over all of both."""
BEFORE = 25
"""Packets that the second stage hears from before a turn."""


@dataclass
class Sounding:
    """Somebody's speech in a noise: what each kind of detector is given, and the truth."""

    noise: str
    speaks: list[bool]
    levels: list[int]
    samples: Samples
    pcm: bytes
    """The samples in 16 bits."""


@dataclass
class Errors:
    """How many frames were wrong, of how many; and how many of each there were in all."""

    missed: int = 0
    speech: int = 0
    false: int = 0
    silence: int = 0

    def add(self, speaks: Sequence[bool], told: Sequence[bool]) -> None:
        """One more sounding."""
        for true, said in zip(speaks, told, strict=False):
            self.speech += true
            self.silence += not true
            self.missed += true and not said
            self.false += said and not true

    @property
    def missed_share(self) -> float:
        """Percent of the frames with speech."""
        return 100 * self.missed / max(1, self.speech)

    @property
    def false_share(self) -> float:
        """Percent of the frames without."""
        return 100 * self.false / max(1, self.silence)

    @property
    def talk(self) -> float:
        """By how many percent the talk time is wrong."""
        return 100 * abs(self.false - self.missed) / max(1, self.speech)


def soundings(seconds: float, voices: int) -> Iterator[Sounding]:
    """Speech of each voice in each noise."""
    for voice in TEST_VOICES[:voices]:
        chance = random.Random(voice.name)
        track = sounds.track(TEST_TEXTS, voice, seconds, chance)
        length = len(track.samples)
        hissing = sounds.mixed(track.samples, sounds.scaled(sounds.white(length, chance), sounds.HISS))
        below = -20 * math.log10(track.rms / OVERLOAD)
        for noise, snr in NOISES.items():
            made = sounds.scaled(_noise(noise, length, chance), below + snr)
            samples = sounds.mixed(hissing, made)
            yield Sounding(noise, track.speaks, sounds.levels(samples), samples, _pcm(samples))


def ours(sounding: Sounding) -> list[bool]:
    """By levels alone."""
    detector, turns = TurnDetector(), list[tuple[int, int]]()
    for n, level in enumerate(sounding.levels, 1):
        turns += [(m.started, m.ended) for m in detector.heard(20 * n, level) if isinstance(m, Ended)]
    turns += [(m.started, m.ended) for m in detector.close() if isinstance(m, Ended)]
    return _frames(turns, len(sounding.levels))


class Checked:
    """By levels, and by the model for what is loud; counts what it takes."""

    def __init__(self) -> None:
        """Raises `SpeechCheckMissing`."""
        self._judge = Silero()
        self.judged = 0
        self.seconds = 0.0

    def __call__(self, sounding: Sounding) -> list[bool]:
        """As `rooms.voice.checking` has it, without its threads."""
        packets = encoded(sounding.samples)
        detector, verdict, told, loud = TurnDetector(), Verdict(), list[Told](), False
        for n, level in enumerate(sounding.levels[: len(packets)], 1):
            if loud:
                told += verdict.judged(20 * n, self._likely(packets[n - 1]))
            for mark in detector.heard(20 * n, level):
                loud = isinstance(mark, Started)
                if isinstance(mark, Started):
                    verdict.opened("turn", mark.at)
                    for earlier in range(max(1, n - BEFORE + 1), n + 1):
                        told += verdict.judged(20 * earlier, self._likely(packets[earlier - 1]))
                else:
                    told += verdict.closed(mark.ended)
                    self._judge.forget()
        for mark in detector.close():
            told += verdict.closed(mark.ended if isinstance(mark, Ended) else mark.at)
        self._judge.forget()
        return _frames([(t.started, t.ended) for t in told if isinstance(t, Over)], len(sounding.levels))

    def _likely(self, opus: bytes) -> float | None:
        began = process_time()
        likely = self._judge.hear(opus)
        self.seconds += process_time() - began
        self.judged += 1
        return likely


def per_packet(found: Iterable[Sounding], detect: Callable[[Sounding], object]) -> float:
    """Microseconds of processor time for 20 ms."""
    found = list(found)
    began = process_time()
    for sounding in found:
        detect(sounding)
    return (process_time() - began) / sum(len(each.levels) for each in found) * 1e6


def _noise(name: str, length: int, chance: random.Random) -> Samples:
    if name.startswith("fan"):
        return sounds.fan(length, chance)
    if name.startswith("keyboard"):
        return sounds.keyboard(length, chance)
    if name.startswith("babble"):
        return sounds.babble(length, TEST_BABBLE, TEST_TEXTS, chance)
    return sounds.white(length, chance)


def _frames(turns: Sequence[tuple[int, int]], length: int) -> list[bool]:
    found = [False] * length
    for started, ended in turns:
        for n in range(max(0, started // 20), min(length, -(-ended // 20))):
            found[n] = True
    return found


def _pcm(samples: Samples) -> bytes:
    return array.array("h", (max(-32768, min(32767, round(sample))) for sample in samples)).tobytes()
