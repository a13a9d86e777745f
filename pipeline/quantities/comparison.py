"""Whether a number of a translation states what one of its original does: converted, rounded, in other units."""

import re
from collections.abc import Collection, Iterable

from pipeline.quantities.figures import Figure
from pipeline.quantities.units import UNITS

#: Words before a rounded number, and on which side of the exact one it lies: -1 below, 1 above, 0 either
_HEDGES = {
    -1: re.compile(r"(?<!\w)(?:hơn|trên|quá|vượt)(?: mức| con số)?\s*$", re.IGNORECASE),
    1: re.compile(r"(?<!\w)(?:gần|ngót|xấp xỉ|suýt soát|sát|dưới)(?: mức| con số)?\s*$", re.IGNORECASE),
    0: re.compile(
        r"(?<!\w)(?:khoảng|chừng|ước|cỡ|tầm|độ|xấp xỉ|ước tính|ước chừng)(?: gần| hơn| mức)?\s*$", re.IGNORECASE
    ),
}
#: How far a rounded number may be from the exact one
_ROUNDED = 0.05
#: How far one that was converted from another system may be; of time, whose months and years are no multiples
_CONVERTED = {"time": 0.08}
_CONVERTED_ELSE = 0.03
_EXACT = 1e-9


def is_same_number(one: Figure, other: Figure) -> bool:
    """Whether two numbers are equal, whatever their units."""
    return any(_close(a, b, _EXACT) for a in one.values for b in other.values)


def answers(
    figure: Figure, candidates: Iterable[Figure], text: str, others: Collection[float], *, reverse: str = ""
) -> bool:
    """Whether one of the candidates states what `figure` does, or a number stated otherwise (`others`) does.

    `text` is that of the candidates, where they are a translation; `reverse` that of `figure`, where it is.
    """
    for candidate in candidates:
        if _same_quantity(figure, candidate) or _same_hour(figure, candidate):
            return True
        if text and _is_rounding(figure, candidate, text):
            return True
        if reverse and _is_rounding(candidate, figure, reverse):
            return True
    return any(_close(value, other, _EXACT) for value in figure.values for other in others)


def _same_quantity(one: Figure, other: Figure) -> bool:
    if not one.units or not other.units:
        return is_same_number(one, other)
    for mine in one.units:
        for theirs in other.units:
            unit, its = UNITS[mine], UNITS[theirs]
            if unit.dimension != its.dimension:
                continue
            ratio = its.factor / unit.factor
            limit = _EXACT if unit == its else _limit(unit.dimension, ratio)
            if any(_close(a, b * ratio, limit) for a in one.values for b in other.values):
                return True
    return False


def _limit(dimension: str, ratio: float) -> float:
    """Return how far a converted amount may be: units that are multiples of ten convert exactly."""
    if dimension in _CONVERTED:
        return _CONVERTED[dimension]
    power = f"{ratio:.3e}".split("e")[0]
    return _EXACT if power == "1.000" else _CONVERTED_ELSE


def _same_hour(one: Figure, other: Figure) -> bool:
    """Whether one is an hour of the day and the other the same on a clock of twelve hours: 15 giờ, 3 p.m."""
    hours = ("hour" in one.units or "hour" in other.units) and all(
        not f.units or "hour" in f.units for f in (one, other)
    )
    return hours and any(abs(abs(a - b) - 12) < _EXACT and max(a, b) <= 24 for a in one.values for b in other.values)


def _is_rounding(exact: Figure, rounded: Figure, text: str) -> bool:
    """Whether a number of a translation says in round figures what the original says exactly: 'hơn 1.200' of 1,230."""
    if exact.units and rounded.units and not set(exact.units) & set(rounded.units):
        return False
    sides = [side for side, hedge in _HEDGES.items() if hedge.search(text, max(0, rounded.start - 24), rounded.start)]
    for a in exact.values:
        for b in rounded.values:
            if not sides or not a or abs(a - b) > _ROUNDED * abs(a) or _significant(b) >= _significant(a):
                continue
            if any(side == 0 or (side < 0 and b <= a) or (side > 0 and b >= a) for side in sides):
                return True
    return False


def _significant(value: float) -> int:
    return len(f"{value:.6f}".replace(".", "").strip("0"))


def _close(one: float, other: float, limit: float) -> bool:
    return abs(one - other) <= limit * max(abs(one), abs(other), 1e-9)
