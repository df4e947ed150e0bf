"""Whoever listens hears; whoever falls behind is let go; nobody waits for anybody."""

import asyncio

import pytest

from realtime import hub as hubs
from realtime.hub import BACKLOG, FellBehind, Hub

SOON = 5.0
"""Seconds, which no test needs: what is waited for is there, or comes from a task that runs."""


async def test_items_come_in_order_to_all_who_listen_to_their_topic():
    hub = Hub()
    with hub.listening("a") as one, hub.listening("a", "b") as both, hub.listening("b") as other:
        hub.publish("a", 1)
        hub.publish("b", 2)
        assert await one.next(SOON) == 1
        assert [await both.next(SOON), await both.next(SOON)] == [1, 2]
        assert other.drain() == [2]
        assert one.drain() == both.drain() == []


async def test_a_listener_waits_for_the_next_item():
    hub = Hub()
    with hub.listening("a") as listener:
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(listener.next(SOON))
            await asyncio.sleep(0)
            hub.publish("a", "now")
        assert waiting.result() == "now"


async def test_when_nothing_comes_the_listener_is_told_so_and_listens_on():
    hub = Hub()
    with hub.listening("a") as listener:
        assert await listener.next(0) is None
        hub.publish("a", 1)
        assert await listener.next(SOON) == 1


async def test_nothing_is_kept_for_those_who_come_later_or_have_gone():
    hub = Hub()
    hub.publish("a", "before")
    with hub.listening("a") as listener:
        assert listener.drain() == []
        assert hub.listeners == 1
    hub.publish("a", "after")
    assert hub.listeners == 0
    assert hub._listeners == {}


async def test_whoever_falls_behind_is_let_go_and_the_others_are_not(monkeypatch):
    monkeypatch.setattr(hubs, "BACKLOG", 10)
    hub = Hub()
    with hub.listening("a") as slow, hub.listening("a") as quick:
        for n in range(11):
            hub.publish("a", n)
            assert await quick.next(SOON) == n
        with pytest.raises(FellBehind):
            await slow.next(SOON)
        assert len(slow._items) <= 10


async def test_a_listener_keeps_no_more_than_the_backlog_however_much_comes():
    hub = Hub()
    with hub.listening("a") as slow:
        for n in range(3 * BACKLOG):
            hub.publish("a", n)
        assert len(slow._items) == BACKLOG


async def test_one_who_may_listen_no_longer_is_let_go_at_once():
    hub = Hub()
    with hub.listening("a", "ada") as ada, hub.listening("a", "ben") as ben:
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(ended(ada.next(SOON)))
            await asyncio.sleep(0)
            hub.release("ada")
        assert waiting.result()
        hub.publish("a", 1)
        assert await ben.next(SOON) == 1


async def test_when_the_house_closes_everybody_is_let_go_and_nobody_is_let_in():
    hub = Hub()
    with hub.listening("a") as early:
        hub.close()
        assert await ended(early.next(SOON))
        with hub.listening("a") as late:
            assert await ended(late.next(SOON))


async def ended(waiting) -> bool:
    with pytest.raises(FellBehind):
        await waiting
    return True
