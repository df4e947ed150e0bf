"""From a command to its view, over the real log, bus and follower: whoever wrote can read it at once."""

import asyncio

import msgspec

from adapters.nats_bus import HEAD, NatsBus
from adapters.postgres_log import PostgresLog
from adapters.postgres_views import PostgresViews
from domain.commands import ROUTES
from domain.people import GiveConsent, Register
from infra.keeping import kept
from projections.catalogue import KEPT
from projections.follower import Follower
from projections.people import PEOPLE
from realtime.announcing import Announcer
from realtime.hub import Hub
from realtime.metrics import Metrics
from realtime.outbox import Outbox
from realtime.perform import Performer
from realtime.progress import Progress
from realtime.signals import Moved, Switchboard, decode
from tests.log.given import by

SOON = 10.0


async def test_a_query_on_one_node_shows_what_was_written_on_another(postgres_url: str, nats_url: str):
    """One node takes the commands, one keeps the views, one is asked; they share a database and a bus."""
    async with (
        asyncio.timeout(SOON),
        PostgresLog.opened(postgres_url) as written,
        PostgresLog.opened(postgres_url) as folded,
        PostgresLog.opened(postgres_url) as asked,
        NatsBus.opened(nats_url) as writers_bus,
        NatsBus.opened(nats_url) as workers_bus,
        NatsBus.opened(nats_url) as askers_bus,
    ):
        telling = Outbox(writers_bus)
        written.appended.append(lambda head: telling.signal(HEAD, Moved("log", head)))

        async def woken(subject: str, payload: bytes) -> None:
            signal = decode(payload)
            assert isinstance(signal, Moved)
            folded.woken(signal.position)

        await workers_bus.listen(HEAD, woken)
        announcing = Outbox(workers_bus)
        follower = Follower(folded, PostgresViews(folded.rows), KEPT, Announcer(announcing).views)
        progress = Progress()
        await Switchboard(Hub(), progress, Metrics()).connect(askers_bus)
        views, performer = PostgresViews(asked.rows), Performer(written, ROUTES)

        async with kept({"telling": telling.run, "announcing": announcing.run, "views": follower.run}):
            await performer.perform(Register(person="ada", name="Ada"), by("ada"))
            for scope in ("voice", "leaderboard", "transcript"):
                performed = await performer.perform(GiveConsent(scope=scope), by("ada"))
                await progress.wait("views", performed.position, views.position)
                shown = await views.many(PEOPLE.name, "school", ["ada"])
                assert scope in msgspec.msgpack.decode(shown.rows["ada"], type=PEOPLE.state).consents
