"""Who speaks when: frame by frame on speech in noise, and turn by turn on the timelines of real meetings.

    python -m benchmarks.speech --data ../shared/data

**Frames.** Sentences of ours, spoken by espeak-ng in four voices, 20 to 35 dB below overload, with pauses of
0.8 to 4 s; the noises are made here, and a microphone's own hiss is always there. A frame of 20 ms is speech
if the clean signal is, down to 30 dB below its sentence; pauses of less than 500 ms are part of the turn. The
levels are those of RFC 6464. Tuning was on other voices and other sentences, which are reported nowhere.

**Peers.** LiveKit's server (`peers/livekit_levels.py`) hears the same levels, webrtcvad the samples, at its
strictest, short pauses included as ours. Both at their best: what they say counts from where they heard it.

**Second stage.** The same soundings as Opus: whatever is loud is decoded and judged by Silero.

**Meetings.** AMI's timelines, dev, rendered to levels as `measuring/spoken_meetings.py` says at its top.
"""

from collections.abc import Callable
from pathlib import Path

from adapters.silero import SpeechCheckMissing
from benchmarks.measuring.facilitator_meetings import meetings
from benchmarks.measuring.spoken_frames import (
    NOISES,
    Checked,
    Errors,
    Sounding,
    ours,
    per_packet,
    soundings,
)
from benchmarks.measuring.spoken_meetings import Compared, compare, spans_of
from benchmarks.measuring.spoken_meetings import ours as our_turns
from benchmarks.measuring.spoken_sounds import EspeakMissing
from benchmarks.peers.livekit_levels import livekit
from benchmarks.peers.webrtc_vad import WebrtcVad, WebrtcVadMissing
from benchmarks.report import Arguments, Row, arguments, at_least, at_most, median, quantile, show

DATA = Path(__file__).parents[2] / "shared" / "data"
SECONDS, VOICES = 120, 4
QUICK_SECONDS, QUICK_VOICES, QUICK_MEETINGS = 40, 2, 2
MISSED, FALSE, FALSE_CHECKED, TALK_TIME = 4, 2, 5, 3
"""Percent that are not to be exceeded."""
STATIONARY = ("white", "fan")
TALK = (TALK_TIME, TALK_TIME, None)
"""For the first noises."""

Told = Callable[[Sounding], list[bool]]


def main() -> None:
    """Measure all of it, and print."""
    asked = arguments("speech", __doc__)
    missing: list[str] = []
    try:
        rows = _frames(asked, missing)
    except EspeakMissing as error:
        rows = []
        missing.append(str(error.__doc__))
    rows += _meetings(asked, missing)
    show("speech", rows, "; ".join(missing) or None)


def _frames(asked: Arguments, missing: list[str]) -> list[Row]:
    seconds, voices = (QUICK_SECONDS, QUICK_VOICES) if asked.quick else (SECONDS, VOICES)
    heard = list(soundings(seconds, voices))
    mine = _errors(heard, ours)
    peers = {"LiveKit's": _errors(heard, lambda each: livekit(each.levels))}
    vad = _vad(missing)
    if vad is not None:
        peers["webrtcvad's"] = _errors(heard, vad)
    rows = [row for name, peer in peers.items() for row in _against(name, mine, peer)]
    rows += [_talk(heard, noise, target) for noise, target in zip(NOISES, TALK, strict=False)]
    rows += _checked(heard, mine, missing)
    rows.append(
        at_most(
            "processor time for 20 ms; webrtcvad's",
            "µs",
            per_packet(heard, ours),
            None,
            None if vad is None else per_packet(heard, vad),
        )
    )
    return rows


def _talk(heard: list[Sounding], noise: str, target: float | None) -> Row:
    wrong = [_errors([each], ours)[noise].talk for each in heard if each.noise == noise]
    return at_most(f"{noise}: talk time wrong by, worst of {len(wrong)} voices", "%", max(wrong), target)


def _vad(missing: list[str]) -> Told | None:
    try:
        vad = WebrtcVad()
    except WebrtcVadMissing as error:
        missing.append(str(error))
        return None
    return lambda each: vad.speaks(each.pcm)


def _errors(heard: list[Sounding], told: Told) -> dict[str, Errors]:
    found = {noise: Errors() for noise in NOISES}
    for sounding in heard:
        found[sounding.noise].add(sounding.speaks, told(sounding))
    return found


def _against(name: str, mine: dict[str, Errors], peer: dict[str, Errors]) -> list[Row]:
    rows: list[Row] = []
    for noise, errors in mine.items():
        false = FALSE if noise.startswith(STATIONARY) else None
        theirs = peer[noise]
        rows.append(
            at_most(f"{noise}: speech missed; {name}", "%", errors.missed_share, MISSED, theirs.missed_share)
        )
        rows.append(
            at_most(
                f"{noise}: told, but no speech; {name}", "%", errors.false_share, false, theirs.false_share
            )
        )
    return rows


def _checked(heard: list[Sounding], mine: dict[str, Errors], missing: list[str]) -> list[Row]:
    try:
        checked = Checked()
    except SpeechCheckMissing as error:
        missing.append(str(error))
        return []
    rows: list[Row] = []
    for noise, errors in _errors(heard, checked).items():
        rows.append(
            at_most(
                f"second stage, {noise}: speech missed; levels alone",
                "%",
                errors.missed_share,
                MISSED,
                mine[noise].missed_share,
            )
        )
        false = FALSE_CHECKED if noise.startswith(("keyboard", *STATIONARY)) else None
        rows.append(
            at_most(
                f"second stage, {noise}: told, but no speech; levels alone",
                "%",
                errors.false_share,
                false,
                mine[noise].false_share,
            )
        )
    cost = checked.seconds / max(1, checked.judged) * 1e6
    return [*rows, at_most("second stage: processor time for 20 ms of whoever is loud", "µs", cost)]


def _meetings(asked: Arguments, missing: list[str]) -> list[Row]:
    data = asked.data or DATA
    if not (data / "ami").is_dir():
        missing.append(f"there is no {data / 'ami'}; say where the data is with --data")
        return []
    chosen = list(meetings(data / "ami", "dev"))[: QUICK_MEETINGS if asked.quick else None]
    mine, peer = compare(chosen, [our_turns, lambda levels: spans_of(livekit(levels))])
    what = f"AMI dev, {len(chosen)} meetings"
    return [
        *_shares(f"{what}, {mine.turns:,} turns", mine, peer),
        at_most(
            f"{what}: talk time of a person wrong by, p50", "%", median(mine.talk), None, median(peer.talk)
        ),
        at_most(
            f"{what}: talk time of a person wrong by, p95 of {len(mine.talk)}",
            "%",
            quantile(mine.talk, 0.95),
            TALK_TIME,
            quantile(peer.talk, 0.95),
        ),
        at_most(f"{what}: time in overlap wrong by", "%", _off(mine), None, _off(peer)),
        at_most(
            f"{what}: overlaps told, of each that there was",
            "",
            mine.overlaps_told / mine.overlaps,
            None,
            peer.overlaps_told / peer.overlaps,
        ),
    ]


def _shares(what: str, mine: Compared, peer: Compared) -> list[Row]:
    return [
        at_least(f"{what}: found", "%", *_right(mine.found, peer.found, mine.turns)),
        at_least(f"{what}: start right to 200 ms", "%", *_right(mine.starts, peer.starts, mine.turns)),
        at_least(f"{what}: end right to 200 ms", "%", *_right(mine.ends, peer.ends, mine.turns)),
        at_most(f"{what}: told, for each", "", mine.told / mine.turns, None, peer.told / peer.turns),
    ]


def _right(mine: int, peer: int, turns: int) -> tuple[float, None, float]:
    return 100 * mine / turns, None, round(100 * peer / turns, 2)


def _off(side: Compared) -> float:
    return 100 * abs(side.together_told - side.together) / max(1, side.together)


if __name__ == "__main__":
    main()
