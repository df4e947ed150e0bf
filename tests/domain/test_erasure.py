"""Erasing: by administrators, once, for good; who was erased comes back nowhere."""

import pytest

from domain.erasure import ERASURE, ErasePerson
from domain.hosting import ROOMS
from domain.interventions import InterventionDelivered
from domain.people import (
    PEOPLE,
    ConsentGiven,
    GiveConsent,
    GrantRole,
    OnlyForAdmins,
    PersonErased,
    PersonRegistered,
    PersonWasErased,
    Register,
    UnknownPerson,
    WithdrawConsent,
)
from domain.practice import AnswerGiven
from domain.rooms import JoinRoom, MessageSent, RoomJoined, RoomLeft, RoomOpened
from tests.domain.spec import given
from tests.golden.examples import EXAMPLES

erase = ErasePerson(person="ada")
ada = PersonRegistered(person="ada", name="Ada", role="student")
erased = PersonErased(person="ada", rooms=())
opened = RoomOpened(room="algebra", title="Algebra", capacity=8, host="tia")
joined = RoomJoined(room="algebra", person="ada")
answered = next(event for event in EXAMPLES if isinstance(event, AnswerGiven))


def said(room: str, message: str) -> MessageSent:
    return MessageSent(room=room, person="ada", message=message, text="Hello")


def told(room: str) -> InterventionDelivered:
    return InterventionDelivered(
        intervention="i", room=room, person="ada", text="Ada?", why="0 s", source="template"
    )


@pytest.mark.parametrize("role", ["admin", "service"])
def test_a_person_is_erased_once(role):
    given(ERASURE, ada).when(erase, actor="root", role=role).then(erased).again().nothing()


@pytest.mark.parametrize("role", ["student", "tutor", "auditor"])
def test_nobody_else_erases_anybody_not_even_themselves(role):
    given(ERASURE, ada).when(erase, actor="ada", role=role).refused(OnlyForAdmins)


def test_whoever_left_no_trace_cannot_be_erased():
    given(ERASURE).when(erase, actor="root", role="admin").refused(UnknownPerson)


@pytest.mark.parametrize(
    "trace", [said("algebra", "m"), joined, answered], ids=lambda each: type(each).__name__
)
def test_whoever_never_registered_and_took_part_can_be_erased(trace):
    events = given(ERASURE, trace).when(erase, actor="root", role="admin").decide()
    assert events[-1] == PersonErased(person="ada", rooms=events[-1].rooms)


def test_the_event_names_the_rooms_with_words_of_theirs_or_to_them():
    past = (ada, said("algebra", "m1"), told("physics"), said("algebra", "m2"), said("logic", "m3"))
    named = PersonErased(person="ada", rooms=("algebra", "physics", "logic"))
    given(ERASURE, *past).when(erase, actor="root", role="admin").then(named)


def test_whoever_is_erased_leaves_the_room_that_they_are_in():
    left = RoomLeft(room="algebra", person="ada", why="gone")
    given(ERASURE, ada, joined).when(erase, actor="root", role="admin").then(left, erased).again().nothing()


def test_whoever_moved_leaves_the_room_that_they_moved_to():
    moved = (RoomLeft(room="algebra", person="ada", why="moved"), RoomJoined(room="logic", person="ada"))
    left = RoomLeft(room="logic", person="ada", why="gone")
    given(ERASURE, ada, joined, *moved).when(erase, actor="root", role="admin").then(left, erased)


@pytest.mark.parametrize("past", [(ada, erased), (erased,)])
def test_an_erased_id_is_never_registered_again(past):
    wish = Register(person="ada", name="Ada")
    given(PEOPLE, *past).when(wish).refused(PersonWasErased)
    given(PEOPLE, *past).when(wish, actor="root", role="admin").refused(PersonWasErased)


def test_an_erased_person_consents_to_nothing_and_gets_no_role():
    voice = ConsentGiven(person="ada", scope="voice")
    after = given(PEOPLE, ada, voice, erased)
    after.when(GiveConsent(scope="leaderboard")).refused(PersonWasErased)
    after.when(WithdrawConsent(scope="voice")).refused(PersonWasErased)
    after.when(GrantRole(person="ada", role="tutor"), actor="root", role="admin").refused(PersonWasErased)


def test_an_erased_person_comes_into_no_room():
    join = JoinRoom(room="algebra")
    given(ROOMS, opened, ada, erased).when(join).refused(PersonWasErased)
    given(ROOMS, opened, ada, erased).when(join, actor="ben").then(RoomJoined(room="algebra", person="ben"))
