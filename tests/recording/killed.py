"""Recorders that are killed at a point of their work, each a process of its own:

    python -m tests.recording.killed URL KEYS FOLDER POINT...

Each records four seconds of whom is named as the point, in a room of that name. All are forked from one
process, which prints the points at which they were in fact killed.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from adapters import sound_files, sound_format
from adapters.key_vault import KeyVault
from adapters.master_keys import MasterKeys
from adapters.postgres_log import PostgresLog
from adapters.sound_files import Growing, SoundFiles
from adapters.sound_format import Appending
from rooms.recording import recorder as recorders
from rooms.recording.files import Finished
from tests.recording.given import Voices, a_recorded_room, files, recorder
from tests.recording.spoken import encoded, packets

SECOND = encoded((400, 1000))
LOW = packets(4 * SECOND)
PATIENCE = 20


def die(*_: object) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def after(call: Callable[..., Any]) -> Callable[..., Any]:
    """The call, and then the end."""
    return lambda *given: (call(*given), die())


def half(written: list[int]) -> Callable[[Appending, bytes], None]:
    """The header and a piece are written; of the next piece a half."""
    write = Appending._write

    def killed(file: Appending, data: bytes) -> None:
        written.append(len(data))
        if len(written) == 3:
            os.pwrite(file.handle, data[: len(data) // 2], file.size)
            die()
        write(file, data)

    return killed


def told(perform: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    async def killed(*given: object) -> object:
        await perform(*given)
        return die()

    return killed


async def nothing() -> AsyncIterator[Finished]:
    for found in ():
        yield found


def prepare(point: str) -> None:
    """Have this process killed at the point."""
    match point:
        case "named":
            sound_format.lock = die
        case "begun":
            SoundFiles.begin = after(SoundFiles.begin)
        case "half":
            Appending._write = half([])
        case "whole":
            sound_files._finish = die
        case "done":
            Growing.finish = after(Growing.finish)
        case "kept":
            SoundFiles.keep = after(SoundFiles.keep)
        case _:
            assert point == "told"


async def record(url: str, keys: Path, folder: Path, point: str) -> None:
    masters, voices = MasterKeys.made(keys), Voices()
    async with PostgresLog.opened(url, lambda rows: KeyVault(rows, masters)) as log:
        await a_recorded_room(log, point, room=point, recording=f"r-{point}")
        sounds = files(log, folder)
        sounds.leftovers = nothing  # those before this one are finished by the test
        made = recorder(log, voices, sounds)
        made.new_id = lambda: f"s-{point}"
        prepare(point)
        if point == "told":
            made.perform = told(made.perform)
        made.record("school", point, f"r-{point}", [point])
        async with asyncio.TaskGroup() as group:
            group.create_task(made.run())
            voices.say(point, LOW[:150], point)
            while not [*sounds.folder.glob(f"*/{point}/*.part")]:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            voices.say(point, LOW[150:], point)
            made.stop("school", point)


def main(url: str, keys: str, folder: str, *points: str) -> None:
    recorders.BEAT = 0.01
    for point in points:
        child = os.fork()
        if not child:
            signal.alarm(PATIENCE)
            asyncio.run(record(url, Path(keys), Path(folder), point))
            os._exit(1)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL:
            sys.stdout.write(f"{point}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
