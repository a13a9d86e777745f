"""Page quality of each source, recent and earlier → sources whose extraction has become worse."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, lgamma, log
from typing import Literal

from pipeline.records import PageReading, PageTally

DriftSign = Literal["text", "title", "date", "selectors", "disagreement", "design"]

#: One page, or several that were read alike
_Pages = PageReading | PageTally
_Verdict = Callable[[_Pages], bool | None]

#: Days that are compared with the days before them
RECENT = timedelta(days=7)
#: Largest chance of a drop that is reported: chance alone causes one in 1,000 weeks of a source
_LARGEST_CHANCE = 1 / 1000
#: Largest share of good pages taken from the past: a field that was always right may fail once in a while
_LARGEST_SHARE = 0.97
#: Earlier pages needed for a comparison; share of them with one layout that makes it the layout of the source
_LEAST_PAGES, _OWN_LAYOUT = 5, 0.6
#: Mean share of common words of selectors and extractors on recent pages, below which they disagree
_LEAST_AGREEMENT = 0.8


@dataclass(frozen=True, slots=True)
class FieldYields:
    """Shares of pages of one source with each field, 0 to 1; None if there is nothing to count."""

    pages: int
    text: float | None
    title: float | None
    date: float | None
    #: share of the pages with selectors on which every selector matched
    selectors: float | None
    #: mean agreement of selectors and extractors
    agreement: float | None


@dataclass(frozen=True, slots=True)
class ExtractionDrift:
    """A source whose pages are read worse than before."""

    source_id: str
    sign: DriftSign
    #: share of good pages in the earlier days (None: unknown) and in the recent days
    before: float | None
    after: float
    #: number of recent pages
    pages: int
    #: the newest bad page, kept for repair
    document_id: int
    url: str


@dataclass(frozen=True, slots=True)
class _Drop:
    """A sign by which recent pages are read worse."""

    sign: DriftSign
    before: float | None
    after: float
    pages: int
    #: says of a page whether it is good; None where it tells nothing
    is_good: _Verdict


def field_yields(readings: Sequence[_Pages]) -> FieldYields:
    """Return the shares of good fields over pages of one source."""
    compared = [r for r in readings if r.agreement is not None]
    return FieldYields(
        sum(r.pages for r in readings),
        _share(readings, lambda r: r.text)[0],
        _share(readings, lambda r: r.title)[0],
        _share(readings, lambda r: r.date)[0],
        _share(readings, _matched)[0],
        sum((r.agreement or 0.0) * r.pages for r in compared) / sum(r.pages for r in compared) if compared else None,
    )


def find_drift(readings: Iterable[PageReading], now: datetime) -> list[ExtractionDrift]:
    """Return the drifts in the RECENT days before `now`, by source, the worst sign of each source first.

    Readings after `now` are ignored. Each source is compared with its own earlier pages only.
    """
    by_source: dict[str, list[PageReading]] = defaultdict(list)
    for reading in readings:
        if reading.at <= now:
            by_source[reading.source_id].append(reading)
    drifts = []
    for source_id in sorted(by_source):
        pages = sorted(by_source[source_id], key=lambda r: (r.at, r.document_id))
        recent = [r for r in pages if r.at > now - RECENT]
        earlier = [r for r in pages if r.at <= now - RECENT]
        found = [_drift(drop, recent) for drop in _find_drops(earlier, recent)]
        drifts += sorted(found, key=lambda drift: drift.after)
    return drifts


def sources_in_doubt(tallies: Iterable[PageTally]) -> list[str]:
    """Return the sources of which find_drift reports something, from the numbers of their pages alone, sorted."""
    by_source: dict[str, tuple[list[PageTally], list[PageTally]]] = defaultdict(lambda: ([], []))
    for tally in tallies:
        by_source[tally.source_id][tally.recent].append(tally)
    return sorted(id for id, (earlier, recent) in by_source.items() if any(_find_drops(earlier, recent)))


def _find_drops(earlier: Sequence[_Pages], recent: Sequence[_Pages]) -> Iterator[_Drop]:
    checks: list[tuple[DriftSign, _Verdict]] = [
        ("text", lambda r: r.text),
        ("title", lambda r: r.title if r.text else None),
        ("date", lambda r: r.date if r.text else None),
        ("selectors", _matched),
    ]
    places: Counter[str] = Counter()
    for r in earlier:
        if r.place:
            places[r.place] += r.pages
    usual, count = places.most_common(1)[0] if places else ("", 0)
    if count >= max(_LEAST_PAGES, _OWN_LAYOUT * sum(r.pages for r in earlier)):
        checks.append(("design", lambda r: r.place == usual if r.place else None))
    for sign, is_good in checks:
        if (drop := _find_drop(sign, is_good, earlier, recent)) is not None:
            yield drop
    mean = field_yields(recent).agreement
    if mean is not None and mean < _LEAST_AGREEMENT:
        pages = sum(r.pages for r in recent if r.agreement is not None)
        yield _Drop("disagreement", field_yields(earlier).agreement, mean, pages, lambda _: None)


def _find_drop(sign: DriftSign, is_good: _Verdict, earlier: Sequence[_Pages], recent: Sequence[_Pages]) -> _Drop | None:
    before, pages_before = _share(earlier, is_good)
    after, pages = _share(recent, is_good)
    if before is None or after is None or pages_before < _LEAST_PAGES or after >= before:
        return None
    if _chance(round(after * pages), pages, min(before, _LARGEST_SHARE)) >= _LARGEST_CHANCE:
        return None
    return _Drop(sign, before, after, pages, is_good)


def _matched(page: _Pages) -> bool | None:
    """Whether every selector found its part; None where none was asked."""
    return not page.missed if page.asked else None


def _share(readings: Sequence[_Pages], is_good: _Verdict) -> tuple[float | None, int]:
    """Return the share of good pages (None where none tells) and the number of pages that tell."""
    good = told = 0
    for reading in readings:
        verdict = is_good(reading)
        if verdict is not None:
            told += reading.pages
            good += reading.pages * verdict
    return (good / told if told else None), told


def _chance(good_pages: int, pages: int, share: float) -> float:
    """Return the binomial chance of at most `good_pages` of `pages`, each good with the chance `share`, in (0, 1).

    By logarithms: the coefficients of a thousand pages are larger than any float.
    """
    good, bad, ways = log(share), log(1 - share), lgamma(pages + 1)
    return sum(
        exp(ways - lgamma(k + 1) - lgamma(pages - k + 1) + k * good + (pages - k) * bad) for k in range(good_pages + 1)
    )


def _drift(drop: _Drop, recent: Sequence[PageReading]) -> ExtractionDrift:
    """Return a drop with the newest bad page; of selectors and extractors that disagree with the worst."""
    if drop.sign == "disagreement":
        compared = [r for r in recent if r.agreement is not None]
        example = min(compared, key=lambda r: (r.agreement or 0.0, -r.document_id))
    else:
        example = next(r for r in reversed(recent) if drop.is_good(r) is False)
    return ExtractionDrift(
        example.source_id, drop.sign, drop.before, drop.after, drop.pages, example.document_id, example.url
    )
