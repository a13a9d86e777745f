"""Language → the names of months and weekdays in its press."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pipeline.text.normalize import strip_diacritics
from pipeline.text.scripts import LATIN

_LETTERS = r"[^\W\d_]"
# A name in an alphabet of letters for sounds: Latin, Greek, Cyrillic.
_ALPHABETIC = re.compile(f"[{LATIN}Ͱ-ӿ]{{4,}}")
# Vietnamese months, which the CLDR only numbers: WordPress spells them or writes 'Th11', other systems 'thg 11'.
_VIETNAMESE = ("một", "hai", "ba", "tư", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một", "mười hai")
_VIETNAMESE_MONTHS = {
    name: number
    for number, word in enumerate(_VIETNAMESE, 1)
    for name in (
        *(f"tháng {word}", f"th {word}", f"th{number}", f"th{number:02}", f"th.{number}"),
        *(
            f"thg {number}",
            f"thg{number}",
            f"thg {number:02}",
            f"thg{number:02}",
            f"tháng {number}",
            f"tháng {number:02}",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Names of a language, of English and of Vietnamese, case folded, from the Unicode CLDR."""

    #: name or abbreviation → 1 to 12
    months: dict[str, int]
    #: name → 0 (Monday) to 6
    weekdays: dict[str, int]
    #: patterns of a date with the name of its month; groups D (day), B (month), Y (year of four digits)
    named_day: tuple[re.Pattern[str], ...]
    #: the same with a year of two digits, in group y
    short_year: tuple[re.Pattern[str], ...]
    #: pattern of the name of a weekday; group W
    weekday: re.Pattern[str]


@lru_cache(maxsize=64)
def calendar_for(language: str) -> Calendar:
    """Return the calendar of a BCP 47 tag; English and Vietnamese alone for an unknown language."""
    from babel import Locale, UnknownLocaleError

    months: dict[str, int] = dict(_VIETNAMESE_MONTHS)
    cut: dict[str, int] = {}
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
            cut |= _cut_names(locale.months[context]["wide"])
            for number, name in locale.days[context]["wide"].items():
                weekdays[name.casefold()] = number
    months = cut | months
    month = rf"(?P<B>{_alternatives(months)})\.?"
    day = r"(?<!\d)(?P<D>0?[1-9]|[12]\d|3[01])(?:er|st|nd|rd|th|º|\.)?"
    # 'พ.ศ.' stands before a Buddhist year, 'ค.ศ.' before a common one.
    before_year = r"[\s,./-]+(?:de\s+|del\s+|năm\s+|[พค]\.ศ\.\s*)?"
    year = r"(?P<Y>(?:19|20|25)\d\d)(?!\d)"
    short = r"[’']?(?P<y>\d\d)(?![\d:.])"
    before, after = rf"{day}[\s./-]+(?:de\s+|of\s+)?{month}", rf"(?<!{_LETTERS}){month}\s+{day},?\s+"
    return Calendar(
        months,
        weekdays,
        (
            re.compile(before + before_year + year, re.IGNORECASE),
            re.compile(after + year, re.IGNORECASE),
            re.compile(rf"(?<!\d)(?P<Y>20\d\d)[\s,./-]+{month}[\s./-]+{day}(?!\d)", re.IGNORECASE),
        ),
        (re.compile(before + before_year + short, re.IGNORECASE), re.compile(after + short, re.IGNORECASE)),
        re.compile(rf"(?<!\w)(?P<W>{_alternatives(weekdays)})(?!\w)", re.IGNORECASE),
    )


def _cut_names(months: Mapping[int, str]) -> dict[str, int]:
    """Return the first three letters of the names of a language, as programs cut them, where they are of one month.

    The CLDR has other abbreviations of many: 'нояб.', 'févr.', 'März'. Diacritics may be lost: 'fev', 'aou'.
    """
    cut: dict[str, int] = {}
    names = [(number, name.casefold()) for number, name in months.items() if _ALPHABETIC.fullmatch(name)]
    beginnings = Counter(name[:3] for _, name in names)
    for number, name in names:
        if beginnings[name[:3]] == 1:
            cut |= {name[:3]: number, strip_diacritics(name[:3]): number}
    return cut


def month_number(name: str, calendar: Calendar) -> int:
    """Return the number of the month that a match of `named_day` names."""
    return calendar.months[" ".join(name.casefold().split())]


def _alternatives(names: Iterable[str]) -> str:
    """Return a pattern of any of the names, the longest first: 'sept' before 'sep', 'mars' before 'mar'."""
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return "|".join(re.escape(name).replace("\\ ", r"\s+") for name in longest_first)
