"""Servers that an earlier Lyceum left behind, because it was killed and could not end them."""

import logging
from collections.abc import Collection
from pathlib import Path
from signal import SIGINT

import psutil

logger = logging.getLogger(__name__)

PROGRAMS = {"postgres", "nats-server", "redis-server", "valkey-server"}


def end_leftovers(folders: Collection[Path], patience: float = 5.0) -> int:
    """End every server that works in one of `folders`; return how many there were. Blocks.

    They were told to end by the death of their parent; this waits for it, and after `patience` seconds
    makes sure. Only to be called by the holder of the data folder's lock.
    """
    found = [process for process in psutil.process_iter() if _works_in(process, folders)]
    for process in found:
        logger.warning("Ending %s (process %s), left behind by an earlier run", process.name(), process.pid)
        _ask(process)
    _, alive = psutil.wait_procs(found, timeout=patience)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=patience)
    return len(found)


def _ask(process: psutil.Process) -> None:
    try:
        process.send_signal(SIGINT)  # a fast, clean stop for all of them
    except psutil.NoSuchProcess:
        return


def _works_in(process: psutil.Process, folders: Collection[Path]) -> bool:
    """By its working folder; by its arguments where another user's folder may not be read."""
    try:
        if process.name() not in PROGRAMS:
            return False
        arguments = process.cmdline()
        if any(str(folder) in arguments for folder in folders):
            return True
        return Path(process.cwd()) in folders
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
