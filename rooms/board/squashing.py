"""What one client typed in a row, as one block: so does its own document hold it, and so it is stored.

An event is mostly keystrokes, and the library that merges updates leaves a block for each.
"""

from collections.abc import Iterable

from rooms.board.typed import Typing, typing
from rooms.board.update import utf16_length


def squashed(updates: Iterable[bytes]) -> list[bytes]:
    """Updates of one client that say the same in the same order, with what was typed in a row as one."""
    said: list[bytes | Typing] = []
    for update in updates:
        last = said[-1] if said else None
        if isinstance(last, Typing) and (text := last.behind(update)):
            last.grow(text, 1 if len(text) == 1 else utf16_length(text.decode()))
        else:
            said.append(typing(update) or update)
    return [each.update() if isinstance(each, Typing) else each for each in said]
