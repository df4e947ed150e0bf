"""Whoever comes to a room that somebody came to before costs no reading; what changed is read again."""

from datetime import UTC, datetime

from adapters.postgres_log import PostgresLog
from domain.commands import ROUTES
from domain.events import Context
from domain.rooms import RoomJoined, RoomLeft, RoomOpened
from realtime.perform import Performer
from realtime.standings import Standings

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADA = Context(org="school", actor="ada", role="student", at=NOON)
OPENED = RoomOpened(room="algebra", title="Algebra", capacity=8, host="tia")


class Counting(Performer):
    """Counts how often it was asked."""

    looks = 0

    async def look(self, command, context):
        self.looks += 1
        return await super().look(command, context)


async def seen(log: PostgresLog, standings: Standings) -> None:
    """The feed comes to the end of the log."""
    async for batch in log.read():
        for recorded in batch:
            standings.saw(recorded)


async def test_a_room_is_read_once_until_something_happens_in_it(log):
    performer = Counting(log, ROUTES)
    standings = Standings(performer)
    await log.append([OPENED, RoomJoined(room="algebra", person="ada")], ADA)
    for _ in range(3):
        assert (await standings.of("algebra", ADA)).room.members("algebra") == ["ada"]
    assert performer.looks == 1
    await log.append([RoomLeft(room="algebra", person="ada", why="left")], ADA)
    await seen(log, standings)
    assert (await standings.of("algebra", ADA)).room.members("algebra") == []
    assert performer.looks == 2


async def test_what_happens_while_a_room_is_read_is_not_missed(log):
    class Slow(Counting):
        async def look(self, command, context):
            state = await super().look(command, context)
            if self.looks == 1:
                await log.append([RoomJoined(room="algebra", person="ben")], ADA)
                await seen(log, standings)
            return state

    performer = Slow(log, ROUTES)
    standings = Standings(performer)
    await log.append([OPENED, RoomJoined(room="algebra", person="ada")], ADA)
    await standings.of("algebra", ADA)
    assert (await standings.of("algebra", ADA)).room.members("algebra") == ["ada", "ben"]


async def test_rooms_of_other_organisations_are_other_rooms(log):
    standings = Standings(Performer(log, ROUTES))
    await log.append([OPENED, RoomJoined(room="algebra", person="ada")], ADA)
    assert (await standings.of("algebra", ADA)).room.opened == OPENED
    elsewhere = Context(org="other", actor="ada", role="student", at=NOON)
    assert (await standings.of("algebra", elsewhere)).room.opened is None
