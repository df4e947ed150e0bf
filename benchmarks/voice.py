"""Voice through the real node, beside the server that anybody would write first: aiortc with its MediaRelay.

Every server is one process with a core to itself; the load has another. Its clients are real ones: an SDP
offer over HTTP with a token, ICE, DTLS, SRTP. What they send is Opus, encrypted before the measuring begins,
fifty packets a second from each whether or not the server keeps up, evenly spread, with the levels of people
who speak in turn. Every packet says whose it is and which: all that a listener gets is counted, one in 25 is
decrypted and compared, the others are told by their sequence numbers. A delay is from just before a packet is
sent to when the kernel takes it from the server. `benchmarks/load/voice.c` sends and notes; what it took of
its own core is shown.

Ours is the real node of role `web`: membership, consent, turns of speech into the log. Worker, PostgreSQL
(fsync on), NATS, Redis and browsers run on the load's core, and count for neither. Processor time is the
process's own, by the scheduler. A step that failed while the server waited for its core is made once more.
"""

import os
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import FrameType

from benchmarks.measuring import voice_rooms, voice_wire
from benchmarks.measuring.board_cores import OTHERS
from benchmarks.measuring.board_house import Deployment, deployment
from benchmarks.measuring.compiled import NoCompiler
from benchmarks.measuring.voice_breaks import killed, moved
from benchmarks.measuring.voice_browser import NoBrowser
from benchmarks.measuring.voice_chromium import chromium
from benchmarks.measuring.voice_client import NotConnected
from benchmarks.measuring.voice_control import ServerFailed
from benchmarks.measuring.voice_floods import hostile, strangers
from benchmarks.measuring.voice_floor import floor
from benchmarks.measuring.voice_joins import joins
from benchmarks.measuring.voice_latency import latency
from benchmarks.measuring.voice_lossy import lossy
from benchmarks.measuring.voice_rooms import FULL, QUICK, Pace
from benchmarks.measuring.voice_script import NoVoice
from benchmarks.measuring.voice_served import bare, node, relay
from benchmarks.measuring.voice_talk import talk
from benchmarks.measuring.voice_wire import TooMuchArrived
from benchmarks.report import Row, show

PARTS = "floor, rooms, core, office, latency, joins, chromium, lossy, faults, talk"
Part = Callable[[], list[Row]]
FAILED = (ServerFailed, NotConnected, TooMuchArrived, NoBrowser, NoVoice)


def main() -> None:
    """Measure what was asked for, and print."""
    asked = _arguments()
    os.sched_setaffinity(0, {OTHERS})
    signal.signal(signal.SIGTERM, _stop)
    try:
        voice_wire.built()
    except NoCompiler as error:
        sys.exit(str(error))
    rows: list[Row] = []
    missing: list[str] = []
    with deployment() as deployed:
        parts = _parts(deployed, QUICK if asked.quick else FULL, asked.talk or (60 if asked.quick else 600))
        for name in asked.only or parts:
            print(name, file=sys.stderr, flush=True)
            try:
                rows += parts[name]()
            except FAILED as error:
                missing.append(f"{name} has no rows: {error!r}")
    show("voice", rows, "; ".join(missing) or None)


def _parts(deployed: Deployment, pace: Pace, seconds: float) -> Mapping[str, Part]:
    """The parts by their names, in order."""
    ours = partial(node, deployed)
    return {
        "floor": partial(floor, pace),
        "rooms": partial(voice_rooms.rooms, ours, relay, pace),
        "core": partial(voice_rooms.core, ours, relay, pace),
        "office": partial(voice_rooms.office, ours, pace),
        "latency": partial(latency, ours, relay, pace),
        "joins": partial(joins, bare, ours, relay, pace),
        "chromium": partial(chromium, deployed, pace),
        "lossy": partial(lossy, deployed, pace),
        "faults": lambda: _faults(deployed, 3.0 if pace.quick else 20.0),
        "talk": partial(talk, deployed, seconds),
    }


def _faults(deployed: Deployment, seconds: float) -> list[Row]:
    with node(deployed) as served:
        return [*hostile(served, seconds), *strangers(served, seconds), *moved(served), *killed(served)]


def _stop(number: int, frame: FrameType | None) -> None:
    """Leave as after an error: all that was started is stopped."""
    sys.exit("stopped")


def _names(words: str) -> Sequence[str]:
    return words.split(",")


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks.voice", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="end within three minutes, with less of all")
    parser.add_argument("--only", type=_names, metavar="PART,…", help=PARTS)
    parser.add_argument("--talk", type=float, metavar="SECONDS", help="how long the four talk; 600")
    return parser.parse_args()


if __name__ == "__main__":
    main()
