"""States of feeds → the order in which one crawl asks them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from pipeline.records import FeedState

#: Source id and address of a feed: two sources may share an address.
FeedKey = tuple[str, str]

_NEVER = datetime.min.replace(tzinfo=UTC)


class FeedTurns:
    """The turns of the feeds of one crawl: the longest unasked first, those that failed last time at the end.

    A host that fails three times in a row is left alone: feeds that fail must not cost the others their turn.
    """

    def __init__(self, states: Mapping[FeedKey, FeedState]) -> None:
        keys = sorted(states, key=lambda key: states[key].polled_at or _NEVER)
        self.first = [key for key in keys if not states[key].failures]
        self._failing = [key for key in keys if states[key].failures]
        self._places = {key: len(keys) - n for n, key in enumerate([*self.first, *self._failing])}

    def take_failing(self) -> list[FeedKey]:
        """Return the feeds to ask once all other requests have ended; [] when called again."""
        failing, self._failing = self._failing, []
        return failing

    def priority(self, key: FeedKey) -> int:
        """Return a Scrapy priority, the higher the sooner: of equal ones Scrapy takes the latest request first."""
        return 10 + self._places.get(key, 0)
