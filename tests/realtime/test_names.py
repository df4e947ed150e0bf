"""Names that are looked up for presence: kept for a while, and not waited for when they cannot be had."""

import asyncio
from collections.abc import Sequence

from domain.errors import LogUnavailable
from domain.events import Context
from domain.people import PersonErased
from realtime import names as module
from realtime.names import AGAIN, KEPT, Names
from tests.board.support import NOON


class View:
    """A view of people that may be away, or hang."""

    def __init__(self) -> None:
        self.known = {"ada": "Ada", "ben": "Ben"}
        self.asked: list[list[str]] = []
        self.away = self.hangs = False
        self.now = 100.0
        self.names = Names(self.look, lambda: self.now)

    async def look(self, org: str, persons: Sequence[str]) -> dict[str, str]:
        self.asked.append(sorted(persons))
        if self.away:
            raise LogUnavailable
        if self.hangs:
            await asyncio.Event().wait()
        return {one: self.known[one] for one in persons if one in self.known}


async def test_a_name_is_looked_up_once_until_it_is_old():
    view = View()
    for _ in range(2):
        assert await view.names.of("school", {"ada", "ben", "eve"}) == {"ada": "Ada", "ben": "Ben"}
    assert view.asked == [["ada", "ben", "eve"]]
    view.known = {"ben": "Benjamin"}
    view.now += KEPT
    assert await view.names.of("school", {"ada", "ben"}) == {"ben": "Benjamin"}


async def test_whoever_is_erased_is_forgotten(log):
    view = View()
    await view.names.of("school", {"ada"})
    context = Context(org="school", actor="root", role="admin", at=NOON)
    await log.append([PersonErased(person="ada", rooms=())], context)
    view.known = {}
    async for batch in log.read():
        view.names.saw(batch[0])
    assert await view.names.of("school", {"ada"}) == {}


async def test_names_that_cannot_be_had_are_left_out_and_asked_for_again(monkeypatch):
    monkeypatch.setattr(module, "WITHIN", 0.01)
    view = View()
    for view.away, view.hangs in ((True, False), (False, True)):
        assert await view.names.of("school", {"ada"}) == {}
        view.now += AGAIN
    view.hangs = False
    assert await view.names.of("school", {"ada"}) == {"ada": "Ada"}


async def test_no_more_names_are_kept_than_may_be(monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    view = View()
    for person in ("ada", "ben", "eve", "ada"):
        await view.names.of("school", {person})
    assert len(view.asked) == 4
