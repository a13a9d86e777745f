"""Daily counts → surges: days on which a source, topic or place has more articles than its past explains.

Method: the counts of comparable past days (workdays with workdays, days off with days off) are treated as draws from a
negative binomial distribution with their mean and variance, widened by the uncertainty of that mean; a Poisson
distribution if their variance is no larger than their mean. The chance of a count at least as high as today's is the
p-value. The p-values of all series of the day are adjusted by Benjamini and Hochberg's procedure (1995): over many
days, at most the share `FALSE_DISCOVERIES` of the surges is false.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean, variance
from typing import Literal

from analysis.anomalies.chances import adjusted_chances, negative_binomial_at_least, poisson_at_least
from pipeline.i18n.catalogs import translate_code
from pipeline.i18n.language import Language

SeriesKind = Literal["source", "topic", "place"]

#: Share of false surges among those reported
FALSE_DISCOVERIES = 0.05
#: Comparable days with data that are needed; days back in which they are looked for
LEAST_DAYS, WINDOW_DAYS = 14, 84
#: Smallest count of a surge: a first mention is news, not a surge
LEAST_COUNT = 3
#: Decimal separators
_POINT: Mapping[Language, str] = {"vi": ",", "en": "."}


@dataclass(frozen=True, slots=True)
class Series:
    """Daily counts of one source, topic or place. A day without data is not in `counts`: no data is not 0."""

    kind: SeriesKind
    id: str
    name: str
    counts: Mapping[date, int]


@dataclass(frozen=True, slots=True)
class Surge:
    """A count on one day that is higher than the past explains. It gives no cause."""

    kind: SeriesKind
    id: str
    name: str
    count: int
    #: mean of the comparable days, and their number
    usual: float
    days: int
    #: chance of such a count on a day like those
    p: float
    #: the same chance, adjusted for the number of series
    adjusted: float


def find_surges(series: Sequence[Series], day: date) -> list[Surge]:
    """Return the surges of a day, the least likely first; series with too short a past are skipped."""
    counts = [surge for single in series if (surge := _count_with_chance(single, day)) is not None]
    adjusted = adjusted_chances([surge.p for surge in counts])
    signals = [
        Surge(f.kind, f.id, f.name, f.count, f.usual, f.days, f.p, q)
        for f, q in zip(counts, adjusted, strict=True)
        if q <= FALSE_DISCOVERIES and f.count >= LEAST_COUNT
    ]
    return sorted(signals, key=lambda s: (s.adjusted, -s.count, s.kind, s.id))


def _count_with_chance(series: Series, day: date) -> Surge | None:
    """Return the count of a day with its chance, not yet adjusted; None without data or with too short a past."""
    count = series.counts.get(day)
    if count is None:
        return None
    past = _comparable(series.counts, day)
    if len(past) < LEAST_DAYS:
        return None
    usual = fmean(past)
    # Half an article at least: the mean of a series that was always 0 is small, but unknown.
    mean = max(usual, 0.5 / len(past))
    # The mean is an estimate from few days: its uncertainty widens the distribution of the next count.
    spread = max(variance(past), mean) * (1 + 1 / len(past))
    p = _chance(count, mean, spread)
    return Surge(series.kind, series.id, series.name, count, usual, len(past), p, p)


def _chance(count: int, mean: float, spread: float) -> float:
    """Return the chance of at least `count`: the upper tail of a negative binomial or Poisson distribution."""
    if spread <= mean:
        return poisson_at_least(count, mean)
    return negative_binomial_at_least(count, mean, mean * mean / (spread - mean))


def _comparable(counts: Mapping[date, int], day: date) -> list[int]:
    """Return the counts of past days of the same kind (workday or day off); of all past days if these are too few."""
    before = {d: n for d, n in counts.items() if 0 < (day - d).days <= WINDOW_DAYS}
    off = day.weekday() >= 5
    comparable = [n for d, n in before.items() if (d.weekday() >= 5) == off]
    return comparable if len(comparable) >= LEAST_DAYS else list(before.values())


def surge_sentence(surge: Surge, language: Language = "vi") -> str:
    """Return a surge as a sentence with the figures behind it."""
    usual = f"{surge.usual:.1f}".replace(".", _POINT[language])
    return translate_code(
        "surge",
        surge.kind,
        language=language,
        name=surge.name,
        count=surge.count,
        usual=usual,
        days=surge.days,
        chance=_percent(surge.p, _POINT[language]),
    )


def _percent(p: float, point: str) -> str:
    """Return a chance in per cent, with two decimals at most: it is known no more finely."""
    if p < 0.0001:
        return f"< 0{point}01 %"
    return f"{p:.2%}".replace(".", point).replace("%", " %")
