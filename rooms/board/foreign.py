"""Edits of a board from other nodes: applied as soon as they can be, kept until the log has them."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.rooms import Run
from rooms.board.closing import BadUpdate
from rooms.board.document import Broken, Document, Missing
from rooms.board.spans import Spans
from rooms.board.update import Contents, read

if TYPE_CHECKING:
    from rooms.board.board import Board

logger = logging.getLogger(__name__)

ADOPTED_AFTER = 2.0
"""Seconds after which a node writes what another one took and did not write."""
GIVEN_UP_AFTER = 60.0
"""Seconds after which an edit is let go of that stands on what nobody has."""


@dataclass(slots=True)
class Foreign:
    """An edit that came from elsewhere, for as long as it is not both in the log and in the document."""

    run: Run
    contents: Contents
    since: float
    logged: bool
    applied: bool = False
    news: bool = False

    def less(self, spans: Spans) -> None:
        """The log has what is in `spans`."""
        if self.logged:
            return
        left = spans.left_of(self.run, self.contents)
        self.logged = left is None
        self.now_is(left or self.run)

    def now_is(self, run: Run) -> None:
        """This is what it says that nothing else did."""
        if run.update != self.run.update:
            self.run, self.contents = run, read(run.update)


class ForeignEdits:
    """Those of one board."""

    __slots__ = ("_board", "_edits")

    def __init__(self, board: "Board") -> None:
        self._board = board
        self._edits: list[Foreign] = []

    def __bool__(self) -> bool:
        return bool(self._edits)

    def applied(self) -> list[Run]:
        """Those in the document."""
        return [each.run for each in self._edits if each.applied]

    def unlogged(self) -> list[Run]:
        """Those that the log does not have, as far as is known."""
        return [each.run for each in self._edits if not each.logged]

    def waits(self, run: Run) -> None:
        """The log has this run, and not yet what it stands on."""
        self._edits.append(Foreign(run, read(run.update), self._board.now(), logged=True))

    def less(self, spans: Spans) -> None:
        """The log has what is in `spans`."""
        for each in self._edits:
            each.less(spans)

    def take(self, run: Run, *, logged: bool) -> bool:
        """Apply it as soon as it can be; say whether it was news."""
        each = Foreign(run, read(run.update), self._board.now(), logged)
        self._edits.append(each)
        try:
            while self._board.document is not None and self._apply_some(self._board.document):
                pass
        except Broken:
            logger.exception("an edit of another node broke the board of room %s", self._board.room)
            self._board.reload()
        self._tidy()
        return each.news

    def adopt(self) -> None:
        """Write what its node does not, and give up what nobody can apply."""
        now = self._board.now()
        for each in [one for one in self._edits if not one.logged and now - one.since > ADOPTED_AFTER]:
            if each.applied:
                each.logged = True  # or will be: it is ours from here on
                self._board.adopt(each.run)
            elif now - each.since > GIVEN_UP_AFTER:
                self._edits.remove(each)
        self._tidy()

    def _tidy(self) -> None:
        self._edits = [each for each in self._edits if not (each.logged and each.applied)]

    def _apply_some(self, document: Document) -> bool:
        """Apply what can be; say whether that was any, and any is left."""
        some = left = False
        for each in self._edits:
            if not each.applied:
                self._apply(document, each)
                some, left = some or each.applied, left or not each.applied
        return some and left

    def _apply(self, document: Document, each: Foreign) -> None:
        try:
            written = document.new_blocks(each.contents)
            news = document.follow(each.run.update, each.contents, written)
        except Missing:
            return
        except BadUpdate:
            logger.error("an edit of another node is damaged, and left out of room %s", self._board.room)
            news = None
        each.applied = True
        if news is None:  # who brought it before sees to it
            each.logged = True
            return
        each.news = True
        each.now_is(Run(person=each.run.person, client=each.run.client, update=news))
        self._board.owners.recorded(each.run.client, each.run.person)
        self._board.relay.update(news)


def spans_of(runs: Iterable[Run]) -> Spans:
    """What these runs consist of."""
    return Spans(read(run.update) for run in runs)
