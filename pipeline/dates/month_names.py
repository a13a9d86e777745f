"""Language → the names of months and weekdays in its press."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_LETTERS = r"[^\W\d_]"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Names of a language, of English and of Vietnamese, case folded, from the Unicode CLDR."""

    #: name or abbreviation → 1 to 12
    months: dict[str, int]
    #: name → 0 (Monday) to 6
    weekdays: dict[str, int]
    #: patterns of a date with the name of its month; groups D (day), B (month), Y (year)
    named_day: tuple[re.Pattern[str], ...]
    #: pattern of the name of a weekday; group W
    weekday: re.Pattern[str]


@lru_cache(maxsize=64)
def calendar_for(language: str) -> Calendar:
    """Return the calendar of a BCP 47 tag; English and Vietnamese alone for an unknown language."""
    from babel import Locale, UnknownLocaleError

    months: dict[str, int] = {}
    weekdays: dict[str, int] = {f"thứ {n}": n - 2 for n in range(2, 8)}
    for tag in ("vi", "en", "en-GB", language):
        try:
            locale = Locale.parse(tag.strip() or "en", sep="-", resolve_likely_subtags=False)
        except (UnknownLocaleError, ValueError, TypeError):
            continue
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in locale.months[context][width].items():
                    if not re.search(r"\d", name):
                        months[name.casefold().rstrip(".")] = number
            for number, name in locale.days[context]["wide"].items():
                weekdays[name.casefold()] = number
    month = _alternatives(months)
    day = r"(?<!\d)(?P<D>0?[1-9]|[12]\d|3[01])(?:er|st|nd|rd|th|º|\.)?"
    year = r"(?P<Y>(?:19|20)\d\d)(?!\d)"
    return Calendar(
        months,
        weekdays,
        (
            re.compile(rf"{day}[\s-]+(?:de\s+|of\s+)?(?P<B>{month})\.?[\s,-]+(?:de\s+|del\s+)?{year}", re.IGNORECASE),
            re.compile(rf"(?<!{_LETTERS})(?P<B>{month})\.?\s+{day},?\s+{year}", re.IGNORECASE),
        ),
        re.compile(rf"(?<!\w)(?P<W>{_alternatives(weekdays)})(?!\w)", re.IGNORECASE),
    )


def _alternatives(names: Iterable[str]) -> str:
    """Return a pattern of any of the names, the longest first: 'sept' before 'sep', 'mars' before 'mar'."""
    return "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
