"""Counts of a source today and in the past → flags for a person to look at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from analysis.anomalies.chances import poisson_at_least, poisson_at_most
from analysis.anomalies.extraction_drift import ExtractionDrift
from pipeline.records import Flag, SourceDay, SourceFigures

#: Periods of the past that are compared with; periods with data needed before a count is flagged
PERIODS, LEAST_PERIODS = 28, 7
#: Largest chance of a flagged count (Poisson with the mean of the past); it must be outside the range of the past too.
#: With 95 sources this gives one false alarm in about three weeks for each side.
_LARGEST_CHANCE = 1 / 2000
#: Pages without text, and share of them among all, that suggest a redesign; largest usual share of such pages
_PAGES, _SHARE, _USUAL_SHARE = 3, 0.6, 0.3
_EXAMPLES = 3


def with_flags(
    days: Iterable[SourceDay], history: Mapping[str, Sequence[SourceFigures]], drifts: Sequence[ExtractionDrift] = ()
) -> list[SourceDay]:
    """Return the days with their flags.

    `history` comes from the database's `source_history`, `drifts` from extraction_drift.find_drift.
    """
    worst: dict[str, ExtractionDrift] = {}
    for drift in drifts:
        worst.setdefault(drift.source_id, drift)
    return [
        replace(
            day,
            flags=source_flags(day, history.get(day.source_id, ()))
            + ((_drift_flag(worst[day.source_id]),) if day.source_id in worst else ()),
        )
        for day in days
    ]


def _drift_flag(drift: ExtractionDrift) -> Flag:
    before = round(100 * drift.before) if drift.before is not None else 0
    return Flag("rotten", round(100 * drift.after), before, before, (drift.sign, drift.url))


def source_flags(day: SourceDay, history: Sequence[SourceFigures]) -> tuple[Flag, ...]:
    """Return the flags of one source. A period in which it did not answer is a failure, not a flag."""
    flags: list[Flag] = []
    if day.silent_feeds:
        flags.append(Flag("silent", 2, examples=day.silent_feeds[:_EXAMPLES]))
    if day.feeds_ok and len(history) >= LEAST_PERIODS and not day.silent_feeds:
        flags += _unusual_count(day.candidates, [past.new for past in history])
    flags += _redesign(day, history)
    return tuple(flags)


def _unusual_count(today: int, past: Sequence[int]) -> list[Flag]:
    low, high, mean = min(past), max(past), sum(past) / len(past)
    if today < low and poisson_at_most(today, mean) < _LARGEST_CHANCE:
        return [Flag("fewer", today, low, high)]
    if today > high and poisson_at_least(today, mean) < _LARGEST_CHANCE:
        return [Flag("more", today, low, high)]
    return []


def _redesign(day: SourceDay, history: Sequence[SourceFigures]) -> list[Flag]:
    without = len(day.without_text)
    examined = day.coverage + day.irrelevant + day.unreadable
    before = sum(past.documents for past in history)
    usual = sum(past.without_text for past in history) / before if before >= _PAGES else None
    if without < _PAGES or without < _SHARE * examined or usual is None or usual > _USUAL_SHARE:
        return []
    share = round(100 * usual)
    return [Flag("redesigned", without, share, share, day.without_text[:_EXAMPLES])]
