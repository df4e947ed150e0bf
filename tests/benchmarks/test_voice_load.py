"""The load of the benchmark of voice is heard whole, and what a server or a network does to it is noticed."""

import shutil
import socket
import time
from array import array
from collections.abc import Iterator
from contextlib import closing

import pytest

from benchmarks.measuring import voice_wire
from benchmarks.measuring.voice_client import Voice
from benchmarks.measuring.voice_company import Company, company
from benchmarks.measuring.voice_heard import heard
from benchmarks.measuring.voice_latency import delays, onsets
from benchmarks.measuring.voice_packets import Marked, Sender, in_turn, marked, opus
from benchmarks.measuring.voice_path import path
from benchmarks.measuring.voice_script import FRAME, Part, audible
from benchmarks.measuring.voice_served import ToldServer, bare, relay
from benchmarks.measuring.voice_talk import measured, until_others
from benchmarks.measuring.voice_wire import Due, wire
from domain.rooms import TurnTaken
from tests.need import lacking

SECONDS = 0.5


@pytest.fixture(scope="module", autouse=True)
def compiler() -> None:
    """Without a compiler there is no load."""
    if not any(shutil.which(name) for name in ("gcc", "clang", "cc")):
        lacking("a C compiler is not installed")
    voice_wire.built()


@pytest.fixture(scope="module")
def engine() -> Iterator[ToldServer]:
    with bare() as served:
        yield served


@pytest.fixture
def people(engine: ToldServer) -> Iterator[Company]:
    with company(engine) as here:
        yield here


def test_everything_that_eight_people_say_in_two_rooms_is_heard_once(people: Company):
    people.rooms(8)

    found = people.speak(SECONDS, warmup=0.1).heard

    assert found.whole
    assert found.expected == len(found.delays) >= 8 * 3 * 20
    assert found.checked > 0
    assert min(found.delays) > 0
    assert set(found.lost) == {(a, b) for a in range(8) for b in range(8) if a // 4 == b // 4 and a != b}


def test_what_was_said_before_does_not_count_and_numbers_go_on(people: Company):
    people.room(2)

    first, second = (people.speak(SECONDS, warmup=0.1).heard for _ in range(2))

    assert first.whole
    assert second.whole


def test_what_a_bad_network_loses_is_missing_from_whom_it_carries_and_from_nobody_else(people: Company):
    probe = people.join("probe", 0)
    with path(probe.client.server[1]) as way:
        for seat in range(3):
            people.join("lossy", seat, via=way.port if seat == 0 else None)
        way.loss = 0.5
        found = people.speak(SECONDS, warmup=0.1).heard

    assert way.lost > 0
    assert all(found.lost[pair] > 0 for pair in ((1, 2), (1, 3), (2, 1), (3, 1)))
    assert found.lost[2, 3] == found.lost[3, 2] == 0
    assert not found.whole


def test_whoever_is_not_heard_at_all_is_missing_with_everything(people: Company):
    people.room(2, speakers=1)
    people.room(2, speakers=1)
    listens = {1: [0], 3: [0]}
    due = people.packets(SECONDS)
    with wire(people.sockets, due, SECONDS + 0.1, 1000) as running:
        pass

    found = heard(running, people.senders, listens, 0, SECONDS)

    assert found.lost[1, 0] == 0
    assert found.lost[3, 0] == found.expected / 2 == found.missing > 0


def test_the_relay_sends_on_what_cannot_be_traced_and_it_is_counted():
    with relay() as served, company(served) as here:
        here.rooms(2)
        found = here.speak(1.0).heard

    assert found.unreadable == found.checked > 0
    assert found.arrived > 0
    assert found.missing == found.expected > 0


def test_a_path_delays_within_its_jitter_and_cuts_and_moves():
    with (
        closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as server,
        closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as client,
    ):
        for end in (server, client):
            end.bind(("127.0.0.1", 0))
            end.settimeout(2)
        with path(server.getsockname()[1], jitter=0.02) as way:
            client.connect(("127.0.0.1", way.port))
            client.send(b"there")
            data, seen = server.recvfrom(100)
            server.sendto(b"back", seen)
            assert (data, client.recv(100)) == (b"there", b"back")

            way.cut = True
            client.send(b"lost")
            while not way.lost:
                time.sleep(0.001)
            way.cut = False
            way.move()
            client.send(b"again")
            while server.recvfrom(100)[1] == seen:
                client.send(b"again")


def test_a_path_loses_its_share():
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as client, path(9, loss=0.25) as way:
        client.connect(("127.0.0.1", way.port))
        while way.lost + way.passed < 1000:
            client.send(b"x")
            time.sleep(0)

    assert 0.2 <= way.lost / (way.lost + way.passed) <= 0.3


def test_a_wire_sends_what_is_due_in_order_and_never_early():
    with closing(Voice()) as here, closing(Voice()) as there:
        here.line.connect(there.line.getsockname())
        there.line.connect(here.line.getsockname())
        due = [Due(n * 1_000_000, 0, b"\x80" + bytes([n]) * 20) for n in reversed(range(50))]
        with wire([here.line, there.line], due, 0.2, 100, every=0) as running:
            pass

    assert [each.second for each in running.arrivals()] == list(range(50))
    assert all(late >= 0 for late in running.late())
    assert all(arrival.line == 1 for arrival in running.arrivals())


def test_a_wire_with_too_little_room_says_so():
    with closing(Voice()) as here, closing(Voice()) as there:
        here.line.connect(there.line.getsockname())
        there.line.connect(here.line.getsockname())
        with (
            pytest.raises(voice_wire.TooMuchArrived, match="7 packets"),
            wire([here.line, there.line], [Due(0, 0, b"\x80" * 20)] * 10, 0.1, 3),
        ):
            pass


def test_a_packet_says_whose_it_is_and_which(people: Company):
    people.room(1)
    sender: Sender = people.members[0].sender
    assert len(list(sender.speech(1.0, 0, in_turn(0)))) == 50

    assert sender.next == 50
    assert marked(b"sound") is marked(bytes(80)) is None
    assert marked(b"sound\xaby\xc3v" + bytes(3) + b"\x07" + bytes(3) + b"\x09") == Marked(7, 9)


def test_a_tone_after_silence_is_found_where_it_begins():
    silence, tone = opus("silence"), opus("tone")
    frames = [*silence[:20], *tone[:10], *silence[:20], *tone[:10]]

    found = onsets(enumerate(frames))

    assert len(found) == 2
    assert 20 <= found[0] <= 21
    assert 50 <= found[1] <= 51
    assert list(delays([0, 5_000_000], [1_000_000, 7_000_000])) == [1.0, 2.0]
    assert list(delays([0, 5_000_000], [7_000_000])) == [2.0]


def test_speech_in_a_sound_is_from_its_first_to_its_last_sound_and_short_pauses_are_part_of_it():
    loud, quiet = array("h", [3000] * FRAME), array("h", [3] * FRAME)
    sound = quiet * 5 + loud * 10 + quiet * 10 + loud * 5 + quiet * 40 + loud * 3

    assert audible(sound) == [(100, 600), (1400, 1460)]
    assert Part(sound, audible(sound)).talk == 560


def test_whoever_began_last_has_the_floor_where_only_beginnings_are_counted():
    def turn(person: str, started: int, ended: int) -> TurnTaken:
        return TurnTaken(room="r", person=person, turn=f"{person}{started}", started=started, ended=ended)

    turns = [turn("ada", 0, 1000), turn("ben", 500, 2000), turn("ada", 5000, 6000)]

    assert measured(turns) == {"ada": 2000, "ben": 1500}
    assert until_others(turns) == {"ada": 1500, "ben": 4500}
