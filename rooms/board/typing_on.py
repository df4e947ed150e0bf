"""Whoever types on: the short way through a board, which nearly every key takes.

A key right behind the last one of its client was checked with that one: it has the same author, neighbours
and part. So it is passed on and gathered at once, while the library that holds the document is given many
keys as one block, before anybody asks it anything. All that is not such a key goes the whole way.
"""

from typing import TYPE_CHECKING

from domain.rooms import Run
from rooms.board.gathering import CARRIED
from rooms.board.typed import Streak, begun
from rooms.board.update import LAST_CLOCK, utf16_length

if TYPE_CHECKING:
    from rooms.board.board import Board
    from rooms.board.connection import Connection
    from rooms.board.document import Document

EDIT, HEAD = b"\x00\x02", 3
"""How a frame with an edit begins; the bytes before an update of less than 128."""
FAR = LAST_CLOCK - 0x80


def types_on(board: "Board", connection: "Connection", document: "Document", data: bytes) -> bool:
    """Take in a frame that types on; false if it is anything else, or must be looked at."""
    streak = connection.streak
    if streak is None or data[:2] != EDIT or len(data) > 0x7F + HEAD or data[2] != len(data) - HEAD:
        return False
    text = streak.behind(data, HEAD)
    clocks = 1 if len(text) == 1 and text[0] < 0x80 else _clocks(text)
    if not clocks or not _may(board, connection, document, streak, len(data)):
        return False
    if board.sharing.neighbours:
        board.sharing.check(connection.person, (streak.number,), live=True)
    if streak.over:
        streak = connection.streak = streak.anew()
    document.type_on(streak, text, clocks)
    board.gather(streak, len(text))
    board.relay.frame(data, connection)
    if board.sharing.neighbours:
        board.sharing.edited(Run(person=connection.person, client=streak.number, update=data[HEAD:]))
    return True


def begins(connection: "Connection", client: int, update: bytes) -> None:
    """The board took an edit of this connection, by this client id: what is typed behind it may go on."""
    connection.streak = None if client == CARRIED else begun(update, client, connection.person)


def _may(board: "Board", connection: "Connection", document: "Document", streak: Streak, size: int) -> bool:
    """Whether nothing has changed since the key before that the whole way would have to look at."""
    limits, client = board.limits, streak.number
    return (
        connection.writes
        and connection.on is None
        and document.ends_at(streak)
        and streak.end < FAR
        and board.owners.of(client) == connection.person
        and board.gathering.unsaved + size <= limits.unsaved
        and not document.outgrows(limits.document)
    )


def _clocks(text: bytes) -> int:
    """How many clocks the text takes, one for each character; 0 if that is not so."""
    try:
        characters = text.decode()
    except UnicodeDecodeError:
        return 0
    return len(characters) if utf16_length(characters) == len(characters) else 0
