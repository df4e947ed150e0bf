from datetime import UTC, datetime, timedelta, timezone

import pytest

from projections.seasons import UnknownSeason, season, seasons_at

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def test_a_moment_falls_into_four_seasons():
    assert seasons_at(NOW) == ("2026-11-21", "2026-W47", "2026-11", "all")


def test_the_day_is_that_of_utc_wherever_the_moment_was_written_down():
    late = datetime(2026, 12, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    assert seasons_at(late) == ("2026-11-30", "2026-W49", "2026-11", "all")


def test_weeks_are_those_of_iso_8601_at_the_turn_of_the_year():
    assert seasons_at(datetime(2027, 1, 1, tzinfo=UTC)).week == "2026-W53"


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("day", "2026-11-21"),
        ("week", "2026-W47"),
        ("month", "2026-11"),
        ("all", "all"),
        ("2025-01-31", "2025-01-31"),
        ("2026-W53", "2026-W53"),
        ("2024-02", "2024-02"),
    ],
)
def test_a_season_can_be_asked_for_by_its_kind_or_its_name(asked: str, name: str):
    assert season(asked, NOW) == name


@pytest.mark.parametrize(
    "asked",
    ["", "year", "2026", "2026-13", "2026-02-30", "2025-W53", "2026-W00", "20261121", "2026-11-21 ", "index"],
)
def test_anything_else_is_refused(asked: str):
    with pytest.raises(UnknownSeason):
        season(asked, NOW)
