"""Who is left out, and on what evidence."""

import pytest
from msgspec.structs import replace

from rooms.facilitator.detectors import dominated, quiet
from rooms.facilitator.policy import STANDARD
from tests.facilitator.script import Script, lecture, ms

NOW = ms(300)


def people(findings):
    return [finding.person for finding in findings]


def test_somebody_who_says_and_writes_nothing_is_quiet():
    picture = lecture("ada").picture()
    (finding,) = quiet(picture, NOW, STANDARD)
    assert (finding.detector, finding.person) == ("quiet", "ada")
    assert finding.evidence == (
        "The person addressed has spoken 0 s of the last 180 s, and written nothing; "
        "the group talked for 150 s."
    )


def test_the_evidence_counts_what_was_written_and_names_nobody():
    script = lecture("ada", "cy")
    for at in range(150, 290, 2):
        script.edits("bo", at=at)
        script.writes("bo", at=at)
    script.edits("ada", at=200).writes("ada", at=200)
    (finding,) = [f for f in quiet(script.picture(), NOW, STANDARD) if f.person == "ada"]
    assert finding.evidence == (
        "The person addressed has spoken 0 s of the last 180 s, and written 1 message and made 1 edit; "
        "the group talked for 150 s and wrote 71 messages and made 71 edits."
    )


@pytest.mark.parametrize("takes_part", ["speaks", "writes", "edits"])
def test_taking_part_in_one_way_is_enough(takes_part):
    script = lecture("ada")
    for at in (200, 270):
        match takes_part:
            case "speaks":
                script.speaks("ada", at, at + 20)
            case "writes":
                script.writes("ada", at=at)
            case _:
                script.edits("ada", at=at)
    assert quiet(script.picture(), NOW, STANDARD) == []


def test_one_word_in_a_long_talk_is_not_enough():
    picture = lecture("ada").speaks("ada", 200, 201).picture()
    assert people(quiet(picture, NOW, STANDARD)) == ["ada"]


def test_somebody_who_spoke_within_the_last_minute_is_not_quiet():
    picture = lecture("ada").speaks("ada", 280, 288).picture()
    assert quiet(picture, NOW, STANDARD) == []


def test_somebody_who_is_speaking_at_this_moment_is_not_quiet():
    picture = lecture("ada").picture()
    picture.mark("ada", speaking=True, at=ms(292))
    assert quiet(picture, NOW, STANDARD) == []


def test_whoever_is_speaking_at_this_moment_is_not_invited_against_a_dominant_one_either():
    picture = lecture("ada", "cy").speaks("cy", 200, 210).picture()
    picture.mark("ada", speaking=True, at=ms(299))
    assert people(dominated(picture, NOW, STANDARD)) == ["cy"]
    picture.mark("ada", speaking=False, at=NOW)
    assert people(dominated(picture, NOW, STANDARD)) == ["ada", "cy"]


def test_the_pattern_must_have_held_for_a_while():
    """Ada has too little of the talk from 242 s on, when her words leave the short window."""
    script = lecture("ada").speaks("ada", 206, 212)
    assert quiet(script.picture(), ms(265), STANDARD) == []
    assert people(quiet(script.picture(), ms(280), STANDARD)) == ["ada"]


def test_a_group_that_does_nothing_has_no_quiet_members():
    picture = Script().joins("ada", "bo", "cy").speaks("bo", 280, 290).picture()
    assert quiet(picture, NOW, STANDARD) == []


def test_one_person_alone_is_not_quiet():
    assert quiet(lecture().picture(), NOW, STANDARD) == []


def test_the_newcomer_is_left_in_peace():
    picture = lecture("ada").joins("cy", at=200).picture()
    assert people(quiet(picture, NOW, STANDARD)) == ["ada"]


def test_a_tutor_is_not_quiet():
    picture = lecture("ada", "tutor").picture()
    assert people(quiet(picture, NOW, STANDARD, exempt={"tutor"})) == ["ada"]


def test_the_one_who_took_part_least_comes_first():
    script = lecture("ada", "cy", "di").speaks("ada", 200, 201).edits("cy", at=250)
    for at in range(200, 300):
        script.edits("bo", at=at)
    assert people(quiet(script.picture(), NOW, STANDARD)) == ["di", "cy", "ada"]


def test_quiet_in_a_room_that_only_writes():
    script = Script().joins("ada", "bo")
    for at in range(0, 300, 10):
        script.writes("bo", at=at)
    (finding,) = quiet(script.picture(), NOW, STANDARD)
    assert finding.person == "ada"
    assert finding.evidence.endswith("the group wrote 17 messages.")


def test_dominance_is_answered_by_inviting_somebody_else_and_names_nobody():
    picture = lecture("ada", "cy").speaks("ada", 200, 210).speaks("cy", 285, 291).picture()
    findings = dominated(picture, NOW, STANDARD)
    assert people(findings) == ["cy", "ada"]
    assert findings[0].evidence == (
        "One of 3 people has had 90% of the talk of the last 180 s; the person addressed has spoken 6 s."
    )
    assert not any(name in finding.evidence for finding in findings for name in ("ada", "bo", "cy"))


def test_nobody_dominates_an_even_talk():
    script = Script().joins("ada", "bo")
    for at in range(0, 300, 10):
        script.speaks("ada", at, at + 4).speaks("bo", at + 5, at + 9)
    assert dominated(script.picture(), NOW, STANDARD) == []


def test_a_few_words_do_not_dominate():
    picture = Script().joins("ada", "bo").speaks("bo", 250, 275).picture()
    assert dominated(picture, NOW, STANDARD) == []


def test_whoever_dominated_and_has_stopped_is_not_answered():
    picture = lecture("ada", seconds=240).speaks("ada", 240, 300).picture()
    assert dominated(picture, NOW, STANDARD) == []


def test_a_tutor_may_dominate_and_is_never_invited():
    picture = lecture("ada", "tutor").picture()
    assert dominated(picture, NOW, STANDARD, exempt={"bo", "tutor"}) == []
    assert people(dominated(picture, NOW, STANDARD, exempt={"tutor"})) == ["ada"]


def test_a_policy_of_seconds_finds_in_seconds():
    quick = STANDARD.scaled(1 / 9, "quick")
    assert (quick.long, quick.short, quick.held) == (20_000, 3_333, 3_333)
    script = lecture("ada", seconds=30)
    assert quiet(script.picture(quick.reach), ms(19), quick) == []
    assert people(quiet(script.picture(quick.reach), ms(30), quick)) == ["ada"]


def test_a_stricter_policy_finds_less():
    picture = lecture("ada").speaks("ada", 200, 201).picture()
    assert people(quiet(picture, NOW, STANDARD)) == ["ada"]
    assert quiet(picture, NOW, replace(STANDARD, quiet=0.01)) == []
