"""A day → the hours that its digest covers."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.settings import Settings


@dataclass(frozen=True, slots=True)
class Period:
    """The hours of a day's digest: [start, end), aware."""

    day: date
    start: datetime
    end: datetime
    #: time from which on an item counts that was found after its own digest
    late_from: datetime


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day of an aware time in a zone."""
    return at.astimezone(zone).date()


def period_of(day: date | None, settings: Settings, at: datetime) -> Period:
    """Return the period of a day's digest (None: the day of `at` in the province's zone).

    It is the 24 hours before the cut-off of that day. The digest of the current day, made after the cut-off, goes on
    to the time `at` it is made.
    """
    zone = ZoneInfo(settings.province.time_zone)
    today = local_day(at, zone)
    day = day or today
    cutoff = time.fromisoformat(settings.digest.cutoff)
    end = datetime.combine(day, cutoff, zone)
    start = datetime.combine(day - timedelta(days=1), cutoff, zone)
    if day == today and at > end:
        end = at.astimezone(zone)
    return Period(day, start, end, start - timedelta(hours=settings.digest.late_hours))
