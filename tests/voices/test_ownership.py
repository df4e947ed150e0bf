"""However claims, losses and expiries interleave, no two nodes carry one room at once."""

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.voices.ownership import Lost, Ownership, Times
from rooms.voices.ports import BusAway, Entry, Taken

TIMES = Times(lease=6.0)
ROOMS = ("school/algebra", "school/biology")
NODES = 3

node = st.integers(0, NODES - 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("claim"), node, st.integers(0, 1)),
        st.tuples(st.just("own"), node),
        st.tuples(st.just("own"), node),
        st.tuples(st.just("keep"), node),
        st.tuples(st.just("release"), node, st.integers(0, 1)),
        st.tuples(st.just("renew"), node),
        st.tuples(st.just("end"), node),
        st.tuples(st.just("begin"), node),
        st.tuples(st.just("reach"), node, st.integers(0, 2)),
        st.tuples(st.just("answer"), node, st.integers(0, 2)),
        st.tuples(st.just("deliver"), node),
        st.tuples(st.just("deliver"), node),
        st.tuples(st.just("lose"), node, st.integers(0, 2)),
        st.tuples(st.just("wait"), st.sampled_from([0.1, 0.5, 1.0, 2.0, 5.0, 6.5])),
    ),
    min_size=20,
    max_size=90,
)


class Bus:
    """Records as a bus keeps them. A record is forgotten `ttl` seconds after it was written."""

    def __init__(self, time: Callable[[], float], ttl: float, revisions: count) -> None:
        self._time, self._ttl = time, ttl
        self._revisions = revisions
        self._kept: dict[str, tuple[Entry, float]] = {}

    def get(self, key: str) -> Entry | None:
        entry, written = self._kept.get(key, (None, 0.0))
        return entry if self._time() - written < self._ttl else None

    def put(self, key: str, value: str, revision: int) -> int:
        entry = self.get(key)
        if (entry.revision if entry else 0) != revision:
            raise Taken
        self._kept[key] = (Entry(value, next(self._revisions)), self._time())
        return self._kept[key][0].revision


class Wire:
    """What one node asks of the bus. It is passed on and answered when the story says so, or never."""

    def __init__(self) -> None:
        self.going: deque[tuple[Callable[[], object], asyncio.Future]] = deque()
        self.coming: deque[tuple[object, asyncio.Future]] = deque()

    async def ask(self, do: Callable[[], object]) -> object:
        answer: asyncio.Future = asyncio.get_running_loop().create_future()
        self.going.append((do, answer))
        return await answer

    def reach(self, which: int) -> None:
        """One of the questions reaches the bus: later ones may overtake."""
        if which < len(self.going):
            do, future = self.going[which]
            del self.going[which]
            try:
                self.coming.append((do(), future))
            except Taken as taken:
                self.coming.append((taken, future))

    def answer(self, which: int) -> None:
        if which < len(self.coming):
            answer, future = self.coming[which]
            del self.coming[which]
            if future.done():
                return
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    def lose(self, which: int) -> None:
        """The node waits no longer for an answer; what it asked may still reach the bus."""
        waiting = [future for _, future in (*self.going, *self.coming) if not future.done()]
        if which < len(waiting):
            waiting[which].set_exception(BusAway())


class Records:
    def __init__(self, bus: Bus, wire: Wire) -> None:
        self._bus, self._wire = bus, wire

    async def get(self, key: str) -> Entry | None:
        return await self._wire.ask(lambda: self._bus.get(key))

    async def put(self, key: str, value: str, revision: int) -> int:
        return await self._wire.ask(lambda: self._bus.put(key, value, revision))


class Leases:
    def __init__(self, nodes: Records, rooms: Records) -> None:
        self.nodes, self.rooms = nodes, rooms


class Story:
    """Three nodes, whose clocks show different times and run at different speeds."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self.time = 0.0
        self.group = group
        names, revisions = count(), count(1)
        nodes = Bus(lambda: self.time, TIMES.lease, revisions)
        rooms = Bus(lambda: self.time, 86_400.0, revisions)
        self.wires = [Wire() for _ in range(NODES)]
        self.nodes = [
            Ownership(
                Leases(Records(nodes, wire), Records(rooms, wire)),
                TIMES,
                lambda number=number: 1000.0 * number + self.time * (0.9, 1.0, 1.1)[number],
                lambda: f"node{next(names):08}",
            )
            for number, wire in enumerate(self.wires)
        ]
        self.carried = 0

    async def do(self, step: tuple) -> None:
        match step:
            case ("wait", seconds):
                self.time += seconds
            case ("deliver", at):
                self.wires[at].reach(0)
                self.wires[at].answer(0)
            case ("reach" | "answer" | "lose" as name, at, which):
                getattr(self.wires[at], name)(which)
            case (name, at, *room):
                self.group.create_task(self._try(self.nodes[at], name, *room))
        for _ in range(4):
            await asyncio.sleep(0)
        self.check()

    async def _try(self, ownership: Ownership, name: str, room: int = 0) -> None:
        term = ownership.term
        try:
            match name:
                case "begin":
                    if term is None:
                        await ownership.begin()
                case "claim":
                    await ownership.owner(ROOMS[room])
                case "release":
                    await ownership.release(ROOMS[room])
                case "renew" if term:
                    await ownership.renew(term)
                case "end" if term:
                    await ownership.end(term)
        except (Lost, BusAway):
            return

    def check(self) -> None:
        for room in ROOMS:
            carrying = [node.term.name for node in self.nodes if node.term and node.holds(room)]
            assert len(carrying) <= 1, carrying
            self.carried += len(carrying)

    async def finish(self) -> None:
        """Everything that waits is answered; then whoever asks finds one node that carries the room."""
        for wire in self.wires:
            while any(not future.done() for _, future in (*wire.going, *wire.coming)):
                wire.lose(0)
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.time += TIMES.lease
        for wire in self.wires:
            wire.going.clear()
        names = [await self._answered(at, self._owned(at)) for at in range(NODES)]
        assert len(set(names)) == 1

    async def _owned(self, at: int) -> str:
        await self.nodes[at].begin()
        return await self.nodes[at].owner(ROOMS[0])

    async def _answered(self, at: int, asking) -> str:
        task = self.group.create_task(asking)
        while not task.done():
            self.wires[at].reach(0)
            self.wires[at].answer(0)
            await asyncio.sleep(0)
        return task.result()


def parts(step: tuple) -> list[tuple]:
    """A claim or a renewal that nothing comes between is a step of its own: few stories would have one."""
    match step:
        case ("own", at):
            return [("claim", at, 0), *[("deliver", at)] * 6]
        case ("keep", at):
            return [("renew", at), ("deliver", at), ("deliver", at)]
        case _:
            return [step]


async def told(steps: list[tuple]) -> Story:
    async with asyncio.TaskGroup() as group:
        story = Story(group)
        for at in range(NODES):
            await story.do(("begin", at))
            await story.do(("deliver", at))
        for step in steps:
            for part in parts(step):
                await story.do(part)
        await story.finish()
    return story


@settings(max_examples=150, deadline=None)
@given(steps)
def test_no_interleaving_has_two_nodes_carry_one_room_and_each_ends_with_one_that_does(steps):
    asyncio.run(told(steps))


def test_a_room_goes_from_a_node_that_is_not_heard_of_to_another_once_its_lease_is_over():
    claim = [("claim", 0, 0), ("deliver", 0), ("deliver", 0)]
    other = [("claim", 1, 0), *[("deliver", 1)] * 6]
    renewed = [("wait", 2.0), ("renew", 1), ("deliver", 1)]

    async def tell() -> None:
        async with asyncio.TaskGroup() as group:
            story = Story(group)
            for at in range(NODES):
                await story.do(("begin", at))
                await story.do(("deliver", at))
            for step in [*claim, *other]:
                await story.do(step)
            assert story.nodes[0].holds(ROOMS[0])
            assert not story.nodes[1].holds(ROOMS[0])
            for step in [*renewed * 3, *other]:
                await story.do(step)
            assert not story.nodes[0].holds(ROOMS[0])
            assert story.nodes[1].holds(ROOMS[0])

    asyncio.run(tell())
