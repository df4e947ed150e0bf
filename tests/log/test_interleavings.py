"""Any interleaving of guarded and unguarded appends, over two logs, equals some serial order of them."""

import asyncio
from dataclasses import dataclass
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.postgres_log import PostgresLog
from domain.catalogue import matches
from domain.errors import BoundaryMoved
from domain.events import EVERYTHING, Boundary, Event, Item, Query, Recorded, about
from domain.rooms import RoomJoined, RoomLeft
from tests.log.given import by, joined, left, read

ROOMS, PEOPLE = ("a", "b"), ("ada", "ben")
TAGS = [f"room:{room}" for room in ROOMS] + [f"person:{person}" for person in PEOPLE]

an_event = st.builds(
    lambda make, room, person: make(room, person),
    st.sampled_from([joined, left]),
    st.sampled_from(ROOMS),
    st.sampled_from(PEOPLE),
)
an_item = st.one_of(
    st.builds(
        lambda tag, kinds: about(tag, *kinds), st.sampled_from(TAGS), st.sampled_from([(RoomJoined,), ()])
    ),
    st.builds(
        lambda room, person: Item(tags=(f"room:{room}", f"person:{person}")),
        st.sampled_from(ROOMS),
        st.sampled_from(PEOPLE),
    ),
    st.just(about("room:a", RoomJoined, RoomLeft)),
)
a_query = st.one_of(
    st.builds(Query, st.lists(an_item, min_size=1, max_size=2).map(tuple)), st.just(EVERYTHING)
)


@dataclass(frozen=True)
class Wish:
    """Events to append, with a guard that was read so many rounds ago, through one of two logs."""

    events: list[Event]
    query: Query | None
    age: int
    through: int


a_wish = st.builds(
    Wish,
    st.lists(an_event, min_size=1, max_size=3),
    st.none() | a_query,
    st.integers(0, 2),
    st.integers(0, 1),
)
a_plan = st.lists(st.lists(a_wish, min_size=1, max_size=5), min_size=1, max_size=4)
orgs = count(1)


async def test_any_interleaving_equals_a_serial_order(log: PostgresLog, postgres_url: str):
    loop = asyncio.get_running_loop()
    async with PostgresLog.opened(postgres_url) as other:

        @settings(max_examples=80, deadline=None)
        @given(a_plan)
        def holds(plan: list[list[Wish]]) -> None:
            asyncio.run_coroutine_threadsafe(play((log, other), plan), loop).result()

        await asyncio.to_thread(holds)


async def play(logs: tuple[PostgresLog, PostgresLog], plan: list[list[Wish]]) -> None:
    """Each round's wishes are handed over together; then everything that was answered must be true."""
    org = f"org{next(orgs)}"
    heads = [await logs[0].head()]
    answered: list[tuple[Wish, int, int]] = []
    for wishes in plan:
        boundaries = [w.query and Boundary(w.query, heads[max(0, len(heads) - 1 - w.age)]) for w in wishes]
        outcomes = await asyncio.gather(
            *(
                logs[wish.through].append(wish.events, by(org=org), boundary)
                for wish, boundary in zip(wishes, boundaries, strict=True)
            ),
            return_exceptions=True,
        )
        recorded = await read(logs[0], after=heads[0])
        assert [each.position for each in recorded] == list(range(heads[0] + 1, heads[0] + 1 + len(recorded)))
        for wish, boundary, outcome in zip(wishes, boundaries, outcomes, strict=True):
            if isinstance(outcome, int):
                answered.append((wish, outcome, boundary.position if boundary else outcome))
            else:
                must_have_moved(recorded, boundary, outcome)
        heads.append(await logs[0].head())
    all_that_was_acknowledged_is_there_and_nothing_else(recorded, heads[0], answered)


def must_have_moved(recorded: list[Recorded], boundary: Boundary | None, refusal: BaseException) -> None:
    """Whoever was refused was told a tag that did move."""
    assert isinstance(refusal, BoundaryMoved)
    assert boundary is not None
    told = [
        item
        for item in boundary.query.items or (Item(),)
        if (" ".join(item.tags) or "the log") == refusal.tag
    ]
    behind = [each.event for each in recorded if each.position > boundary.position]
    assert any(matches(Query(tuple(told)), event) for event in behind)


def all_that_was_acknowledged_is_there_and_nothing_else(
    recorded: list[Recorded], start: int, answered: list[tuple[Wish, int, int]]
) -> None:
    at = {each.position: each.event for each in recorded}
    for wish, last, read_upto in answered:
        first = last - len(wish.events) + 1
        assert [at.pop(position) for position in range(first, last + 1)] == wish.events
        if wish.query:
            between = [e.event for e in recorded if read_upto < e.position < first]
            assert not any(matches(wish.query, event) for event in between)
    assert at == {}
    assert len(recorded) == sum(len(wish.events) for wish, _, _ in answered), start
