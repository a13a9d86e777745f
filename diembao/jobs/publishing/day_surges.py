"""The days before a digest → what is unusual in it: sources, topics and places with more items than expected."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from analysis.anomalies.surges import WINDOW_DAYS, Series, SeriesKind, Surge, find_surges
from diembao.jobs.periods import Period
from pipeline.records import Item
from pipeline.rules.rulebook import Rulebook
from pipeline.tables.facts import ARCHIVE, kind_of
from storage.database import Database

_DAY = timedelta(days=1)


def day_surges(storage: Database, period: Period, rules: Rulebook, items: Sequence[Item], language: str) -> list[Surge]:
    """Return what is unusual in a digest of these items, with names in `language`."""
    topics = {t.id: t.label_vi if language == "vi" else t.label_en for t in rules.topics.topic}
    places = {place.id: place.name for item in items for place in item.tags.places}
    return digest_surges(storage, period, topics=topics, places=places)


def digest_surges(
    storage: Database, period: Period, *, topics: Mapping[str, str], places: Mapping[str, str]
) -> list[Surge]:
    """Return the sources, topics and places with more items in a period than the weeks before let expect.

    Each day of the comparison is the 24 hours from the start of its digest. `topics` and `places` give names by id;
    ids without a name are left out.
    """
    # Most hours of a digest lie in the calendar day in which it begins: the weekday of that day is the digest's.
    starts = {(period.start - n * _DAY).date(): period.start - n * _DAY for n in range(WINDOW_DAYS + 1)}
    today = period.start.date()
    reads = storage.crawl.days_read({day: (start, start + _DAY) for day, start in starts.items()})
    counts = _daily_counts(storage, starts)
    names = {key: publisher.name for key, publisher in storage.crawl.publishers().items()}
    by_source: dict[str, list[date]] = {}
    for day, sources in reads.items():
        for source in sources:
            if source.read:
                by_source.setdefault(source.source_id, []).append(day)
    collected = sorted({day for days in by_source.values() for day in days})
    series: list[Series] = []
    for (kind, key), by_day in counts.items():
        name = {"source": names, "topic": topics, "place": places}[kind].get(key)
        if name is None:
            continue
        covered = by_source.get(key, ()) if kind == "source" else collected
        series.append(Series(kind, key, name, {day: by_day[day] for day in covered}))
    return find_surges(series, today)


def _daily_counts(storage: Database, starts: Mapping[date, datetime]) -> dict[tuple[SeriesKind, str], Counter[date]]:
    """Return items by day, for each source, topic and place by id."""
    first, last = min(starts.values()), max(starts.values()) + _DAY
    days = sorted(starts)
    base = int(first.timestamp())
    # By what is counted of articles first: of the kinds there are few, and each is taken apart once.
    by_code: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for fact in storage.derived.facts(first, last):
        # Days are cut at multiples of 24 hours: summer time moves them by an hour, which changes no comparison.
        by_code[fact.kind][(fact.at - base) // 86_400] += 1
    counts: defaultdict[tuple[SeriesKind, str], Counter[date]] = defaultdict(Counter)
    for code, by_number in by_code.items():
        kind = kind_of(code)
        if kind.provenance == ARCHIVE:  # no collection of these days found it, and no day is compared by it
            continue
        counted = [counts["source", kind.source_id]]
        counted += [counts["topic", topic] for topic in kind.topics.split()]
        counted += [counts["place", place] for place in kind.places.split()]
        for number, n in by_number.items():
            day = days[min(number, len(days) - 1)]
            for by_day in counted:
                by_day[day] += n
    return counts
