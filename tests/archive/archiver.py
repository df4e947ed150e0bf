"""A process that archives: `python -m tests.archive.archiver URL FOLDER`. It says each segment on record."""

import asyncio
import sys
from pathlib import Path

from adapters.archive import Archive
from adapters.postgres_log import PostgresLog
from domain.archive import ArchiveSegment
from tests.archive.given import archived, recording


async def work(url: str, archive: Archive) -> None:
    async with PostgresLog.opened(url, segments=archive) as log:

        async def record(command: ArchiveSegment) -> None:
            await recording(log)(command)
            sys.stdout.write(command.segment + "\n")
            sys.stdout.flush()

        await archived(log, url, archive, record=record)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Archive(Path(sys.argv[2]))))
