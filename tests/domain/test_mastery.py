"""Parameters of mastery: each fit is recorded once, and says only what is new."""

from msgspec import structs

from domain.mastery import FITS, MasteryFitted, OnlyTheHouseFits, RecordFit, SkillFit
from tests.domain.spec import given

FRACTIONS = SkillFit(skill="fractions", prior=0.5, learn=0.1, forget=0.0, guess=0.2, slip=0.1, answers=40)
ALGEBRA = structs.replace(FRACTIONS, skill="algebra", prior=0.4)
TUESDAY = RecordFit(fit="tuesday", upto=9, skills=(FRACTIONS, ALGEBRA))
FITTED = MasteryFitted(fit="tuesday", upto=9, skills=(FRACTIONS, ALGEBRA))


def test_a_fit_is_recorded_once():
    given(FITS).when(TUESDAY, role="service").then(FITTED).again().nothing()


def test_skills_whose_parameters_are_as_they_were_are_left_out():
    better = structs.replace(ALGEBRA, prior=0.45, answers=41)
    given(FITS, FITTED).when(
        RecordFit(fit="wednesday", upto=12, skills=(FRACTIONS, better)), role="service"
    ).then(MasteryFitted(fit="wednesday", upto=12, skills=(better,)))


def test_a_fit_that_came_late_is_dropped():
    """Two workers fit at a time, and one of them has read more."""
    older = RecordFit(fit="slow", upto=8, skills=(structs.replace(ALGEBRA, prior=0.3),))
    given(FITS, FITTED).when(older, role="service").nothing()


def test_nobody_else_records_parameters():
    given(FITS).when(TUESDAY, role="tutor").refused(OnlyTheHouseFits)
