"""Characters that take two clocks, and updates that would cut one in half.

Yjs counts in UTF-16 units, and an edit may begin or end between the two units of, say, an emoji. The
library that holds the document then writes updates that nobody can read, itself included.
"""

import re
from collections.abc import Iterable
from itertools import chain

from rooms.board.update import STRING, Block, Contents, Id, read

_FOUR_BYTES = re.compile(rb"[\xf0-\xf4][\x80-\xbf]{3}")
_ONE_UNIT = "\uffff"


class Surrogates:
    """Where the second halves of such characters are in a document."""

    __slots__ = ("_halves",)

    def __init__(self) -> None:
        self._halves: set[Id] = set()

    def find(self, whole: bytes) -> None:
        """Look through a whole document, which seldom has any."""
        if _FOUR_BYTES.search(whole):
            self.add(read(whole).blocks)

    def add(self, blocks: Iterable[Block]) -> None:
        """Take note of more blocks."""
        self._halves.update(_halves(blocks))

    def cut_by(self, contents: Contents, seams: Iterable[Id]) -> bool:
        """Whether the update begins or ends something within a character, of the document or its own.

        `seams` are where its news begin, as blocks may repeat what is known."""
        if not self._halves and not contents.wide:
            return False
        own = set(_halves(contents.blocks))
        return any(cut in self._halves or cut in own for cut in chain(seams, _cuts(contents)))


def _halves(blocks: Iterable[Block]) -> Iterable[Id]:
    for block in blocks:
        if block.kind != STRING or len(block.text) == block.length:
            continue
        clock = block.clock
        for character in block.text:
            clock += 1
            if character > _ONE_UNIT:
                yield block.client, clock
                clock += 1


def _cuts(contents: Contents) -> Iterable[Id]:
    """What each edit wants to be the beginning of a character."""
    for block in contents.blocks:
        yield block.client, block.clock
        if block.origin is not None:
            yield block.origin[0], block.origin[1] + 1
        if block.right is not None:
            yield block.right
    for client, clock, length in contents.deleted:
        yield client, clock
        yield client, clock + length
