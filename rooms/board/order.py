"""Whether runs are in an order in which a document can take them: of two nodes, the later may write first.

The library that holds a document loses an edit that comes behind a later one of the same client.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from domain.rooms import Run
from rooms.board.closing import BadUpdate
from rooms.board.update import SKIP, Block, Id, number, read

_N = rb"([\x80-\xff]{0,6}[\x00-\x7f])"
_ONE = re.compile(rb"\x01" + _N * 3)
"""How an update of one client begins: how many blocks it has, whose they are, and where they begin."""


def is_in_order(runs: Sequence[Run], clocks: Mapping[int, int]) -> bool:
    """Whether each client's edits follow on each other, and a document of these clocks holds them all."""
    begun: dict[int, int] = {}
    last: dict[int, bytes] = {}
    for run in runs:
        for client, clock in _beginnings(run.update):
            if clock < begun.get(client, 0):
                return False
            begun[client], last[client] = clock, run.update
    return all(end <= clocks.get(client, 0) for update in {*last.values()} for client, end in _ends(update))


def _beginnings(update: bytes) -> Iterable[Id]:
    one = _ONE.match(update)
    return _all_beginnings(update) if one is None else ((number(one[2]), number(one[3])),)


def _all_beginnings(update: bytes) -> Iterable[Id]:
    first: dict[int, int] = {}
    for block in _blocks(update):
        first.setdefault(block.client, block.clock)
    return first.items()


def _ends(update: bytes) -> list[Id]:
    return [(block.client, block.clock + block.length) for block in _blocks(update)]


def _blocks(update: bytes) -> list[Block]:
    try:
        return [block for block in read(update).blocks if block.kind != SKIP]
    except BadUpdate:
        return []
