"""Text of any language → the days, months and weekdays it names, which a translation keeps."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipeline.dates.written_days import common_year

_YEAR = r"(?P<Y>(?:19|20|25)\d\d)(?!\d)"
_DAY = r"(?<!\d)(?P<D>0?[1-9]|[12]\d|3[01])(?!\d)"
_MONTH = r"(?P<M>0?[1-9]|1[0-2])(?!\d)"
#: Vietnamese names of months; December is 'mười hai', the lunar one 'chạp'
_VIETNAMESE = ("giêng|một", "hai", "ba", "tư|bốn", "năm", "sáu", "bảy|bẩy", "tám", "chín", "mười", "mười một",
               "mười hai|chạp")  # fmt: skip
_VIETNAMESE_MONTH = "|".join(
    sorted((name for names in _VIETNAMESE for name in names.split("|")), key=len, reverse=True)
)
# Without a cue '1/3' is a fraction and '2-1' a score.
_CUE = re.compile(
    r"(?:ngày|hôm|sáng|trưa|chiều|tối|đêm|khuya|từ|đến|tới|kỳ|mùng|\d\s?[-–]|thứ \w+|nhật|vào|trước|sau)[\s,(]*$", re.I
)
_VIETNAMESE_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_DAY}\s?[/.-]\s?{_MONTH}\s?[/.-]\s?{_YEAR}",
        rf"{_DAY}\s+tháng\s+(?:{_MONTH}|(?P<B>{_VIETNAMESE_MONTH})(?!\w))(?:(?:\s*,\s*|\s*/\s*|\s+năm\s+|"
        rf"\s+){_YEAR})?",
        rf"(?<!\w)tháng\s+(?:{_MONTH}|(?P<B>{_VIETNAMESE_MONTH})(?!\w))(?!\s*(?:tuổi|người))"
        rf"(?:(?:\s*,\s*|\s*/\s*|\s*-\s*|\s+năm\s+){_YEAR})?",
        rf"(?<![\d/.,-])(?<!quý ){_MONTH}/{_YEAR}",
    )
)
_SHORT = re.compile(rf"{_DAY}\s?(?P<sep>[/-])\s?{_MONTH}(?![/.,-]?\d)")
_NUMERIC = tuple(
    re.compile(form)
    for form in (
        rf"{_YEAR}\s?[년年]\s?{_MONTH}\s?[月월](?:\s?{_DAY}\s?[日號号일])?",
        rf"(?<!\d){_MONTH}\s?[月월](?!間|间)(?:\s?{_DAY}\s?[日號号일])?",
        rf"{_YEAR}[-/.]\s?{_MONTH}[-/.]\s?{_DAY}",
        rf"{_DAY}[/.-]{_MONTH}[/.-]{_YEAR}",
        rf"{_MONTH}[/.-]{_DAY}[/.-]{_YEAR}",
    )
)
_HAN_MONTH = re.compile(
    r"(十[一二]?|[一二三四五六七八九])月(?:([一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])[日号號])?"
)
_HAN = {c: n for n, c in enumerate("〇一二三四五六七八九十")}
#: Russian names in any case: 'в декабре' is in none of the CLDR's
_RUSSIAN = "январ[ьяею] феврал[ьяею] март[ае]? апрел[ьяею] ма[йяею] июн[ьяею] июл[ьяею] август[ае]? сентябр[ьяею] "
_RUSSIAN += "октябр[ьяею] ноябр[ьяею] декабр[ьяею]"
_WEEKDAYS_VI = re.compile(
    r"(?<!\w)(?:thứ\s+(?P<N>hai|ba|tư|năm|sáu|bảy|[2-7])|"
    r"(?P<S>chủ\s+nhật))(?!\w)",
    re.IGNORECASE,
)
_WEEKDAY_NUMBERS = {"hai": 0, "ba": 1, "tư": 2, "năm": 3, "sáu": 4, "bảy": 5}


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day or a month that a text names; 0 for a part that it leaves out. Places count characters, end exclusive."""

    #: (day, month, year), the likeliest first: 3/4/2026 can be two days
    meanings: tuple[tuple[int, int, int], ...]
    start: int
    end: int

    def agrees_with(self, other: "NamedDay") -> bool:
        """Whether another text can mean the same; a year that one of the two leaves out is no contradiction."""
        return any(
            mine[:2] == theirs[:2] and (mine[2] == theirs[2] or not mine[2] or not theirs[2])
            for mine in self.meanings
            for theirs in other.meanings
        )


def named_days(text: str, language: str) -> tuple[NamedDay, ...]:
    """Return the days and months of a plain text (figures.plain) in order, none within another."""
    found = sorted(_candidates(text, language.split("-")[0]), key=lambda day: (day.start, -day.end))
    kept: list[NamedDay] = []
    for day in found:
        if kept and (day.start, day.end) == (kept[-1].start, kept[-1].end):
            kept[-1] = NamedDay((*kept[-1].meanings, *day.meanings), day.start, day.end)
        elif not kept or day.start >= kept[-1].end:
            kept.append(day)
    return tuple(kept)


def _candidates(text: str, language: str) -> Iterator[NamedDay]:
    if language == "vi":
        for form in _VIETNAMESE_FORMS:
            yield from (_day(match, _vietnamese_month(match), buddhist=False) for match in form.finditer(text))
        for match in _SHORT.finditer(text):
            sure = match["sep"] == "/" and int(match["D"]) > 12
            if sure or _CUE.search(text, max(0, match.start() - 14), match.start()):
                yield _day(match, int(match["M"]), buddhist=False)
        return
    for form in _NUMERIC:
        yield from (_day(match, int(match["M"])) for match in form.finditer(text))
    if language in ("zh", "ja"):
        for match in _HAN_MONTH.finditer(text):
            yield NamedDay(((_han(match[2] or ""), _han(match[1]), 0),), match.start(), match.end())
    months, forms = _named(language)
    for form in forms:
        for match in form.finditer(text):
            month = next((number for number, pattern in months if pattern.fullmatch(match["B"])), 0)
            if month:
                yield _day(match, month)


def _day(match: re.Match[str], month: int, *, buddhist: bool = True) -> NamedDay:
    """Return a match as a day; a Vietnamese text writes common years, and 2569 in it is a year nobody recalculated."""
    groups = match.groupdict()
    year = int(groups.get("Y") or 0)
    meaning = int(groups.get("D") or 0), month, common_year(year) if buddhist else year
    return NamedDay((meaning,), match.start(), match.end())


def _vietnamese_month(match: re.Match[str]) -> int:
    groups = match.groupdict()
    if not groups.get("B"):
        return int(groups["M"] or 0)
    name = " ".join(match["B"].lower().split())
    return next(n for n, names in enumerate(_VIETNAMESE, 1) if name in names.split("|"))


def _han(written: str) -> int:
    tens, ten, ones = written.rpartition("十")
    return (_HAN.get(tens, 1) * 10 if ten else 0) + _HAN.get(ones, 0)


@lru_cache(maxsize=32)
def _named(language: str) -> tuple[tuple[tuple[int, re.Pattern[str]], ...], tuple[re.Pattern[str], ...]]:
    """Return the months of a language as (number, pattern of its names), and patterns of days with such a name."""
    names = _month_names(language)
    if not names:
        return (), ()
    # English writes months with a capital, and 'may' and 'march' without are other words.
    flags = re.NOFLAG if language in ("en", "de") else re.IGNORECASE
    months = tuple((number, re.compile(pattern, flags)) for number, pattern in names)
    month = rf"(?P<B>{'|'.join(pattern for _, pattern in names)})"
    before = rf"{_DAY}(?:er|st|nd|rd|th|º|\.)?\s+(?:de\s+|of\s+)?{month}"
    year = r"(?:[\s,./-]+(?:de\s+|del\s+|г\.\s*|[พค]\.ศ\.\s*)?" + _YEAR + ")?"
    unspaced = language in ("th", "lo", "km")
    word = month if unspaced else rf"(?<!\w){month}(?!\w)"
    forms = [before + ("" if unspaced else r"(?!\w)") + year, word + year]
    if language == "en":
        forms.append(rf"(?<!\w){month}\.?\s+{_DAY}(?:st|nd|rd|th)?(?:,?\s+{_YEAR})?")
    return months, tuple(re.compile(form, flags) for form in forms)


def _month_names(language: str) -> list[tuple[int, str]]:
    from babel import Locale, UnknownLocaleError

    if language == "ru":
        return list(enumerate(_RUSSIAN.split(), 1))
    if language in ("zh", "ja", "ko"):
        return []
    try:
        months = Locale.parse(language).months
    except (UnknownLocaleError, ValueError):
        return []
    names: list[tuple[int, str]] = []
    for number in range(1, 13):
        wide = {months[context]["wide"][number] for context in ("format", "stand-alone")}
        if language == "th":
            wide.add(re.escape(months["format"]["abbreviated"][number]))
        if language == "en":
            wide |= {f"{months['format']['abbreviated'][number]}\\."} if number != 5 else set()
            wide |= {"Sept\\."} if number == 9 else set()
        names.append((number, "|".join(sorted(wide, key=len, reverse=True))))
    return names


def weekdays(text: str, language: str) -> set[int]:
    """Return the weekdays that a plain text names, 0 (Monday) to 6."""
    if language == "vi":
        return {_weekday_vi(match) for match in _WEEKDAYS_VI.finditer(text)}
    names = _weekday_names(language.split("-")[0])
    return {number for number, pattern in names if pattern.search(text)}


def without_weekdays(text: str) -> str:
    """Return a Vietnamese text with blanks for its weekdays, whose numbers are none of the article's."""
    return _WEEKDAYS_VI.sub(lambda match: " " * len(match[0]), text)


def _weekday_vi(match: re.Match[str]) -> int:
    if match["S"]:
        return 6
    number = match["N"].lower()
    return int(number) - 2 if number.isdigit() else _WEEKDAY_NUMBERS[number]


@lru_cache(maxsize=32)
def _weekday_names(language: str) -> tuple[tuple[int, re.Pattern[str]], ...]:
    from babel import Locale, UnknownLocaleError

    try:
        days = Locale.parse(language).days
    except (UnknownLocaleError, ValueError):
        return ()
    han = "一二三四五六日"
    named: list[tuple[int, re.Pattern[str]]] = []
    for number in range(7):
        words = {days[context]["wide"][number] for context in ("format", "stand-alone")}
        pattern = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
        if language == "zh":
            pattern = rf"(?:星期|周|週|礼拜|禮拜){'[日天]' if number == 6 else han[number]}(?![年末边邊])"
        elif language == "ja":
            pattern = pattern.replace("曜日", "曜")
        elif language == "ru":
            # 'в среду', 'в пятницу', 'в субботу'; the other names do not change here
            pattern = pattern + f"|{next(iter(words))[:-1]}[уые]" if number in (2, 4, 5) else pattern
        if language not in ("zh", "ja", "ko", "th", "lo", "km"):
            pattern = rf"(?<!\w)(?:{pattern})s?(?!\w)"
        named.append((number, re.compile(pattern, re.NOFLAG if language in ("en", "de") else re.IGNORECASE)))
    return tuple(named)
