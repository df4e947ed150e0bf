"""A way over a bad network: a UDP proxy that loses, delays, and moves, in a thread of its own."""

import random
import selectors
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from heapq import heappop, heappush

QUICK = 0.0005
"""Seconds for which it looks away at most while something waits to go on."""
LARGEST = 2048


@dataclass
class Path:
    """Between one client and a server on loopback. `loss` is of 1, `jitter` s at most; both ways."""

    server: tuple[str, int]
    loss: float = 0.0
    jitter: float = 0.0
    seed: int = 1
    cut: bool = False
    """While it is, nothing passes."""
    passed: int = 0
    lost: int = 0
    _client: tuple[str, int] | None = None
    _waiting: list[tuple[float, int, bool, bytes]] = field(
        default_factory=list[tuple[float, int, bool, bytes]]
    )
    _over: bool = False
    _move: bool = False

    def __post_init__(self) -> None:
        self._moved = threading.Event()
        self._random = random.Random(self.seed)
        self._near, self._far = _socket(), _socket()
        self.port: int = self._near.getsockname()[1]
        """Where the client sends to."""

    def move(self) -> None:
        """From now on the server sees the client at another port."""
        self._moved.clear()
        self._move = True
        self._moved.wait()

    def run(self) -> None:
        """Until `stop`."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._near, selectors.EVENT_READ)
            selector.register(self._far, selectors.EVENT_READ)
            while not self._over:
                if self._move:
                    self._change(selector)
                for key, _ in selector.select(QUICK if self._waiting else 0.01):
                    self._take(key.fileobj)
                self._pass_on()
        self._near.close()
        self._far.close()

    def stop(self) -> None:
        """Soon `run` returns."""
        self._over = True

    def _change(self, selector: selectors.BaseSelector) -> None:
        self._move = False
        selector.unregister(self._far)
        self._far.close()
        self._far = _socket()
        selector.register(self._far, selectors.EVENT_READ)
        self._moved.set()

    def _take(self, end: object) -> None:
        near = end is self._near
        while True:
            try:
                data, address = (self._near if near else self._far).recvfrom(LARGEST)
            except (BlockingIOError, ConnectionRefusedError):
                return
            if near:
                self._client = address
            if self.cut or self._random.random() < self.loss:
                self.lost += 1
                continue
            self.passed += 1
            due = time.monotonic() + self._random.random() * self.jitter
            heappush(self._waiting, (due, self.passed, near, data))

    def _pass_on(self) -> None:
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            _, _, to_server, data = heappop(self._waiting)
            with suppress(OSError):
                if to_server:
                    self._far.sendto(data, self.server)
                elif self._client is not None:
                    self._near.sendto(data, self._client)


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    made.setblocking(False)
    return made


@contextmanager
def path(port: int, loss: float = 0.0, jitter: float = 0.0, seed: int = 1) -> Generator[Path, None, None]:
    """To a server's port, for as long as the block."""
    made = Path(("127.0.0.1", port), loss, jitter, seed)
    thread = threading.Thread(target=made.run)
    thread.start()
    try:
        yield made
    finally:
        made.stop()
        thread.join()
