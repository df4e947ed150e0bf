"""What a client types in a row: one block that grows by each key, as it does in the client's own document.

Nearly all that comes in is such a key. What was found of the one before holds for it too: who writes by this
client id, on which part, and that the document takes it there.
"""

from rooms.board.closing import Malformed
from rooms.board.update import STRING, utf16_length
from rooms.board.wire import Reader, varbytes, varuint

ONE_BLOCK = b"\x01\x01"
"""How an update begins that has one block, of one client."""
NOTHING_DELETED = 0
"""How it ends, if it deletes nothing."""
LEFT, RIGHT = 0x80, 0x40
"""What a block names of its neighbours; the first of a text names neither, and is left alone."""
BEHIND, BETWEEN = bytes((STRING | LEFT,)), bytes((STRING | LEFT | RIGHT,))


class Typing:
    """An update that only types. What does not change from one key to the next is kept as bytes."""

    __slots__ = ("_begin", "_last", "_next", "client", "clock", "end", "names", "right", "text")

    def __init__(self, client: bytes, clock: int, names: bytes, right: bytes, text: bytes, end: int) -> None:
        """`names` is what the block is, and its neighbours; `end` the clock behind it."""
        self.client = client
        self.clock = clock
        self.names = names
        self.right = right
        self.text = text
        self.end = end
        self._begin = ONE_BLOCK + client
        self._last, self._next = varuint(end - 1), varuint(end)

    def behind(self, update: bytes, at: int = 0) -> bytes:
        """What the update `at` that place types right behind this; nothing if it does anything else."""
        info = BETWEEN if self.right else BEHIND
        start = self._begin + self._next + info + self.client + self._last + self.right
        if not update.startswith(start, at):
            return b""
        at += len(start)
        if len(update) < at + 2 or len(update) != at + update[at] + 2 or update[-1] != NOTHING_DELETED:
            return b""  # or else a text so long that its length takes two bytes
        return update[at + 1 : -1]

    def grow(self, text: bytes, clocks: int) -> None:
        """Take in what was typed behind it."""
        self.text += text
        self.end += clocks
        self._last = self._next if clocks == 1 else varuint(self.end - 1)
        self._next = varuint(self.end)

    def beside(self, clock: int) -> bytes:
        """What something typed on at this clock is, and its neighbours."""
        return (BETWEEN if self.right else BEHIND) + self.client + varuint(clock - 1) + self.right

    def update(self) -> bytes:
        """All of it."""
        return self._begin + varuint(self.clock) + self.names + varbytes(self.text) + b"\x00"


class Streak(Typing):
    """What was typed behind an update that went the whole way, and is still held as one.

    The log takes it bit by bit, as it comes; the document all at once, when it is `over`.
    """

    __slots__ = ("gathered", "number", "over", "person", "taken", "taken_at", "waits")

    def __init__(self, before: Typing, number: int, person: str) -> None:
        """`before` is what it stands behind, of the `person` who writes by the client id `number`."""
        super().__init__(before.client, before.end, before.beside(before.end), before.right, b"", before.end)
        self.number = number
        self.person = person
        self.gathered = self.waits = self.over = False
        """Whether the log is to take more of it; whether the document is to take it; whether it has."""
        self.taken, self.taken_at = self.end, 0
        """The clock up to which the log has taken it, and the bytes."""

    def anew(self) -> "Streak":
        """What is typed behind it."""
        return Streak(self, self.number, self.person)

    def untaken(self) -> bytes:
        """The update that says what the log has not taken."""
        rest = self.text[self.taken_at :]
        return self._begin + varuint(self.taken) + self.beside(self.taken) + varbytes(rest) + b"\x00"

    def take(self) -> bytes:
        """As `untaken`, which is taken with this."""
        update = self.untaken()
        self.gathered, self.taken, self.taken_at = False, self.end, len(self.text)
        return update


def begun(update: bytes, number: int, person: str) -> Streak | None:
    """What may be typed behind this update, if all that it does is to type somewhere."""
    typed = typing(update)
    return None if typed is None else Streak(typed, number, person)


def typing(update: bytes) -> Typing | None:
    """The update, if all that it does is to type somewhere."""
    if not update.startswith(ONE_BLOCK) or update[-1] != NOTHING_DELETED:
        return None
    reader = Reader(update, len(ONE_BLOCK))
    try:
        reader.varuint()
        client = update[len(ONE_BLOCK) : reader.at]
        clock, start = reader.varuint(), reader.at
        right = _neighbours(reader)
        names, text = update[start : reader.at], reader.varstring()
    except Malformed:
        return None
    if right is None or reader.left() != 1 or not text:
        return None
    return Typing(client, clock, names, right, text.encode(), clock + utf16_length(text))


def _neighbours(reader: Reader) -> bytes | None:
    """Pass over what the block names; its right neighbour, if any. None if this is not plain typing."""
    info = reader.byte()
    if info & ~(LEFT | RIGHT) != STRING or not info & (LEFT | RIGHT):
        return None
    if info & LEFT:
        reader.varuint()
        reader.varuint()
    start = reader.at
    if info & RIGHT:
        reader.varuint()
        reader.varuint()
    return reader.data[start : reader.at]
