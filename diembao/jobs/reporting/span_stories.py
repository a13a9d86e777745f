"""The database → stories of a span, as a report lists them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from analysis.report.model import PeriodicReport
from analysis.tables.rows import StoryRow, story_rows
from pipeline.records import Item
from pipeline.tables.facts import kind_of
from storage.database import Database

#: Stories that a report lists.
_LISTED = 20


def rows_within(storage: Database, keys: Iterable[str], start: datetime, end: datetime) -> list[StoryRow]:
    """Return stories by their keys, in that order, with their articles of [start, end) about the province alone."""

    def within(key: str) -> Iterator[Item]:
        for item in storage.stories.event_items(key):
            if item.story == key and item.tags.relevance != "no" and start <= item.published_or_seen < end:
                yield item

    return [row for key in keys for row in story_rows(within(key))]


def with_translated_titles(storage: Database, report: PeriodicReport, language: str) -> PeriodicReport:
    """Return a report whose stories and events have their titles in its language, as far as these are translated."""
    presses = report.presses
    listed = () if presses is None else (presses.listed.both, presses.listed.only_abroad, presses.listed.only_home)
    named = {event.first.key for events in listed for event in events}
    keys = named | {row.first[2] for row in (*report.spread, *report.negative)}
    found = storage.translations.of_items(sorted(keys), language)

    def titled(row: StoryRow) -> StoryRow:
        of_first = found.get(row.first[2])
        return row if of_first is None else replace(row, translated=of_first.texts.get("title"))

    if presses is not None:
        titles = {key: found[key].texts["title"] for key in named if key in found and "title" in found[key].texts}
        presses = replace(presses, titles=titles)
    return replace(
        report,
        spread=tuple(map(titled, report.spread)),
        negative=tuple(map(titled, report.negative)),
        presses=presses,
    )


def negative_stories(storage: Database, start: datetime, end: datetime) -> tuple[tuple[StoryRow, ...], int]:
    """Return the stories of [start, end) with most negative articles, most first, and the number of all of them."""
    negative = Counter(f.story for f in storage.derived.facts(start, end) if kind_of(f.kind).tone == "negative")
    most = sorted(negative, key=lambda key: (-negative[key], key))[:_LISTED]
    rows = rows_within(storage, most, start, end)
    return tuple(sorted(rows, key=lambda r: (-r.tones["negative"], -len(r.outlets), r.start, r.key))), len(negative)
