"""Text → the days of the year it names, by which reports of two similar events are kept apart."""

import re
from datetime import date

_MONTHS = {
    m: n
    for n, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sep sept", "october oct", "november nov", "december dec"), 1
    )
    for m in names.split()
}  # fmt: skip
_NAMED = "|".join(sorted(_MONTHS, key=len, reverse=True))
# Words and brackets before a day. Without one, or a year, '2-1' is a score and '3.5' a number.
_CUE = re.compile(
    r"(?:ngày|sáng|trưa|chiều|tối|đêm|khuya|hôm|nay|qua|từ|đến|tới|và|mai|kỳ|phiên|mùng|rạng|hồi|on|\()[\s,(]*$",
    re.IGNORECASE,
)
_NUMERIC = re.compile(
    r"(?<![\d.,/-])(?P<d>\d{1,2})\s?(?P<sep>[-/.])\s?(?P<m>\d{1,2})(?:\s?[-/.]\s?(?P<y>(?:19|20)?\d\d))?(?![\d/]|[.,-]\d)"
)
_SPELT = re.compile(r"(?<!\d)(?P<d>\d{1,2})\s+tháng\s+(?P<m>\d{1,2})(?!\d)", re.IGNORECASE)
_ENGLISH = re.compile(
    rf"(?<!\w)(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m1>{_NAMED})|(?P<m2>{_NAMED})\.?\s+(?P<d2>\d{{1,2}}))(?!\w)",
    re.IGNORECASE,
)
_IDEOGRAPHIC = re.compile(r"(?<!\d)(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日号號일]")


def days_in_text(text: str) -> tuple[int, ...]:
    """Return the days with a month in a text, as days of a leap year (1 to 366), in order of appearance, each once."""
    days: list[tuple[int, int]] = []
    for match in _NUMERIC.finditer(text):
        # '24/7' means round the clock.
        is_date = (
            match["y"]
            or (match["sep"] == "/" and match[0] != "24/7")
            or _CUE.search(text, max(0, match.start() - 12), match.start())
        )
        if is_date and (day := _day_of_year(match["d"], match["m"])):
            days.append((match.start(), day))
    for pattern in (_SPELT, _IDEOGRAPHIC):
        days.extend((m.start(), day) for m in pattern.finditer(text) if (day := _day_of_year(m["d"], m["m"])))
    for match in _ENGLISH.finditer(text):
        month = _MONTHS[(match["m1"] or match["m2"]).lower()]
        if day := _day_of_year(match["d1"] or match["d2"], str(month)):
            days.append((match.start(), day))
    return tuple(dict.fromkeys(day for _, day in sorted(days)))


def _day_of_year(day: str, month: str) -> int:
    """Return the day of a leap year, 1 to 366; 0 for an impossible date."""
    try:
        return date(2024, int(month), int(day)).timetuple().tm_yday
    except ValueError:
        return 0


def days_apart(one: int, other: int) -> int:
    """Return the distance of two days of the year in days, across New Year if that is shorter."""
    gap = abs(one - other)
    return min(gap, 366 - gap)
