"""Particulars of two reports → how far they speak against one incident, and which of them does most."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.stories.particulars import CLASS_BITS, NUMBERED_ROAD, VALUE_BITS, Kind
from pipeline.stories.quantities import Count
from pipeline.stories.term_weights import Hashes

_MASK = (1 << VALUE_BITS) - 1
_CLASS_SHIFT = VALUE_BITS - CLASS_BITS
_DAY = 1440

# Weights are in the unit of the log odds that pipeline.stories.similarity needs for one event: about 2.7 where all
# words are the same. A place outweighs that alone, a person with an age nearly; the other particulars need each other.
# Fitted by hand to twelve pairs of our own of each kind, and to what they part among 9,900 real short reports of
# incidents; twelve further pairs of each kind, unseen, were judged right but for one each (docs/stories.md).
_OTHER_AREA, _OTHER_COMMUNE, _OTHER_DISTRICT, _OTHER_BARE, _SAME_PLACE = 3.0, 3.0, 1.5, 0.5, -1.0
_OTHER_SITE, _SAME_SITE = 1.6, -1.0
_OTHER_ROAD_KM, _SAME_ROAD_KM = 2.0, -1.0
# Another number is another road; the same one is hundreds of kilometres long.
_OTHER_ROAD_NUMBER = 2.6
_OTHER_PERSON, _SAME_PERSON = 2.0, -2.0
_OTHER_INITIALS, _SAME_INITIALS = 1.5, -1.5
# One train or boat may be told by another of its registrations; two incidents share none.
_OTHER_CODE, _SAME_CODE = 0.8, -2.0
_OTHER_AGE, _SAME_AGE = 1.2, -1.0
_OTHER_CLOCK, _OTHER_PART_OF_DAY, _SAME_CLOCK = 1.2, 0.6, -0.7
_OTHER_COUNT, _SAME_COUNT = 1.0, -0.4
_OTHER_QUANTITY, _OTHER_MONEY, _SAME_QUANTITY = 1.2, 0.6, -0.7
#: Most units of today in an area that still says where something happened: a commune, or one that was divided
_NARROW = 2
#: Minutes: two clock times of one incident, of two; parts of the day that are no more than usage apart
_SAME_MINUTES, _OTHER_MINUTES, _OTHER_PART_MINUTES = 30, 120, 60
#: Years by which two reports may differ on an age, as a year of birth leaves it open
_AGE_TOLERANCE = 1
#: Hundreds of metres along a road: one place, two places
_SAME_ROAD, _OTHER_ROAD = 10, 30
#: Ratios: counts of people and houses are updated, quantities are rounded
_OTHER_COUNT_RATIO, _OTHER_LARGE_RATIO, _SAME_QUANTITY_RATIO, _OTHER_QUANTITY_RATIO = 1.7, 2.5, 1.2, 2.0
#: Count from which the figures of a disaster grow from report to report
_LARGE = 10
#: Share of the weight of other persons and ages that is left where several people were hurt
_OF_SEVERAL = 0.4
#: Count up to which the same number is chance: most crashes hurt one to three
_FEW = 3
_PEOPLE = (Count.DEAD, Count.INJURED, Count.MISSING, Count.RESCUED, Count.ILL)
_QUANTITIES = frozenset([Count.AREA, Count.MASS, Count.PILLS, Count.MONEY])


@dataclass(frozen=True, slots=True)
class Contrast:
    """What speaks against one incident, less what speaks for it."""

    #: log odds; below 0 where particulars that agree outweigh those that differ
    weight: float
    #: the particular that differs most: 'place', 'person', 'age', 'time' or 'figure'; '' where none outweighs
    particular: str
    #: weight of particulars that agree, less those that differ; 0 where a place alone agrees: much happens at one place
    agreement: float = 0.0
    #: weight of persons, ages and times of day
    who_and_when: float = 0.0


_NONE = Contrast(0.0, "")


def contrast_particulars(one: Hashes, other: Hashes) -> Contrast:
    """Weigh the particulars of two reports (pipeline.stories.particulars); their order does not matter."""
    if not len(one) or not len(other):
        return _NONE
    some, others = _by_kind(one), _by_kind(other)
    # Of several people who were hurt each report may name another.
    share = _OF_SEVERAL if _several(some) or _several(others) else 1.0
    weights = {
        "place": _places(some, others) + _sites(some, others) + _road(some, others),
        "person": _less(_persons(some, others), share),
        "age": _less(_ages(some[Kind.AGE], others[Kind.AGE]), share),
        "time": _times(some, others),
        "figure": _figures(some[Kind.FIGURE], others[Kind.FIGURE])
        + _compare_sets(some[Kind.CODE], others[Kind.CODE], _OTHER_CODE, _SAME_CODE),
    }
    total = sum(weights.values())
    most = max(weights, key=weights.__getitem__)
    only_place = all(weight >= 0 for name, weight in weights.items() if name != "place")
    who_and_when = weights["person"] + weights["age"] + weights["time"]
    return Contrast(total, most if total > 0 else "", 0.0 if only_place else max(0.0, -total), who_and_when)


def _several(particulars: dict[Kind, list[int]]) -> bool:
    """Whether a report counts two people or more who died, were hurt, are missing or were saved."""
    counts = _by_class(particulars[Kind.FIGURE])
    return any(number > 1 for count in _PEOPLE for number in counts.get(count, ()))


def _less(weight: float, share: float) -> float:
    return weight * share if weight > 0 else weight


def _by_kind(particulars: Hashes) -> dict[Kind, list[int]]:
    bounds = np.searchsorted(particulars, [kind << VALUE_BITS for kind in (*Kind, max(Kind) + 1)])
    return {kind: [int(p) & _MASK for p in particulars[bounds[n] : bounds[n + 1]]] for n, kind in enumerate(Kind)}


def _by_class(values: Sequence[int]) -> dict[int, list[int]]:
    classes: dict[int, list[int]] = {}
    for value in values:
        classes.setdefault(value >> _CLASS_SHIFT, []).append(value & ((1 << _CLASS_SHIFT) - 1))
    return classes


def _compare_sets(some: Collection[int], others: Collection[int], differ: float, agree: float) -> float:
    if not some or not others:
        return 0.0
    return differ if set(some).isdisjoint(others) else agree


def _places(some: dict[Kind, list[int]], others: dict[Kind, list[int]]) -> float:
    areas, other_areas = some[Kind.AREA], others[Kind.AREA]
    if areas and other_areas:
        narrow = max(len(areas), len(other_areas)) <= _NARROW
        # Two former communes of one unit of today may be one place under two names, or two.
        narrow = narrow and _compare_sets(some[Kind.COMMUNE], others[Kind.COMMUNE], 1, 0) == 0
        return _compare_sets(areas, other_areas, _OTHER_AREA, _SAME_PLACE if narrow else 0.0)
    names, other_names = (set(s[Kind.COMMUNE] + s[Kind.BARE] + s[Kind.DISTRICT]) for s in (some, others))
    if not names.isdisjoint(other_names):
        return _compare_sets(some[Kind.COMMUNE], others[Kind.COMMUNE], _OTHER_COMMUNE, _SAME_PLACE)
    for kind, weight in (
        (Kind.COMMUNE, _OTHER_COMMUNE),
        (Kind.DISTRICT, _OTHER_DISTRICT),
        (Kind.BARE, _OTHER_BARE),
    ):
        if some[kind] and others[kind]:
            return weight
    return 0.0


def _sites(some: dict[Kind, list[int]], others: dict[Kind, list[int]]) -> float:
    roads, other_roads = (
        {site for site in s[Kind.SITE] if site >> _CLASS_SHIFT == NUMBERED_ROAD} for s in (some, others)
    )
    elsewhere = _compare_sets(roads, other_roads, _OTHER_ROAD_NUMBER, 0.0)
    if not set(some[Kind.LANDMARK]).isdisjoint(others[Kind.LANDMARK]):
        return _SAME_SITE
    sites, other_sites = set(some[Kind.SITE]) - roads, set(others[Kind.SITE]) - other_roads
    if not sites.isdisjoint(others[Kind.LOOSE_SITE] + others[Kind.SITE]) or not other_sites.isdisjoint(
        some[Kind.LOOSE_SITE]
    ):
        return _SAME_SITE
    comparable = {site >> _CLASS_SHIFT for site in sites} & {site >> _CLASS_SHIFT for site in other_sites}
    return max(_OTHER_SITE if comparable else 0.0, elsewhere)


def _road(some: dict[Kind, list[int]], others: dict[Kind, list[int]]) -> float:
    points = _by_class(some[Kind.FIGURE]).get(Count.ROAD_KM, ())
    other_points = _by_class(others[Kind.FIGURE]).get(Count.ROAD_KM, ())
    if not points or not other_points:
        return 0.0
    gap = _least_gap(points, other_points)
    return _SAME_ROAD_KM if gap <= _SAME_ROAD else _OTHER_ROAD_KM if gap > _OTHER_ROAD else 0.0


def _persons(some: dict[Kind, list[int]], others: dict[Kind, list[int]]) -> float:
    if some[Kind.PERSON] and others[Kind.PERSON]:
        return _compare_sets(some[Kind.PERSON], others[Kind.PERSON], _OTHER_PERSON, _SAME_PERSON)
    return _compare_sets(some[Kind.INITIALS], others[Kind.INITIALS], _OTHER_INITIALS, _SAME_INITIALS)


def _ages(some: Sequence[int], others: Sequence[int]) -> float:
    if not some or not others:
        return 0.0
    return _SAME_AGE if _least_gap(some, others) <= _AGE_TOLERANCE else _OTHER_AGE


def _times(some: dict[Kind, list[int]], others: dict[Kind, list[int]]) -> float:
    clocks, other_clocks = some[Kind.CLOCK], others[Kind.CLOCK]
    if clocks and other_clocks:
        gap = _least_gap_of_spans(clocks, other_clocks)
        return _SAME_CLOCK if gap <= _SAME_MINUTES else _OTHER_CLOCK if gap > _OTHER_MINUTES else 0.0
    spans, other_spans = (s[Kind.CLOCK] + s[Kind.PART_OF_DAY] for s in (some, others))
    if not spans or not other_spans:
        return 0.0
    return _OTHER_PART_OF_DAY if _least_gap_of_spans(spans, other_spans) > _OTHER_PART_MINUTES else 0.0


def _least_gap_of_spans(some: Sequence[int], others: Sequence[int]) -> int:
    """Return the minutes between the nearest spans of the day, across midnight if that is shorter."""
    return min(
        max(0, first - other_last, other_first - last)
        for first, last in map(_span, some)
        for start, end in map(_span, others)
        for other_first, other_last in ((start + shift, end + shift) for shift in (-_DAY, 0, _DAY))
    )


def _span(value: int) -> tuple[int, int]:
    return value >> 11, value & 0x7FF


def _figures(some: Sequence[int], others: Sequence[int]) -> float:
    counts, other_counts = _by_class(some), _by_class(others)
    # A stored number of a class that this version does not know says nothing.
    shared = [c for c in Count if c in counts and c in other_counts and c != Count.ROAD_KM]
    return sum(_figure(c, counts[c], other_counts[c]) for c in shared)


def _figure(count: Count, some: Sequence[int], others: Sequence[int]) -> float:
    less, more = min(
        (tuple(sorted((a, b))) for a in some for b in others), key=lambda pair: (pair[1] + 1) / (pair[0] + 1)
    )
    if count in _QUANTITIES:
        ratio = more / max(1, less)
        if ratio <= _SAME_QUANTITY_RATIO:
            return _SAME_QUANTITY
        # A report names many sums: damage, aid, wages, fines.
        differs = _OTHER_MONEY if count is Count.MONEY else _OTHER_QUANTITY
        return differs if ratio >= _OTHER_QUANTITY_RATIO else 0.0
    if less == more:
        return _SAME_COUNT if more > _FEW else 0.0
    ratio = _OTHER_COUNT_RATIO if less < _LARGE else _OTHER_LARGE_RATIO
    return _OTHER_COUNT if more - less > 1 and more >= less * ratio else 0.0


def _least_gap(some: Sequence[int], others: Sequence[int]) -> int:
    return min(abs(a - b) for a in some for b in others)
