"""Whether a document can take in so much more, for edits that are larger than what a client may send."""

from collections.abc import Sequence

from domain.rooms import Run
from rooms.board.document import Broken, restored
from rooms.board.gathering import CARRIED
from rooms.board.limits import Limits
from rooms.board.update import read


def fits(whole: bytes, runs: Sequence[Run], limits: Limits) -> bool:
    """Whether the document with these runs is within the limits. It takes a while for large ones."""
    if len(whole) + sum(len(run.update) for run in runs) > limits.document:
        try:
            whole = restored([Run(person="", client=CARRIED, update=whole), *runs]).whole()
        except Broken:
            return False
        runs = ()
    types = sum(read(run.update).types for run in runs)
    if not types and runs:
        return True
    return len(whole) <= limits.document and read(whole).types + types <= limits.nested_types
