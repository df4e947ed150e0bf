"""What is left of every append when writers, PostgreSQL, its connections or its disk fail under load.

Writers are processes that append three events at a time under ids of their own, and print what they are
answered. In a house, people talk in rooms over HTTP and repeat what is refused. In the end everything that
was acknowledged is looked up in the log.
"""

import asyncio
import logging
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring.fault_house import faults, small_disk
from benchmarks.measuring.fault_kills import kills
from benchmarks.measuring.fault_races import races
from benchmarks.report import Row, arguments, show

NO_PEER = "but for the races, these are counts of what went wrong with us, and each should be 0"


def main() -> None:
    """Kill, starve and hang, count, and print."""
    asked = arguments("faults", __doc__)
    logging.disable(logging.WARNING)  # of servers that are away: that is what is measured
    with TemporaryDirectory(prefix="lyceum-faults-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        rows = [
            *_races(folder / "races", asked.quick),
            *_kills(folder / "kills", asked.quick),
            *_faults(folder, asked.quick),
        ]
    show("faults", rows, NO_PEER)


def _races(folder: Path, quick: bool) -> list[Row]:
    folder.mkdir()
    return asyncio.run(races(folder, 1 if quick else 10))


def _kills(folder: Path, quick: bool) -> list[Row]:
    folder.mkdir()
    return asyncio.run(kills(folder, 3 if quick else 50))


def _faults(folder: Path, quick: bool) -> list[Row]:
    with small_disk(folder / "disk") as disk:
        return asyncio.run(faults(folder, disk, quick))


if __name__ == "__main__":
    main()
