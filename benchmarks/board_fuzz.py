"""A board under a million hostile messages: what is refused changes nothing, and nobody else notices.

The messages are real ones (typing in scripts of all widths, deletions, nested maps, awareness, sync) with
bytes changed, cut, repeated, put together, and with numbers replaced by those that overflow things. Each is
handed to a board as its socket would; the sender gets a new socket when it is sent away. After every refusal
the document is what it was, and every so often it is compared with another one that was told all it has.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pycrdt import Array, Doc, Map, Text, TransactionEvent

from benchmarks.report import Row, arguments, at_most, show
from rooms.board import wire
from rooms.board.board import Board
from rooms.board.connection import Connection
from rooms.board.limits import Limits

NO_PEER = "others document no such test"
SEED = 20261121
MESSAGES = 1_000_000
NEW_BOARD = 5_000
"""Messages after which another board is taken, or its size would be all that is measured."""
LIMITS = Limits(burst=1e12, unsaved=2**40)
NUMBERS = [wire.varuint(n) for n in (0, 1, 2**7, 2**14, 2**28, 2**31 - 1, 2**31, 2**32, 2**53 - 1)]
WORDS = ("a", "word", "ünïcödé", "数学", "🧮🧮", "x" * 300)


@dataclass
class Seat:
    """A socket that remembers whether it was closed."""

    closed: int = 0

    def send(self, data: bytes) -> None:
        """Nobody listens."""

    def close(self, code: int, reason: str) -> None:
        """See `Transport.close`."""
        self.closed = code

    def hold(self, seconds: float) -> None:
        """There is no rate."""

    def pending(self) -> int:
        """Nothing waits."""
        return 0


@dataclass
class Seen:
    """What came of the messages."""

    taken: int = 0
    refused: Counter[int] = field(default_factory=Counter[int])
    broken: int = 0
    changed: int = 0
    unlike: int = 0
    misplaced: int = 0
    slowest: float = 0.0
    seconds: float = 0.0


def corpus(rng: random.Random) -> list[bytes]:
    """Real messages."""
    frames: list[bytes] = []
    for client in (1, 7, 2**31 - 1):
        doc: Doc[Any] = Doc(client_id=client)
        doc.observe(partial(_typed, frames))
        text: Text = doc.get("text", type=Text)
        for word in WORDS * 3:
            text.insert(0, word)
            if len(str(text)) > 3 and rng.random() < 0.5:
                del text[0:1]
        doc.get("shapes", type=Map)["a"] = Map({"b": Array([1, 2.5, None, "x", {"c": [True]}])})
        frames += [wire.step_2(doc.get_update()), wire.step_1(doc.get_state())]
        frames.append(wire.presence([wire.Entry(client, 1, '{"user":{"name":"x"}}')]))
    return [frame for frame in frames if len(frame) < 4096]


def _typed(frames: list[bytes], event: TransactionEvent) -> None:
    frames.append(wire.update(event.update))


def hostile(rng: random.Random, frames: list[bytes]) -> bytes:
    """One of them, spoilt in one way or several."""
    data = bytearray(rng.choice(frames))
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        rng.choice(SPOIL)(rng, data, frames)
    return bytes(data)


def _flip(rng: random.Random, data: bytearray, frames: list[bytes]) -> None:
    if data:
        data[rng.randrange(len(data))] = rng.randrange(256)


def _cut(rng: random.Random, data: bytearray, frames: list[bytes]) -> None:
    del data[rng.randrange(len(data) + 1) :]


def _drop(rng: random.Random, data: bytearray, frames: list[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    del data[at : at + rng.randrange(1, 9)]


def _number(rng: random.Random, data: bytearray, frames: list[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    data[at : at + 1] = rng.choice(NUMBERS)


def _repeat(rng: random.Random, data: bytearray, frames: list[bytes]) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = data[at : at + rng.randrange(1, 30)] * rng.choice((1, 2, 50))


def _splice(rng: random.Random, data: bytearray, frames: list[bytes]) -> None:
    other = rng.choice(frames)
    data[rng.randrange(len(data) + 1) :] = other[rng.randrange(len(other)) :]


def _length(rng: random.Random, data: bytearray, frames: list[bytes]) -> None:
    """So that it is read to its end: the length in front says what is there."""
    if len(data) > 3:
        data[:] = data[:2] + wire.varbytes(bytes(data[3:]))


SPOIL: tuple[Callable[[random.Random, bytearray, list[bytes]], None], ...] = (
    _flip,
    _flip,
    _cut,
    _drop,
    _number,
    _repeat,
    _splice,
    _length,
    _length,
)


def board() -> Board:
    """A board with somebody's work on it."""
    made = Board(
        "school",
        "r",
        LIMITS,
        now=time.monotonic,
        later=lambda seconds, call: None,
        attend=lambda board, when: None,
        refused=lambda code: None,
    )
    made.load([], 0)
    doc: Doc[Text] = Doc(client_id=99)
    doc.get("text", type=Text).insert(0, "somebody's work")
    author = made.join(Seat(), "author", writes=True)
    author.receive(wire.step_2(doc.get_update()))
    return made


def sockets(seen: Seen) -> Iterator[tuple[Board, Connection, Seat]]:
    """A board and a socket at it, another one when it was closed."""
    while True:
        here, count = board(), 0
        while count < NEW_BOARD and _whole(here):
            seat = Seat()
            connection = here.join(seat, "mallory", writes=True)
            while not seat.closed and count < NEW_BOARD and _whole(here):
                count += 1
                yield here, connection, seat
        if _whole(here):
            _compare(here, seen)


def _whole(here: Board) -> bool:
    return here.document is not None


def _compare(here: Board, seen: Seen) -> None:
    """Whether another document, told all that this one has, says the same."""
    assert here.document is not None
    other: Doc[Text] = Doc()
    other.apply_update(here.document.whole())
    text, mine = str(other.get("text", type=Text)), here.document.text()
    same = wire.state_vector(other.get_state()) == wire.state_vector(here.document.state())
    seen.unlike += not same or sorted(text) != sorted(mine)
    seen.misplaced += text != mine


def fuzz(messages: int, seed: int = SEED) -> Seen:
    """Hand so many messages to boards."""
    rng, seen = random.Random(seed), Seen()
    frames, seats = corpus(rng), sockets(seen)
    began = time.perf_counter()
    for _ in range(messages):
        here, connection, seat = next(seats)
        assert here.document is not None
        before, data = here.document.state(), hostile(rng, frames)
        start = time.perf_counter()
        connection.receive(data)
        seen.slowest = max(seen.slowest, time.perf_counter() - start)
        if not _whole(here):
            seen.broken += 1
        elif seat.closed:
            seen.refused[seat.closed] += 1
            seen.changed += here.document.state() != before
        else:
            seen.taken += 1
    seen.seconds = time.perf_counter() - began
    return seen


def rows(seen: Seen) -> list[Row]:
    """As the table shows it."""
    refused = sum(seen.refused.values())
    messages = seen.taken + refused + seen.broken
    return [
        at_most("hostile messages", "", messages),
        at_most("taken, or without an effect", "", seen.taken),
        *(at_most(f"refused with {code}", "", count) for code, count in sorted(seen.refused.items())),
        at_most("refused, and yet something had changed", "", seen.changed, 0),
        at_most("broke the document, which is then read from the log again", "", seen.broken),
        at_most("documents in which another copy has other text", "", seen.unlike, 0),
        at_most("or has it in other places: of contradictory neighbours, decision 0008", "", seen.misplaced),
        at_most("the slowest message", "ms", 1000 * seen.slowest, 100),
        at_most("a message, on average", "µs", 1e6 * seen.seconds / messages),
    ]


def main() -> None:
    """Fuzz, and print."""
    asked = arguments("board_fuzz", __doc__)
    show("board_fuzz", rows(fuzz(50_000 if asked.quick else MESSAGES)), NO_PEER)


if __name__ == "__main__":
    main()
