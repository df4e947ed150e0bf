"""What shows in the group as a whole, and when nothing does."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.guidance import FacilitatorModeSet, FacilitatorTuned, ReadingSet, StuckReported, Tuning
from domain.rooms import MessageSent, TimerSet
from rooms.facilitator.arbitration import choose
from rooms.facilitator.detectors import Finding
from rooms.facilitator.patterns import alone, consensus, drift, overlap, silence, stuck, without_reasons
from rooms.facilitator.policy import STANDARD
from tests.facilitator.script import BEGAN, Script, ms

THREE = ("ada", "bo", "cy")
ALL = replace(STANDARD, right=1.0)


def together() -> Script:
    return Script().joins(*THREE).works_on("p1", at=1)


def agreed(correct: bool, at: float = 300) -> Script:
    script = together()
    for person in THREE:
        script.answers(person, "p1", correct, at, given="42")
    return script


def found(detect, script: Script, at: float, policy=STANDARD, exempt=()) -> Finding | None:
    return next(iter(detect(script.picture(policy.reach, at=at), ms(at), policy, exempt)), None)


@pytest.mark.parametrize("correct", [True, False])
def test_a_consensus_is_asked_about_in_the_same_words_whether_it_is_right_or_wrong(correct):
    finding = found(consensus, agreed(correct), 310, ALL)
    assert finding is not None
    assert finding.evidence == "All 3 people have given the same answer, and none of them another since."


def test_every_wrong_consensus_is_found_and_about_half_of_the_right_ones():
    rooms = [Script(f"r{number}") for number in range(60)]
    for correct, least, most in ((False, 60, 60), (True, 18, 42)):
        asked = 0
        for room in rooms:
            script = Script(room.room).joins(*THREE).works_on("p1", at=1)
            for person in THREE:
                script.answers(person, "p1", correct, 300, given="42")
            asked += found(consensus, script, 310) is not None
        assert least <= asked <= most


def test_a_consensus_is_asked_about_once_and_again_when_somebody_answered_since():
    script = agreed(False)
    script.decided("i1", "ada", at=310, detector="consensus")
    assert found(consensus, script, 600) is None
    script.answers("bo", "p1", False, 610, given="42")
    assert found(consensus, script, 620) is not None


def test_a_consensus_of_a_moment_ago_may_not_stand_and_tutors_need_not_answer():
    assert found(consensus, agreed(False), 302) is None
    script = agreed(False).joins("tutor", at=2)
    assert found(consensus, script, 310) is None
    assert found(consensus, script, 310, exempt=("tutor",)) is not None


def test_whoever_says_that_the_group_is_stuck_is_heard_once():
    script = together().speaks("bo", 280, 290)
    script.write(300, StuckReported(room="algebra", person="ada", report="s1", moment=ms(300)))
    finding = found(stuck, script, 310)
    assert finding is not None
    assert finding.evidence == "Somebody said 10 s ago that the group is stuck."
    assert finding.person in ("ada", "cy")
    script.decided("i1", "ada", at=310, detector="stuck")
    assert found(stuck, script, 320) is None


def test_being_stuck_ends_with_the_problem():
    script = together()
    script.write(300, StuckReported(room="algebra", person="ada", report="s1", moment=ms(300)))
    assert found(stuck, script.works_on("p2", at=305), 310) is None


def test_trying_in_vain_what_was_tried_before_is_being_stuck():
    script = together()
    for number, given in enumerate(("1", "2", "1", "2")):
        script.answers(THREE[number % 3], "p1", False, 300 + number, given=given)
    finding = found(stuck, script, 310)
    assert finding is not None
    assert finding.evidence.startswith("The last 4 attempts were wrong")


@pytest.mark.parametrize("talk", [True, False])
def test_answers_upon_answers_without_a_word_between_them_have_no_reasons(talk):
    script = together()
    for number in range(3):
        script.answers(THREE[number], "p1", False, 300 + 10 * number, given=str(number))
    if talk:
        script.speaks("bo", 304, 309)
    finding = found(without_reasons, script, 330)
    assert (finding is None) == talk
    if finding:
        assert finding.evidence.startswith("The last 3 answers came within 20 s")


@pytest.mark.parametrize("talk", [True, False])
def test_one_person_edits_alone_unless_all_of_them_talk_it_over(talk):
    script = together()
    for number in range(30):
        script.edits("bo", at=200 + 4 * number)
    if talk:
        script.speaks("ada", 200, 240).speaks("cy", 240, 260)
    finding = found(alone, script, 318)
    assert (finding is None) == talk
    if finding:
        assert finding.person == "ada"
        assert finding.evidence == "One of 3 people has made 100% of the 30 edits of the last 180 s."


def test_talk_on_top_of_talk_is_a_storm():
    script, calm = together(), together()
    for start in range(120, 300, 6):
        script.speaks("ada", start, start + 5).speaks("bo", start, start + 5)
        calm.speaks("ada", start, start + 3).speaks("bo", start + 3, start + 6)
    finding = found(overlap, script, 300)
    assert finding is not None
    assert (finding.person, finding.evidence[:11]) == ("cy", "50% of the ")
    assert found(overlap, calm, 300) is None


def test_a_long_silence_is_noticed_once_and_not_where_nobody_was_at_work():
    script = together().speaks("bo", 190, 200)
    assert found(silence, script, 310) is None
    assert found(silence, script, 325) is not None
    assert found(silence, script.decided("i1", "ada", at=325, detector="silence"), 330) is None
    assert found(silence, together(), 400) is None


def writing(text: str, reads: bool) -> Script:
    script = together()
    script.write(2, ReadingSet(room="algebra", on=reads, by="tutor"))
    for number in range(8):
        message = MessageSent(room="algebra", person="bo", message=f"m{number}", text=text)
        script.write(200 + 5 * number, message)
    return script


@pytest.mark.parametrize(
    ("text", "reads", "drifted"),
    [
        ("who watched the match yesterday", True, True),
        ("who watched the match yesterday", False, False),
        ("factoring the equation first", True, False),
        ("ok", True, False),
    ],
)
def test_messages_that_share_no_word_with_the_problem_have_drifted_where_they_may_be_read(
    text, reads, drifted
):
    picture = writing(text, reads).picture(at=250)
    picture.reading.set_topic("Factor this quadratic equation", "x = 2")
    assert bool(drift(picture, ms(250), STANDARD, ())) == drifted
    picture.reading.set_topic()
    assert drift(picture, ms(250), STANDARD, ()) == []


def test_the_most_severe_comes_first_and_tutors_may_mute_it_or_tune_it():
    script = agreed(False)
    for start in range(120, 300, 6):
        script.speaks("bo", start, start + 5)
    assert detector(script, 310) == "consensus"
    off = Tuning(off=("consensus",))
    script.write(305, FacilitatorTuned(room="algebra", version=1, tuning=off, by="tutor"))
    assert detector(script, 310) == "quiet"
    tuned = Tuning(warm_up=600_000)
    script.write(306, FacilitatorTuned(room="algebra", version=2, tuning=tuned, by="tutor"))
    assert detector(script, 310) is None
    script.write(307, FacilitatorTuned(room="algebra", version=3, tuning=Tuning(), by="tutor"))
    script.write(308, FacilitatorModeSet(room="algebra", mode="muted", by="tutor"))
    assert detector(script, 310) is None


def test_nothing_is_said_in_a_break():
    script = agreed(False)
    ends = BEGAN + timedelta(seconds=400)
    script.write(301, TimerSet(room="algebra", person="tutor", phase="break", ends=ends))
    assert detector(script, 310) is None
    assert detector(script, 401) == "consensus"


def test_whoever_does_not_want_to_be_called_on_is_not_and_another_is():
    picture = agreed(False).picture(at=310)
    picture.spared = frozenset({"ada", "bo"})
    finding = choose(picture, ms(310), STANDARD)
    assert finding is not None
    assert finding.person == "cy"
    picture.spared = frozenset(THREE)
    assert choose(picture, ms(310), STANDARD) is None


def detector(script: Script, at: float) -> str | None:
    finding = choose(script.picture(at=at), ms(at), STANDARD)
    return finding.detector if finding else None
