"""What became of a text between two positions: from the history itself, so that nothing is guessed."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from rooms.board.update import STRING
from rooms.past.board import BoardPast, Part, text_of
from rooms.past.items import Item

Kind = Literal["inserted", "deleted"]


class Difference(NamedTuple):
    """Something was inserted and is still there, or had been there and was deleted.

    `at` and `length` count UTF-16 code units. Made in order, one after the other, the differences turn the
    text of the first position into that of the second."""

    kind: Kind
    at: int
    length: int
    text: str
    person: str
    """Who did it."""
    author: str
    """Who had written it."""
    first: int
    """The position of the first event that had to do with it."""
    last: int
    """The position of the last one."""


def differences(past: BoardPast, since: int, until: int, root: str) -> Iterator[Difference]:
    """What happened behind `since` and up to `until`, in the order of the text."""
    last: Difference | None = None
    for found in _found(past, since, until, root):
        if last is None:
            last = found
        elif (joined := _joined(last, found)) is not None:
            last = joined
        else:
            yield last
            last = found
    if last is not None:
        yield last


def _found(past: BoardPast, since: int, until: int, root: str) -> Iterator[Difference]:
    before, after = past.reached(since), past.reached(until)
    at = 0
    for item in past.items(root):
        if item.kind != STRING or 0 < item.deleted <= since:
            continue
        end = item.end
        old = max(item.clock, min(end, before.get(item.client, 0)))
        if 0 < item.deleted <= until:
            yield from (_deleted(part, at) for part in _parts(past, item, item.clock, old))
            continue
        at += old - item.clock
        if old == end:  # nothing became of it
            continue
        for part in _parts(past, item, old, min(end, after.get(item.client, 0))):
            yield _inserted(past, part, at)
            at += part[2] - part[1]


def _parts(past: BoardPast, item: Item, start: int, end: int) -> Iterable[Part]:
    return ((item, *part) for part in past.authors.parts(item.client, start, end))


def _deleted(part: Part, at: int) -> Difference:
    item, start, end, author = part
    text = text_of(item, start, end)
    return Difference("deleted", at, end - start, text, item.deleter, author, item.deleted, item.deleted)


def _inserted(past: BoardPast, part: Part, at: int) -> Difference:
    item, start, end, author = part
    text = text_of(item, start, end)
    [(_, _, person)] = past.doers(item.client, start, end)
    first, last = past.inserted(item.client, start), past.inserted(item.client, end - 1)
    return Difference("inserted", at, end - start, text, person, author, first, last)


def _joined(one: Difference, two: Difference) -> Difference | None:
    """Both as one, if they are of the same kind and people and nothing stands between them."""
    end = one.at + one.length if one.kind == "inserted" else one.at
    if (one.kind, one.person, one.author, end) != (two.kind, two.person, two.author, two.at):
        return None
    return one._replace(
        length=one.length + two.length,
        text=one.text + two.text,
        first=min(one.first, two.first),
        last=max(one.last, two.last),
    )
