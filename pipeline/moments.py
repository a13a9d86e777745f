"""Words or digits that state a time → an aware datetime."""

import email.utils
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

# Zones of naive times by the page's language, for languages that are written in one zone.
_ZONES = {"vi": "Asia/Ho_Chi_Minh", "ko": "Asia/Seoul", "ja": "Asia/Tokyo", "zh": "Asia/Shanghai"}
_ZONES |= {"th": "Asia/Bangkok", "lo": "Asia/Vientiane", "km": "Asia/Phnom_Penh", "tr": "Europe/Istanbul"}
# Offsets in hours of the abbreviations met on news pages; others are too ambiguous to be believed.
_ABBREVIATED = {"UTC": 0, "GMT": 0, "Z": 0, "ICT": 7, "CET": 1, "CEST": 2, "BST": 1, "MSK": 3, "JST": 9, "KST": 9}
_ABBREVIATED |= {"EST": -5, "EDT": -4, "CDT": -5, "PST": -8, "PDT": -7, "WIB": 7, "HKT": 8, "SGT": 8, "AEST": 10}

_CLOCK = (
    r"(?<!\d)(?P<h>[01]?\d|2[0-3])\s?(?:[:hg]|giờ)\s?(?P<m>[0-5]\d)(?:[:'](?P<s>[0-5]\d)|\s?phút)?"
    r"\s*(?P<ap>[ap]\.?m\b\.?|SA\b|CH\b)?"
)
_OFFSET = r"(?:\s*\(?(?:GMT|UTC)\s*(?P<z>[+-]\s?\d{1,2}(?::?[0-5]\d)?)\)?)?"
# Between clock and day stand at most a weekday and marks; anything longer is another sentence.
_GAP = r"[\s,|\-–—/·•]*(?:lúc|vào|ngày|at|on|le|à)?[\s,:|\-–—·•]*(?:(?:thứ|chủ)\s?\w+[\s,|\-–]*)?(?:ngày\s+)?"
_DAYS = (
    r"(?<![\d/.-])(?P<Y>(?:19|20)\d\d)[-/.](?P<M>0?[1-9]|1[0-2])[-/.](?P<D>0?[1-9]|[12]\d|3[01])(?!\d"
    r"|[/.-]\d)",
    r"(?<![\d/.-])(?P<D>0?[1-9]|[12]\d|3[01])(?P<sep>[-/.])(?P<M>0?[1-9]|[12]\d"
    r"|3[01])(?P=sep)(?P<Y>(?:19|20)\d\d)(?!\d)",
    r"(?<!\d)(?P<D>0?[1-9]|[12]\d|3[01])\s+tháng\s+(?P<M>0?[1-9]|1[0-2])(?:,\s*|\s+năm\s+"
    r"|\s+)(?P<Y>(?:19|20)\d\d)(?!\d)",
    r"(?P<Y>(?:19|20)\d\d)\s?[年년]\s?(?P<M>0?[1-9]|1[0-2])\s?[月월]\s?(?P<D>0?[1-9]|[12]\d|3[01])\s?[日일]",
)
_BEFORE = [re.compile(_CLOCK + _OFFSET + _GAP + day, re.IGNORECASE) for day in _DAYS]
_AFTER = [re.compile(day + _GAP + _CLOCK + _OFFSET, re.IGNORECASE) for day in _DAYS]
_ALONE = [re.compile(day, re.IGNORECASE) for day in _DAYS]


def zone_of(language: str, url: str) -> tzinfo:
    """Return the zone of a page's naive times: its language's, Vietnam's for .vn addresses, else UTC."""
    name = _ZONES.get(language.lower().split("-")[0])
    if name:
        return ZoneInfo(name)
    host = urlsplit(url).hostname or ""
    return VIETNAM if host.endswith(".vn") else UTC


def plausible(when: datetime | None, now: datetime) -> datetime | None:
    """Return `when` unless it cannot be a publication time: before 1995, or more than a day after `now`."""
    if when is None or when.year < 1995 or when > now + timedelta(days=1):
        return None
    return when


def from_machine(text: str, zone: tzinfo) -> datetime | None:
    """Read a time meant for machines (ISO 8601, RFC 2822, epoch seconds or milliseconds); None where it is none.

    Year-first strings are never read as anything but year, month, day.
    """
    text = text.strip()
    if re.fullmatch(r"\d{10}(?:\d{3})?", text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    if re.match(r"\d{4}-?\d\d", text):
        return _iso(text, zone)
    if re.match(r"(?:[A-Z][a-z]{2},\s)?\d{1,2}\s[A-Z][a-z]{2}\s\d{4}\s\d", text):
        try:
            return _aware(email.utils.parsedate_to_datetime(text), zone)
        except (ValueError, OverflowError):
            return None
    return from_text(text, zone) or _loose(text, zone)


def _iso(text: str, zone: tzinfo) -> datetime | None:
    # '2024-08-08T08:00Z', '… +0700', '2024-08-08 08:00:00.0', '2024-08-08T08:00:00 +07:00', '2024-8-8'
    text = re.sub(r"\s+(?=(?:[+-]\d\d:?\d\d|Z)$)", "", text)
    text = re.sub(r"(\.\d{6})\d+", r"\1", text)
    text = re.sub(r"\s*(?:UTC|GMT)$", "Z", text)
    try:
        return _aware(datetime.fromisoformat(text), zone)
    except ValueError:
        pass
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)(?:[T\s]+(\d\d):(\d\d)(?::(\d\d))?)?", text)
    if found:
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
        try:
            return datetime(year, month, day, hour, minute, second, tzinfo=zone)
        except ValueError:
            return None
    return from_text(text, zone)


def _loose(text: str, zone: tzinfo) -> datetime | None:
    """Month names in Latin script, with or without a zone's abbreviation."""
    from dateutil import parser

    if not re.search(r"[A-Za-z]{3}", text) or not re.search(r"\b(?:19|20)\d\d\b", text) or len(text) > 60:
        return None
    zones = {name: timezone(timedelta(hours=hours)) for name, hours in _ABBREVIATED.items()}
    try:
        return _aware(parser.parse(text, tzinfos=zones), zone)
    except (ValueError, OverflowError, TypeError):
        return None


def from_text(text: str, zone: tzinfo, *, month_first: bool = False) -> datetime | None:
    """Read the first time of day and date, or date alone, in words as Vietnamese and other pages write it.

    Day before month unless `month_first`; a date whose second number exceeds 12 is read the only way it can be.
    """
    found = [m for patterns in (_BEFORE, _AFTER) for p in patterns if (m := p.search(text))]
    found = found or [m for p in _ALONE if (m := p.search(text))]
    for match in sorted(found, key=lambda m: m.start()):
        if when := _build(match, zone, month_first):
            return when
    return None


def _build(match: re.Match[str], zone: tzinfo, month_first: bool) -> datetime | None:
    part = match.groupdict()
    day, month = int(part["D"]), int(part["M"])
    if "sep" in part and (month > 12 or (month_first and day <= 12)):
        day, month = month, day
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
    try:
        return datetime(int(part["Y"]), month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def _aware(when: datetime, zone: tzinfo) -> datetime:
    return when if when.tzinfo else when.replace(tzinfo=zone)
