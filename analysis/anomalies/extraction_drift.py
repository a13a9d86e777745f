"""Page quality of each source, recent and earlier → sources whose extraction has become worse."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import comb
from typing import Literal

from pipeline.records import PageReading

DriftSign = Literal["text", "title", "date", "selectors", "disagreement", "design"]

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


def field_yields(readings: Sequence[PageReading]) -> FieldYields:
    """Return the shares of good fields over pages of one source."""
    agreements = [r.agreement for r in readings if r.agreement is not None]
    return FieldYields(
        len(readings),
        _share([r.text for r in readings]),
        _share([r.title for r in readings]),
        _share([r.date for r in readings]),
        _share([not r.missed for r in readings if r.asked]),
        sum(agreements) / len(agreements) if agreements else None,
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
        drifts += sorted(_find_signs(earlier, recent), key=lambda drift: drift.after)
    return drifts


def _find_signs(earlier: list[PageReading], recent: list[PageReading]) -> list[ExtractionDrift]:
    usual, count = (
        Counter(r.place for r in earlier if r.place).most_common(1)[0] if any(r.place for r in earlier) else ("", 0)
    )
    checks: list[tuple[DriftSign, Callable[[PageReading], bool | None]]] = [
        ("text", lambda r: r.text),
        ("title", lambda r: r.title if r.text else None),
        ("date", lambda r: r.date if r.text else None),
        ("selectors", lambda r: not r.missed if r.asked else None),
    ]
    if count >= max(_LEAST_PAGES, _OWN_LAYOUT * len(earlier)):
        checks.append(("design", lambda r: r.place == usual if r.place else None))
    drifts = [drift for sign, is_good in checks if (drift := _find_drop(sign, is_good, earlier, recent))]
    disagreeing = [r for r in recent if r.agreement is not None]
    mean = field_yields(recent).agreement
    if mean is not None and mean < _LEAST_AGREEMENT:
        worst = min(disagreeing, key=lambda r: (r.agreement or 0.0, -r.document_id))
        before = field_yields(earlier).agreement
        drifts.append(_drift("disagreement", before, mean, len(disagreeing), worst))
    return drifts


def _find_drop(
    sign: DriftSign,
    is_good: Callable[[PageReading], bool | None],
    earlier: list[PageReading],
    recent: list[PageReading],
) -> ExtractionDrift | None:
    before = [verdict for r in earlier if (verdict := is_good(r)) is not None]
    after = [(r, verdict) for r in recent if (verdict := is_good(r)) is not None]
    if len(before) < _LEAST_PAGES or not after:
        return None
    usual, good_pages = sum(before) / len(before), sum(verdict for _, verdict in after)
    if (
        good_pages / len(after) >= usual
        or _chance(good_pages, len(after), min(usual, _LARGEST_SHARE)) >= _LARGEST_CHANCE
    ):
        return None
    example = next(r for r, verdict in reversed(after) if not verdict)
    return _drift(sign, usual, good_pages / len(after), len(after), example)


def _chance(good_pages: int, pages: int, share: float) -> float:
    """Return the binomial chance of at most `good_pages` of `pages`, each good with the chance `share`."""
    return sum(comb(pages, k) * share**k * (1 - share) ** (pages - k) for k in range(good_pages + 1))


def _drift(sign: DriftSign, before: float | None, after: float, pages: int, example: PageReading) -> ExtractionDrift:
    return ExtractionDrift(example.source_id, sign, before, after, pages, example.document_id, example.url)


def _share(verdicts: Sequence[bool]) -> float | None:
    return sum(verdicts) / len(verdicts) if verdicts else None
