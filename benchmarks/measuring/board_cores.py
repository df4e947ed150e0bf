"""A core for the server, another for everybody else; and what a process has taken of its core."""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

CORES = sorted(os.sched_getaffinity(0))
SERVER = CORES[0]
OTHERS = CORES[-1]


@contextmanager
def on(core: int) -> Generator[None, None, None]:
    """What is started within the block stays on this core, with all its threads."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def first(pid: int) -> None:
    """Let a process run before all others of its core, if that is allowed: it measures, and must not wait."""
    with suppress(PermissionError):
        os.sched_setscheduler(pid, os.SCHED_FIFO, os.sched_param(1))


def cpu(pid: int) -> float:
    """Seconds of processor time of all threads of a process, by the scheduler."""
    spent = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError):
            spent += int((thread / "schedstat").read_text().split()[0])
    return spent / 1e9


def memory(pid: int) -> float:
    """Bytes of a process (PSS)."""
    return float(psutil.Process(pid).memory_full_info().pss)


def waited(pid: int) -> float:
    """Seconds that the main thread of a process was ready to run, and something else had its core."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
