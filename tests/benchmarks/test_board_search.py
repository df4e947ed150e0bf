"""How many a server can take, found in few attempts."""

import pytest

from benchmarks.measuring.board_search import UNIT, most


class Server:
    """Takes so many, and counts what was tried."""

    def __init__(self, takes: int) -> None:
        self.takes = takes
        self.tried: list[int] = []

    def passes(self, clients: int) -> bool:
        self.tried.append(clients)
        return clients <= self.takes


@pytest.mark.parametrize("takes", [40, 350, 1600, 2023, 7000, 12345])
@pytest.mark.parametrize("guess", [40, 800, 3200])
def test_what_it_takes_is_found_to_a_tenth_wherever_one_begins(takes: int, guess: int):
    server = Server(takes)

    found = most(server.passes, guess)

    assert found <= takes < found + max(2 * UNIT, 0.1 * found + UNIT)
    assert found in server.tried


def test_no_number_is_tried_twice_and_few_are_when_the_guess_is_near():
    server = Server(1900)

    most(server.passes, 1600)

    assert len(server.tried) == len(set(server.tried)) <= 6


def test_a_server_that_takes_nobody_is_said_to_take_none():
    server = Server(0)

    assert most(server.passes, 800) == 0
    assert min(server.tried) == UNIT


def test_of_a_server_that_takes_all_no_more_is_said_than_was_tried():
    assert most(Server(10**9).passes, 800, highest=5000) == 5000


def test_the_search_ends_where_a_server_is_of_two_minds():
    answers = iter([True, False, *[True, False] * 20])

    found = most(lambda clients: next(answers), 800)

    assert 800 <= found < 1600
