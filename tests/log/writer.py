"""Another process that appends to the log: `python -m tests.log.writer URL TASKS APPENDS`.

It says "ready", begins when a line comes in, and prints the position that each append was answered.
"""

import asyncio
import sys

from adapters.postgres_log import PostgresLog
from tests.log.given import by, joined, left


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def write(url: str, tasks: int, appends: int) -> None:
    async with PostgresLog.opened(url) as log:

        async def one(number: int) -> None:
            for turn in range(appends):
                person = f"other-{number}-{turn}"
                last = await log.append([joined(person=person), left(person=person)], by(person))
                say(str(last))

        say("ready")
        await asyncio.to_thread(sys.stdin.readline)
        async with asyncio.TaskGroup() as group:
            for number in range(tasks):
                group.create_task(one(number))


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
