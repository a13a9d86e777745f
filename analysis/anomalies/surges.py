"""Daily counts → what is unusual on one day against the past of the same source, topic or place.

Method: the counts of comparable past days (workdays with workdays, days off with days off) are taken as draws of a
negative binomial distribution with their mean and variance (a Poisson where they vary no more than chance would have
it), widened by the uncertainty of that mean. The chance of a count as high as today's, or higher, is a p-value; over
all series of the day these are adjusted by Benjamini and Hochberg's procedure (1995), so that of the signals given on
many days at most the share `FALSE_DISCOVERIES` is false where nothing happened. Both come from SciPy
(`scipy.special.betainc` and `gammainc`, which are the tails, and `scipy.stats.false_discovery_control`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean, variance
from typing import Literal

from pipeline.i18n.catalogs import translate_code
from pipeline.i18n.language import Language

SeriesKind = Literal["source", "topic", "place"]

#: share of false ones among the signals that are given
FALSE_DISCOVERIES = 0.05
#: comparable days with data that are asked for, and the days back in which they are looked for
LEAST_DAYS, WINDOW_DAYS = 14, 84
#: fewer than so many are never unusual, however rare they are: a first mention is news, and no surge
LEAST_COUNT = 3
#: Decimal separators
_POINT: Mapping[Language, str] = {"vi": ",", "en": "."}


@dataclass(frozen=True, slots=True)
class Series:
    """What was counted of one source, topic or place; a day without data is not in `counts`, which is not 0."""

    kind: SeriesKind
    id: str
    name: str
    counts: Mapping[date, int]


@dataclass(frozen=True, slots=True)
class Surge:
    """A day on which more was counted than the past explains. Says nothing of why."""

    kind: SeriesKind
    id: str
    name: str
    count: int
    #: mean of the days it is compared with, and how many these are
    usual: float
    days: int
    #: chance of such a count on a day like those
    p: float
    #: the same, adjusted for the number of series that were looked at
    adjusted: float


def find_surges(series: Sequence[Series], day: date) -> list[Surge]:
    """Return what is unusual on a day, the most unusual first; series with too short a past say nothing."""
    judged = [found for one in series if (found := _judge(one, day)) is not None]
    # Adjusting makes no chance smaller; and the library takes half a second to load.
    if not any(found.p <= FALSE_DISCOVERIES for found in judged):
        return []
    from scipy.stats import false_discovery_control

    adjusted = false_discovery_control([found.p for found in judged], method="bh")
    signals = [
        Surge(f.kind, f.id, f.name, f.count, f.usual, f.days, f.p, float(q))
        for f, q in zip(judged, adjusted, strict=True)
        if q <= FALSE_DISCOVERIES and f.count >= LEAST_COUNT
    ]
    return sorted(signals, key=lambda s: (s.adjusted, -s.count, s.kind, s.id))


def _judge(series: Series, day: date) -> Surge | None:
    """Return the count of a day with its chance, not yet adjusted; None where nothing can be said."""
    count = series.counts.get(day)
    if count is None:
        return None
    past = _comparable(series.counts, day)
    if len(past) < LEAST_DAYS:
        return None
    usual = fmean(past)
    # Half an article more than nothing: of a series that was silent all along nothing is known but that it is rare.
    mean = max(usual, 0.5 / len(past))
    # The mean itself is known from so many days only: that widens what may be expected of one more.
    spread = max(variance(past), mean) * (1 + 1 / len(past))
    p = _chance(count, mean, spread)
    return Surge(series.kind, series.id, series.name, count, usual, len(past), p, p)


def _chance(count: int, mean: float, spread: float) -> float:
    """Return the chance of at least `count`: of a negative binomial's, or Poisson's, upper tail."""
    from scipy.special import betainc, gammainc

    if count <= 0:
        return 1.0
    if spread <= mean:
        return float(gammainc(count, mean))
    size = mean * mean / (spread - mean)
    return float(betainc(count, size, mean / (size + mean)))


def _comparable(counts: Mapping[date, int], day: date) -> list[int]:
    """Return the counts of the days before that are of the same kind, else of all days where these are too few."""
    before = {d: n for d, n in counts.items() if 0 < (day - d).days <= WINDOW_DAYS}
    off = day.weekday() >= 5
    alike = [n for d, n in before.items() if (d.weekday() >= 5) == off]
    return alike if len(alike) >= LEAST_DAYS else list(before.values())


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
