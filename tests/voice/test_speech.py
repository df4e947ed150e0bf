"""Speech turns of real (synthesised) speech, in quiet and in noise, frame by frame."""

import array
import asyncio
import math
import random
import subprocess
import wave
from itertools import chain

import pytest

from rooms.voice.turns import Ended, TurnDetector
from tests.need import need
from tests.voice.client import Samples, hush

TEXTS = [
    "Let us start with the first equation, and bring everything with an x to one side.",
    "Yes.",
    "Wait, why do we divide by two here? I thought that we had already done that before.",
]
PAUSE = 1500


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> list[Samples]:
    """The texts as samples at 48 kHz, without the silence around them."""
    espeak, found = need("espeak-ng"), []
    for n, text in enumerate(TEXTS):
        path = tmp_path_factory.mktemp("speech") / f"{n}.wav"
        subprocess.run([espeak, "-w", str(path), text], check=True)
        with wave.open(str(path)) as file:
            rate, raw = file.getframerate(), array.array("h", file.readframes(file.getnframes()))
        whole = array.array("h", (raw[int(i * rate / 48000)] for i in range(len(raw) * 48000 // rate)))
        loud = [i for i, sample in enumerate(whole) if abs(sample) > 300]
        found.append(whole[loud[0] : loud[-1]])
    return found


def rms(samples: Samples) -> float:
    return math.sqrt(sum(sample * sample for sample in samples) / len(samples))


def levels(samples: Samples, noise: float) -> list[int]:
    """One level for each 20 ms, with white noise of this RMS added, as RFC 6464 has it."""
    chance, found = random.Random(7), []
    for at in range(0, len(samples) - 959, 960):
        energy = sum((sample + chance.gauss(0, noise)) ** 2 for sample in samples[at : at + 960]) / 960
        found.append(min(127, round(-10 * math.log10(energy / 32768**2 + 1e-13))))
    return found


@pytest.mark.parametrize("snr", [None, 20, 15])
def test_speech_is_found_and_noise_is_not(spoken: list[Samples], snr: int | None):
    quiet = hush(PAUSE)
    whole = array.array("h", chain(quiet, *(chain(samples, quiet) for samples in spoken)))
    truth: list[bool] = [False] * (PAUSE // 20)
    for samples in spoken:
        truth += [True] * (len(samples) // 960) + [False] * (PAUSE // 20)
    noise = 0.0 if snr is None else rms(array.array("h", chain(*spoken))) / 10 ** (snr / 20)
    detector, turns = TurnDetector(), []
    for n, level in enumerate(levels(whole, noise)):
        turns += detector.heard(20 * (n + 1), level)
    turns = [turn for turn in turns if isinstance(turn, Ended)]
    inside = [any(turn.started <= 20 * n < turn.ended for turn in turns) for n in range(len(truth))]
    missed = sum(t and not i for t, i in zip(truth, inside, strict=True)) / sum(truth)
    false = sum(i and not t for t, i in zip(truth, inside, strict=True)) / (len(truth) - sum(truth))
    assert len(turns) == len(spoken)
    assert missed <= 0.04
    assert false <= 0.02


async def test_speech_through_a_real_client_becomes_turns_of_the_right_length(engine, ears, client, spoken):
    first, second = spoken[0], spoken[2]
    ada = client(array.array("h", chain(hush(1000), first, hush(PAUSE), second)))
    await ada.join(engine, "algebra", "ada")
    await ears.until(lambda: len(ears.turns) == 2, seconds=25)
    await asyncio.sleep(0)
    played = [1000, 1000 + len(first) // 48, 1000 + len(first) // 48 + PAUSE]
    expected = [(played[0], played[1]), (played[2], played[2] + len(second) // 48)]
    for turn, (started, ended) in zip(ears.turns, expected, strict=True):
        assert abs(turn.started - ada.playing.zero - started) <= 200 + ada.playing.late
        assert abs(turn.ended - ada.playing.zero - ended) <= 250 + ada.playing.late
