"""Items and sources of any number of days → the figures of a periodic report, with those of the periods it is held
against."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from analysis.columns import ZONE
from analysis.story import language_of, told
from analysis.tables import StoryRow, story_rows
from pipeline.records import Item, SourceDay, Tone

#: articles and outlets that carry a story that has spread
_SPREAD = 2


@dataclass(frozen=True, slots=True)
class Span:
    """Calendar days of Vietnam, both included."""

    first: date
    last: date

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


@dataclass(slots=True)
class Outlet:
    name: str
    country: str
    items: int = 0
    stories: set[str] = field(default_factory=set)
    tones: Counter[Tone] = field(default_factory=Counter)


@dataclass(slots=True)
class Figures:
    """What was counted in one span; articles are counted on the day they were published (else first seen)."""

    span: Span
    items: int = 0
    foreign: int = 0
    stories: list[StoryRow] = field(default_factory=list)
    days: Counter[date] = field(default_factory=Counter)
    #: days on which at least one source was read
    collected: set[date] = field(default_factory=set)
    #: pages examined, over all sources: what the attention is measured against
    pages: int = 0
    tones: Counter[Tone] = field(default_factory=Counter)
    topics: dict[str, Counter[Tone]] = field(default_factory=dict)
    topic_days: dict[str, Counter[date]] = field(default_factory=dict)
    outlets: dict[str, Outlet] = field(default_factory=dict)
    countries: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    #: source → (days read, days on which it failed, name)
    read: dict[str, tuple[int, int, str]] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether anything was read: of a span without collection nothing is known, which is not 0."""
        return bool(self.collected)

    def share(self, part: int) -> float | None:
        """Return a part of all articles in per cent; None where there is none."""
        return 100 * part / self.items if self.items else None

    @property
    def attention(self) -> float | None:
        """Articles on the province for each thousand pages that were read."""
        return 1000 * self.items / self.pages if self.pages else None

    def spread(self, most: int = 10) -> list[StoryRow]:
        """Return the stories that most outlets carried."""
        found = [s for s in self.stories if s.items >= _SPREAD]
        return sorted(found, key=lambda s: (-len(s.outlets), -s.items, s.key))[:most]

    def gaps(self) -> list[date]:
        return [day for day in self.span.days if day not in self.collected]


def figures(
    span: Span, items: Iterable[Item], sources: Mapping[date, Sequence[SourceDay]], *, home: str = "VN"
) -> Figures:
    """Count the items of a span; `sources` tells what became of every source on each of its days.

    Items are counted and let go: a year of them need not fit into memory.
    """
    found = Figures(span)
    found.stories = list(story_rows(_counting(found, items, home)))
    for day, read in sources.items():
        if any(source.feeds_ok for source in read):
            found.collected.add(day)
        for source in read:
            found.pages += source.coverage + source.irrelevant
            good, bad, _ = found.read.get(source.source_id, (0, 0, ""))
            good, bad = good + (source.feeds_ok > 0), bad + (source.state == "failed")
            found.read[source.source_id] = good, bad, source.name
    return found


def _counting(found: Figures, items: Iterable[Item], home: str) -> Iterable[Item]:
    for item in items:
        day = told(item).astimezone(ZONE).date()
        tone = item.tags.tone
        found.items += 1
        found.foreign += item.country != home
        found.days[day] += 1
        found.tones[tone] += 1
        found.countries[item.country] += 1
        found.languages[language_of(item)] += 1
        for topic in item.tags.topics:
            found.topics.setdefault(topic.id, Counter())[tone] += 1
            found.topic_days.setdefault(topic.id, Counter())[day] += 1
        outlet = found.outlets.get(item.source_id)
        if outlet is None:
            outlet = found.outlets[item.source_id] = Outlet(item.outlet, item.country)
        outlet.items += 1
        outlet.stories.add(item.story)
        outlet.tones[tone] += 1
        yield item
