"""How long each of four Chromium clients is said to have spoken, against what they played."""

import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.measuring.board_house import Deployment
from benchmarks.measuring.voice_browser import tabs
from benchmarks.measuring.voice_script import conversation
from benchmarks.measuring.voice_served import node, person
from benchmarks.report import Row, at_most
from domain.rooms import TurnTaken

ROOM = "talk"
WITHIN = 3.0
"""Percent."""


def talk(deployed: Deployment, seconds: float) -> list[Row]:
    """Four browsers, each with a microphone that plays one part of a conversation."""
    parts = conversation(seconds, seed=int(seconds))
    with tempfile.TemporaryDirectory(prefix="lyceum-talk-") as folder, node(deployed) as served:
        files = [part.save(Path(folder) / f"{seat}.wav") for seat, part in enumerate(parts)]
        served.meet([ROOM], len(parts))
        with tabs(served, files) as pages:
            for seat, page in enumerate(pages):
                page.microphone()
                page.join(ROOM, seat, slots=0)
            time.sleep(seconds)
            for page in pages:
                page.leave()
        time.sleep(1)
        turns = served.turns(ROOM)
    played = {person(ROOM, seat): part.talk for seat, part in enumerate(parts)}
    return _rows(f"talk time of 4 Chromium clients in {seconds:g} s", played, turns)


def _rows(name: str, played: Mapping[str, int], turns: Sequence[TurnTaken]) -> list[Row]:
    ours, theirs = _errors(played, measured(turns)), _errors(played, until_others(turns))
    said = ", ".join(f"{played[who] / 1000:.1f} s: {wrong:+.2f} %" for who, wrong in ours.items())
    print(f"  played, and how much too much was counted: {said}", file=sys.stderr)
    worst, peer = max(map(abs, ours.values())), max(map(abs, theirs.values()))
    return [
        at_most(f"{name}: off by, at worst; counted until somebody else speaks", "%", worst, WITHIN, peer),
        at_most(f"{name}: turns", "", len(turns)),
    ]


def _errors(played: Mapping[str, int], counted: Mapping[str, int]) -> dict[str, float]:
    """Percent that was counted too much."""
    return {who: 100 * (counted.get(who, 0) - ms) / ms for who, ms in played.items()}


def measured(turns: Sequence[TurnTaken]) -> dict[str, int]:
    """Milliseconds for each person, by their turns."""
    found: dict[str, int] = {}
    for turn in turns:
        found[turn.person] = found.get(turn.person, 0) + turn.ended - turn.started
    return found


def until_others(turns: Sequence[TurnTaken]) -> dict[str, int]:
    """The same turns as Jitsi counts: whoever began last has the floor until somebody else begins."""
    found: dict[str, int] = {}
    begun = sorted(turns, key=lambda turn: turn.started)
    for number, turn in enumerate(begun):
        following = next((each for each in begun[number + 1 :] if each.person != turn.person), None)
        again = begun[number + 1] if number + 1 < len(begun) else None
        end = following.started if following else turn.ended
        if again is not None and again.person == turn.person:
            end = again.started
        found[turn.person] = found.get(turn.person, 0) + end - turn.started
    return found
