"""Written date or time → the moments it can mean."""

import email.utils
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pipeline.dates import month_names
from pipeline.records import Precision

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

# Zones of naive times by language, for languages that are written in one zone.
_ZONES = {"vi": "Asia/Ho_Chi_Minh", "ko": "Asia/Seoul", "ja": "Asia/Tokyo", "zh": "Asia/Shanghai"}
_ZONES |= {"th": "Asia/Bangkok", "lo": "Asia/Vientiane", "km": "Asia/Phnom_Penh", "tr": "Europe/Istanbul"}
# Zones of naive times by top-level domain, for countries with one zone.
_COUNTRIES = {"vn": "Asia/Ho_Chi_Minh", "cn": "Asia/Shanghai", "tw": "Asia/Taipei", "hk": "Asia/Hong_Kong"}
_COUNTRIES |= {"kr": "Asia/Seoul", "jp": "Asia/Tokyo", "th": "Asia/Bangkok", "la": "Asia/Vientiane"}
_COUNTRIES |= {"kh": "Asia/Phnom_Penh", "sg": "Asia/Singapore", "my": "Asia/Kuala_Lumpur", "ph": "Asia/Manila"}
_COUNTRIES |= {"in": "Asia/Kolkata", "fr": "Europe/Paris", "de": "Europe/Berlin", "at": "Europe/Vienna"}
_COUNTRIES |= {"ch": "Europe/Zurich", "it": "Europe/Rome", "nl": "Europe/Amsterdam", "be": "Europe/Brussels"}
_COUNTRIES |= {"uk": "Europe/London", "tr": "Europe/Istanbul", "pl": "Europe/Warsaw", "cz": "Europe/Prague"}
# Offsets in hours of the zone abbreviations seen on news pages; others are too ambiguous.
_ABBREVIATED = {"UTC": 0, "GMT": 0, "Z": 0, "ICT": 7, "CET": 1, "CEST": 2, "BST": 1, "MSK": 3, "JST": 9, "KST": 9}
_ABBREVIATED |= {"EST": -5, "EDT": -4, "CDT": -5, "PST": -8, "PDT": -7, "WIB": 7, "HKT": 8, "SGT": 8, "AEST": 10}

_CLOCK = (
    r"(?<!\d)(?P<h>[01]?\d|2[0-3])\s?(?:[:hg時时点點시]|giờ)\s?(?P<m>[0-5]\d)(?:[:'](?P<s>[0-5]\d)|\s?(?:phút|分|분))?"
    r"\s*(?P<ap>[ap]\.?m\b\.?|SA\b|CH\b)?"
)
_OFFSET = r"(?:\s*\(?(?:GMT|UTC)\s*(?P<z>[+-]\s?\d{1,2}(?::?[0-5]\d)?)\)?)?"
# Text between clock and day: at most a weekday and words such as 'lúc', 'ngày', 'à', 'a las'; more is a sentence.
_GAP = r"[\s,:|\-–—/·•()]*(?:(?:thứ\s\d|[^\W\d_]{1,12}\.?)[\s,|\-–—·•]+){0,4}"
_DAYS = (
    r"(?<![\d/.-])(?P<Y>(?:19|20)\d\d)[-/.](?P<M>0?[1-9]|1[0-2])[-/.](?P<D>0?[1-9]|[12]\d|3[01])(?!\d"
    r"|[/.-]\d)",
    r"(?<![\d/.-])(?P<D>0?[1-9]|[12]\d|3[01])(?P<sep>[-/.])(?P<M>0?[1-9]|[12]\d"
    r"|3[01])(?P=sep)(?P<Y>(?:19|20)\d\d)(?!\d)",
    r"(?<!\d)(?P<D>0?[1-9]|[12]\d|3[01])\s+tháng\s+(?P<M>0?[1-9]|1[0-2])(?:,\s*|\s+năm\s+"
    r"|\s+)(?P<Y>(?:19|20)\d\d)(?!\d)",
    r"(?P<Y>(?:19|20)\d\d)\s?[年년]\s?(?P<M>0?[1-9]|1[0-2])\s?[月월]\s?(?P<D>0?[1-9]|[12]\d|3[01])\s?[日일]",
)
_CLOCK_BEFORE = re.compile(_CLOCK + _OFFSET + _GAP + r"$", re.IGNORECASE)
_CLOCK_AFTER = re.compile(_GAP + _CLOCK + _OFFSET, re.IGNORECASE)
_NUMBERED = tuple(re.compile(day, re.IGNORECASE) for day in _DAYS)
# Characters between a clock and its day at most.
_NEAR = 60


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


def zone_of_page(language: str, url: str) -> tzinfo:
    """Return the zone of the naive times of a page: by its language, else by its top-level domain, else UTC."""
    name = _ZONES.get(language.lower().split("-")[0])
    if name:
        return ZoneInfo(name)
    host = urlsplit(url).hostname or ""
    return ZoneInfo(_COUNTRIES.get(host.rsplit(".", 1)[-1], "UTC"))


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


def parse_machine_date(text: str, zone: tzinfo, *, language: str = "") -> tuple[Moment, ...]:
    """Return the moments that a machine-readable date can mean, the likeliest first; empty if it is none.

    It may be ISO 8601, RFC 2822, or epoch seconds or milliseconds, else a date in words. A string that begins with the
    year is always year, month, day.
    """
    text = text.strip()
    if re.fullmatch(r"\d{10}(?:\d{3})?", text):
        return (Moment(datetime.fromtimestamp(int(text[:10]), UTC)),)
    if re.match(r"\d{4}-?\d\d", text):
        return _parse_iso(text, zone)
    if re.match(r"(?:[A-Z][a-z]{2},\s)?\d{1,2}\s[A-Z][a-z]{2}\s\d{4}\s\d", text):
        try:
            return (moment_of_datetime(_with_zone(email.utils.parsedate_to_datetime(text), zone)),)
        except (ValueError, OverflowError):
            return ()
    return parse_text_dates(text, zone, language=language) or _parse_with_dateutil(text, zone)


def _parse_iso(text: str, zone: tzinfo) -> tuple[Moment, ...]:
    # Seen on pages: '2024-08-08T08:00Z', '… +0700', '2024-08-08 08:00:00.0', '2024-08-08T08:00:00 +07:00', '2024-8-8'
    text = re.sub(r"\s+(?=(?:[+-]\d\d:?\d\d|Z)$)", "", text)
    text = re.sub(r"(\.\d{6})\d+", r"\1", text)
    text = re.sub(r"\s*(?:UTC|GMT)$", "Z", text)
    try:
        return (moment_of_datetime(_with_zone(datetime.fromisoformat(text), zone)),)
    except ValueError:
        pass
    match = re.match(r"(\d{4})-(\d\d)-(\d\d)(?:[T\s]+(\d\d):(\d\d)(?::(\d\d))?)?", text)
    if match:
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        try:
            return (moment_of_datetime(datetime(year, month, day, hour, minute, second, tzinfo=zone)),)
        except ValueError:
            return ()
    return parse_text_dates(text, zone)


def _parse_with_dateutil(text: str, zone: tzinfo) -> tuple[Moment, ...]:
    """Parse a date with a month name in Latin script, with or without the abbreviation of a zone."""
    from dateutil import parser

    if not re.search(r"[A-Za-z]{3}", text) or not re.search(r"\b(?:19|20)\d\d\b", text) or len(text) > 60:
        return ()
    zones = {name: timezone(timedelta(hours=hours)) for name, hours in _ABBREVIATED.items()}
    try:
        # dateutil fills missing parts from `default`: parsing with two defaults shows which parts are missing.
        one, other = (
            parser.parse(text, tzinfos=zones, default=default)
            for default in (datetime(2000, 1, 1, tzinfo=zone), datetime(2001, 2, 2, 3, tzinfo=zone))
        )
    except (ValueError, OverflowError, TypeError):
        return ()
    if one.date() != other.date():
        return ()
    return (moment_of_day(one.date()) if one.hour != other.hour else Moment(one),)


def parse_text_dates(text: str, zone: tzinfo, *, language: str = "", month_first: bool = False) -> tuple[Moment, ...]:
    """Return the moments that the first date in a text can mean, the likeliest first, with the clock time beside it.

    '3/4' is day and month, or month and day if `month_first`. The other reading follows, unless a weekday in the text
    decides.
    """
    calendar = month_names.calendar_for(language)
    matches = [match for pattern in (*_NUMBERED, *calendar.named_day) if (match := pattern.search(text))]
    weekday = calendar.weekday.search(text) if matches else None
    for match in sorted(matches, key=lambda m: (m.start(), -m.end())):
        days = list(_possible_days(match, calendar.months, month_first))
        if weekday and len(days) > 1:
            number = calendar.weekdays[weekday["W"].casefold()]
            days = [day for day in days if day.weekday() == number] or days
        if days:
            clock = _CLOCK_BEFORE.search(text[max(0, match.start() - _NEAR) : match.start()])
            clock = clock or _CLOCK_AFTER.match(text, match.end())
            return tuple(_moment_at(day, clock, zone) if clock else moment_of_day(day) for day in days)
    return ()


def _possible_days(match: re.Match[str], months: dict[str, int], month_first: bool) -> Iterator[date]:
    """Yield the days that a written date can mean, the likeliest first; none if it is impossible."""
    part = match.groupdict()
    year, day = int(part["Y"]), int(part["D"])
    month = months[part["B"].casefold()] if "B" in part else int(part["M"])
    orders = [(day, month)]
    # Numbers with points between them are day, month, year in every country, unless the month is above 12.
    if "sep" in part and day != month and (part["sep"] != "." or month > 12):
        orders.insert(0 if month_first else 1, (month, day))
    for day_number, month_number in orders:
        try:
            yield date(year, month_number, day_number)
        except ValueError:
            continue


def _moment_at(day: date, clock: re.Match[str], zone: tzinfo) -> Moment:
    part = clock.groupdict()
    hour, minute, second = (int(part.get(key) or 0) for key in "hms")
    half = (part.get("ap") or "").lower().replace(".", "")
    if half in ("pm", "ch") and hour < 12:
        hour += 12
    elif half in ("am", "sa") and hour == 12:
        hour = 0
    if offset := part.get("z"):
        sign = -1 if offset.startswith("-") else 1
        hours, _, minutes = offset[1:].strip().partition(":")
        shift = timedelta(hours=int(hours[:2]), minutes=int(minutes or hours[2:] or 0))
        if shift <= timedelta(hours=14):
            zone = timezone(sign * shift)
    return Moment(datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone))


def _with_zone(when: datetime, zone: tzinfo) -> datetime:
    return when if when.tzinfo else when.replace(tzinfo=zone)
