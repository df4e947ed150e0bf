"""Cancellations that a library has lost."""

import asyncio


def heed_cancellation() -> None:
    """Raise `CancelledError` if the task has been told to stop and still runs.

    Before Python 3.12 `asyncio.wait_for`, which the clients of NATS and PostgreSQL use, may drop a
    cancellation that comes together with what it waits for. To be called where a loop would wait again;
    not on the way to a last write, which a task that stops may still want.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
