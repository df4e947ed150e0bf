from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.streaks import Streak, practised, standing

DAY = timedelta(days=1)


def after(*days: tuple[date, str]) -> Streak:
    streak = Streak()
    for day, zone in days:
        practised(streak, day, zone)
    return streak


def nov(day: int, zone: str = "UTC") -> tuple[date, str]:
    return date(2026, 11, day), zone


def test_a_day_after_a_day_makes_it_longer():
    assert after(nov(1), nov(2), nov(3)).length == 3


def test_a_day_counts_once():
    assert after(nov(1), nov(1), nov(1)).length == 1


def test_a_missed_day_breaks_it():
    assert after(nov(1), nov(2), nov(4)).length == 1


def test_it_stands_today_and_tomorrow_and_is_gone_the_day_after():
    streak = after(nov(1), nov(2))
    assert [standing(streak, *nov(day)) for day in (2, 3, 4)] == [2, 2, 0]


def test_nobody_who_never_practised_has_one():
    assert standing(Streak(), *nov(1)) == 0


def test_flying_west_and_having_a_date_twice_neither_breaks_nor_doubles_it():
    west = after(nov(1, "Asia/Tokyo"), nov(2, "Asia/Tokyo"), nov(1, "America/Los_Angeles"))
    assert west.length == 2
    practised(west, *nov(2, "America/Los_Angeles"))
    assert west.length == 2
    practised(west, *nov(3, "America/Los_Angeles"))
    assert west.length == 3


def test_flying_east_over_the_date_line_skips_a_date_that_was_never_there():
    assert after(nov(1, "Pacific/Honolulu"), nov(3, "Pacific/Kiritimati")).length == 2


def test_practice_on_the_way_counts_where_it_was():
    """The second of November twice, first in Tokyo, then in Honolulu; from there over the date line."""
    streak = after(nov(2, "Asia/Tokyo"), nov(2, "Pacific/Honolulu"), nov(4, "Pacific/Kiritimati"))
    assert streak.length == 2


def test_samoa_had_no_30_december_2011():
    assert after((date(2011, 12, 29), "Pacific/Apia"), (date(2011, 12, 31), "Pacific/Apia")).length == 2


def test_a_day_of_23_hours_missed_is_a_day_missed():
    spring = date(2026, 3, 29)  # clocks go forward in Berlin
    assert after((spring - DAY, "Europe/Berlin"), (spring + DAY, "Europe/Berlin")).length == 1


def test_a_change_of_zone_does_not_save_a_day_that_was_really_missed():
    assert after(nov(1, "America/New_York"), nov(4, "Europe/Berlin")).length == 1
    assert after(nov(1, "Asia/Tokyo"), nov(3, "Europe/Berlin")).length == 1


def test_a_zone_that_is_not_known_is_taken_for_utc():
    assert after(nov(1, "No/Such"), nov(2, "No/Such"), nov(4, "")).length == 1


ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu"]


@given(
    start=st.integers(0, 20 * 365 * 24).map(
        lambda hours: datetime(2009, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    ),
    steps=st.lists(st.tuples(st.integers(1, 23), st.sampled_from(ZONES)), min_size=1, max_size=60),
)
def test_whoever_practises_every_23_hours_never_loses_it_wherever_they_are(
    start: datetime, steps: list[tuple[int, str]]
):
    streak, at, length = Streak(), start, 0
    for hours, zone in steps:
        at += timedelta(hours=hours)
        practised(streak, at.astimezone(ZoneInfo(zone)).date(), zone)
        assert streak.length in (length, length + 1)
        length = streak.length


@given(zone=st.sampled_from(ZONES), first=st.dates(date(2009, 1, 1), date(2030, 1, 1)), gap=st.integers(0, 5))
def test_within_one_zone_only_the_calendar_matters(zone: str, first: date, gap: int):
    streak = after((first, zone), (first + gap * DAY, zone))
    assert streak.length == (2 if gap == 1 else 1)


@pytest.mark.parametrize("zone", ["Pacific/Apia", "Europe/Berlin"])
def test_every_day_of_a_year_is_a_streak_of_a_year(zone: str):
    days = [date(2011, 1, 1) + n * DAY for n in range(365)]
    assert after(*((day, zone) for day in days)).length == 365
