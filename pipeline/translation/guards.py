"""A translation → why it must not be shown, or None: a wrong name or number is worse than none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.quantities.comparison import answers, is_same_number
from pipeline.quantities.figures import Figure, figures_in_text, plain
from pipeline.quantities.number_idioms import idiomatic_values
from pipeline.records.tags import VerdictReason
from pipeline.rules.rulebook import Rulebook
from pipeline.translation.days import NamedDay, named_days, weekdays, without_weekdays
from pipeline.translation.names import KnownName, foreign_province, missing_name
from pipeline.translation.negation import changed_denial
from pipeline.translation.wording import (
    is_not_vietnamese,
    length_fault,
    repeated_words,
    talk_in,
    untranslated_rest,
)

#: Figures of one value that are looked at before all others
_EQUAL = 8


def check_translation(
    original: str,
    translated: str,
    source: str,
    *,
    names: Sequence[KnownName] = (),
    rules: Rulebook | None = None,
) -> VerdictReason | None:
    """Return why a translation into Vietnamese must not be shown; None if nothing speaks against it.

    `source` is the language of the original (BCP 47), `names` are those of `known_names` for it; with `rules` a
    province that the original does not name is found too. Codes: empty, talk, language, untranslated, repetition,
    names, province, length_short, length_long, dates, numbers, units, added_numbers, negation_lost, negation_added;
    the catalogues have their sentences (pipeline.translation.reason_text).
    """
    if not translated.strip():
        return VerdictReason("empty")
    return (
        _wording_fault(original, translated)
        or _name_fault(original, translated, names, rules)
        or _length_fault(original, translated, source)
        or _fact_fault(original, translated, source)
        or _denial_fault(original, translated, source)
    )


def _wording_fault(original: str, translated: str) -> VerdictReason | None:
    if words := talk_in(original, translated):
        return VerdictReason("talk", {"words": words})
    if is_not_vietnamese(translated):
        return VerdictReason("language")
    if words := untranslated_rest(original, translated):
        return VerdictReason("untranslated", {"words": words})
    if words := repeated_words(original, translated):
        return VerdictReason("repetition", {"words": words})
    return None


def _name_fault(
    original: str, translated: str, names: Sequence[KnownName], rules: Rulebook | None
) -> VerdictReason | None:
    if name := missing_name(translated, names):
        return VerdictReason("names", {"source": name.source, "name": name.accepted[0]})
    if rules is not None and (province := foreign_province(original, translated, rules)):
        return VerdictReason("province", {"name": province})
    return None


def _length_fault(original: str, translated: str, source: str) -> VerdictReason | None:
    fault = length_fault(original, translated, source)
    return VerdictReason(f"length_{fault}") if fault else None


def _denial_fault(original: str, translated: str, source: str) -> VerdictReason | None:
    fault = changed_denial(original, translated, source)
    return VerdictReason(fault) if fault else None


@dataclass(frozen=True, slots=True)
class _Stated:
    """The days and numbers of one text; days are blank in `text`, so that their numbers are not counted twice."""

    text: str
    days: tuple[NamedDay, ...]
    weekdays: set[int]
    figures: tuple[Figure, ...]
    #: the same figures by their values
    by_value: dict[float, list[Figure]]
    #: numbers stated by other words, and those of the days
    others: set[float]


def _stated(text: str, language: str, *, weekdays_too: bool = False) -> _Stated:
    text = plain(text)
    found, named = weekdays(text, language), named_days(text, language)
    letters = list(without_weekdays(text) if weekdays_too else text)
    for day in named:
        letters[day.start : day.end] = [" "] * (day.end - day.start - 1) + [";"]
    rest = "".join(letters)
    others = idiomatic_values(rest, language)
    others |= {float(part) for day in named for meaning in day.meanings for part in meaning if part}
    figures = figures_in_text(rest, language)
    by_value: dict[float, list[Figure]] = {}
    for figure in figures:
        for value in figure.values:
            by_value.setdefault(value, []).append(figure)
    return _Stated(rest, named, found, figures, by_value, others)


def _fact_fault(original: str, translated: str, source: str) -> VerdictReason | None:
    old = _stated(original, source)
    new = _stated(translated, "vi", weekdays_too=bool(old.weekdays))
    if old.weekdays and new.weekdays and not old.weekdays & new.weekdays:
        return VerdictReason("dates", {"written": _weekday_written(translated)})
    if written := _unmatched_day(old, new, plain(original)):
        return VerdictReason("dates", {"written": written})
    if written := _unmatched_day(new, old, plain(translated)):
        return VerdictReason("dates", {"written": written})
    for figure in old.figures:
        if figure.digits and figure.values[0] == 1 and len(figure.values) == 1:
            continue
        if figure.certain and not _is_answered(figure, new, new.text):
            return _number_fault(figure, new.figures, old.text)
    for figure in new.figures:
        if figure.digits and not _is_answered(figure, old, "", reverse=new.text):
            return VerdictReason("added_numbers", {"written": new.text[figure.start : figure.unit_end].strip()})
    return None


def _weekday_written(translated: str) -> str:
    text = plain(translated)
    blank = without_weekdays(text)
    places = [n for n, (one, other) in enumerate(zip(text, blank, strict=True)) if one != other]
    return text[places[0] : places[0] + 8].strip()


def _unmatched_day(mine: _Stated, theirs: _Stated, text: str) -> str:
    """Return a day of one text that the other does not have; a month alone is also named by a day in it."""
    for day in mine.days:
        if not any(_agree(day, other) for other in theirs.days):
            return text[day.start : day.end].strip()
    return ""


def _agree(day: NamedDay, other: NamedDay) -> bool:
    if day.agrees_with(other):
        return True
    months = tuple((0, month, year) for _, month, year in other.meanings)
    return not day.meanings[0][0] and day.agrees_with(NamedDay(months, 0, 0))


def _number_fault(figure: Figure, translated: Iterable[Figure], text: str) -> VerdictReason:
    """Return whether a number is another one or stands with another unit."""
    written = text[figure.start : figure.unit_end].strip()
    for other in translated:
        same = is_same_number(figure, other) or _digits(figure) == _digits(other) != ""
        if same and figure.units and other.units and not set(figure.units) & set(other.units):
            return VerdictReason("units", {"written": written})
    return VerdictReason("numbers", {"written": written})


def _digits(figure: Figure) -> str:
    """Return the significant digits of a number."""
    return f"{figure.values[0]:.6f}".replace(".", "").strip("0") if figure.digits else ""


def _is_answered(figure: Figure, other: _Stated, text: str, reverse: str = "") -> bool:
    """Whether the other text states a number too: numbers of the same value are looked at first."""
    equal = [same for value in figure.values for same in other.by_value.get(value, [])[:_EQUAL]]
    return answers(figure, equal, text, other.others, reverse=reverse) or answers(
        figure, other.figures, text, (), reverse=reverse
    )
