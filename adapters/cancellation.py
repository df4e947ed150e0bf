"""Cancellations that a library has lost."""

import asyncio


def cancellations() -> int:
    """How often the task has been told to stop."""
    task = asyncio.current_task()
    return task.cancelling() if task is not None else 0


def heed_cancellation(heeded: int = 0) -> None:
    """Raise `CancelledError` if the task has been told to stop, more often than it has `heeded`.

    Before Python 3.12 `asyncio.wait_for`, which the client of NATS and the pool of PostgreSQL's use, may drop
    a cancellation that comes together with what it waits for. To be called where a loop would wait again, or
    behind such a wait with what `cancellations` was before it: a task that stops may still want to write.
    """
    if cancellations() > heeded:
        raise asyncio.CancelledError
