"""The follower that keeps the leaderboards."""

import asyncio
from collections.abc import Callable

from domain.log import EventLog
from projections.leaderboards import Boards, BoardsUnavailable, boards_changed, operations

Announce = Callable[[set[tuple[str, str]], int], None]
"""Takes the (organisation, board) pairs that may look different, and the position they stand for."""


class BoardFollower:
    """Keeps the boards up to date for as long as it runs; boards that were lost are built again."""

    def __init__(self, log: EventLog, boards: Boards, announce: Announce, pause: float = 1.0) -> None:
        """`pause` is how many seconds it waits before it tries again when the boards are away."""
        self._log = log
        self._boards = boards
        self._announce = announce
        self._pause = pause

    async def run(self) -> None:
        """Follow until cancelled. Two may run: the boards take each batch once."""
        while True:
            try:
                await self._follow()
            except BoardsUnavailable:
                await asyncio.sleep(self._pause)

    async def _follow(self) -> None:
        """Until the boards are not where they were left: somebody else moved them, or they were lost."""
        position = await self._boards.position()
        async for batch in self._log.follow(position):
            changes = operations(batch)
            mine = await self._boards.apply(position, batch[-1].position, changes)
            # Told even if not applied just now: the first answer may have been lost, and the boards moved.
            position = batch[-1].position if mine else await self._boards.position()
            if changed := boards_changed(changes):
                self._announce(changed, position)
            if not mine:
                return
