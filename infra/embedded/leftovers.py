"""Servers that an earlier Lyceum left behind, because it was killed and could not end them."""

import logging
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from signal import SIGINT, SIGKILL, Signals

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
        logger.warning("Ending process %s, a server that an earlier run left behind", process.pid)
        _signal(process, SIGINT)  # a fast, clean stop for all of them
    for process in wait_gone(found, patience):
        _signal(process, SIGKILL)
    wait_gone(found, patience)
    return len(found)


def wait_gone(processes: Collection[psutil.Process], patience: float) -> list[psutil.Process]:
    """Wait until all have ended, at most `patience` seconds; return those that have not. Blocks."""
    end = time.monotonic() + patience
    while alive := [process for process in processes if not _ended(process)]:
        if time.monotonic() > end:
            break
        time.sleep(0.02)
    return alive


def _ended(process: psutil.Process) -> bool:
    """Also if only its entry is left: in many a container nobody collects the dead."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _signal(process: psutil.Process, number: Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)


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
