"""Appeals: for the tutor of the lesson, against what counts, decided by somebody else."""

from domain.appeals import (
    APPEALS,
    AppealDecided,
    AppealedAlready,
    AppealIdTaken,
    AppealMade,
    AppealRejected,
    AppealUpheld,
    DecideAppeal,
    MakeAppeal,
    NothingToAppeal,
    OnlyAdminsDecide,
    OnlyTheLessonsTutor,
    UnknownAppeal,
)
from domain.measures import MEASURES, OnlyForServices, PriorFitted, RecordPrior
from domain.sessions import NoShowReported, SessionBooked, SessionRescheduled, UnknownSession
from tests.domain.spec import NOON, given

WHO = {"session": "s1", "tutor": "tess", "learner": "ada"}
booked = SessionBooked(**WHO, starts=NOON, ends=NOON)
moved = SessionRescheduled(**WHO, by="tutor", reason="illness", notice=30, starts=NOON, ends=NOON)
appeal = MakeAppeal(appeal="a1", session="s1", act="rescheduled", text="I was in hospital.")
made = AppealMade(appeal="a1", session="s1", person="tess", act="rescheduled", text="I was in hospital.")
decision = {"appeal": "a1", "session": "s1", "tutor": "tess", "act": "rescheduled", "by": "root"}
uphold = DecideAppeal(appeal="a1", session="s1", upheld=True)
reject = DecideAppeal(appeal="a1", session="s1", upheld=False)
before = given(APPEALS, booked, moved)
asked = given(APPEALS, booked, moved, made)


def test_a_tutor_appeals_once_however_often_it_is_sent():
    before.when(appeal, actor="tess", role="tutor").then(made).again().nothing()


def test_only_the_lessons_tutor_appeals():
    before.when(appeal, actor="tom", role="tutor").refused(OnlyTheLessonsTutor)
    before.when(appeal, actor="ada").refused(OnlyTheLessonsTutor)
    given(APPEALS).when(appeal, actor="tess", role="tutor").refused(UnknownSession)


def test_only_what_counts_can_be_appealed_against():
    by_learner = SessionRescheduled(**WHO, by="learner", reason="other", notice=30, starts=NOON, ends=NOON)
    given(APPEALS, booked, by_learner).when(appeal, actor="tess", role="tutor").refused(NothingToAppeal)
    missed = NoShowReported(**WHO, missing="learner")
    given(APPEALS, booked, missed).when(appeal, actor="tess", role="tutor").refused(NothingToAppeal)


def test_an_id_is_for_one_appeal_and_an_act_for_one():
    other = MakeAppeal(appeal="a1", session="s1", act="missed", text="No.")
    asked.when(other, actor="tess", role="tutor").refused(AppealIdTaken)
    again = MakeAppeal(appeal="a2", session="s1", act="rescheduled", text="Once more.")
    asked.when(again, actor="tess", role="tutor").refused(AppealedAlready)
    rejected = AppealRejected(**decision)
    given(APPEALS, booked, moved, made, rejected).when(again, actor="tess", role="tutor").refused(
        AppealedAlready
    )


def test_an_administrator_decides_once():
    upheld = AppealUpheld(**decision)
    asked.when(uphold, actor="root", role="admin").then(upheld).again().nothing()
    asked.when(reject, actor="root", role="admin").then(AppealRejected(**decision))
    given(APPEALS, booked, moved, made, upheld).when(reject, actor="root", role="admin").refused(
        AppealDecided
    )


def test_nobody_else_decides_and_nobody_their_own():
    for actor, role in (("tess", "tutor"), ("tom", "tutor"), ("ada", "student"), ("uma", "auditor")):
        asked.when(uphold, actor=actor, role=role).refused(OnlyAdminsDecide)
    asked.when(uphold, actor="tess", role="admin").refused(OnlyAdminsDecide)
    before.when(uphold, actor="root", role="admin").refused(UnknownAppeal)


def test_what_was_fitted_is_put_on_record_by_the_house_when_it_says_something_new():
    fitted = PriorFitted(measure="rescheduled", a=1.0, b=10.0, tutors=50, lessons=900)
    record = given(MEASURES).when(RecordPrior(fitted=fitted), actor="fitting", role="service").then(fitted)
    alike = PriorFitted(measure="rescheduled", a=1.005, b=10.02, tutors=51, lessons=910)
    record.when(RecordPrior(fitted=alike), actor="fitting", role="service").nothing()
    moved_on = PriorFitted(measure="rescheduled", a=1.2, b=10.0, tutors=60, lessons=1000)
    record.when(RecordPrior(fitted=moved_on), actor="fitting", role="service").then(moved_on)
    given(MEASURES).when(RecordPrior(fitted=fitted), actor="root", role="admin").refused(OnlyForServices)
