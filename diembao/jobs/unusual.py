"""The weeks before a digest's day → what is unusual on it."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from analysis.anomalies.surges import WINDOW_DAYS, Series, SeriesKind, Surge, find_surges
from diembao.jobs.process import Period
from pipeline.tables.facts import kind_of
from storage.base import Storage

_DAY = timedelta(days=1)


def digest_surges(
    storage: Storage, period: Period, *, topics: Mapping[str, str], places: Mapping[str, str]
) -> list[Surge]:
    """Return the sources, topics and places of which a period tells more than the weeks before let expect.

    Compared are 24 hours from the start of each day's digest on. `topics` and `places` give names by id; places
    without one are left out.
    """
    # A digest's hours lie for the most part in the calendar day in which they begin: its weekday is theirs.
    starts = {(period.start - n * _DAY).date(): period.start - n * _DAY for n in range(WINDOW_DAYS + 1)}
    today = period.start.date()
    read = storage.days_read({day: (start, start + _DAY) for day, start in starts.items()})
    counts = _counted(storage, starts)
    names = {key: publisher.name for key, publisher in storage.publishers().items()}
    by_source: dict[str, list[date]] = {}
    for day, some in read.items():
        for one in some:
            if one.read:
                by_source.setdefault(one.source_id, []).append(day)
    collected = sorted({day for days in by_source.values() for day in days})
    series: list[Series] = []
    for (kind, key), found in counts.items():
        name = {"source": names, "topic": topics, "place": places}[kind].get(key)
        if name is None:
            continue
        known = by_source.get(key, ()) if kind == "source" else collected
        series.append(Series(kind, key, name, {day: found[day] for day in known}))
    return find_surges(series, today)


def _counted(storage: Storage, starts: Mapping[date, datetime]) -> dict[tuple[SeriesKind, str], Counter[date]]:
    first, last = min(starts.values()), max(starts.values()) + _DAY
    days = sorted(starts)
    base = int(first.timestamp())
    kinds: Counter[tuple[str, date]] = Counter()
    for fact in storage.searches.facts(first, last):
        # Zones with summer time move their days by an hour, which changes no comparison.
        kinds[fact.kind, days[min((fact.at - base) // 86_400, len(days) - 1)]] += 1
    found: dict[tuple[SeriesKind, str], Counter[date]] = {}

    def add(kind: SeriesKind, key: str, day: date, n: int) -> None:
        found.setdefault((kind, key), Counter())[day] += n

    for (written, day), n in kinds.items():
        kind = kind_of(written)
        add("source", kind.source_id, day, n)
        for topic in kind.topics.split():
            add("topic", topic, day, n)
        for place in kind.places.split():
            add("place", place, day, n)
    return found
