"""Text that states a day → the days it can mean."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from pipeline.dates import month_names
from pipeline.text.scripts import THAI

_YEAR = r"(?P<Y>(?:19|20|25)\d\d)"
_DAY = r"(?P<D>0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?P<M>0?[1-9]|1[0-2])"
_DAYS = (
    # 'T' or a letter may follow: '2026-11-29T08:00'. Korean pages write '2026. 11. 29.'
    rf"(?<![\d/.-]){_YEAR}(?:[-/.]|\.\s){_MONTH}(?:[-/.]|\.\s){_DAY}(?!\d|[/.-]\d)",
    rf"(?<![\d/.])(?:(?<=:\d\d-)|(?<!\d-)){_DAY}\s?(?P<sep>[-/.])\s?(?P<M>0?[1-9]|[12]\d|3[01])\s?(?P=sep)\s?{_YEAR}(?!\d)",
    rf"(?<!\d){_DAY}\s+tháng\s+{_MONTH}(?:\s*,\s*|\s*/\s*|\s+năm\s+|\s+){_YEAR}(?!\d)",
    # 令和 (from 2019) and 民國 (from 1912) are eras of Japan and Taiwan.
    rf"(?:{_YEAR}|(?P<era>令和|民國|民国)\s?(?P<E>\d{{1,3}}|元))\s?[年년]\s?{_MONTH}\s?[月월]\s?{_DAY}\s?[日號号일]",
)
_NUMBERED = tuple(re.compile(day, re.IGNORECASE) for day in _DAYS)
_SHORT = re.compile(r"(?<![\d/.-])(?P<n1>\d{1,2})(?P<sep>[-/.])(?P<n2>\d{1,2})(?P=sep)(?P<n3>\d\d)(?![\d/:]|[.-]\d)")
# '9 Th8', as WordPress in Vietnamese writes a day where its theme leaves the year out.
_YEARLESS = re.compile(r"(?<!\d)(?P<D>0?[1-9]|[12]\d|3[01])\s*Th(?P<M>1[0-2]|0?[1-9])(?!\d)(?!\s*,?\s*\d{4})")
_ERAS = {"令和": 2018, "民國": 1911, "民国": 1911}
#: Countries whose press writes the month before the day (CLDR: 'M/d/yy'), in English.
_MONTH_FIRST = frozenset(("US", "PH", "PR", "GU", "VI", "AS", "MP", "FM", "MH", "PW"))
# Countries whose press writes the year first also where it has two digits (CLDR: 'yy. M. d.', 'yy/M/d').
_YEAR_FIRST = frozenset(("KR", "KP", "CN", "TW", "JP", "MN", "HU", "LT"))
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF))


@dataclass(frozen=True, slots=True)
class StatedDay:
    """A written date: the days it can mean, the likeliest first, and where it stands in the text."""

    days: tuple[date, ...]
    start: int
    end: int


def plain_digits(text: str) -> str:
    """Return a text with the digits 0 to 9 for those of any script, without full-width and invisible characters."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text.translate(_FULL_WIDTH | _INVISIBLE))
    return "".join(str(unicodedata.decimal(c)) if c > "\x7f" and c.isdecimal() else c for c in text)


def common_year(year: int) -> int:
    """Return the year of the common era of a Buddhist year, as Thai pages write it anywhere; other years unchanged."""
    return year - 543 if 2490 < year < 2600 else year


def is_month_first(country: str, language: str) -> bool:
    """Whether the press of a country writes 11/29/2026; the region of `language`, a BCP 47 tag, stands in for ''.

    A known country comes first, for templates of pages and feeds say 'en-US' anywhere. Only English has that order:
    outlets in 'vi' or 'es' in the United States write the day first.
    """
    first, *rest = language.split("-")
    region = country.upper() or next((part.upper() for part in rest if len(part) == 2), "")
    return region in _MONTH_FIRST and first.lower() in ("", "en", "fil", "tl")


def first_stated_day(
    text: str,
    *,
    language: str = "",
    country: str = "",
    month_first: bool = False,
    short_years: bool = False,
    today: date | None = None,
) -> StatedDay | None:
    """Return the first date of a text of plain digits; None if it has none.

    Of '3/4/2026' the day is the first number, or the second if `month_first`; a weekday in the text decides. Years
    above 2500 are Buddhist. `short_years` allows years of two digits, `today` a month without a year ('9 Th8'), which
    is the last such day until then.
    """
    for tongue in _languages(language, country):
        calendar = month_names.calendar_for(tongue)
        patterns = [*_NUMBERED, *calendar.named_day]
        if short_years or tongue.startswith("th"):
            # '5 พ.ย. 69' is how Thai pages write any day; numbers alone ('5/11/69') may be anything.
            patterns += calendar.short_year
        if short_years:
            patterns.append(_SHORT)
        matches = [match for pattern in patterns if (match := pattern.search(text))]
        weekday = calendar.weekday.search(text) if matches else None
        for match in sorted(matches, key=lambda m: (m.start(), -m.end())):
            days = list(_possible_days(match, calendar, country, month_first))
            if weekday and len(days) > 1:
                number = calendar.weekdays[weekday["W"].casefold()]
                days = [day for day in days if day.weekday() == number] or days
            if days:
                return StatedDay(tuple(dict.fromkeys(days)), match.start(), match.end())
    return _yearless_day(text, today) if today else None


@lru_cache(maxsize=256)
def _languages(language: str, country: str) -> tuple[str, ...]:
    """Return the language and the official ones of the country, whose names of months a text may use."""
    from babel.core import get_global

    official = get_global("territory_languages").get(country) or {}
    others = [tag.replace("_", "-") for tag, facts in official.items() if facts["official_status"] == "official"]
    base = language.split("-")[0]
    return (language, *[tag for tag in others if tag not in (language, base, "en", "vi")][:2])


def _yearless_day(text: str, today: date) -> StatedDay | None:
    match = _YEARLESS.search(text)
    if match is None:
        return None
    for year in (today.year, today.year - 1):
        try:
            day = date(year, int(match["M"]), int(match["D"]))
        except ValueError:
            continue
        if day <= today + timedelta(days=1):
            return StatedDay((day,), match.start(), match.end())
    return None


def _possible_days(
    match: re.Match[str], calendar: month_names.Calendar, country: str, month_first: bool
) -> Iterator[date]:
    """Yield the days that a written date can mean, the likeliest first; none if it is impossible."""
    part = match.groupdict()
    for year, month, day in _orders(part, calendar, country, month_first):
        try:
            yield date(common_year(year), month, day)
        except ValueError:
            continue


def _orders(
    part: dict[str, str | None], calendar: month_names.Calendar, country: str, month_first: bool
) -> list[tuple[int, int, int]]:
    """Return (year, month, day) for every order of the numbers of a date, the likeliest first."""
    if part.get("n1"):
        one, two, three = (int(part[name] or 0) for name in ("n1", "n2", "n3"))
        orders = [(2000 + three, two, one)]
        if part["sep"] != "." or two > 12:
            orders.insert(0 if month_first else 1, (2000 + three, one, two))
        orders.insert(0 if country in _YEAR_FIRST else len(orders), (2000 + one, two, three))
        return orders
    day = int(part["D"] or 0)
    if part.get("y"):
        # Thai pages count Buddhist years: 69 is 2569, which is 2026.
        number, is_thai = int(part["y"] or 0), bool(re.search(f"[{THAI}]", part["B"] or ""))
        year = 2500 + number if is_thai else 2000 + number
    elif part.get("era"):
        year = _ERAS[part["era"] or ""] + (1 if part["E"] == "元" else int(part["E"] or 0))
    else:
        year = int(part["Y"] or 0)
    month = month_names.month_number(part["B"] or "", calendar) if part.get("B") else int(part["M"] or 0)
    orders = [(year, month, day)]
    # Numbers with points between them are day, month, year in every country, unless the month is above 12.
    if part.get("sep") and day != month and (part["sep"] != "." or month > 12):
        orders.insert(0 if month_first else 1, (year, day, month))
    return orders
