"""A history is played at its pace, by a clock that needs no waiting here."""

import signal
import subprocess
import sys
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.rooms import RoomClosed
from infra.playing import Clock, Pace, played
from tests.house import PROJECT, RunningHouse
from tests.projections.given import START, recorded


class Stopwatch:
    """A clock whose sleeps are over at once; each takes `late` seconds more than was asked for."""

    def __init__(self, late: float = 0.0) -> None:
        self.time = 1000.0
        self.late = late
        self.clock = Clock(lambda: self.time, self.sleep)

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.time += seconds + self.late


async def times(seconds: list[float], pace: Pace, watch: Stopwatch, work: float = 0.0) -> list[float]:
    """When each event was played, in seconds from the first one; each is worked on for a while."""
    log = [
        recorded(n, RoomClosed(room="r"), START + timedelta(seconds=at)) for n, at in enumerate(seconds, 1)
    ]

    async def batches():
        for start in range(0, len(log), 2):
            yield log[start : start + 2]

    found = []
    async for each in played(batches(), pace, watch.clock):
        assert each.position == len(found) + 1
        found.append(watch.time - 1000)
        watch.time += work
    return found


@pytest.mark.parametrize(
    ("speed", "due"), [(1, [0, 1, 1, 4, 10]), (2, [0, 0.5, 0.5, 2, 5]), (0.5, [0, 2, 2, 8, 20])]
)
async def test_events_come_at_a_multiple_of_their_own_pace(speed, due):
    assert await times([0, 1, 1, 4, 10], Pace(speed), Stopwatch()) == due


async def test_without_a_speed_nothing_waits():
    assert await times([0, 1, 1000], Pace(), Stopwatch()) == [0, 0, 0]


async def test_being_late_does_not_add_up():
    found = await times(list(range(100)), Pace(1), Stopwatch(late=0.2))
    assert found[1:] == pytest.approx([n + 0.2 for n in range(1, 100)])
    found = await times(list(range(100)), Pace(1), Stopwatch(), work=0.7)
    assert found == pytest.approx(list(range(100)))


async def test_whoever_has_fallen_behind_catches_up():
    assert await times([0, 1, 2, 9], Pace(1), Stopwatch(), work=3) == [0, 3, 6, 9]


async def test_long_pauses_are_cut_and_the_others_are_not():
    assert await times([0, 5, 3600, 3602], Pace(1, longest=10), Stopwatch()) == [0, 5, 15, 17]
    assert await times([0, 5, 3600, 3602], Pace(10, longest=1), Stopwatch()) == pytest.approx(
        [0, 0.5, 1.5, 1.7]
    )


async def test_events_whose_clocks_differ_are_waited_for_once():
    assert await times([0, 10, 9, 10, 11], Pace(1), Stopwatch()) == [0, 10, 10, 10, 11]


async def test_a_part_of_a_room_can_be_replayed_and_the_room_be_seen_at_any_instant(house):
    room = f"r{uuid4().hex}"
    async with house.client("tia", "tutor") as tia:
        await tia.post("/people", json={"person": "tia", "name": "Tia", "role": "tutor"})
        await tia.post("/rooms", json={"room": room, "title": "Replayed"})
        first = (await tia.post(f"/rooms/{room}/join")).json()["position"]
        last = (await tia.post(f"/rooms/{room}/messages", json={"text": "Hello"})).json()["position"]

    def run(*words: str, status: int = 0) -> str:
        return RunningHouse(house.home, house.environment, ("replay", room, *words)).run(status=status)

    assert "room.joined.v1" in run("--from", str(first), "--upto", str(last - 1))
    assert '"text": "Hello"' in run("--at", str(last))
    assert "Nothing ever happened there" in run("--from", str(last + 1), status=1)
    assert "must be a position or an instant" in run("--at", "yesterday", status=1)


async def test_a_row_of_a_view_can_be_seen_as_it_was(house):
    person = f"p{uuid4().hex}"
    async with house.client("tia", "admin") as tia:
        body = {"person": person, "name": "Ann", "role": "student"}
        first = (await tia.post("/people", json=body)).json()["position"]

    def run(*words: str, status: int = 0) -> str:
        return RunningHouse(house.home, house.environment, ("view", "people", *words)).run(status=status)

    assert '"name": "Ann"' in run(person, "--at", str(first))
    assert '"name": "Ann"' in run(person)
    assert "Nothing had touched" in run(person, "--at", str(first - 1), status=1)


def started(house: RunningHouse, *words: str) -> subprocess.Popen[str]:
    """The command, which goes on."""
    return subprocess.Popen(
        [sys.executable, "-m", "infra.cli", *words],
        cwd=PROJECT,
        env=RunningHouse(house.home, house.environment)._environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def test_ctrl_c_ends_a_replay_without_complaint(house):
    room = f"r{uuid4().hex}"
    async with house.client("tia", "tutor") as tia:
        await tia.post("/people", json={"person": "tia", "name": "Tia", "role": "tutor"})
        await tia.post("/rooms", json={"room": room, "title": "Replayed"})
        await tia.post(f"/rooms/{room}/join")
    replay = started(house, "replay", room, "--speed", "0.00001")
    assert replay.stdout is not None
    assert "room.opened.v1" in replay.stdout.readline()
    replay.send_signal(signal.SIGINT)
    assert replay.communicate(timeout=20) == ("", "")
    assert replay.returncode == 130
