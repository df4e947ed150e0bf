"""What one client typed in a row, as one block: so does its own document hold it, and so it is stored.

An event is mostly keystrokes, and the library that merges updates leaves a block for each.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from rooms.board.closing import Malformed
from rooms.board.update import STRING, utf16_length
from rooms.board.wire import Reader, varbytes, varuint

ONE_BLOCK = b"\x01\x01"
"""How an update begins that has one block, of one client."""
NOTHING_DELETED = 0
"""How it ends, if it deletes nothing."""
LEFT, RIGHT = 0x80, 0x40
"""What a block names of its neighbours; the first of a text names neither, and is left alone."""


@dataclass(slots=True)
class Typing:
    """An update that only types. What does not change from one key to the next is kept as bytes."""

    client: bytes
    clock: int
    names: bytes
    """What the block is, and its neighbours."""
    right: bytes
    text: bytes
    end: int
    """The clock behind it."""

    def takes(self, update: bytes) -> bool:
        """Take in an update that types on right here; false if it does anything else."""
        info = STRING | LEFT | (RIGHT if self.right else 0)
        left = self.client + varuint(self.end - 1)
        start = ONE_BLOCK + self.client + varuint(self.end) + bytes((info,)) + left + self.right
        at = len(start)
        if not update.startswith(start) or update[-1] != NOTHING_DELETED or len(update) < at + 2:
            return False
        if len(update) != at + update[at] + 2:  # a text so long that its length takes two bytes, too
            return False
        text = update[at + 1 : -1]
        self.text += text
        self.end += 1 if len(text) == 1 else utf16_length(text.decode())
        return True

    def update(self) -> bytes:
        """All of it."""
        head = ONE_BLOCK + self.client + varuint(self.clock) + self.names
        return head + varbytes(self.text) + bytes((NOTHING_DELETED,))


def squashed(updates: Iterable[bytes]) -> list[bytes]:
    """Updates of one client that say the same in the same order, with what was typed in a row as one."""
    said: list[bytes | Typing] = []
    for update in updates:
        last = said[-1] if said else None
        if not (isinstance(last, Typing) and last.takes(update)):
            said.append(typing(update) or update)
    return [each.update() if isinstance(each, Typing) else each for each in said]


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
