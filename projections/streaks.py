"""Streaks: days of practice one after the other, on the learner's own calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

FULL_DAY = timedelta(hours=23)
"""The shortest day there is in a zone that puts its clocks forward."""

DAY = timedelta(days=1)


class Streak(Struct):
    """`length` days up to and with `last`, which was a date in `zone`."""

    length: int = 0
    last: date | None = None
    zone: str = "UTC"


def practised(streak: Streak, day: date, zone: str) -> None:
    """Count a day of practice, in place.

    The same day, or an earlier one (somebody flew west, or changed the zone), changes nothing. The day
    after makes the streak longer. Any other day begins a new one, unless no full day was missed.
    """
    if streak.last is not None and day <= streak.last:
        return
    streak.length = 1 if _missed(streak, day, zone) else streak.length + 1
    streak.last = day
    streak.zone = zone


def standing(streak: Streak, today: date, zone: str) -> int:
    """How long the streak is, asked on `today` in `zone`: 0 once practising today could not save it."""
    return 0 if _missed(streak, today, zone) else streak.length


def _missed(streak: Streak, day: date, zone: str) -> bool:
    """Whether a full day lies between the streak's last day and `day`.

    Within one zone that is plain arithmetic on the calendar. Across zones a date can be skipped that the
    learner never had (eastward over the date line), or had a few hours of: each midnight is therefore
    taken on the clock of its own zone, and a day counts as missed only if it had at least 23 hours.
    """
    if streak.last is None:
        return True
    days = (day - streak.last).days
    if days <= 1:
        return False
    if days > 3:  # no change of zone gains more than two days
        return True
    return _midnight(day, zone) - _midnight(streak.last + DAY, streak.zone) >= FULL_DAY


def _midnight(day: date, zone: str) -> datetime:
    try:
        tz = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return datetime.combine(day, time(), UTC)  # a zone that this machine's tables do not know
    return datetime.combine(day, time(), tz).astimezone(UTC)
