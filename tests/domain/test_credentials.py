"""Credentials: issued by what was answered or by who vouches, shared by their holder, and revoked."""

from datetime import date, timedelta

from domain.credentials import (
    HOLDING,
    ISSUING,
    ClaimCredential,
    CredentialIsRevoked,
    CredentialIssued,
    CredentialRevoked,
    CredentialShared,
    IssueCredential,
    MayNotRevoke,
    NoSuchEvidence,
    NotMastered,
    NotYourCredential,
    OnlyTutorsIssue,
    RevokeCredential,
    ShareCredential,
    ShareWithdrawn,
    UnknownCredential,
    WithdrawShare,
)
from domain.people import PersonErased, PersonWasErased
from domain.pillars import (
    DefinePillar,
    OnlyTutorsDefinePillars,
    PillarDefined,
    PillarIdTaken,
    Standing,
    UnknownPillar,
)
from domain.practice import AnswerGiven
from tests.domain.spec import NOON, given

define = DefinePillar(pillar="numbers", title="Numbers", skills=("fractions", "primes"), answers=4, part=0.75)
pillar = PillarDefined(
    pillar="numbers", title="Numbers", skills=("fractions", "primes"), answers=4, part=0.75
)
claim = ClaimCredential(credential="c1", pillar="numbers")
vouch = IssueCredential(credential="c1", person="ada", pillar="numbers", note="She taught it to the others.")
share = ShareCredential(share="s1", credential="c1", skills=("primes",), name=True, days=10)
shared = CredentialShared(
    share="s1", credential="c1", person="ada", skills=("primes",), name=True, until=NOON + timedelta(days=10)
)
revoke = RevokeCredential(credential="c1", why="mistake")


def answers(skill: str, marks: str, person: str = "ada") -> list[AnswerGiven]:
    """An answer for each letter: + is right."""
    return [
        AnswerGiven(
            answer=f"{skill}-{n}",
            person=person,
            problem="p",
            skill=skill,
            given="1",
            correct=mark == "+",
            xp=0,
            day=date(2025, 3, 10),
            zone="UTC",
        )
        for n, mark in enumerate(marks)
    ]


def issued(fractions: Standing, primes: Standing, by: str | None = None, note: str = "") -> CredentialIssued:
    return CredentialIssued(
        credential="c1",
        person="ada",
        pillar="numbers",
        title="Numbers",
        skills=(fractions, primes),
        by=by,
        note=note,
    )


FOUR, THREE = Standing("fractions", 4, 4), Standing("primes", 4, 3)
held = issued(FOUR, THREE, by="tia", note="Seen.")
good = (pillar, *answers("fractions", "--++++"), *answers("primes", "-+++"))
before = given(HOLDING, held)


def test_a_pillar_is_defined_once_and_does_not_change():
    given(ISSUING).when(define, actor="tia", role="tutor").then(pillar).again().nothing()
    other = DefinePillar(pillar="numbers", title="Numbers", skills=("fractions",))
    given(ISSUING, pillar).when(other, actor="tia", role="tutor").refused(PillarIdTaken)
    given(ISSUING).when(define, actor="ada").refused(OnlyTutorsDefinePillars)


def test_whoever_has_mastered_every_skill_claims_a_credential_once():
    given(ISSUING, *good).when(claim).then(issued(FOUR, THREE)).again().nothing()


def test_the_last_answers_decide_and_there_must_be_enough_in_every_skill():
    few = (pillar, *answers("fractions", "++++"), *answers("primes", "+++"))
    given(ISSUING, *few).when(claim).refused(NotMastered)
    of_late = (pillar, *answers("fractions", "++++++--"), *answers("primes", "++++"))
    given(ISSUING, *of_late).when(claim).refused(NotMastered)
    of_others = (pillar, *answers("fractions", "++++", "ben"), *answers("primes", "++++", "ben"))
    given(ISSUING, *of_others).when(claim).refused(NotMastered)
    given(ISSUING).when(claim).refused(UnknownPillar)


def test_a_tutor_vouches_for_somebody_else_and_says_by_what():
    vouched = issued(Standing("fractions", 1, 1), Standing("primes", 0, 0), by="tia", note=vouch.note)
    seen = given(ISSUING, pillar, *answers("fractions", "+"))
    seen.when(vouch, actor="tia", role="tutor").then(vouched).again().nothing()
    seen.when(vouch, actor="ben").refused(OnlyTutorsIssue)
    seen.when(vouch, actor="ada", role="tutor").refused(OnlyTutorsIssue)
    erased = given(ISSUING, pillar, PersonErased(person="ada", rooms=()))
    erased.when(vouch, actor="tia", role="tutor").refused(PersonWasErased)


def test_what_was_revoked_can_be_claimed_anew():
    revoked = CredentialRevoked(credential="c1", person="ada", by="root", why="mistake")
    again = ClaimCredential(credential="c2", pillar="numbers")
    wish = given(ISSUING, *good, issued(FOUR, THREE), revoked).when(again)
    wish.then(
        CredentialIssued(
            credential="c2", person="ada", pillar="numbers", title="Numbers", skills=(FOUR, THREE)
        )
    )


def test_the_holder_who_vouched_and_administrators_revoke_and_nobody_else():
    for actor, role in (("ada", "student"), ("tia", "tutor"), ("root", "admin")):
        revoked = CredentialRevoked(credential="c1", person="ada", by=actor, why="mistake")
        before.when(revoke, actor=actor, role=role).then(revoked).again().nothing()
    before.when(revoke, actor="tom", role="tutor").refused(MayNotRevoke)
    given(HOLDING).when(revoke).refused(UnknownCredential)


def test_the_holder_chooses_what_is_shared_and_withdraws_it_at_any_time():
    before.when(share).then(shared).again().nothing()
    before.when(share, actor="tia", role="tutor").refused(NotYourCredential)
    unknown = ShareCredential(share="s1", credential="c1", skills=("algebra",))
    before.when(unknown).refused(NoSuchEvidence)
    withdrawn = ShareWithdrawn(share="s1", credential="c1", person="ada")
    withdraw = WithdrawShare(share="s1", credential="c1")
    given(HOLDING, held, shared).when(withdraw).then(withdrawn).again().nothing()
    given(HOLDING, held, shared).when(withdraw, actor="root", role="admin").refused(NotYourCredential)


def test_what_is_revoked_is_not_shared():
    revoked = CredentialRevoked(credential="c1", person="ada", by="root", why="mistake")
    given(HOLDING, held, revoked).when(share).refused(CredentialIsRevoked)
