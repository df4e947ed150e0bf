"""Seasons: the day, the week, the month and the whole time that points count for. All in UTC."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

from domain.errors import Invalid

ALWAYS = "all"


class Seasons(NamedTuple):
    """The four seasons of one moment, for example 2026-11-21, 2026-W47 (ISO 8601), 2026-11 and all."""

    day: str
    week: str
    month: str
    all: str = ALWAYS


class UnknownSeason(Invalid):
    """A season is day, week, month, all, or a date like 2026-11-21, 2026-W47 or 2026-11."""


def seasons_at(at: datetime) -> Seasons:
    """The seasons that a moment falls into."""
    return _of_date(at.astimezone(UTC).date())


def season(asked: str, now: datetime) -> str:
    """The season that is asked for: one by its own name, or the present day, week or month."""
    if asked in Seasons._fields:
        return str(getattr(seasons_at(now), asked))
    if _is_day(asked) or _is_week(asked) or _is_month(asked):
        return asked
    raise UnknownSeason


@lru_cache(maxsize=4096)
def _of_date(day: date) -> Seasons:
    year, week, _ = day.isocalendar()
    return Seasons(day.isoformat(), f"{year:04d}-W{week:02d}", day.isoformat()[:7])


def _is_day(text: str) -> bool:
    return re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is not None and _parses(text)


def _is_month(text: str) -> bool:
    return re.fullmatch(r"[0-9]{4}-[0-9]{2}", text) is not None and _parses(text + "-01")


def _is_week(text: str) -> bool:
    return re.fullmatch(r"[0-9]{4}-W[0-9]{2}", text) is not None and _parses(text + "-1")


def _parses(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
