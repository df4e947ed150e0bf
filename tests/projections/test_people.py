from domain.people import (
    ConsentGiven,
    ConsentWithdrawn,
    PersonRegistered,
    PersonRenamed,
    RoleGranted,
    RoleRevoked,
)
from projections.people import PEOPLE, Person, shown
from tests.projections.given import shown_json, state_of

ADA = PersonRegistered(person="ada", name="Ada", role="student")


def test_a_person_has_a_name_a_role_and_no_consents_at_first():
    assert shown_json(shown("ada", state_of(PEOPLE, "ada", ADA))) == {
        "person": "ada",
        "name": "Ada",
        "role": "student",
        "roles": ["student"],
        "consents": [],
        "called": True,
    }


def test_the_last_name_counts():
    assert state_of(PEOPLE, "ada", ADA, PersonRenamed(person="ada", name="Augusta")).name == "Augusta"


def test_roles_come_and_go_and_the_oldest_held_is_the_first():
    tutor = RoleGranted(person="ada", role="tutor")
    both = state_of(PEOPLE, "ada", ADA, tutor, tutor)
    assert both.roles == ["student", "tutor"]
    one = state_of(PEOPLE, "ada", ADA, tutor, RoleRevoked(person="ada", role="student"))
    assert shown("ada", one).role == "tutor"


def test_consent_holds_until_it_is_withdrawn():
    voice, listed = (ConsentGiven(person="ada", scope=scope) for scope in ("voice", "leaderboard"))
    state = state_of(PEOPLE, "ada", ADA, voice, listed, ConsentWithdrawn(person="ada", scope="voice"))
    assert state.consents == ["leaderboard"]


def test_nobody_has_no_role():
    assert shown("nobody", Person()).role is None
