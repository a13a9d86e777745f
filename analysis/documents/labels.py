"""Names of things and templates/<lang>.toml → the words a reader sees, in Vietnamese or English."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files

LANGUAGES = ("vi", "en")
Words = str | list[str]


@dataclass(frozen=True, slots=True)
class Labels:
    """The catalogue of one language; a missing key is an error of ours, hence KeyError."""

    lang: str
    words: Mapping[str, Words]
    groups: Mapping[str, Mapping[str, str]]

    def say(self, key: str, **values: object) -> str:
        """Return the words of `key` filled in; `n` decides between singular and plural."""
        words = self.words[key]
        if isinstance(words, list):
            words = words[0 if values.get("n") == 1 else -1]
        return words.format(**values)

    def of(self, group: str, key: str, **values: object) -> str:
        return self.groups[group][key].format(**values)

    def time(self, at: datetime) -> str:
        return f"{at:%H:%M}"

    def number(self, value: float) -> str:
        """Return a figure with one decimal."""
        from babel.numbers import format_decimal

        return format_decimal(value, "#,##0.0", locale=self.lang)

    def whole(self, value: int) -> str:
        """Return a count, thousands parted."""
        from babel.numbers import format_decimal

        return format_decimal(value, "#,##0", locale=self.lang)

    def short_date(self, at: date) -> str:
        from babel.dates import format_date

        return format_date(at, "dd/MM/yyyy" if self.lang == "vi" else "d MMM yyyy", locale=self.lang)

    def month(self, at: date) -> str:
        """Return the name of a month, as it is called by itself."""
        from babel.dates import format_date

        return format_date(at, "LLLL", locale=self.lang)

    def clock(self, at: datetime) -> str:
        return self.say("clock", time=self.time(at), date=self.short_date(at))

    def long_date(self, day: date) -> str:
        """Return e.g. 'Chủ nhật, 22/11/2026'."""
        from babel.dates import format_date

        if self.lang == "vi":  # CLDR writes 'Chủ Nhật', the press 'Chủ nhật'
            return format_date(day, "EEEE, dd/MM/yyyy", locale="vi").capitalize()
        return format_date(day, "EEEE, d MMMM yyyy", locale=self.lang)

    def zone(self, at: datetime) -> str:
        """Return e.g. 'GMT+7'."""
        offset = at.utcoffset()
        minutes = round(offset.total_seconds() / 60) if offset else 0
        hours, rest = divmod(abs(minutes), 60)
        return "GMT" + (f"{'-' if minutes < 0 else '+'}{hours}" if minutes else "") + (f":{rest:02}" if rest else "")

    def country(self, code: str) -> str:
        """Return the name of an ISO 3166-1 country; the code itself where there is none."""
        return self.groups["country"].get(code) or _names(self.lang)[0].get(code, code)

    def language(self, tag: str) -> str:
        """Return the name of a BCP 47 language; the tag itself where there is none."""
        from babel import Locale, UnknownLocaleError

        try:
            name = Locale.parse(tag.strip(), sep="-", resolve_likely_subtags=False).get_display_name(self.lang)
        except (UnknownLocaleError, ValueError, TypeError):
            name = _names(self.lang)[1].get(tag)
        return name or tag


@cache
def labels(lang: str) -> Labels:
    """Return the labels of 'vi' or 'en'. Raises ValueError for another."""
    if lang not in LANGUAGES:
        raise ValueError(f"no labels in {lang!r}; there are {', '.join(LANGUAGES)}")
    table = tomllib.loads((files("analysis") / "templates" / f"{lang}.toml").read_text("utf-8"))
    groups = {key: value for key, value in table.items() if isinstance(value, dict)}
    return Labels(lang, {key: value for key, value in table.items() if key not in groups}, groups)


@cache
def _names(lang: str) -> tuple[dict[str, str], dict[str, str]]:
    from babel import Locale

    locale = Locale(lang)
    return dict(locale.territories), dict(locale.languages)
