"""The load: many people at boards, from `benchmarks/load/boards.c`, compiled when it is first needed."""

import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from benchmarks.measuring.board_cores import first
from benchmarks.measuring.board_served import Served
from benchmarks.measuring.compiled import compiled

SOURCE = Path(__file__).parents[1] / "load" / "boards.c"
HELD = ("connected", "seeded")


class LoadFailed(Exception):
    """The load ended without a result; the message says what it printed."""


class Found(Struct, frozen=True, kw_only=True):
    """What came of a load. Delays are milliseconds, the rest are characters, sockets and bytes.

    `in_window`, `frames`, `received` and `sent` are of the seconds that were measured, as `share` is, the
    part of a core that the load itself took. `late_p99` is how late keys were pressed.
    """

    clients: int
    keys: int = 0
    expected: int = 0
    delivered: int = 0
    missing: int = 0
    doubled: int = 0
    disordered: int = 0
    unreadable: int = 0
    stale: int = 0
    closed: int = 0
    failed: int = 0
    code: int = 0
    reason: str = ""
    samples: int = 0
    p50: float = 0
    p99: float = 0
    max: float = 0
    late_p99: float = 0
    share: float = 0
    in_window: int = 0
    frames: int = 0
    received: int = 0
    sent: int = 0
    seconds: float = 0
    refused: bool = False
    short: int = 0

    @property
    def whole(self) -> bool:
        """Whether everybody was let in, stayed, and got all of it, once and in order."""
        wrong = self.missing + self.doubled + self.disordered + self.unreadable + self.stale
        return not (wrong or self.closed or self.failed or self.refused or self.short)


def built() -> Path:
    """The program. Raises `NoCompiler`."""
    return compiled(SOURCE, ("-lm",))


def _nothing(now: str) -> None:
    """Nobody looks."""


def load(
    served: Served,
    rooms: int,
    each: int,
    *,
    seen: Callable[[str], None] = _nothing,
    **options: str | float | bool | Path,
) -> Found:
    """Let people loose on a server, in fresh rooms, and wait until they are done.

    `options` are those of the program. `seen` is called with each thing that it says has happened; with
    `hold`, all stay idle until the last of these calls returns.
    """
    with tempfile.NamedTemporaryFile("w", prefix="lyceum-people-") as file:
        file.write("\n".join(served.people(rooms, each)) + "\n")
        file.flush()
        arguments = {"port": served.port, "people": file.name, "room": each, **options}
        command = [str(built()), *_words({**arguments, "hocuspocus": served.hocuspocus})]
        return _run(command, seen, HELD["seed" in options] if options.get("hold") else "")


def _words(options: dict[str, Any]) -> list[str]:
    words: list[str] = []
    for name, value in options.items():
        if value is not False:
            words += [f"--{name.replace('_', '-')}"] + ([] if value is True else [str(value)])
    return words


def _run(command: Sequence[str], seen: Callable[[str], None], held: str) -> Found:
    said: list[str] = []
    last: dict[str, Any] = {}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        first(process.pid)
        try:
            for line in process.stdout:
                said.append(line)
                last = msgspec.json.decode(line)
                seen(last["now"])
                if last["now"] == held:
                    process.stdin.close()
        finally:
            process.kill()
    if last.get("now") not in ("done", "refused", "joined", held):
        raise LoadFailed("".join(said))
    return msgspec.convert({"clients": 0, **last, "refused": last["now"] == "refused"}, Found)
