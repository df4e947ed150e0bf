"""The log as a folder of plain files, with which anybody can check it; docs/audit.md says how."""

from pathlib import Path

from infra.agreeing import Progress
from infra.sealed import SealedLog

EVENTS = "events.ndjson"
LEAVES = "leaves.txt"
CHECKPOINT = "checkpoint"
CHECKPOINTS = "checkpoints"
KEY = "key"


class FolderNotEmpty(Exception):
    """The folder of an export must be new or empty."""


async def export_log(log: SealedLog, folder: Path, progress: Progress) -> None:
    """Write the files into a folder, which is made; raises `FolderNotEmpty`."""
    _made(folder)
    (folder / KEY).write_text(f"{log.key}\n", "utf-8")
    (folder / CHECKPOINT).write_text(log.note, "utf-8")
    with (folder / CHECKPOINTS).open("w", encoding="utf-8", newline="\n") as file:
        async for note in log.notes():
            file.write(note)
    with (folder / LEAVES).open("wb") as file:
        async for batch in log.leaves(0):
            file.writelines(leaf.hex().encode() + b"\n" for leaf in batch)
    done = 0
    with (folder / EVENTS).open("wb") as file:
        async for batch in log.lines(0):
            file.writelines(line + b"\n" for line in batch)
            done += len(batch)
            progress(done, log.size)


def _made(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FolderNotEmpty(FolderNotEmpty.__doc__)
