"""A process that appends until it is killed, or a line comes in:

    python -m tests.log.load URL NAME TASKS PAUSE

Each of its tasks appends, pauses for so many seconds, and appends again: three events at a time, under an
id that nobody else has. Before the next, it prints the id and the position that was answered, or why there
is none: "refused" if nothing was recorded, "unknown" if that is not known.
"""

import asyncio
import sys

from adapters.postgres_log import PostgresLog
from adapters.postgres_writer import LOST
from domain.errors import LogUnavailable
from domain.events import Event
from tests.log.given import by, joined, left, said

REFUSED = 0.02
"""Seconds until a task whose append was refused tries the next one, at least."""


def whole(person: str) -> list[Event]:
    """What is appended under an id."""
    return [joined(person=person), said(person, person=person), left(person=person)]


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def one(log: PostgresLog, person: str) -> None:
    try:
        say(f"{person} {await log.append(whole(person), by(person))}")
    except LogUnavailable as error:
        say(f"{person} {'unknown' if str(error) == LOST else 'refused'}")
        await asyncio.sleep(REFUSED)


async def write(url: str, name: str, tasks: int, pause: float) -> None:
    async with PostgresLog.opened(url) as log:
        over = asyncio.Event()

        async def many(task: int) -> None:
            turn = 0
            while not over.is_set():
                turn += 1
                await one(log, f"{name}-{task}-{turn}")
                await asyncio.sleep(pause)

        say("ready")
        async with asyncio.TaskGroup() as group:
            for task in range(tasks):
                group.create_task(many(task))
            await asyncio.to_thread(sys.stdin.readline)
            over.set()


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
