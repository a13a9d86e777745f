"""Text of any language → the numbers it states, in digits or words, each with the unit behind it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.dates.written_days import common_year
from pipeline.quantities.number_words import Lexicon, lexicon, token_pattern
from pipeline.quantities.units import UNITS, unit_after, unit_before

_POINT = frozenset(("en", "zh", "ja", "ko", "th", "lo", "km", "my"))
#: Spanish writes 1.500 in Spain and 1,500 in Mexico
_EITHER_SIGN = frozenset(("es",))
#: Languages that set groups of digits apart by a space
_SPACED_GROUPS = frozenset(("fr", "ru", "uk", "bg", "de", "es", "pt", "it", "vi"))
#: Languages that count years from the Buddha's death: 2571 is 2028
_BUDDHIST = frozenset(("th", "lo", "km"))
_DIGITS = r"\d(?:[\d.,]*\d)?"
_GROUPED = rf"[1-9]\d{{0,2}}(?:[ ']\d{{3}})+(?!\d)(?:[.,]\d+)?|{_DIGITS}"
_POSITIONAL = re.compile(r"[〇零一二三四五六七八九]{2,}")
_POSITIONAL_DIGITS = {c: str(n) for n, c in enumerate("〇一二三四五六七八九")} | {"零": "0"}
# The digits of chemical formulas are no numbers.
_FORMULA = re.compile(r"(?<![A-Za-z])(?:CO2|NO2|SO2|H2O|CH4|NH3)(?![A-Za-z0-9])")
#: What joins the ends of a range
_RANGE = re.compile(r"\s?(?:-|–|—|~|〜|から|至|到|에서|부터|to|bis|à|a|до|đến|tới|ถึง|ຫາ)\s?")
#: Scale letters that count only behind an amount of money: 5 m is a length
_MONEY_SCALES = frozenset(("m", "k", "b"))
_HALF_MORE = re.compile(r"\s+rưỡi(?!\w)")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and its place (characters, end exclusive) in a text made plain by `plain`."""

    start: int
    end: int
    #: what it can mean, the likeliest first
    values: tuple[float, ...]
    #: keys of the units (pipeline.quantities.units) it can be of; none: no known unit stands at it
    units: tuple[str, ...]
    #: end of its unit; `end` without one
    unit_end: int
    #: whether it has digits
    digits: bool
    #: whether it surely states a number, not part of a word or an article ('one')
    certain: bool


def plain(text: str) -> str:
    """Return a text with the digits 0 to 9 for those of any script, and one form of units and punctuation.

    'm²' and '㎡' become 'm2', '％' becomes '%'. Offsets of figures and days count in the result.
    """
    text = unicodedata.normalize("NFKC", text)
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(c)) if c > "\x7f" and c.isdecimal() else c for c in text)
    return _FORMULA.sub(lambda m: re.sub(r"\d", " ", m[0]), text).replace("−", "-")


def read_digits(written: str, language: str) -> tuple[float, ...]:
    """Return what digits with points, commas and spaces mean in a language, the likeliest first; () for no number."""
    written = re.sub(r"[ ']", "", written)
    base = language.split("-")[0]
    decimal = "." if base in _POINT else ","
    values = [_value(written, decimal)]
    if base in _EITHER_SIGN:
        values.append(_value(written, "." if decimal == "," else ","))
    return tuple(dict.fromkeys(value for value in values if value is not None))


def _value(written: str, decimal: str) -> float | None:
    group = "." if decimal == "," else ","
    if re.fullmatch(rf"[1-9]\d{{0,2}}(?:\{group}\d{{3}})+(?:\{decimal}\d+)?|\d+(?:\{decimal}\d+)?", written):
        return float(written.replace(group, "").replace(decimal, "."))
    # '3.5' has no other meaning in a language with decimal commas, for a group has three digits.
    return float(written.replace(group, ".")) if re.fullmatch(rf"\d+\{group}\d+", written) else None


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    kind: str  # 'digits', 'number', 'multiplier' or 'scale'
    values: tuple[float, ...]


def figures_in_text(text: str, language: str) -> tuple[Figure, ...]:
    """Return the numbers of a plain text in order; a number of several words ('two hundred million') is one."""
    base = language.split("-")[0]
    known = lexicon(base)
    found = [_figure(group, text, base, known) for group in _groups(_tokens(text, base, known), text, base, known)]
    figures = [figure for figure in found if figure is not None]
    kept: list[Figure] = []
    for figure in figures:  # the 3 of 'm3' and the 'năm' of '20 năm' are none
        if not kept or figure.start >= kept[-1].unit_end:
            kept.append(figure)
    return tuple(_with_ranges(kept, text))


def _tokens(text: str, language: str, known: Lexicon) -> list[_Token]:
    number = _GROUPED if language in _SPACED_GROUPS else _DIGITS
    taken: list[_Token] = []
    for match in re.finditer(number, text):
        taken.append(_Token(match.start(), match.end(), "digits", read_digits(match[0], language)))
    covered: set[int] = set()
    if language in ("zh", "ja"):
        for match in _POSITIONAL.finditer(text):
            if len(match[0]) > 2 or "〇" in match[0]:
                digits = "".join(_POSITIONAL_DIGITS[c] for c in match[0])
                taken.append(_Token(match.start(), match.end(), "digits", (float(digits),)))
                covered.update(range(*match.span()))
    tables: dict[str, dict[str, float]] = {
        "number": dict(known.numbers), "multiplier": dict(known.multipliers), "scale": known.scales,
    }  # fmt: skip
    for match in token_pattern(language).finditer(text):
        if match.start() in covered:
            continue
        kind = match.lastgroup or "number"
        word = " ".join(match[0].casefold().split())
        if kind == "scale" and word in _MONEY_SCALES and not _follows_money(text, match.start()):
            continue
        taken.append(_Token(match.start(), match.end(), kind, (tables[kind][word],)))
    return sorted(taken, key=lambda token: token.start)


def _follows_money(text: str, start: int) -> bool:
    amount = re.search(r"[\d.,]+\s?$", text[max(0, start - 12) : start])
    return amount is not None and bool(unit_before(text, start - len(amount[0])))


def _groups(tokens: Sequence[_Token], text: str, language: str, known: Lexicon) -> Iterator[list[_Token]]:
    group: list[_Token] = []
    for n, token in enumerate(tokens):
        following = tokens[n + 1] if n + 1 < len(tokens) else None
        if group and not _joins(group[-1], token, following, text, language, known):
            yield group
            group = []
        group.append(token)
    if group:
        yield group


def _joins(last: _Token, token: _Token, following: _Token | None, text: str, language: str, known: Lexicon) -> bool:
    gap = text[last.end : token.start]
    if token.kind == "digits":
        if last.kind != "scale" or gap not in ("", " "):
            return False
        lower = following is not None and following.kind == "scale" and following.start - token.end < 2
        lower = lower and following is not None and following.values[0] < last.values[0]
        return (gap == "" and language in ("zh", "ja", "ko")) or lower
    joined = known.joiners and token.kind == "number" and re.fullmatch(known.joiners, gap)
    if gap not in ("", " ", "-") and not joined:
        return False
    if token.kind != "number":
        return True
    if last.kind == "digits":
        return False
    size, value = last.values[0], token.values[0]
    if last.kind == "number":
        # 'twenty two', 'mười hai', 'linh năm'; but 'two three' are two numbers.
        return size == 0 or (size >= 10 and size % 10 == 0 and value < (100 if size % 100 == 0 else 10))
    if language == "vi" and text[token.start : token.end].lower() == "năm":
        # 'hai mươi năm' are twenty years, 'một trăm năm mươi' are 150.
        return following is not None and following.kind == "multiplier" and following.start - token.end < 2
    return value < size


def _figure(group: Sequence[_Token], text: str, language: str, known: Lexicon) -> Figure | None:
    start, end = group[0].start, group[-1].end
    choices = max(len(token.values) for token in group)
    if any(not token.values for token in group) or choices == 0:
        return None
    values = tuple(dict.fromkeys(_compose(group, choice) for choice in range(choices)))
    if language in _BUDDHIST:
        values += tuple(float(common_year(int(v))) for v in values if v.is_integer() and common_year(int(v)) != v)
    half = _HALF_MORE.match(text, end) if language == "vi" else None
    if half:
        last = group[-1]
        values = tuple(value + 0.5 * (last.values[0] if last.kind == "scale" else 1) for value in values)
        end = half.end()
    units, unit_end = unit_after(text, end)
    symbol = unit_before(text, start)
    if symbol and not any(UNITS[unit].dimension == UNITS[symbol].dimension for unit in units):
        units, unit_end = (symbol,), end
    if text.endswith("百分之", 0, start):
        units, unit_end = ("%",), end
    if units and language == "vi" and (half := _HALF_MORE.match(text, unit_end)):
        values, unit_end = tuple(value + 0.5 for value in values), half.end()
    digits = any(token.kind == "digits" for token in group)
    return Figure(start, end, values, units, unit_end, digits, digits or _is_certain(group, values, text, known))


def _is_certain(group: Sequence[_Token], values: Sequence[float], text: str, known: Lexicon) -> bool:
    """Whether number words surely state a number: in scripts without spaces they are part of other words."""
    if values[0] <= 1:
        return False
    if not known.counters:  # 'mil millones' is a number, 'million' alone may be one of several
        return len(group) > 1 or group[0].kind == "number"
    if text.endswith("第", 0, group[0].start) or all(token.kind == "scale" for token in group):
        return False
    if sum(token.kind != "scale" for token in group) > 1 and any(token.kind == "number" for token in group):
        return True
    if re.compile(known.counters).match(text, group[-1].end) is None:
        return False
    return group[0].kind == "number" or text[group[0].start] in "十百"


def _compose(group: Sequence[_Token], choice: int) -> float:
    """Return the value of the parts of one number."""
    parts: list[tuple[float, float]] = []  # amount in ones, its scale
    section = small = 0.0
    last = ""
    for token in group:
        value = token.values[min(choice, len(token.values) - 1)]
        if token.kind in ("digits", "number"):
            small += value
        elif token.kind == "multiplier":
            section, small = section + (small or 1) * value, 0.0
        else:
            amount = section + small
            if not amount and last == "scale" and parts:  # 'hundred thousand million', 'nghìn tỷ', '万亿'
                amount = parts.pop()[0]
            while parts and parts[-1][1] < value:
                amount += parts.pop()[0]
            parts.append(((amount or 1) * value, value))
            section = small = 0.0
        last = token.kind
    return round(sum(amount for amount, _ in parts) + section + small, 6)


def _with_ranges(figures: Sequence[Figure], text: str) -> Iterator[Figure]:
    """Give the first number of a range the unit of the second, and its scale as another meaning ('5–6 million')."""
    for n, figure in enumerate(figures):
        if n + 1 < len(figures) and figure.digits and not figure.units:
            other = figures[n + 1]
            if is_range(figure, other, text):
                scale = _scale(other, text)
                values = (*figure.values, *(value * scale for value in figure.values)) if scale > 1 else figure.values
                figure = replace(figure, units=other.units, values=values)
        yield figure


def is_range(figure: Figure, other: Figure, text: str) -> bool:
    """Whether two numbers are the ends of a range: '80至150', '200 to 300'."""
    return figure.digits and other.digits and _RANGE.fullmatch(text[figure.unit_end : other.start]) is not None


def _scale(figure: Figure, text: str) -> float:
    """Return by what the words behind the digits of a number multiply it."""
    digits = re.match(_DIGITS, text[figure.start : figure.end])
    if digits is None or digits.end() == figure.end - figure.start or not figure.values[0]:
        return 1
    for language in ("vi", "en"):
        for value in read_digits(digits[0], language):
            if value and round(figure.values[0] / value, 6) in (1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12):
                return round(figure.values[0] / value, 6)
    return 1
