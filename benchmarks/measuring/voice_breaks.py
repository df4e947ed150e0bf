"""A client whose network changes, and a node that is killed: how long until people hear each other again."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from benchmarks.measuring.voice_client import NotConnected
from benchmarks.measuring.voice_company import SETTLE, Company, company
from benchmarks.measuring.voice_control import ServerFailed
from benchmarks.measuring.voice_heard import Heard, heard
from benchmarks.measuring.voice_path import Path, path
from benchmarks.measuring.voice_served import Node, person
from benchmarks.measuring.voice_wire import wire
from benchmarks.report import Row, at_most

FRAGMENT = {"Content-Type": "application/trickle-ice-sdpfrag"}
AT, LASTS = 2.6, 8.0
"""Seconds after the beginning at which the network changes, just after a check; and of it all."""
AWAY = 1.0
"""Seconds without any network before the other one is there."""
AGAIN = 0.2
"""Seconds after which whoever cannot join tries again."""
PATIENCE = 30.0
CHECKS_AT_ONCE, BETWEEN = 3, 0.05
"""How often a client asks at first, and after how many seconds again."""
CHECKS = 3000
"""Milliseconds within which a browser surely asks for consent, and so shows its new address."""


def moved(served: Node) -> list[Row]:
    """The first of a room comes from another port all of a sudden; then loses the network, gets another."""
    with path(served.media) as way, company(served) as people:
        served.meet(["moving"], 4)
        for seat in range(4):
            people.join("moving", seat, via=way.port if seat == 0 else None)
        rebound = _during(people, way.move)
        restarted = _during(people, lambda: _other_network(served, people, way))
    name = "a client's port changes, as behind a NAT"
    other = f"a client loses its network for {AWAY:g} s, gets another, and restarts ICE"
    return [
        at_most(f"{name}: heard again after", "ms", _gap(rebound), CHECKS),
        at_most(f"{name}: packets that the others lose of each other", "", _of_others(rebound), 0),
        at_most(f"{other}: heard again after it has one", "ms", _gap(restarted) - 1000 * AWAY, 500),
        at_most(f"{other}: packets that the others lose of each other", "", _of_others(restarted), 0),
    ]


def killed(served: Node) -> list[Row]:
    """The node of a room is killed and started again at once; its people join anew as soon as they can."""
    with company(served) as people:
        room = people.room(4)[0].room
        before = people.speak(1.0).heard
        began = time.monotonic()
        served.house.kill()
        with ThreadPoolExecutor(1) as thread:
            starting = thread.submit(served.start)
            for member in people.members:
                member.client.close()
            people.members.clear()
            for seat in range(4):
                _rejoin(people, room, seat, began + PATIENCE)
            starting.result()
        joined = time.monotonic() - began
        after = people.speak(1.0, warmup=0.2).heard
    name = "a node is killed and started again"
    return [
        at_most(f"{name}: all four have joined anew after", "s", joined, 10),
        at_most(f"{name}: packets missing before and after", "", before.wrong + after.wrong, 0),
    ]


def _rejoin(people: Company, room: str, seat: int, ends: float) -> None:
    while time.monotonic() < ends:
        with suppress(ConnectionError, ServerFailed, NotConnected):
            people.join(room, seat)
            return
        time.sleep(AGAIN)
    raise ServerFailed("it did not come back")


def _during(people: Company, change: Callable[[], None]) -> Heard:
    """What was heard while something changed."""
    ran = people.ran()
    due = people.packets(LASTS + SETTLE)
    with wire(people.sockets, due, LASTS + SETTLE, 100_000) as running:
        running.until(AT)
        change()
    found = heard(running, people.senders, people.listens(), 0.5, LASTS, ran)
    people.keep(now=True)
    return found


def _other_network(served: Node, people: Company, way: Path) -> None:
    way.cut = True
    time.sleep(AWAY)
    way.move()
    way.cut = False
    member = people.members[0]
    client = member.client
    client.ufrag, client.password = client.ufrag + "2", client.password
    body = f"a=ice-ufrag:{client.ufrag}\r\na=ice-pwd:{client.password}\r\n".encode()
    where = f"/rooms/{member.room}/voice/{member.voice}"
    status, _, fragment = served.ask("PATCH", where, person(member.room, member.seat), body, FRAGMENT)
    if status != 200:
        raise ServerFailed(f"{status}: {fragment[:200].decode(errors='replace')}")
    said = fragment.decode()
    client.remote = _value("a=ice-ufrag:", said), _value("a=ice-pwd:", said)
    for _ in range(CHECKS_AT_ONCE):
        client.line.send(client.binding())
        time.sleep(BETWEEN)


def _value(name: str, said: str) -> str:
    return next(line for line in said.splitlines() if line.startswith(name)).removeprefix(name)


def _gap(found: Heard) -> float:
    """The longest time (ms) for which somebody did not hear the first one."""
    return max(gap for (_, speaker), gap in found.gaps.items() if speaker == 0)


def _of_others(found: Heard) -> int:
    return sum(lost for pair, lost in found.lost.items() if 0 not in pair)
