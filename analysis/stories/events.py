"""Items → events with their reports: first outlet, spread, and number of items of each report."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from analysis.tables.titles import shown_title
from pipeline.records import Item


@dataclass(frozen=True, slots=True)
class StoryReport:
    """One story: a report and its reprints."""

    key: str
    #: the first published
    first: Item
    #: the first and its reprints, in order of publication
    items: tuple[Item, ...]
    #: agency or outlet that most items credit ('TTXVN'), of those that credit any; '': none
    origin: str


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `reports` are its stories, the one with most items first."""

    key: str
    title: str
    first: Item
    #: times of the first and of the last publication, aware
    start: datetime
    end: datetime
    items: int
    outlets: int
    #: language or country → number of items, most first
    languages: Mapping[str, int]
    countries: Mapping[str, int]
    reports: tuple[StoryReport, ...]


def build_events(items: Iterable[Item]) -> list[Event]:
    """Return the events of the items, those with most items first."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.event or item.story, []).append(item)
    events = [_event(key, sorted(group, key=_order)) for key, group in groups.items()]
    return sorted(events, key=lambda e: (-e.items, e.start, e.key))


def _order(item: Item) -> tuple[bool, datetime, str]:
    return not item.is_dated, item.published_or_seen, item.key


def _event(key: str, items: list[Item]) -> Event:
    stories: dict[str, list[Item]] = {}
    for item in items:
        stories.setdefault(item.story, []).append(item)
    reports = sorted(
        (StoryReport(story, group[0], tuple(group), _origin(group)) for story, group in stories.items()),
        key=lambda r: (-len(r.items), _order(r.first)),
    )
    return Event(
        key=key,
        # The headline most readers saw: the first one of the report with most items.
        title=shown_title(reports[0].first),
        first=items[0],
        start=min(item.published_or_seen for item in items),
        end=max(item.published_or_seen for item in items),
        items=len(items),
        outlets=len({i.source_id for i in items}),
        languages=_count(i.language for i in items),
        countries=_count(i.country for i in items),
        reports=tuple(reports),
    )


def _origin(items: Iterable[Item]) -> str:
    counts = _count(i.origin for i in items if i.origin)
    return next(iter(counts), "")


def _count(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items(), key=lambda pair: (-pair[1], pair[0])))
