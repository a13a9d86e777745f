"""What a source gave today, and what it usually gives → what a person should look at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from analysis.anomalies.extraction_drift import ExtractionDrift
from pipeline.records import Flag, SourceDay, SourceFigures

#: Periods of the past that make 'usual', and how many of them must be known before anything is called unusual.
PERIODS, KNOWN = 28, 7
#: A count is unusual outside the range of the past, if a Poisson variable of the past's mean came that far out in
#: fewer than one of so many periods. With 95 sources that is one false alarm in about three weeks for each side.
_RARELY = 1 / 2000
#: A source is called redesigned where so many pages, and so great a share of them, have no text, and usually do not.
_PAGES, _SHARE, _USUAL_SHARE = 3, 0.6, 0.3
_EXAMPLES = 3


def with_flags(
    days: Iterable[SourceDay], history: Mapping[str, Sequence[SourceFigures]], rot: Sequence[ExtractionDrift] = ()
) -> list[SourceDay]:
    """Return the days with their flags.

    `history` is as from the database's `source_history`, `rot` as from extraction_drift.find_drift.
    """
    worst: dict[str, ExtractionDrift] = {}
    for one in rot:
        worst.setdefault(one.source_id, one)
    return [
        replace(
            day,
            flags=source_flags(day, history.get(day.source_id, ()))
            + ((_rotten(worst[day.source_id]),) if day.source_id in worst else ()),
        )
        for day in days
    ]


def _rotten(rot: ExtractionDrift) -> Flag:
    before = round(100 * rot.before) if rot.before is not None else 0
    return Flag("rotten", round(100 * rot.after), before, before, (rot.sign, rot.url))


def source_flags(day: SourceDay, history: Sequence[SourceFigures]) -> tuple[Flag, ...]:
    """Return what is unusual about one source. A period in which it did not answer is a failure, not a flag."""
    flags: list[Flag] = []
    if day.silent_feeds:
        flags.append(Flag("silent", 2, examples=day.silent_feeds[:_EXAMPLES]))
    if day.feeds_ok and len(history) >= KNOWN and not day.silent_feeds:
        flags += _unusual_count(day.candidates, [past.new for past in history])
    flags += _redesign(day, history)
    return tuple(flags)


def _unusual_count(today: int, past: Sequence[int]) -> list[Flag]:
    from scipy.special import pdtr, pdtrc

    low, high, mean = min(past), max(past), sum(past) / len(past)
    if today < low and pdtr(today, mean) < _RARELY:
        return [Flag("fewer", today, low, high)]
    if today > high and pdtrc(today - 1, mean) < _RARELY:
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
