"""Voice over a bad network: one packet in twenty lost, each up to 40 ms late, in both directions."""

import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.measuring.board_house import Deployment
from benchmarks.measuring.voice_browser import Tab, since, tabs
from benchmarks.measuring.voice_company import company
from benchmarks.measuring.voice_heard import NEVER
from benchmarks.measuring.voice_packets import LOUD, QUIET
from benchmarks.measuring.voice_path import path
from benchmarks.measuring.voice_rooms import Pace
from benchmarks.measuring.voice_script import monologue
from benchmarks.measuring.voice_served import Node, node
from benchmarks.measuring.voice_wire import wire
from benchmarks.report import Row, at_most
from domain.rooms import TurnTaken

LOSS, JITTER = 0.05, 0.040
TURN, GAP = 2000, 1500
"""Milliseconds that the one whose turns are compared is silent after speaking so long; again and again."""
SETTLE = 5.0
"""Seconds after which a browser has found out how bad its network is."""
WAYS = ("the listener's way", "the speaker's way", "both ways")
LEAST = 0.6
"""Of the packets of somebody who never pauses, how many must have come; sentences have pauses within."""


def lossy(deployed: Deployment, pace: Pace) -> list[Row]:
    """What browsers conceal, and how far the turns are from those that were spoken."""
    seconds = 8.0 if pace.quick else 28.0
    with node(deployed) as served:
        return [*_concealed(served, seconds), *_turns(served, seconds)]


def _concealed(served: Node, seconds: float) -> list[Row]:
    """In three rooms one speaks without a stop, and one listens: two browsers, in turn."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="lyceum-lossy-") as folder:
        file = monologue(seconds + SETTLE + 15).save(Path(folder) / "speech.wav")
        for number, way in enumerate(WAYS):
            with tabs(served, [file, None]) as (speaker, listener):
                found = _heard(served, (speaker, listener), f"lossy-{number}", way, seconds)
            came = found["packets"] > LEAST * 50 * seconds
            share = 100 * found["concealed"] / found["samples"] if came else 100.0
            print(f"  {way}: {found}", file=sys.stderr, flush=True)
            rows.append(at_most(f"5 % lost, 40 ms jitter on {way}: concealed by Chromium", "%", share, 8))
    return rows


def _heard(served: Node, pages: tuple[Tab, Tab], room: str, way: str, seconds: float) -> dict[str, int]:
    speaker, listener = pages
    served.meet([room], 2)
    with ExitStack() as stack:
        listener.microphone()
        speaker.microphone()
        up, down = (stack.enter_context(path(served.media, LOSS, JITTER, seed)) for seed in (1, 2))
        speaker.join(room, 0, slots=0, via=0 if way == WAYS[0] else up.port)
        listener.join(room, 1, slots=1, via=0 if way == WAYS[1] else down.port)
        time.sleep(SETTLE)
        before = listener.got()
        time.sleep(seconds)
        return since(listener.got(), before)


def _turns(served: Node, seconds: float) -> list[Row]:
    """The turns that the log has, against those that the levels on the packets tell of."""
    with company(served, slots=0) as people, path(served.media, LOSS, JITTER, seed=3) as way:
        served.meet(["turns"], 1)
        speaker = people.join("turns", 0, via=way.port).sender
        due = [
            *speaker.speech(seconds, 0, lambda ms: LOUD if ms % (TURN + GAP) >= GAP else QUIET),
            *speaker.upkeep(seconds, 0),
        ]
        with wire([speaker.voice.line], due, seconds + 1, 10_000, every=0) as running:
            pass
        begun = running.begins // 1_000_000
    time.sleep(1)
    turns = served.turns("turns")
    name = "5 % lost, 40 ms jitter on the speaker's way"
    said = [(begun + at + GAP, begun + at + GAP + TURN) for at in _whole(seconds)]
    return [
        at_most(f"{name}: turns begin or end off by, at worst", "ms", _worst(said, turns), 200),
        at_most(f"{name}: turns too many or too few, of {len(said)}", "", abs(len(turns) - len(said)), 0),
    ]


def _whole(seconds: float) -> range:
    """Where each of the whole cycles begins."""
    return range(0, int(1000 * seconds) // (TURN + GAP) * (TURN + GAP), TURN + GAP)


def _worst(said: Sequence[tuple[int, int]], turns: Sequence[TurnTaken]) -> float:
    """The greatest distance, of a turn that was spoken from the nearest that was measured."""
    if not turns:
        return NEVER
    return max(
        min(max(abs(turn.started - start), abs(turn.ended - end)) for turn in turns) for start, end in said
    )
