"""Written date or time → the moments it can mean."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from pipeline.dates.clocks import Clock, clock_beside
from pipeline.dates.written_days import common_year, first_stated_day, plain_digits
from pipeline.dates.zones import VIETNAM as VIETNAM
from pipeline.dates.zones import zone_by_name, zone_of_offset, zone_of_text
from pipeline.dates.zones import zone_of_page as zone_of_page
from pipeline.records import Precision

# A mail date (RFC 2822), the commonest one of feeds: read without a search.
_MAIL = re.compile(
    r"(?:[A-Za-z]{3},?\s+)?(\d{1,2})\s+([A-Za-z]{3})[a-z]*\.?\s+(\d{4}),?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?"
    r"\s*([+-]\d{4}|(?!(?:AM|PM|SA|CH)\b)[A-Z]{1,4})?"
)
_MAIL_MONTHS = {m: n for n, m in enumerate(re.findall("...", "janfebmaraprmayjunjulaugsepoctnovdec"), 1)}
# '2026-11-29T08:00:00+07:00', and what programs make of it: a space before the zone, any number of decimals, a name.
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:\s*T\s*|\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(?P<rest>.*)",
    re.DOTALL,
)
_COMPACT = re.compile(
    r"((?:19|20)\d\d)(\d\d)(\d\d)(?:[T\s]?(\d\d):?(\d\d)(?::?(\d\d))?)?(?:\.\d+)?(?P<rest>\s*(?:Z|[+-]\d\d:?\d\d)?)"
)
# Characters of a text that are searched for a date at most.
_LONGEST = 1000
# Stands for the zone of a text that states none.
_UNSTATED = timezone(timedelta(0), "unstated")
_EPOCH = re.compile(r"(?:/Date\()?(\d{10})(?:\d{3}|\d{6})?(?:\.\d+)?(?:[+-]\d{4})?(?:\)/)?")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a written date says, as it says it."""

    day: date
    #: None: no time of day is stated
    clock: time | None = None
    #: None: no zone is stated
    zone: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time and its precision."""

    #: aware; of a mere day it is the first minute in the province's zone, so that readers there see the stated day
    when: datetime
    precision: Precision = "time"


def moment_of_day(day: date) -> Moment:
    """Return the moment of a day without a stated time."""
    return Moment(datetime(day.year, day.month, day.day, tzinfo=VIETNAM), "day")


def moment_of_datetime(when: datetime) -> Moment:
    """Return the moment of an aware time; midnight to the second is a mere day, as systems without a clock write it."""
    if when.hour == when.minute == when.second == when.microsecond == 0:
        return moment_of_day(when.date())
    return Moment(when)


def moment_of_reading(reading: Reading, zone: tzinfo) -> Moment:
    """Return the moment that a reading states; a clock without a zone is one of `zone`."""
    if reading.clock is None:
        return moment_of_day(reading.day)
    return Moment(datetime.combine(reading.day, reading.clock, tzinfo=reading.zone or zone))


def plausible_moment(moment: Moment, now: datetime, zone: tzinfo) -> Moment | None:
    """Return `moment`, corrected if needed, as the time of something published before `now`; None if it is impossible.

    Impossible is a time before 1995 or more than a day ahead. A day ahead becomes today: east of the province a day
    begins earlier. A time ahead in UTC is read in the page's `zone` if it is past there: many systems write their local
    time with a Z.
    """
    when = moment.when
    if when.year < 1995 or when.year > 9000 or when > now + timedelta(days=1):
        return None
    if when <= now:
        return moment
    if moment.precision == "day":
        return moment_of_day(now.astimezone(VIETNAM).date())
    local = when.replace(tzinfo=zone)
    return Moment(local) if not when.utcoffset() and local <= now else moment


def parse_machine_date(
    text: str, zone: tzinfo, *, language: str = "", country: str = "", month_first: bool = False
) -> tuple[Moment, ...]:
    """Return the moments that a machine-readable date can mean, the likeliest first; empty if it is none.

    As `read_machine_date`, with a clock without a zone in `zone`. Midnight is a mere day.
    """
    readings = read_machine_date(text, language=language, country=country, month_first=month_first)
    moments = (moment_of_reading(reading, zone) for reading in readings)
    return tuple(moment_of_datetime(moment.when) if moment.precision == "time" else moment for moment in moments)


def parse_text_dates(
    text: str,
    zone: tzinfo,
    *,
    language: str = "",
    country: str = "",
    month_first: bool = False,
    today: date | None = None,
) -> tuple[Moment, ...]:
    """Return the moments that the first date in a text can mean, the likeliest first, with the clock time beside it.

    '3/4' is day and month, or month and day if `month_first`. The other reading follows, unless a weekday in the text
    decides. `today` allows a date without a year ('9 Th8').
    """
    readings = read_text_dates(text, language=language, country=country, month_first=month_first, today=today)
    return tuple(moment_of_reading(reading, zone) for reading in readings)


def read_text_dates(
    text: str,
    *,
    language: str = "",
    country: str = "",
    month_first: bool = False,
    short_years: bool = False,
    today: date | None = None,
) -> tuple[Reading, ...]:
    """Return what the first date in a text can say, the likeliest first; empty if it has none.

    The options are those of `written_days.first_stated_day`.
    """
    text = _one_line(text)
    stated = first_stated_day(
        text, language=language, country=country, month_first=month_first, short_years=short_years, today=today
    )
    if stated is None:
        return ()
    clock = clock_beside(text, stated.start, stated.end, country) or Clock(None, None)
    return tuple(Reading(day, clock.time, clock.zone) for day in stated.days)


def read_machine_date(
    text: str, *, language: str = "", country: str = "", month_first: bool = False, short_years: bool = False
) -> tuple[Reading, ...]:
    """Return what a machine-readable date can say, the likeliest first; empty if it is none.

    It may be ISO 8601, RFC 2822, or epoch seconds, milliseconds or microseconds, else a date in words. A string that
    begins with the year is always year, month, day. `country` (ISO 3166-1) is the outlet's: it decides between zones
    of one name, and has languages in which months are named.
    """
    text = _one_line(text)
    if epoch := _EPOCH.fullmatch(text):
        when = datetime.fromtimestamp(int(epoch[1]), UTC)
        return (Reading(when.date(), when.time(), UTC),)
    # The same form with the month of another language ('5 avr 2026 15:07') is a date in words.
    if (mail := _MAIL.fullmatch(text)) and mail[2].lower() in _MAIL_MONTHS:
        return _read_mail(mail, country)
    iso = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    if iso and (iso[4] or not iso["rest"].strip()):
        return _read_iso(iso, country)
    readings = read_text_dates(
        text, language=language, country=country, month_first=month_first, short_years=short_years
    )
    # A year behind the clock ('Sun Nov 29 15:07:41 ICT 2026') is the form of programs, which dateutil knows.
    if re.search(r":\d\d\s.*\b(?:19|20)\d\d$", text) and (other := _read_with_dateutil(text, country)):
        return other
    return readings or _read_with_dateutil(text, country)


def _one_line(text: str) -> str:
    """Return the searched part of a text, with plain digits and single spaces: patterns are slow on runs of blanks."""
    return " ".join(plain_digits(text[:_LONGEST]).split())


def _reading(day: date, hour: int, minute: int, second: int, microsecond: int, zone: tzinfo | None) -> Reading:
    """Return the reading of a clock, of which 24:00 is the end of its day. Raises ValueError, OverflowError."""
    if (hour, minute, second) == (24, 0, 0):
        day, hour = day + timedelta(days=1), 0
    # a leap second is written as 60
    return Reading(day, time(hour, minute, min(second, 59), microsecond), zone)


def _read_mail(mail: re.Match[str], country: str) -> tuple[Reading, ...]:
    day, month, year, hour, minute, second, zone = mail.groups()
    try:
        named = None if not zone else zone_of_offset(zone) if zone[0] in "+-" else zone_by_name(zone, country)
        stated = date(common_year(int(year)), _MAIL_MONTHS[month.lower()], int(day))
        return (_reading(stated, int(hour), int(minute), int(second or 0), 0, named),)
    except (ValueError, OverflowError):
        return ()


def _read_iso(iso: re.Match[str], country: str) -> tuple[Reading, ...]:
    # Seen on pages: '2024-08-08T08:00Z', '… +0700', '2024-08-08 08:00:00.0', '2024-08-08T08:00:00 +07:00', '2024-8-8'
    year, month, day, hour, minute, second = (int(part or 0) for part in iso.groups()[:6])
    fraction = (iso[7] or "") if iso.re is _ISO else ""
    try:
        stated = date(common_year(year), month, day)
        if iso[4] is None:
            return (Reading(stated),)
        # An hour may have the mark of a half of the day: '2026-11-29 03:07 PM'.
        clock = clock_beside(iso[0], 0, iso.end(3), country) if iso.re is _ISO else None
        if clock is not None and clock.time is not None:
            hour = clock.time.hour
        zone = zone_of_text(iso["rest"], country)
        return (_reading(stated, hour, minute, second, int(f"{fraction[:6]:0<6}"), zone),)
    except (ValueError, OverflowError):
        return ()


def _read_with_dateutil(text: str, country: str) -> tuple[Reading, ...]:
    """Read a date with a month name in Latin script, with or without the abbreviation of a zone."""
    from dateutil import parser

    if not re.search(r"[A-Za-z]{3}", text) or not re.search(r"\b(?:19|20)\d\d\b", text) or len(text) > 60:
        return ()

    def zone_of(name: str | None, offset: int | None) -> tzinfo:
        if offset is not None:
            return timezone(timedelta(seconds=offset))
        return (zone_by_name(name, country) if name else None) or _UNSTATED

    try:
        # dateutil fills missing parts from `default`: parsing with two defaults shows which parts are missing.
        one, other = (
            parser.parse(text, tzinfos=zone_of, default=default)
            for default in (datetime(2000, 1, 1, tzinfo=_UNSTATED), datetime(2001, 2, 2, 3, tzinfo=_UNSTATED))
        )
    except (ValueError, OverflowError, TypeError):
        return ()
    if one.date() != other.date():
        return ()
    zone = None if one.tzinfo is _UNSTATED else one.tzinfo
    return (Reading(one.date(), None if one.hour != other.hour else one.time(), zone),)
