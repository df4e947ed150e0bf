"""People: known once, named by themselves, with roles from administrators and consents of their own."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.people import (
    PEOPLE,
    ConsentGiven,
    ConsentWithdrawn,
    GiveConsent,
    GrantRole,
    OnlyForAdmins,
    Person,
    PersonRegistered,
    PersonRenamed,
    Register,
    RevokeRole,
    RoleGranted,
    RoleRevoked,
    Scope,
    UnknownPerson,
    WithdrawConsent,
)
from tests.domain.machine import OFTEN, DeciderMachine
from tests.domain.spec import given

register = Register(person="ada", name="Ada")
ada = PersonRegistered(person="ada", name="Ada", role="student")
renamed = PersonRenamed(person="ada", name="Ada L.")
tutors = RoleGranted(person="ada", role="tutor")
tutors_no_more = RoleRevoked(person="ada", role="tutor")
heard = ConsentGiven(person="ada", scope="voice")
heard_no_more = ConsentWithdrawn(person="ada", scope="voice")


def test_somebody_registers_once():
    given(PEOPLE).when(register).then(ada).again().nothing()


def test_registering_by_another_name_renames():
    anew = Register(person="ada", name="Ada L.")
    given(PEOPLE, ada).when(anew).then(renamed).again().nothing()


def test_a_former_name_can_be_taken_back():
    back = PersonRenamed(person="ada", name="Ada")
    given(PEOPLE, ada, renamed).when(register).then(back)


@pytest.mark.parametrize("role", ["admin", "service"])
def test_administrators_and_services_register_others_in_any_role(role):
    wish = Register(person="tia", name="Tia", role="tutor")
    registered = PersonRegistered(person="tia", name="Tia", role="tutor")
    given(PEOPLE).when(wish, actor="root", role=role).then(registered).again().nothing()


@pytest.mark.parametrize("role", ["student", "tutor", "auditor"])
def test_nobody_else_registers_or_renames_others(role):
    given(PEOPLE).when(register, actor="bo", role=role).refused(OnlyForAdmins)
    given(PEOPLE, ada).when(register, actor="bo", role=role).refused(OnlyForAdmins)


@pytest.mark.parametrize("role", ["tutor", "auditor", "admin", "service"])
def test_a_student_registers_as_a_student(role):
    given(PEOPLE).when(Register(person="ada", name="Ada", role=role)).refused(OnlyForAdmins)


def test_a_tutor_registers_as_a_tutor():
    wish = Register(person="ada", name="Ada", role="tutor")
    given(PEOPLE).when(wish, role="tutor").then(PersonRegistered(person="ada", name="Ada", role="tutor"))


def test_registering_again_gives_no_other_role():
    wish = Register(person="ada", name="Ada", role="admin")
    given(PEOPLE, ada).when(wish).nothing()


@pytest.mark.parametrize("role", ["admin", "service"])
def test_roles_are_granted_and_revoked_by_administrators(role):
    grant, revoke = GrantRole(person="ada", role="tutor"), RevokeRole(person="ada", role="tutor")
    told = given(PEOPLE, ada).when(grant, actor="root", role=role).then(tutors)
    told.again().nothing()
    told.when(revoke, actor="root", role=role).then(tutors_no_more).again().nothing()


def test_the_role_one_was_registered_in_can_be_revoked():
    revoke = RevokeRole(person="ada", role="student")
    revoked = RoleRevoked(person="ada", role="student")
    given(PEOPLE, ada).when(revoke, actor="root", role="admin").then(revoked)


@pytest.mark.parametrize("command", [GrantRole, RevokeRole])
@pytest.mark.parametrize("role", ["student", "tutor", "auditor"])
def test_nobody_else_changes_roles_not_even_their_own(command, role):
    given(PEOPLE, ada).when(command(person="ada", role="tutor"), role=role).refused(OnlyForAdmins)


@pytest.mark.parametrize("command", [GrantRole, RevokeRole])
def test_roles_are_for_people_who_are_known(command):
    wish = command(person="ada", role="tutor")
    given(PEOPLE).when(wish, actor="root", role="admin").refused(UnknownPerson)


def test_consent_is_given_and_withdrawn():
    told = given(PEOPLE, ada).when(GiveConsent(scope="voice")).then(heard)
    told.again().nothing()
    told.when(WithdrawConsent(scope="voice")).then(heard_no_more).again().nothing()


def test_consent_can_be_given_anew():
    given(PEOPLE, ada, heard, heard_no_more).when(GiveConsent(scope="voice")).then(heard)


def test_consent_to_one_thing_is_no_consent_to_another():
    recorded = ConsentGiven(person="ada", scope="recording")
    given(PEOPLE, ada, heard).when(WithdrawConsent(scope="recording")).nothing()
    given(PEOPLE, ada, heard).when(GiveConsent(scope="recording")).then(recorded)


@pytest.mark.parametrize("command", [GiveConsent, WithdrawConsent])
def test_consent_is_for_people_who_are_known(command):
    given(PEOPLE).when(command(scope="voice")).refused(UnknownPerson)
    given(PEOPLE, ada).when(command(scope="voice"), actor="bo").refused(UnknownPerson)


@pytest.mark.parametrize("role", ["student", "tutor", "auditor", "admin", "service"])
def test_consent_is_for_oneself_whoever_one_is(role):
    """The command has no field for anybody else: an administrator consents for themselves only."""
    root = PersonRegistered(person="root", name="Root", role="admin")
    given(PEOPLE, ada, root).when(GiveConsent(scope="voice"), actor="root", role=role).then(
        ConsentGiven(person="root", scope="voice")
    )


PERSONS = ("ada", "bo", "cy")
WHO = st.sampled_from(PERSONS)
ROLE = st.sampled_from(["student", "tutor", "auditor", "admin", "service"])
SCOPE = st.sampled_from(Scope.__args__)
NAME = st.sampled_from(["Ada", "A.", "Bo"])


class AnybodyAtRandom(DeciderMachine):
    """Three people who register, rename, promote each other and change their minds."""

    decider = PEOPLE

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Person] = {}

    @rule(person=WHO, actor=WHO, acts_as=ROLE, becomes=ROLE, name=NAME)
    def register(self, person, actor, acts_as, becomes, name):
        happened = self.wish(Register(person=person, name=name, role=becomes), actor, acts_as)
        trusted = acts_as in ("admin", "service")
        if person != actor and not trusted:
            assert happened is OnlyForAdmins
        elif person in self.known:
            assert len(happened) == (self.known[person].name != name)
            self.known[person].name = name
        elif trusted or acts_as == becomes:
            assert happened == [PersonRegistered(person=person, name=name, role=becomes)]
            self.known[person] = Person(name, {becomes})
        else:
            assert happened is OnlyForAdmins

    @rule(person=WHO, actor=WHO, acts_as=ROLE, role=ROLE, grant=st.booleans())
    def change_role(self, person, actor, acts_as, role, grant):
        happened = self.wish((GrantRole if grant else RevokeRole)(person=person, role=role), actor, acts_as)
        if acts_as not in ("admin", "service"):
            assert happened is OnlyForAdmins
        elif person not in self.known:
            assert happened is UnknownPerson
        else:
            roles = self.known[person].roles
            assert len(happened) == (grant != (role in roles))
            (roles.add if grant else roles.discard)(role)

    @rule(actor=WHO, scope=SCOPE, give=st.booleans())
    def change_consent(self, actor, scope, give):
        happened = self.wish((GiveConsent if give else WithdrawConsent)(scope=scope), actor)
        if actor not in self.known:
            assert happened is UnknownPerson
        else:
            consents = self.known[actor].consents
            assert len(happened) == (give != (scope in consents))
            (consents.add if give else consents.discard)(scope)

    @invariant()
    def nobody_is_registered_twice(self):
        registered = [event.person for event in self.history.events if isinstance(event, PersonRegistered)]
        assert sorted(registered) == sorted(self.known)

    @invariant()
    def folding_all_that_happened_gives_what_is_known(self):
        for person, known in self.known.items():
            state = Person()
            for event in self.history.events:
                if event.person == person:
                    state = PEOPLE.evolve(state, event)
            assert state == known


TestAnybodyAtRandom = AnybodyAtRandom.TestCase
TestAnybodyAtRandom.settings = OFTEN
