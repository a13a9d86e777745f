"""Items, sources and links → the rows of the exported tables."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain, groupby
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from analysis.tables.links import article_link
from pipeline.records import Item, Relevance, SourceDay, Tone
from pipeline.records.translations import TranslatedText
from pipeline.tables.columns import ZONE, local
from pipeline.tables.narrow_rows import DayFact, TaggedItem, tagged_item


class Tag(NamedTuple):
    """One place or topic of one article."""

    item: str
    story: str
    #: in ZONE, without parts of a second
    published: datetime | None
    source: str
    kind: str
    id: str
    name: str
    unit: str
    score: float | None
    evidence: tuple[str, ...]


@dataclass(slots=True)
class StoryRow:
    """One story and its outlets, without texts: a year of stories must fit into memory."""

    key: str
    event: str
    first: tuple[bool, datetime, str]
    title: str
    outlet: str
    url: str
    start: datetime
    end: datetime
    items: int = 0
    outlets: set[str] = field(default_factory=set)
    countries: set[str] = field(default_factory=set)
    languages: set[str] = field(default_factory=set)
    topics: Counter[str] = field(default_factory=Counter)
    tones: Counter[Tone] = field(default_factory=Counter)
    origins: Counter[str] = field(default_factory=Counter)
    main: bool = False
    #: address that may be clicked; '': none
    link: str = ""
    #: the title in the reader's language; None: it is not translated, or not asked for
    translated: TranslatedText | None = None


@dataclass(slots=True)
class Daily:
    """Articles of one source on one calendar day, and whether the source was read on that day."""

    day: date
    source: SourceDay
    country: str = ""
    category: str = ""
    relevance: Counter[Relevance] = field(default_factory=Counter)
    tones: Counter[Tone] = field(default_factory=Counter)
    stories: set[str] = field(default_factory=set)
    #: articles among these that an archive had first
    archived: int = 0

    @property
    def read(self) -> bool:
        """Whether any feed was read on that day."""
        return self.source.feeds_ok > 0

    @property
    def collected(self) -> str:
        """Return yes, no, partly (not on that day; articles of it were found later) or archive (all in archives)."""
        if self.read or not self.relevance:
            return "yes" if self.read else "no"
        return "archive" if self.archived == self.relevance.total() else "partly"

    def pages(self, n: int) -> int | None:
        """Return a count of pages; None if none was requested."""
        return n if self.read or self.source.documents else None

    def figure(self, n: int) -> int | None:
        """Return a count; None if it is unknown, which is not 0."""
        return n if self.read or self.relevance else None


def tag_rows(items: Iterable[Item], topic_labels: Mapping[str, str]) -> Iterator[Tag]:
    """Yield one row for every place and every topic of every article."""
    return rows_of_tagged(map(tagged_item, items), topic_labels)


def rows_of_tagged(items: Iterable[TaggedItem], topic_labels: Mapping[str, str]) -> Iterator[Tag]:
    """Yield what `tag_rows` yields, of articles that were read without their texts."""
    for key, story, source, published, places, topics in items:
        at = local(published)
        for id, name, unit, _, words in places:
            yield Tag(key, story, at, source, "place", id, name, unit, None, words)
        for id, _, unit, score, words in topics:
            yield Tag(key, story, at, source, "topic", id, topic_labels.get(id, id), unit, score, words)


def story_rows(items: Iterable[Item]) -> Iterator[StoryRow]:
    """Yield one row for every story of the items, the one with the newest article first."""
    stories: dict[str, StoryRow] = {}
    for item in items:
        at, article = item.published_or_seen, item.article
        first = (not item.is_dated, at, item.key)
        row = stories.get(item.story)
        if row is None:
            row = stories[item.story] = StoryRow(item.story, item.event, first, "", "", "", at, at)
        if not row.items or first < row.first:
            row.first, row.title, row.outlet = first, article.title, item.outlet
            row.url = article.canonical or article.url
            row.link = article_link(article) or ""
        row.start, row.end = min(row.start, at), max(row.end, at)
        row.items += 1
        row.outlets.add(item.source_id)
        row.countries.add(item.country)
        row.languages.add(item.language)
        row.topics.update(topic.id for topic in item.tags.topics)
        row.tones[item.tags.tone] += 1
        row.main |= item.tags.relevance == "main"
        if item.origin:
            row.origins[item.origin] += 1
    yield from sorted(stories.values(), key=lambda r: (-r.end.timestamp(), r.key))


def daily_rows(
    items: Iterable[Item],
    first: date | None,
    last: date,
    sources: Callable[[date], Iterable[SourceDay]],
    *,
    zone: ZoneInfo = ZONE,
) -> Iterator[Daily]:
    """Yield one row for each day from `first` (None: day of the oldest item) to `last` and each source, by day.

    Days are calendar days of `zone`. `sources` returns the state of every source on a day.
    """
    rows: dict[tuple[date, str], Daily] = {}
    kinds: dict[str, tuple[str, str]] = {}
    for item in items:
        day = item.published_or_seen.astimezone(zone).date()
        row = rows.get((day, item.source_id))
        if row is None:
            row = rows[day, item.source_id] = Daily(day, SourceDay(item.source_id, item.outlet, "not_due"))
        kinds[item.source_id] = item.country, item.category
        row.relevance[item.tags.relevance] += 1
        row.tones[item.tags.tone] += 1
        row.stories.add(item.story)
        row.archived += item.provenance == "archive"
    day = first or min((day for day, _ in rows), default=last)
    while day <= last:
        for source in sources(day):
            rows.setdefault((day, source.source_id), Daily(day, source)).source = source
        day += timedelta(days=1)
    for key in sorted(rows):
        row = rows[key]
        row.country, row.category = kinds.get(key[1], ("", ""))
        yield row


def rows_of_days(
    articles: Iterable[DayFact],
    days: Iterable[tuple[date, Iterable[SourceDay]]],
    outlets: Mapping[str, tuple[str, str, str]],
) -> Iterator[Daily]:
    """Yield what `daily_rows` yields, a day in memory at a time; articles and days come by day.

    `days` gives the state of every source on a day, `outlets` name, country and category of a source; the latter two
    are '' for an outlet without any article in the export.
    """
    states = iter(days)
    coming = next(states, None)
    for day, of_day in chain(groupby(articles, key=itemgetter(0)), [(None, ())]):
        while coming is not None and (day is None or coming[0] < day):
            yield from _rows_of_day(coming[0], coming[1], (), outlets)
            coming = next(states, None)
        if day is None:
            return
        sources: Iterable[SourceDay] = ()
        if coming is not None and coming[0] == day:
            sources, coming = coming[1], next(states, None)
        yield from _rows_of_day(day, sources, of_day, outlets)


def _rows_of_day(
    day: date,
    sources: Iterable[SourceDay],
    articles: Iterable[DayFact],
    outlets: Mapping[str, tuple[str, str, str]],
) -> list[Daily]:
    rows = {source.source_id: Daily(day, source, *outlets[source.source_id][1:]) for source in sources}
    for _, source_id, relevance, tone, story, archived in articles:
        row = rows.get(source_id)
        if row is None:
            name, country, category = outlets[source_id]
            row = rows[source_id] = Daily(day, SourceDay(source_id, name, "not_due"), country, category)
        row.relevance[relevance] += 1
        row.tones[tone] += 1
        row.stories.add(story)
        row.archived += archived
    return [rows[key] for key in sorted(rows)]
