"""Articles of events → which events the press at home and abroad takes up, and how many hours lie between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from analysis.stories.grouping import newest_first
from pipeline.records import Item

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class EventPress:
    """One event, with the articles about it at home and abroad, each in order of publication; one may be empty."""

    key: str
    home: tuple[Item, ...]
    abroad: tuple[Item, ...]

    @property
    def first(self) -> Item:
        """The article to name the event by: the first at home, else the first abroad."""
        return (self.home or self.abroad)[0]

    @property
    def outlets(self) -> int:
        return len({item.source_id for item in (*self.home, *self.abroad)})

    @property
    def hours(self) -> float | None:
        """Hours from the first report at home to the first abroad, below 0 where that came first.

        None without both, or where the hour of one that may be the first is not known.
        """
        times = [_first_hour(items) for items in (self.home, self.abroad)]
        if times[0] is None or times[1] is None:
            return None
        return (times[1] - times[0]).total_seconds() / 3600


@dataclass(frozen=True, slots=True)
class HomeAndAbroad:
    """The events of a span by who takes them up; those of most outlets first."""

    both: tuple[EventPress, ...] = ()
    only_abroad: tuple[EventPress, ...] = ()
    only_home: tuple[EventPress, ...] = ()

    @property
    def hours(self) -> tuple[float, ...]:
        """The hours of every event of both whose hours are known, in the order of `both`."""
        return tuple(hours for event in self.both if (hours := event.hours) is not None)

    @property
    def median_hours(self) -> float | None:
        return median(self.hours) if self.hours else None


def compare_presses(items: Iterable[Item], home: str = "VN") -> HomeAndAbroad:
    """Sort the events of articles by who takes them up; `home` is the country that is not foreign (ISO 3166-1)."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.event or item.story, []).append(item)
    events = sorted(
        (event_press(key, members, home) for key, members in groups.items()),
        key=lambda event: (-event.outlets, newest_first(event.first)),
    )
    return HomeAndAbroad(
        tuple(event for event in events if event.home and event.abroad),
        tuple(event for event in events if not event.home),
        tuple(event for event in events if not event.abroad),
    )


def event_press(key: str, items: Sequence[Item], home: str = "VN") -> EventPress:
    """Return one event of its articles."""
    ordered = sorted(items, key=newest_first)
    return EventPress(
        key,
        tuple(item for item in ordered if item.country == home),
        tuple(item for item in ordered if item.country != home),
    )


def _first_hour(items: Sequence[Item]) -> datetime | None:
    """Return the time of the first article; None if only the day of one that may be the first is known."""
    if not items or not all(item.is_dated for item in items):
        return None
    first = min(items, key=lambda item: item.published_or_seen)
    # An article of the same day without an hour may be earlier, or this one's hour is none.
    near = (item for item in items if item.published_or_seen - first.published_or_seen < _A_DAY)
    return None if any(item.article.published_precision == "day" for item in near) else first.published_or_seen
