"""From the followers of the views to all nodes: which keys changed, and how far the views have come."""

from collections.abc import Sequence
from dataclasses import dataclass

from projections.store import Key
from realtime.outbox import Outbox
from realtime.signals import VIEWS_HEAD, Moved

WATCHED = ("mastery", "quests")
"""Views whose keys somebody may watch."""
BOARDS = "leaderboards"
ALL_BOARDS = "all-boards"
"""Stands for every board of an organisation: somebody appeared or disappeared."""


@dataclass
class Announcer:
    """Tells the nodes what changed."""

    outbox: Outbox

    def views(self, changed: Sequence[Key], position: int) -> None:
        """Rows of views have changed, and all views have come to `position`."""
        for key in changed:
            if key.view in WATCHED:
                subject = f"lyceum.{key.org}.views.{key.view}.{key.key}"
                self.outbox.signal(subject, Moved(key.view, position))
        self.outbox.signal(VIEWS_HEAD, Moved("views", position))

    def boards(self, changed: set[tuple[str, str]], position: int) -> None:
        """Leaderboards have changed."""
        for org, board in changed:
            name = ALL_BOARDS if board == "*" else board
            self.outbox.signal(f"lyceum.{org}.views.{BOARDS}.{name}", Moved(BOARDS, position))
        self.outbox.signal(VIEWS_HEAD, Moved("boards", position))
