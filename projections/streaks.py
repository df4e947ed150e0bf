"""Streaks: days of practice one after the other, on the learner's own calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

FULL_DAY = timedelta(hours=23)
"""The shortest day there is in a zone that puts its clocks forward."""

DAY = timedelta(days=1)

EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Streak(Struct):
    """`length` days up to and with the date `last`.

    `until` is the end of the latest day that was practised on, as an instant; `zone` the last zone.
    """

    length: int = 0
    last: date | None = None
    until: datetime = EVER
    zone: str = "UTC"


def practised(streak: Streak, day: date, zone: str) -> None:
    """Count a day of practice, in place.

    The same day, or an earlier one (somebody flew west, or changed the zone), makes nothing longer and
    breaks nothing. The day after makes the streak longer. Any other day begins a new one, unless no full
    day was missed.
    """
    if streak.last is None or day > streak.last:
        streak.length = 1 if _missed(streak, day, zone) else streak.length + 1
        streak.last = day
    elif day == streak.last and zone == streak.zone:
        return
    streak.until = max(streak.until, _midnight(day + DAY, zone))
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
    if day - streak.last <= DAY:
        return False
    return _midnight(day, zone) - streak.until >= FULL_DAY


def _midnight(day: date, zone: str) -> datetime:
    """When the day begins in the zone; a zone that this machine's tables lack is taken for UTC."""
    try:
        tz = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        tz = UTC
    return datetime.combine(day, time(), tz).astimezone(UTC)
