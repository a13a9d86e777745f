"""Answers of a host → how long to wait before it is asked again; never less than its robots.txt asks for."""

from typing import Any

from scrapy import Request, Spider
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response

#: A host that answers 429 or 503 is asked so many times more slowly from then on, up to AUTOTHROTTLE_MAX_DELAY.
_SLOWER = 4.0
_SLOW_DOWN = 5.0


class PoliteThrottle(AutoThrottle):
    """Scrapy's AutoThrottle, which by itself forgets a Crawl-delay at the next quick answer."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._crawler = crawler
        self._least: dict[str, float] = {}

    def at_least(self, slot: str, seconds: float) -> None:
        """Ask the hosts of this download slot at most once in so many seconds."""
        self._least[slot] = max(seconds, self._least.get(slot, 0.0))
        known = self._crawler.engine.downloader.slots.get(slot)
        if known is not None:
            known.delay = max(known.delay, self._least[slot])

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        super()._response_downloaded(response, request, spider)
        key, slot = self._get_slot(request, spider)
        if key is None or slot is None:
            return
        if response.status in (429, 503):
            self._least[key] = min(max(slot.delay * _SLOWER, _SLOW_DOWN), self.maxdelay)
        slot.delay = max(slot.delay, self._least.get(key, 0.0))
