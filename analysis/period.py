"""Facts and sources of any number of days → the figures of a periodic report, with those of the periods it is held
against."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache

from analysis.columns import ZONE
from pipeline.facts import Fact, Publisher, SourceRead
from pipeline.records import Tone

#: seconds; every zone begins its days at one of these
_QUARTER = 900


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
    stories: set[str] = field(default_factory=set)
    #: articles of each day and tone
    told: Counter[tuple[date, Tone]] = field(default_factory=Counter)

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
class Carried:
    """A story that at least two articles told."""

    items: int
    outlets: set[str]


@dataclass(slots=True)
class Figures:
    """What was counted in one span; articles are counted on the day they were published (else first seen)."""

    span: Span
    foreign: int = 0
    stories: int = 0
    #: stories of at least two articles, by id
    carried: dict[str, Carried] = field(default_factory=dict)
    #: articles of each day and tone
    told: Counter[tuple[date, Tone]] = field(default_factory=Counter)
    #: days on which at least one source was read
    collected: set[date] = field(default_factory=set)
    #: pages examined on each day, over all sources: what the attention is measured against
    page_days: Counter[date] = field(default_factory=Counter)
    topics: dict[str, Counter[Tone]] = field(default_factory=dict)
    topic_days: dict[str, Counter[date]] = field(default_factory=dict)
    place_days: dict[str, Counter[date]] = field(default_factory=dict)
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
    def items(self) -> int:
        return self.told.total()

    @property
    def tones(self) -> Counter[Tone]:
        return _by_tone(self.told)

    @property
    def days(self) -> Counter[date]:
        return _by_day(self.told)

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
        """Articles on the province for each thousand pages that were read."""
        return 1000 * self.items / self.pages if self.pages else None

    def spread(self, most: int = 10) -> list[str]:
        """Return the ids of the stories that most outlets carried."""
        return sorted(self.carried, key=lambda k: (-len(self.carried[k].outlets), -self.carried[k].items, k))[:most]

    def gaps(self) -> list[date]:
        return [day for day in self.span.days if day not in self.collected]


def figures(
    span: Span,
    facts: Iterable[Fact],
    publishers: Mapping[str, Publisher],
    sources: Mapping[date, Sequence[SourceRead]],
    *,
    home: str = "VN",
) -> Figures:
    """Count the articles of a span, of outlets by id; `sources` tells what became of each on each day it was asked.

    Articles are counted and let go: a year of them need not fit into memory.
    """
    found = Figures(span)
    _count(found, facts, publishers)
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


def _count(found: Figures, facts: Iterable[Fact], publishers: Mapping[str, Publisher]) -> None:
    days: dict[int, date] = {}
    #: who told a story first, of the first of its articles that came along
    first: dict[str, str] = {}
    split = lru_cache(maxsize=50_000)(str.split)
    topics = dict[str, Counter[tuple[date, Tone]]]()
    places = found.place_days
    for fact in facts:
        quarter = fact.at // _QUARTER
        day = days.get(quarter)
        if day is None:
            day = days[quarter] = datetime.fromtimestamp(quarter * _QUARTER, ZONE).date()
        source, story = fact.source_id, fact.story
        told: tuple[date, Tone] = day, fact.tone
        outlet = found.outlets.get(source)
        if outlet is None:
            known = publishers.get(source) or Publisher(source, "")
            outlet = found.outlets[source] = Outlet(known.name, known.country)
        outlet.told[told] += 1
        outlet.stories.add(story)
        found.languages[fact.language] += 1
        for topic in split(fact.topics):
            topics.setdefault(topic, Counter())[told] += 1
        for place in split(fact.places):
            places.setdefault(place, Counter())[day] += 1
        if story not in first:
            first[story] = source
        elif story in found.carried:
            found.carried[story].items += 1
            found.carried[story].outlets.add(source)
        else:
            found.carried[story] = Carried(2, {first[story], source})
    found.stories = len(first)
    # What was told by whom, on which day and in which tone holds all other sums.
    for outlet in found.outlets.values():
        found.told.update(outlet.told)
    for topic, told_ in topics.items():
        found.topics[topic], found.topic_days[topic] = _by_tone(told_), _by_day(told_)


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
