"""The boards beside Hocuspocus, the y-websocket server and pycrdt-websocket, on one machine, in one run.

Every server is one process with a core to itself; the load, a program in C, has another. It speaks the
protocols of y-websocket and Hocuspocus, types at a steady pace whether or not the server keeps up, takes
apart all that comes in, and counts what is missing, doubled or out of order: a server with any of that has
failed. A delay is from when a key is sent to when the update is read by another client. "Clients a core" are
those with which the p99 stays within 100 ms, found by doubling and halving, with fresh rooms each time.

Ours is the real node of role `web`, with tokens, rights, limits and events on. The worker, PostgreSQL (fsync
on), NATS and Redis run on the load's core, and count for neither. Peers come from npm and the package index,
on Node and Python as installed here, without a database and without accounts.

A server that waited for its core more than a twentieth of the time is measured once more: such figures tell
of the machine's other work.
"""

import os
import signal
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import FrameType

from benchmarks.measuring import board_storms as storms
from benchmarks.measuring import board_work as work
from benchmarks.measuring.board_cores import OTHERS
from benchmarks.measuring.board_house import Deployment, deployment
from benchmarks.measuring.board_kills import kills
from benchmarks.measuring.board_load import LoadFailed, built
from benchmarks.measuring.board_served import Opening
from benchmarks.measuring.board_step import FULL, QUICK, Pace
from benchmarks.measuring.board_traces import traces
from benchmarks.measuring.compiled import NoCompiler
from benchmarks.peers.board_servers import PEERS
from benchmarks.peers.umadb import PeerMissing
from benchmarks.report import Row, show

DATA = Path(os.environ.get("LYCEUM_DATA") or Path(__file__).parents[2] / "shared" / "data")
Part = Callable[[], list[Row]]


def main() -> None:
    """Measure what was asked for, and print."""
    asked = _arguments()
    os.sched_setaffinity(0, {OTHERS})
    signal.signal(signal.SIGTERM, _stop)
    try:
        built()
    except NoCompiler as error:
        sys.exit(str(error))
    rows: list[Row] = []
    missing: list[str] = []
    with deployment() as deployed:
        servers = {"Lyceum": deployed.web, **_peers(missing)}
        parts = _parts(deployed, servers, QUICK if asked.quick else FULL, asked.data / "traces")
        for name in asked.only or parts:
            print(name, file=sys.stderr, flush=True)
            try:
                rows += parts[name]()
            except (LoadFailed, PeerMissing) as error:
                missing.append(f"{name} has no rows: {error}")
    show("boards", rows, "; ".join(missing) or None)


def _parts(
    deployed: Deployment, servers: Mapping[str, Opening], pace: Pace, folder: Path
) -> Mapping[str, Part]:
    """The parts by their names, in order. Those that need a trace are left out where there are none."""
    parts: dict[str, Part] = {
        "typing": partial(work.typing, servers, pace),
        "cursor": partial(work.cursor, servers, pace),
        "delays": partial(work.delays, servers, pace),
        "slow": partial(work.slow, servers, pace),
        "crowds": partial(work.crowds, servers, pace),
        "connect": partial(storms.connect_storm, servers, pace),
    }
    if folder.is_dir():
        parts["memory"] = lambda: storms.memory(servers, pace, storms.longest(folder))
        parts["join"] = lambda: storms.join_storm(servers, pace, storms.longest(folder))
        parts["traces"] = lambda: traces(deployed, pace, folder)
    else:
        print(f"No traces at {folder}: memory, join and traces are left out (--data).", file=sys.stderr)
    parts["kills"] = lambda: kills(deployed, pace)
    return parts


def _peers(missing: list[str]) -> dict[str, Opening]:
    """Those that can be had; `missing` is told why the others cannot."""
    found: dict[str, Opening] = {}
    for name, opening in PEERS.items():
        try:
            with opening():
                found[name] = opening
        except PeerMissing as error:
            missing.append(f"{name}: {error}")
    return found


def _stop(number: int, frame: FrameType | None) -> None:
    """Leave as after an error: all that was started is stopped."""
    sys.exit("stopped")


def _names(words: str) -> Sequence[str]:
    return words.split(",")


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="python -m benchmarks.boards", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="end within two minutes, with a fraction of the load"
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder of real input")
    parser.add_argument(
        "--only",
        type=_names,
        metavar="PART,…",
        help="typing, cursor, delays, slow, crowds, connect, memory, join, traces, kills",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
