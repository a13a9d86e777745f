"""Facts and sources of any number of days → the figures of a periodic report, and the spans it is compared with."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pipeline.records import Tone
from pipeline.tables.columns import ZONE
from pipeline.tables.facts import ARCHIVE, Fact, Publisher, SourceRead


@dataclass(frozen=True, slots=True)
class Span:
    """Calendar days in the time zone of the province, both included."""

    first: date
    last: date

    @property
    def kind(self) -> Literal["week", "month", "quarter", "year", "annual", "days"]:
        """Return the kind of the span; annual: a year that does not begin on 1 January."""
        after = self.last + timedelta(days=1)
        if after == _shift_year(self.first, 1):
            return "year" if (self.first.month, self.first.day) == (1, 1) else "annual"
        if self.first.day == after.day == 1:
            months = (after.year - self.first.year) * 12 + after.month - self.first.month
            if months == 1:
                return "month"
            if months == 3 and self.first.month % 3 == 1:
                return "quarter"
        return "week" if len(self.days) == 7 and not self.first.weekday() else "days"

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def before(self) -> "Span":
        """Return the span before: the month before a month, the year before a year, else as many days."""
        last = self.first - timedelta(days=1)
        if self.first.day == 1 and (self.last + timedelta(days=1)).day == 1:  # whole months
            months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
            year, month = divmod(self.first.year * 12 + self.first.month - 1 - months, 12)
            return Span(date(year, month + 1, 1), last)
        if self.last == _shift_year(self.first, 1) - timedelta(days=1):  # a year that begins on any day
            return Span(_shift_year(self.first, -1), last)
        return Span(self.first - timedelta(days=len(self.days)), last)

    def year_before(self) -> "Span":
        """Return the same days of the year before."""
        after = self.last + timedelta(days=1)
        return Span(_shift_year(self.first, -1), _shift_year(after, -1) - timedelta(days=1))


def _shift_year(day: date, years: int) -> date:
    # 29 February becomes 28 February.
    return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)


class _Sums:
    """Sums over the articles of each day and tone."""

    __slots__ = ()
    by_day_and_tone: Counter[tuple[date, Tone]]

    @property
    def items(self) -> int:
        return self.by_day_and_tone.total()

    @property
    def tones(self) -> Counter[Tone]:
        return _by_tone(self.by_day_and_tone)

    @property
    def days(self) -> Counter[date]:
        return _by_day(self.by_day_and_tone)


@dataclass(slots=True)
class Outlet(_Sums):
    name: str
    country: str
    #: number of stories with an article of it
    stories: int = 0
    #: articles of each day and tone
    by_day_and_tone: Counter[tuple[date, Tone]] = field(default_factory=Counter)
    #: articles that an archive had first
    archived: int = 0


@dataclass(slots=True)
class Figures(_Sums):
    """Counts of one span; an article counts on its day of publication, or of first sight if that is unknown."""

    span: Span
    foreign: int = 0
    stories: int = 0
    #: articles and outlets of the stories of at least two articles, by key; those with most outlets first
    carried: dict[str, tuple[int, int]] = field(default_factory=dict)
    #: articles of each day and tone
    by_day_and_tone: Counter[tuple[date, Tone]] = field(default_factory=Counter)
    #: days on which at least one source was read
    collected: set[date] = field(default_factory=set)
    #: pages examined on each day, over all sources: the denominator of `attention`
    page_days: Counter[date] = field(default_factory=Counter)
    topics: dict[str, Counter[Tone]] = field(default_factory=dict)
    #: articles of each topic and day without those that an archive had first: what is unusual is told by these
    topic_days: dict[str, Counter[date]] = field(default_factory=dict)
    #: articles of each day that an archive had first
    archived_days: Counter[date] = field(default_factory=Counter)
    #: outlets with an article, by id of the source
    outlets: dict[str, Outlet] = field(default_factory=dict)
    countries: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    #: articles of outlets of other countries, by country and language
    abroad: dict[tuple[str, str], Counter[Tone]] = field(default_factory=dict)
    #: articles of outlets at home and of other countries, by topic
    home_topics: Counter[str] = field(default_factory=Counter)
    foreign_topics: Counter[str] = field(default_factory=Counter)
    #: days on which each polled source was read, and on which it failed, by id
    read_days: dict[str, set[date]] = field(default_factory=dict)
    failed_days: dict[str, set[date]] = field(default_factory=dict)
    #: name of each polled source, by id
    names: dict[str, str] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether any source was read; the figures of a span without collection are unknown, not 0."""
        return bool(self.collected)

    @property
    def counted(self) -> bool:
        """Whether its numbers of articles say anything: sources were read, or archives were."""
        return self.known or bool(self.archived)

    @property
    def archived(self) -> int:
        """Number of articles that an archive had first."""
        return self.archived_days.total()

    @property
    def found_days(self) -> Counter[date]:
        """Articles of each day that collections found."""
        return self.days - self.archived_days

    @property
    def pages(self) -> int:
        return self.page_days.total()

    def share(self, part: int) -> float | None:
        """Return a part of all articles in per cent; None without articles."""
        return 100 * part / self.items if self.items else None

    @property
    def attention(self) -> float | None:
        """Articles found for each thousand pages read, over the days with pages read; None without pages."""
        counted = sum(n for day, n in self.found_days.items() if self.page_days[day])
        return 1000 * counted / self.pages if self.pages else None

    def gaps(self) -> list[date]:
        """Return the days of which nothing is known: no source was read, and no article of them was found later."""
        return [day for day in self.span.days if day not in self.collected and not self.days[day]]

    def partly(self) -> list[date]:
        """Return the days on which no source was read, and whose articles were found on later ones: a lower bound."""
        archived = set(self.only_archived())
        return [d for d in self.span.days if d not in self.collected and self.days[d] and d not in archived]

    def only_archived(self) -> list[date]:
        """Return the days on which no source was read, and all of whose articles are of archives: a lower bound."""
        found = self.found_days
        return [d for d in self.span.days if d not in self.collected and self.archived_days[d] and not found[d]]


def count_figures(
    span: Span,
    facts: Iterable[Fact],
    publishers: Mapping[str, Publisher],
    sources: Mapping[date, Sequence[SourceRead]],
    *,
    home: str = "VN",
    zone: ZoneInfo = ZONE,
) -> Figures:
    """Count the articles of a span, whose days are those of `zone`.

    `publishers` gives outlets by id of the source, `sources` the polled sources of each day, `home` the country that
    is not foreign. Little more than the story's id of each article is held: a million articles take 600 MB.
    """
    figures = Figures(span)
    _count(figures, facts, publishers, home, zone)
    for outlet in figures.outlets.values():
        figures.countries[outlet.country] += outlet.items
        figures.foreign += outlet.items if outlet.country != home else 0
    for day, read in sources.items():
        for source in read:
            figures.names[source.source_id] = source.name
            (figures.read_days if source.read else figures.failed_days).setdefault(source.source_id, set()).add(day)
            figures.page_days[day] += source.pages
            if source.read:
                figures.collected.add(day)
    return figures


def _count(
    figures: Figures, facts: Iterable[Fact], publishers: Mapping[str, Publisher], home: str, zone: ZoneInfo
) -> None:
    from analysis.report.counting import Tally

    tally = Tally(facts, zone)
    figures.stories, figures.carried, figures.languages = tally.stories, tally.carried(), tally.languages()
    stories = tally.stories_of_sources()
    for source, counts in tally.by_source().items():
        publisher = publishers.get(source) or Publisher(source, "")
        figures.outlets[source] = Outlet(publisher.name, publisher.country, stories[source], counts)
        # The other sums follow from the counts by source, day and tone.
        figures.by_day_and_tone.update(counts)
    for source, topics in tally.topics_of_sources().items():
        at_home = figures.outlets[source].country == home
        (figures.home_topics if at_home else figures.foreign_topics).update(topics)
    for (source, language), tones in tally.by_source_and_language().items():
        if (country := figures.outlets[source].country) != home:
            figures.abroad.setdefault((country, language), Counter()).update(tones)
    for source, days in tally.archived().items():
        figures.outlets[source].archived = days.total()
        figures.archived_days.update(days)
    for topic, by_topic in tally.by_topic().items():
        tones, found = figures.topics[topic], figures.topic_days[topic] = Counter[Tone](), Counter[date]()
        for (day, tone, provenance), n in by_topic.items():
            tones[tone] += n
            if provenance != ARCHIVE:
                found[day] += n


def _by_tone(counts: Mapping[tuple[date, Tone], int]) -> Counter[Tone]:
    tones: Counter[Tone] = Counter()
    for (_, tone), n in counts.items():
        tones[tone] += n
    return tones


def _by_day(counts: Mapping[tuple[date, Tone], int]) -> Counter[date]:
    days: Counter[date] = Counter()
    for (day, _), n in counts.items():
        days[day] += n
    return days
