"""How the pages of each source were read of late and before → the sources that are read worse than they were."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import comb
from typing import Literal

from pipeline.records import PageReading

DriftSign = Literal["text", "title", "date", "selectors", "disagreement", "design"]

#: the days that are compared with those before them
RECENT = timedelta(days=7)
#: a drop is reported where chance alone would bring it in fewer than one of so many weeks of a source
_RARELY = 1 / 1000
# What was always right may fail once in a while: no share of the past counts for more.
_AT_MOST = 0.97
#: pages of the past that make 'usual', and its share of the past that makes a design the source's own
_KNOWN, _OWN = 5, 0.6
#: selectors and readers disagree where, on average of the recent pages, fewer of their words than this are the same
_AGREE = 0.8


@dataclass(frozen=True, slots=True)
class FieldYields:
    """What the pages of one source gave in some days: shares from 0 to 1, None where there is nothing to count."""

    pages: int
    text: float | None
    title: float | None
    date: float | None
    #: share of the pages with selectors on which none was missed
    selectors: float | None
    #: mean agreement of selectors and readers
    agreement: float | None


@dataclass(frozen=True, slots=True)
class ExtractionDrift:
    """A source whose pages are read worse than before."""

    source_id: str
    sign: DriftSign
    #: share of pages that were read well in the days before (None: not known), and of late
    before: float | None
    after: float
    #: recent pages counted
    pages: int
    #: the newest page that shows it, to be kept for repair
    document_id: int
    url: str


def field_yields(readings: Sequence[PageReading]) -> FieldYields:
    """Return the shares over pages of one source."""
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
    """Return what has become worse in the days before `now`, by source, the worst sign of each first.

    Of readings after `now` nothing is said, and of a source only what its own pages of before allow.
    """
    by_source: dict[str, list[PageReading]] = defaultdict(list)
    for reading in readings:
        if reading.at <= now:
            by_source[reading.source_id].append(reading)
    found = []
    for source_id in sorted(by_source):
        pages = sorted(by_source[source_id], key=lambda r: (r.at, r.document_id))
        late = [r for r in pages if r.at > now - RECENT]
        early = [r for r in pages if r.at <= now - RECENT]
        found += sorted(_signs(early, late), key=lambda rot: rot.after)
    return found


def _signs(early: list[PageReading], late: list[PageReading]) -> list[ExtractionDrift]:
    usual, count = (
        Counter(r.place for r in early if r.place).most_common(1)[0] if any(r.place for r in early) else ("", 0)
    )
    trials: list[tuple[DriftSign, Callable[[PageReading], bool | None]]] = [
        ("text", lambda r: r.text),
        ("title", lambda r: r.title if r.text else None),
        ("date", lambda r: r.date if r.text else None),
        ("selectors", lambda r: not r.missed if r.asked else None),
    ]
    if count >= max(_KNOWN, _OWN * len(early)):
        trials.append(("design", lambda r: r.place == usual if r.place else None))
    found = [rot for sign, good in trials if (rot := _dropped(sign, good, early, late))]
    disagreeing = [r for r in late if r.agreement is not None]
    mean = field_yields(late).agreement
    if mean is not None and mean < _AGREE:
        worst = min(disagreeing, key=lambda r: (r.agreement or 0.0, -r.document_id))
        before = field_yields(early).agreement
        found.append(_rot("disagreement", before, mean, len(disagreeing), worst))
    return found


def _dropped(
    sign: DriftSign, good: Callable[[PageReading], bool | None], early: list[PageReading], late: list[PageReading]
) -> ExtractionDrift | None:
    before = [verdict for r in early if (verdict := good(r)) is not None]
    after = [(r, verdict) for r in late if (verdict := good(r)) is not None]
    if len(before) < _KNOWN or not after:
        return None
    usual, right = sum(before) / len(before), sum(verdict for _, verdict in after)
    if right / len(after) >= usual or _chance(right, len(after), min(usual, _AT_MOST)) >= _RARELY:
        return None
    example = next(r for r, verdict in reversed(after) if not verdict)
    return _rot(sign, usual, right / len(after), len(after), example)


def _chance(right: int, pages: int, share: float) -> float:
    """The chance of at most `right` good pages of `pages`, if each is good with the chance `share`."""
    return sum(comb(pages, k) * share**k * (1 - share) ** (pages - k) for k in range(right + 1))


def _rot(sign: DriftSign, before: float | None, after: float, pages: int, example: PageReading) -> ExtractionDrift:
    return ExtractionDrift(example.source_id, sign, before, after, pages, example.document_id, example.url)


def _share(verdicts: Sequence[bool]) -> float | None:
    return sum(verdicts) / len(verdicts) if verdicts else None
