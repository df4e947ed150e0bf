"""From the log to the bus: every event as a fact, in order, at least once."""

from adapters.nats_bus import NatsBus
from adapters.postgres_followers import PostgresFollowers
from adapters.postgres_log import PostgresLog
from adapters.reader import closed_of

NAME = "relay"


class Relay:
    """Publishes what is recorded. After a crash the last batch goes out again; the bus drops the repeats.

    What is personal goes out as it is stored, encrypted: the bus need not forget anybody.
    """

    def __init__(self, log: PostgresLog, followers: PostgresFollowers, bus: NatsBus) -> None:
        self._log = log
        self._followers = followers
        self._bus = bus
        self.position = 0

    async def run(self) -> None:
        """Publish until cancelled, from where it had come to, or further back if the bus has lost facts."""
        mark, reached = await self._followers.position(NAME), await self._bus.reached()
        self.position = mark if reached is None else min(mark, reached)
        async for rows in self._log.follow_rows(self.position):
            await self._bus.publish_facts([closed_of(row) for row in rows])
            self.position = rows[-1].position
            await self._followers.moved(NAME, self.position)
