"""Turns of speech: recorded by the node that carries the voice, once each."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.rooms import TurnTaken
from domain.speech import LONGEST, TURNS, NoSuchTurn, OnlyTheVoiceNode, RecordTurn
from tests.domain.machine import OFTEN, DeciderMachine
from tests.domain.spec import given

NODE = {"actor": "voice", "role": "service"}
record = RecordTurn(room="algebra", person="ada", turn="t1", started=1_000, ended=3_500)
taken = TurnTaken(room="algebra", person="ada", turn="t1", started=1_000, ended=3_500)


def lasting(milliseconds: int) -> RecordTurn:
    return RecordTurn(room="algebra", person="ada", turn="t1", started=1_000, ended=1_000 + milliseconds)


def test_a_turn_is_recorded_once():
    given(TURNS).when(record, **NODE).then(taken).again().nothing()


def test_a_turn_that_is_on_record_stays_as_it_is():
    longer = RecordTurn(room="algebra", person="ada", turn="t1", started=1_000, ended=9_000)
    given(TURNS, taken).when(longer, **NODE).nothing()


def test_another_room_has_turns_of_its_own():
    elsewhere = RecordTurn(room="physics", person="ada", turn="t1", started=1_000, ended=3_500)
    there = TurnTaken(room="physics", person="ada", turn="t1", started=1_000, ended=3_500)
    given(TURNS, taken).when(elsewhere, **NODE).then(there)


@pytest.mark.parametrize("role", ["student", "tutor", "auditor", "admin"])
def test_nobody_says_of_themselves_how_long_they_spoke(role):
    given(TURNS).when(record, role=role).refused(OnlyTheVoiceNode)


@pytest.mark.parametrize("milliseconds", [-1, 0, LONGEST + 1])
def test_a_turn_ends_after_it_began_and_within_the_hour(milliseconds):
    given(TURNS).when(lasting(milliseconds), **NODE).refused(NoSuchTurn)


@pytest.mark.parametrize("milliseconds", [1, LONGEST])
def test_a_turn_may_be_as_short_as_a_millisecond_and_as_long_as_an_hour(milliseconds):
    ended = 1_000 + milliseconds
    happened = TurnTaken(room="algebra", person="ada", turn="t1", started=1_000, ended=ended)
    given(TURNS).when(lasting(milliseconds), **NODE).then(happened)


class TalkAtRandom(DeciderMachine):
    """Two rooms, a few turn ids, and lengths around the limits."""

    decider = TURNS

    @rule(
        room=st.sampled_from(["algebra", "physics"]),
        person=st.sampled_from(["ada", "bo"]),
        turn=st.sampled_from(["t1", "t2", "t3", "t4"]),
        started=st.integers(0, 2**50),
        length=st.one_of(st.integers(-5, 5), st.integers(LONGEST - 2, LONGEST + 2)),
        role=st.sampled_from(["service", "service", "student"]),
    )
    def record(self, room, person, turn, started, length, role):
        before = {(event.room, event.turn) for event in self.history.events}
        wish = RecordTurn(room=room, person=person, turn=turn, started=started, ended=started + length)
        happened = self.wish(wish, "voice", role)
        if role != "service":
            assert happened is OnlyTheVoiceNode
        elif not 0 < length <= LONGEST:
            assert happened is NoSuchTurn
        else:
            assert len(happened) == ((room, turn) not in before)

    @invariant()
    def every_turn_is_on_record_once_and_has_a_length(self):
        turns = [(event.room, event.turn) for event in self.history.events]
        assert len(turns) == len(set(turns))
        assert all(0 < event.ended - event.started <= LONGEST for event in self.history.events)


TestTalkAtRandom = TalkAtRandom.TestCase
TestTalkAtRandom.settings = OFTEN
