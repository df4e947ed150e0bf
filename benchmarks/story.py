"""How soon people see what others do: answers, keystrokes, and what the facilitator makes of speech.

A whole house runs as a process of its own, with embedded servers that wait for the disk (fsync), on the
machine that the clients and browsers run on, too.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from benchmarks.measuring.answers import answers
from benchmarks.measuring.keystrokes import keystrokes
from benchmarks.measuring.speech import POLICY, prepare, speech
from benchmarks.report import Row, arguments, show
from tests.house import RunningHouse, home

NO_PEER = "nobody else carries an answer, a keystroke and a turn of speech through one log to a facilitator"


def main() -> None:
    """Start a house, measure, and print."""
    asked = arguments("story", __doc__)
    with home() as folder:
        rows = [*_people_at_pages(folder, asked.quick), *_people_who_talk(folder, asked.quick)]
    show("story", rows, NO_PEER)


def _people_at_pages(folder: Path, quick: bool) -> list[Row]:
    """Answers and keystrokes, in a house as it comes."""

    async def measure(house: RunningHouse) -> list[Row]:
        rows = [*await answers(house, quick), *await keystrokes(house, quick)]
        await prepare(house, quick)
        return rows

    with _running(RunningHouse(folder, arguments=("up", "--no-demo"))) as house:
        return asyncio.run(measure(house))


def _people_who_talk(folder: Path, quick: bool) -> list[Row]:
    """The same house with another policy, which gives the facilitator reason to act at every turn."""
    policy = folder.with_name("policy.json")
    policy.write_bytes(msgspec.json.encode(POLICY))
    with _running(RunningHouse(folder, arguments=("up", "--no-demo", "--policy", str(policy)))) as house:
        return asyncio.run(speech(house, quick))


@contextmanager
def _running(house: RunningHouse) -> Generator[RunningHouse, None, None]:
    house.start()
    try:
        yield house
    finally:
        house.stop()


if __name__ == "__main__":
    main()
