"""Ratings of what the facilitator said: by whom they count, and that the last one does."""

import pytest

from domain.interventions import InterventionDelivered, UnknownIntervention
from domain.ratings import RATINGS, InterventionRated, RateIntervention
from domain.rooms import NotInTheRoom, RoomClosed, RoomJoined, RoomLeft
from tests.domain.spec import given

ada = RoomJoined(room="algebra", person="ada")
said = InterventionDelivered(
    intervention="i1",
    room="algebra",
    person="bo",
    text="Bo, what do you see?",
    why="The person addressed has spoken 0 s.",
    source="template",
)


def rate(helped: str, intervention: str = "i1", room: str = "algebra") -> RateIntervention:
    return RateIntervention(room=room, intervention=intervention, helped=helped)


def rated(helped: str, person: str = "ada") -> InterventionRated:
    return InterventionRated(intervention="i1", room="algebra", person=person, helped=helped)


def test_whoever_was_in_the_room_rates_once_changes_their_mind_and_takes_it_back():
    yes = given(RATINGS, ada, said).when(rate("yes"), actor="ada").then(rated("yes"))
    yes.again().nothing()
    no = yes.when(rate("no"), actor="ada").then(rated("no"))
    no.when(rate("withdrawn"), actor="ada").then(rated("withdrawn")).again().nothing()


def test_nothing_is_taken_back_that_was_not_given():
    given(RATINGS, ada, said).when(rate("withdrawn"), actor="ada").nothing()


def test_ratings_of_others_are_theirs():
    bo = RoomJoined(room="algebra", person="bo")
    given(RATINGS, ada, bo, said, rated("yes", "bo")).when(rate("yes"), actor="ada").then(rated("yes"))


def test_a_room_that_was_left_or_closed_is_rated_still():
    left = RoomLeft(room="algebra", person="ada", why="left")
    given(RATINGS, ada, said, left, RoomClosed(room="algebra")).when(rate("no"), actor="ada").then(
        rated("no")
    )


def test_who_was_never_there_has_no_say():
    given(RATINGS, ada, said).when(rate("yes"), actor="cy").refused(NotInTheRoom)


@pytest.mark.parametrize("wish", [rate("yes", intervention="i2"), rate("yes", room="physics")])
def test_what_was_never_said_there_cannot_be_rated(wish):
    physics = RoomJoined(room="physics", person="ada")
    given(RATINGS, ada, physics, said).when(wish, actor="ada").refused(UnknownIntervention)
