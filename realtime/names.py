"""The names of persons, for what must not wait for long: looked up together, and kept for a while."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence

from domain.errors import LogUnavailable
from domain.events import Recorded
from domain.people import PersonErased
from realtime.progress import NotThereYet

Look = Callable[[str, Sequence[str]], Awaitable[dict[str, str]]]
"""The names of those who are known, of an organisation and these persons."""

WITHIN = 0.5
"""Seconds that are waited for names at most."""
KEPT = 60.0
"""Seconds after which they are looked up again."""
AGAIN = 1.0
"""The same, for those that could not be found."""
MOST = 10_000
"""Names that are kept."""


class Names:
    """`now` is monotonic, in seconds."""

    def __init__(self, look: Look, now: Callable[[], float]) -> None:
        self._look = look
        self._now = now
        self._known: dict[tuple[str, str], tuple[str, float]] = {}

    async def of(self, org: str, persons: Collection[str]) -> dict[str, str]:
        """The names of these persons, without those that cannot be found now."""
        now = self._now()
        wanted = [one for one in persons if self._known.get((org, one), ("", 0.0))[1] <= now]
        if wanted:
            found = await self._found(org, wanted)
            if len(self._known) + len(wanted) > MOST:
                self._known.clear()
            for one in wanted:
                name = found.get(one, "")
                self._known[org, one] = (name, now + (KEPT if name else AGAIN))
        names = {one: self._known[org, one][0] for one in persons if (org, one) in self._known}
        return {one: name for one, name in names.items() if name}

    def saw(self, recorded: Recorded) -> None:
        """The feed has come to this event: whoever was erased is forgotten."""
        if isinstance(event := recorded.event, PersonErased):
            self._known.pop((recorded.org, event.person), None)

    async def _found(self, org: str, persons: Sequence[str]) -> dict[str, str]:
        try:
            async with asyncio.timeout(WITHIN):
                return await self._look(org, persons)
        except (NotThereYet, LogUnavailable, TimeoutError):
            return {}
