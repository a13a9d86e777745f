"""The activities of a yearly plan, and the articles published about them → counts by quarter, at home and abroad."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import ClassVar, Literal

_FORBID = {"extra": "forbid"}
#: Whom an activity is for: readers of the press at home, abroad, or both.
Audience = Literal["home", "abroad", "both"]
QUARTERS = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Activity:
    """[[activity]]: an activity of the plan of one year."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    id: str
    title: str
    year: int
    #: ids of topics.toml; an article of one of them counts
    topics: tuple[str, ...] = ()
    #: phrases; with topics an article needs both a topic and a phrase
    words: tuple[str, ...] = ()
    #: handle of the unit that does it; '': none is named
    unit: str = ""
    #: quarters, 1 to 4, in which it is done; empty and without days: the whole year
    quarters: tuple[int, ...] = ()
    #: first and last day, in place of quarters
    since: date | None = None
    until: date | None = None
    audience: Audience = "both"

    def holds_on(self, day: date) -> bool:
        """Return whether a day is one of the activity."""
        if day.year != self.year:
            return False
        if self.since is not None or self.until is not None:
            return (self.since or date.min) <= day <= (self.until or date.max)
        return not self.quarters or quarter_of(day) in self.quarters


@dataclass(frozen=True)
class Plan:
    """All of plan.toml: the activities of any number of years."""

    __pydantic_config__: ClassVar[dict[str, str]] = _FORBID
    activity: tuple[Activity, ...] = ()

    @cached_property
    def years(self) -> tuple[int, ...]:
        """The years that have activities, the newest first."""
        return tuple(sorted({one.year for one in self.activity}, reverse=True))

    def of_year(self, year: int) -> tuple[Activity, ...]:
        """Return the activities of a year, in the order of the file."""
        return tuple(one for one in self.activity if one.year == year)


@dataclass(frozen=True, slots=True)
class Published:
    """An article about the province: its local day, its topics, and whether its outlet is abroad."""

    day: date
    topics: frozenset[str]
    is_abroad: bool


@dataclass(slots=True)
class Count:
    """Articles of outlets at home and abroad."""

    home: int = 0
    abroad: int = 0

    @property
    def all(self) -> int:
        """Both together."""
        return self.home + self.abroad

    def of(self, audience: Audience) -> int:
        """Return the articles for whom an activity is."""
        return self.home if audience == "home" else self.abroad if audience == "abroad" else self.all


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """What was published about an activity or topic, by quarter; an article is of exactly one quarter."""

    #: None: the row is of a topic
    activity: Activity | None
    #: '': the row is of an activity
    topic: str
    quarters: Mapping[int, Count] = field(default_factory=lambda: {n: Count() for n in QUARTERS})
    #: of a topic, the same days a year before; None: nothing was collected then, or the row is of an activity
    before: Count | None = None

    @property
    def year(self) -> Count:
        """The sum of the quarters."""
        counts = self.quarters.values()
        return Count(sum(one.home for one in counts), sum(one.abroad for one in counts))


@dataclass(frozen=True, slots=True)
class PlanProgress:
    """The progress of a plan up to a day."""

    year: int
    #: last day counted
    until: date
    activities: tuple[ProgressRow, ...]
    topics: tuple[ProgressRow, ...]
    #: ids of sources read in this year's days and not in those a year before, and the other way round
    sources_added: tuple[str, ...] = ()
    sources_gone: tuple[str, ...] = ()
    #: whether anything was collected in the same days a year before
    is_compared: bool = False

    @property
    def is_series_broken(self) -> bool:
        """Whether the years were counted in different sources, so that their counts do not compare."""
        return self.is_compared and bool(self.sources_added or self.sources_gone)


def quarter_of(day: date) -> int:
    """Return the quarter of a day, 1 to 4."""
    return (day.month - 1) // 3 + 1


def change_in_percent(now: int, before: int | None) -> float | None:
    """Return the change from `before` to `now` in per cent; None where there was nothing to change from."""
    return 100 * (now - before) / before if before else None


def count_activity(activity: Activity, articles: Iterable[Published]) -> ProgressRow:
    """Return the row of an activity; `articles` are those that have its words, or all where it has none."""
    row = ProgressRow(activity, "")
    for article in articles:
        if activity.holds_on(article.day) and (not activity.topics or article.topics.intersection(activity.topics)):
            _add(row.quarters[quarter_of(article.day)], article)
    return row


def count_topics(
    topics: Sequence[str], articles: Iterable[Published], before: Iterable[Published] | None
) -> tuple[ProgressRow, ...]:
    """Return a row for each topic; `articles` are those of the year, `before` of the same days a year before."""
    earlier = None if before is None else {topic: Count() for topic in topics}
    for article in before or ():
        for topic in article.topics.intersection(topics):
            if earlier is not None:
                _add(earlier[topic], article)
    rows = {topic: ProgressRow(None, topic, before=earlier[topic] if earlier else None) for topic in topics}
    for article in articles:
        for topic in article.topics.intersection(topics):
            _add(rows[topic].quarters[quarter_of(article.day)], article)
    return tuple(rows.values())


def _add(count: Count, article: Published) -> None:
    if article.is_abroad:
        count.abroad += 1
    else:
        count.home += 1
