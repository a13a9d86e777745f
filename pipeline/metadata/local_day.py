"""Time of publication in UTC → the same moment in the outlet's zone, so that its day is the one that the page means."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

# Offsets from UTC in hours in which outlets publish, the commonest first by distance.
_OFFSETS = sorted(range(-10, 14), key=abs)


def in_local_zone(when: datetime, zone: tzinfo, stated: Collection[datetime], days: Collection[date]) -> datetime:
    """Return `when` in the outlet's zone; unchanged unless it is in UTC.

    `zone` is the outlet's, UTC if unknown. `stated` are the naive clocks that the page shows with a day, `days` the
    days that it shows or has in its address. Where zone and page disagree, or no zone is known, the offset is that of a
    clock that shows the same moment, else the least with which the day is one that the page states: systems that write
    the moment in UTC date the page, and file it, by the outlet's day.
    """
    if when.utcoffset():
        return when
    local = when.astimezone(zone)
    if local.date() in days or (not days and zone is not UTC):
        return local
    for clock in stated:
        minutes = round((clock - when.replace(tzinfo=None)).total_seconds() / 60)
        if minutes % 30 == 0 and -600 <= minutes <= 840:
            return when.astimezone(timezone(timedelta(minutes=minutes)))
    for hours in _OFFSETS:
        shifted = when.astimezone(timezone(timedelta(hours=hours)))
        if shifted.date() in days:
            return shifted
    return local
