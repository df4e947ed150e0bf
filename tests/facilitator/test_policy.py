"""Policies, and what is no policy."""

import msgspec
import pytest
from msgspec.structs import replace

from rooms.facilitator.policy import STANDARD, InvalidPolicy, Policy, parse


def test_the_defaults_are_those_that_were_found_on_real_meetings():
    assert (STANDARD.long, STANDARD.short, STANDARD.held) == (180_000, 30_000, 30_000)
    assert (STANDARD.group_cooldown, STANDARD.person_cooldown, STANDARD.hourly) == (180_000, 600_000, 8)
    assert (STANDARD.quiet, STANDARD.dominance) == (0.07, 0.52)


def test_the_middle_window_lies_half_way_between_the_others():
    assert STANDARD.windows == (30_000, 105_000, 180_000)


def test_what_is_left_out_has_its_default():
    assert parse('{"name": "gentle", "hourly": 2}') == replace(STANDARD, name="gentle", hourly=2)


def test_a_policy_survives_being_written_and_read():
    assert parse(msgspec.json.encode(STANDARD)) == STANDARD


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{nope", "malformed"),
        ("[]", "object"),
        ('{"hourli": 2}', "hourli"),
        ('{"hourly": -1}', "hourly"),
        ('{"quiet": 1.5}', "quiet"),
        ('{"long": "3 minutes"}', "long"),
        ('{"name": "with space"}', "name"),
        ('{"long": 30000, "short": 60000}', "must not exceed"),
        ('{"held": 200000}', "must not exceed"),
        ('{"patience": 600000}', "patience"),
        (b"\xff", "malformed"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_and_says_why(text, says):
    with pytest.raises(InvalidPolicy, match=f"(?i){says}"):
        parse(text)


def test_the_label_changes_with_every_threshold():
    labels = {STANDARD.label, *(replace(STANDARD, **{f: _other(f)}).label for f in Policy.__struct_fields__)}
    assert len(labels) == 1 + len(Policy.__struct_fields__)
    assert STANDARD.label.startswith("standard@")


def _other(field: str) -> object:
    value = getattr(STANDARD, field)
    if field == "off":
        return ("drift",)
    return "other" if field in ("name", "salt") else value / 2 if isinstance(value, float) else value + 1


def test_a_scaled_policy_keeps_shares_budget_and_the_time_that_saying_takes():
    quick = STANDARD.scaled(0.1, "quick")
    assert (quick.quiet, quick.dominance, quick.hourly) == (0.07, 0.52, 8)
    assert (quick.patience, quick.stale) == (STANDARD.patience, STANDARD.stale)
    assert (quick.long, quick.step, quick.group_cooldown) == (18_000, 100, 18_000)


def test_a_policy_cannot_be_scaled_beyond_a_day():
    with pytest.raises(InvalidPolicy):
        STANDARD.scaled(1000, "slow")
