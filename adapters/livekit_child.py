"""The process that listens in LiveKit rooms: wishes come by standard input, what is heard goes to the output.

LiveKit's SDK decodes every voice, may end its process when something is wrong, and need not be fit to stop:
so it has a process of its own, which may be killed at any time.
"""

import asyncio
import logging
import os
import sys
from itertools import count

from adapters.livekit_ear import SILENT, listen
from adapters.livekit_hearing import (
    Came,
    EarLost,
    EarReplaced,
    Listen,
    Lost,
    Said,
    Sounded,
    Went,
    packed,
    unpacked,
    wish,
)


class Relay:
    """An EarListener that says on what it is told."""

    def __init__(self, ear: int, output: int) -> None:
        self._ear, self._output = ear, output
        self._numbers = count(1)
        self._who: dict[str, int] = {}

    def came(self, identity: str) -> None:
        """Somebody is in the room."""
        self._who[identity] = next(self._numbers)
        self.say(Came(self._ear, self._who[identity], identity))

    def went(self, identity: str) -> None:
        """Somebody has left it."""
        if who := self._who.pop(identity, None):
            self.say(Went(self._ear, who))

    def sounded(self, identity: str, level: int, samples: bytes) -> None:
        """20 ms of somebody."""
        if who := self._who.get(identity):
            self.say(Sounded(self._ear, who, level, b"" if level == SILENT else samples))

    def say(self, message: Said) -> None:
        """Waits if nobody reads: then nothing is heard either, and the SDK drops what is old."""
        rest = packed(message)
        while rest:
            rest = rest[os.write(self._output, rest) :]


async def serve(reader: asyncio.StreamReader, output: int) -> None:
    """Until the input ends."""
    ears: dict[int, asyncio.Task[None]] = {}
    async with asyncio.TaskGroup() as group:
        while (body := await unpacked(reader)) is not None:
            wanted = wish.decode(body)
            if isinstance(wanted, Listen):
                ears[wanted.ear] = group.create_task(_listen(wanted, Relay(wanted.ear, output)))
            elif task := ears.pop(wanted.ear, None):
                task.cancel()
        for task in ears.values():
            task.cancel()


async def _listen(wanted: Listen, relay: Relay) -> None:
    try:
        await listen(wanted.url, wanted.token, relay)
    except EarLost as error:
        relay.say(Lost(wanted.ear, isinstance(error, EarReplaced), str(error)))


async def main() -> None:
    """Serve standard input and output, which nobody else may write to."""
    logging.getLogger("livekit").setLevel(logging.CRITICAL)  # what went wrong is told through the pipe
    output = os.dup(1)
    os.dup2(2, 1)
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await serve(reader, output)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except (KeyboardInterrupt, BrokenPipeError):
        pass  # our parent ends, or has ended
    finally:
        os._exit(0)  # the SDK's threads are not fit for an orderly end
