"""Facts and sources of any number of days → the figures of a periodic report, with those of the periods it is held
against."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pipeline.records import Tone
from pipeline.tables.columns import ZONE
from pipeline.tables.facts import Fact, Publisher, SourceRead


@dataclass(frozen=True, slots=True)
class Span:
    """Calendar days of Vietnam, both included."""

    first: date
    last: date

    @property
    def kind(self) -> Literal["week", "month", "quarter", "year", "annual", "days"]:
        """annual: a year that does not begin with January."""
        after = self.last + timedelta(days=1)
        if after == _year_on(self.first, 1):
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
        """Return the span of the same kind before: the month before a month, else as many days."""
        last = self.first - timedelta(days=1)
        if self.first.day == 1 and (self.last + timedelta(days=1)).day == 1:  # whole months
            months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
            year, month = divmod(self.first.year * 12 + self.first.month - 1 - months, 12)
            return Span(date(year, month + 1, 1), last)
        if self.last == _year_on(self.first, 1) - timedelta(days=1):  # a year that begins on any day
            return Span(_year_on(self.first, -1), last)
        return Span(self.first - timedelta(days=len(self.days)), last)

    def year_before(self) -> "Span":
        """Return the same days of the year before."""
        after = self.last + timedelta(days=1)
        return Span(_year_on(self.first, -1), _year_on(after, -1) - timedelta(days=1))


def _year_on(day: date, years: int) -> date:
    # 29 February has no other year: the day before it has.
    return day.replace(year=day.year + years, day=28 if (day.month, day.day) == (2, 29) else day.day)


class _Sums:
    """What follows from the articles of each day and tone."""

    __slots__ = ()
    told: Counter[tuple[date, Tone]]

    @property
    def items(self) -> int:
        return self.told.total()

    @property
    def tones(self) -> Counter[Tone]:
        return _by_tone(self.told)

    @property
    def days(self) -> Counter[date]:
        return _by_day(self.told)


@dataclass(slots=True)
class Outlet(_Sums):
    name: str
    country: str
    #: in which it had a part
    stories: int = 0
    #: articles of each day and tone
    told: Counter[tuple[date, Tone]] = field(default_factory=Counter)


@dataclass(slots=True)
class Figures(_Sums):
    """What was counted in one span; articles are counted on the day they were published (else first seen)."""

    span: Span
    foreign: int = 0
    stories: int = 0
    #: articles and outlets of the stories that at least two articles told, by id, the widest spread first
    carried: dict[str, tuple[int, int]] = field(default_factory=dict)
    #: articles of each day and tone
    told: Counter[tuple[date, Tone]] = field(default_factory=Counter)
    #: days on which at least one source was read
    collected: set[date] = field(default_factory=set)
    #: pages examined on each day, over all sources: what the attention is measured against
    page_days: Counter[date] = field(default_factory=Counter)
    topics: dict[str, Counter[Tone]] = field(default_factory=dict)
    topic_days: dict[str, Counter[date]] = field(default_factory=dict)
    #: by id of the source; those that gave an article
    outlets: dict[str, Outlet] = field(default_factory=dict)
    countries: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    #: by id of the source, those that were asked: the days on which it was read, and on which it failed
    read_days: dict[str, set[date]] = field(default_factory=dict)
    failed_days: dict[str, set[date]] = field(default_factory=dict)
    #: name of each source that was asked
    names: dict[str, str] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether anything was read: of a span without collection nothing is known, which is not 0."""
        return bool(self.collected)

    @property
    def pages(self) -> int:
        return self.page_days.total()

    def share(self, part: int) -> float | None:
        """Return a part of all articles in per cent; None where there is none."""
        return 100 * part / self.items if self.items else None

    @property
    def attention(self) -> float | None:
        """Articles on the province for each thousand pages that were read, both of days on which any was."""
        counted = sum(n for day, n in self.days.items() if self.page_days[day])
        return 1000 * counted / self.pages if self.pages else None

    def gaps(self) -> list[date]:
        return [day for day in self.span.days if day not in self.collected]


def count_figures(
    span: Span,
    facts: Iterable[Fact],
    publishers: Mapping[str, Publisher],
    sources: Mapping[date, Sequence[SourceRead]],
    *,
    home: str = "VN",
    zone: ZoneInfo = ZONE,
) -> Figures:
    """Count the articles of a span, of outlets by id; `sources` tells what became of each on each day it was asked.

    Of each article little more than its story's id is held: a million of them take 600 MB.
    """
    found = Figures(span)
    _count(found, facts, publishers, zone)
    for outlet in found.outlets.values():
        found.countries[outlet.country] += outlet.items
        found.foreign += outlet.items if outlet.country != home else 0
    for day, read in sources.items():
        for source in read:
            found.names[source.source_id] = source.name
            (found.read_days if source.read else found.failed_days).setdefault(source.source_id, set()).add(day)
            found.page_days[day] += source.pages
            if source.read:
                found.collected.add(day)
    return found


def _count(found: Figures, facts: Iterable[Fact], publishers: Mapping[str, Publisher], zone: ZoneInfo) -> None:
    from analysis.report.counting import Tally

    tally = Tally(facts, zone)
    found.stories, found.carried, found.languages = tally.stories, tally.carried(), tally.languages()
    stories = tally.stories_of_sources()
    for source, told in tally.by_source().items():
        known = publishers.get(source) or Publisher(source, "")
        found.outlets[source] = Outlet(known.name, known.country, stories[source], told)
        # What was told by whom, on which day and in which tone holds all other sums.
        found.told.update(told)
    for topic, told in tally.by_topic().items():
        found.topics[topic], found.topic_days[topic] = _by_tone(told), _by_day(told)


def _by_tone(told: Mapping[tuple[date, Tone], int]) -> Counter[Tone]:
    found: Counter[Tone] = Counter()
    for (_, tone), n in told.items():
        found[tone] += n
    return found


def _by_day(told: Mapping[tuple[date, Tone], int]) -> Counter[date]:
    found: Counter[date] = Counter()
    for (day, _), n in told.items():
        found[day] += n
    return found
