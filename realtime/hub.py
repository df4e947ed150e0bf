"""Who listens to what within this process: topics, and bounded queues of those who follow them."""

import asyncio
from collections import deque
from collections.abc import Generator, Hashable
from contextlib import contextmanager
from typing import Any

BACKLOG = 1000
"""Items that may wait for one listener; whoever falls further behind is cut off and comes back."""

Topic = Hashable


class FellBehind(Exception):
    """The listener did not read for too long, or was let go."""


class Listener:
    """A queue of items of the topics that it was made for."""

    def __init__(self) -> None:
        self._items: deque[Any] = deque()
        self._some = asyncio.Event()
        self._ended = False

    def offer(self, item: Any) -> None:
        """Queue an item."""
        if len(self._items) >= BACKLOG:
            self.end()
            return
        self._items.append(item)
        self._some.set()

    def end(self) -> None:
        """Let the listener go."""
        self._ended = True
        self._some.set()

    async def next(self, within: float) -> Any | None:
        """The next item, or None if there is none within so many seconds. Raises `FellBehind`."""
        try:
            async with asyncio.timeout(within):
                while not self._items and not self._ended:
                    self._some.clear()
                    await self._some.wait()
        except TimeoutError:
            return None
        if self._ended:
            raise FellBehind
        return self._items.popleft()

    def drain(self) -> list[Any]:
        """All that waits."""
        items = list(self._items)
        self._items.clear()
        return items


class Hub:
    """Hands items to listeners. Nothing here waits, and nothing is kept for those who are not there."""

    def __init__(self) -> None:
        self._listeners: dict[Topic, set[Listener]] = {}
        self._closed = False

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len({listener for group in self._listeners.values() for listener in group})

    def listened(self, topic: Topic) -> bool:
        """Whether anybody listens to this topic."""
        return topic in self._listeners

    def publish(self, topic: Topic, item: Any) -> None:
        """Hand an item to all who listen to this topic."""
        for listener in self._listeners.get(topic, ()):
            listener.offer(item)

    @contextmanager
    def listening(self, *topics: Topic) -> Generator[Listener, None, None]:
        """Listen to these topics within the block."""
        listener = Listener()
        if self._closed:
            listener.end()
        for topic in topics:
            self._listeners.setdefault(topic, set()).add(listener)
        try:
            yield listener
        finally:
            for topic in topics:
                group = self._listeners[topic]
                group.discard(listener)
                if not group:
                    del self._listeners[topic]

    def release(self, topic: Topic) -> None:
        """Let go whoever listens to this topic: they may do so no longer."""
        for listener in self._listeners.get(topic, ()):
            listener.end()

    def close(self) -> None:
        """Let everybody go, so that open streams end and the server can stop."""
        self._closed = True
        for group in self._listeners.values():
            for listener in group:
                listener.end()
