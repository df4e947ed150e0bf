"""Whether to speak at all, and which finding comes first."""

from msgspec.structs import replace

from rooms.facilitator.arbitration import choose, identify, unsaid
from rooms.facilitator.detectors import Finding
from rooms.facilitator.policy import STANDARD, Policy
from tests.facilitator.script import Script, lecture, ms


def ten_minutes() -> Script:
    return lecture("ada", "cy", seconds=600)


def chosen(script: Script, at: float, policy: Policy = STANDARD) -> Finding | None:
    return choose(script.picture(at=at), ms(at), policy)


def test_the_quiet_come_before_those_who_are_talked_over():
    finding = chosen(ten_minutes(), 300)
    assert finding is not None
    assert (finding.detector, finding.person) == ("quiet", "ada")


def test_nothing_is_said_while_the_room_warms_up():
    script = lecture("ada", seconds=600)
    assert chosen(script, 179) is None
    assert chosen(script, 181) is not None


def test_nothing_is_said_in_a_closed_room():
    assert chosen(ten_minutes().closes(at=299), 300) is None


def test_the_group_is_left_alone_after_an_intervention():
    script = ten_minutes().decided("i1", "ada", at=300)
    assert chosen(script, 479) is None
    assert chosen(script, 481) is not None


def test_a_person_is_left_alone_for_longer_and_others_come_first():
    finding = chosen(ten_minutes().decided("i1", "ada", at=300), 500)
    assert finding is not None
    assert finding.person == "cy"


def test_an_hours_budget_is_kept():
    policy = replace(STANDARD, hourly=2)
    script = ten_minutes().decided("i1", "x", at=10).decided("i2", "y", at=200)
    assert chosen(script, 500, policy) is None
    assert chosen(script, 500) is not None


def test_the_budget_comes_back_after_an_hour():
    policy = replace(STANDARD, hourly=1)
    script = lecture("ada", seconds=4200).decided("i1", "x", at=10)
    assert chosen(script, 3609, policy) is None
    assert chosen(script, 3611, policy) is not None


def test_the_same_finding_in_the_same_picture_has_the_same_id_for_everybody():
    one, other = ten_minutes().picture(at=300), ten_minutes().picture(at=300)
    finding = choose(one, ms(300), STANDARD)
    assert finding is not None
    assert identify(one, finding) == identify(other, finding)
    assert identify(one, finding) != identify(ten_minutes().picture(at=310), finding)
    assert identify(one, finding) != identify(one, replace(finding, person="cy"))


def test_what_was_decided_and_not_said_is_found_once_its_maker_had_time():
    script = ten_minutes().decided("i1", "ada", at=300)
    assert unsaid(script.picture(), ms(309), STANDARD) is None
    decided = unsaid(script.picture(), ms(311), STANDARD)
    assert decided is not None
    assert decided.intervention == "i1"


def test_what_was_said_is_not_said_again():
    picture = ten_minutes().decided("i1", "ada", at=300).delivered("i1", "ada", at=301).picture()
    assert unsaid(picture, ms(320), STANDARD) is None


def test_nobody_is_addressed_who_has_left_or_long_after_the_moment():
    script = ten_minutes().decided("i1", "ada", at=300)
    assert unsaid(script.picture(), ms(901), STANDARD) is None
    assert unsaid(script.leaves("ada", at=305).picture(), ms(320), STANDARD) is None
