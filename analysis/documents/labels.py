"""Names of labels, dates and numbers → the words a reader sees, in Vietnamese or English."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache

from pipeline.i18n.catalogs import find_code
from pipeline.i18n.language import LANGUAGES, Language

#: Context of the labels that belong to no group
_CONTEXT = "label"


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of one language, from the gettext catalogues. A missing label raises KeyError: the code is wrong."""

    lang: Language

    def say(self, key: str, **values: object) -> str:
        """Return the words of `key` filled in; with n = 1 those of `key.one`, where the catalogue has them."""
        one = find_code(_CONTEXT, f"{key}.one", language=self.lang) if values.get("n") == 1 else None
        return one.format(**values) if one is not None else self.of(_CONTEXT, key, **values)

    def of(self, group: str, key: str, **values: object) -> str:
        """Return the words of `key` in a group ('reason', 'state', 'tone', 'report', ...), filled in."""
        text = find_code(group, key, language=self.lang)
        if text is None:
            raise KeyError(f"{group}: {key}")
        return text.format(**values)

    def time(self, at: datetime) -> str:
        return f"{at:%H:%M}"

    def number(self, value: float) -> str:
        """Return a figure with one decimal."""
        from babel.numbers import format_decimal

        return format_decimal(value, "#,##0.0", locale=self.lang)

    def whole(self, value: int) -> str:
        """Return a count with a separator between thousands."""
        from babel.numbers import format_decimal

        return format_decimal(value, "#,##0", locale=self.lang)

    def short_date(self, at: date) -> str:
        return _short_date(at.date() if isinstance(at, datetime) else at, self.lang)

    def month(self, at: date) -> str:
        """Return the name of a month in the form it has without a day."""
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
        """Return the name of an ISO 3166-1 country; the code itself if it has none.

        The catalogue holds names that the Vietnamese press writes otherwise than CLDR.
        """
        return find_code("country", code, language=self.lang) or _cldr_names(self.lang)[0].get(code, code)

    def language(self, tag: str) -> str:
        """Return the name of a BCP 47 language; the tag itself if it has none."""
        from babel import Locale, UnknownLocaleError

        try:
            name = Locale.parse(tag.strip(), sep="-", resolve_likely_subtags=False).get_display_name(self.lang)
        except (UnknownLocaleError, ValueError, TypeError):
            name = _cldr_names(self.lang)[1].get(tag)
        return name or tag


@cache
def labels(lang: str) -> Labels:
    """Return the labels of 'vi' or 'en'. Raises ValueError for another language."""
    for language in LANGUAGES:
        if language == lang:
            return Labels(language)
    raise ValueError(f"no labels in {lang!r}; there are {', '.join(LANGUAGES)}")


@lru_cache(maxsize=1_000)
def _short_date(day: date, lang: Language) -> str:
    from babel.dates import format_date

    return format_date(day, "dd/MM/yyyy" if lang == "vi" else "d MMM yyyy", locale=lang)


@cache
def _cldr_names(lang: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of territories and of languages, by code, in `lang`."""
    from babel import Locale

    locale = Locale(lang)
    return dict(locale.territories), dict(locale.languages)
