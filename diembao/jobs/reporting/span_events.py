"""The database → the events of a span that the press at home and abroad takes up, as a report lists them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from analysis.report.model import PressComparison
from analysis.stories.home_and_abroad import EventPress, HomeAndAbroad, event_press
from storage.database import Database

#: Events of each kind that a report lists.
_LISTED = 10
#: Events of both whose articles are read for their hours, those that most outlets took up first.
_TIMED = 1000


def compare_presses_within(storage: Database, start: datetime, end: datetime, home: str = "VN") -> PressComparison:
    """Compare the events of articles about the province of [start, end); `home` is the country that is not foreign."""
    countries = {key: publisher.country for key, publisher in storage.crawl.publishers().items()}
    at_home: dict[str, int] = {}
    abroad: dict[str, int] = {}
    for event, source in storage.derived.events(start, end):
        counts = at_home if countries.get(source, "") == home else abroad
        counts[event] = counts.get(event, 0) + 1
    outlets = {event: at_home.get(event, 0) + abroad.get(event, 0) for event in (*at_home, *abroad)}

    def widest(events: Iterable[str]) -> list[str]:
        return sorted(events, key=lambda event: (-outlets[event], event))

    def read(events: Sequence[str]) -> tuple[EventPress, ...]:
        found: list[EventPress] = []
        for key in events:
            items = [
                item
                for item in storage.stories.event_items(key)
                if item.tags.relevance == "main" and start <= item.published_or_seen < end
            ]
            if items:
                found.append(event_press(key, items, home))
        return tuple(found)

    both, foreign, domestic = (
        widest(keys) for keys in (at_home.keys() & abroad, abroad.keys() - at_home, at_home.keys() - abroad)
    )
    timed = HomeAndAbroad(read(both[:_TIMED]))
    listed = HomeAndAbroad(timed.both[:_LISTED], read(foreign[:_LISTED]), read(domestic[:_LISTED]))
    return PressComparison(listed, len(both), len(foreign), len(domestic), timed.hours)
