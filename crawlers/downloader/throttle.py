"""Responses of a host → the delay before its next request, never less than the host asks for."""

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any

from scrapy import Request, Spider
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response

from pipeline import clock

#: Factor by which the delay grows after each 429 or 503, up to AUTOTHROTTLE_MAX_DELAY, and its least value in seconds.
_SLOWDOWN_FACTOR = 2.0
_MIN_SLOWDOWN = 5.0
#: Longest Retry-After to believe, in seconds: a year is a mistake.
_MAX_RETRY_AFTER = 86400.0


def retry_after(response: Response) -> float | None:
    """Return the seconds of a Retry-After header (a number or a date), at most a day; None if absent or invalid."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    try:
        seconds = float(value) if value.isdigit() else _seconds_until(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), _MAX_RETRY_AFTER)


def _seconds_until(http_date: str) -> float:
    when = parsedate_to_datetime(http_date)
    return ((when if when.tzinfo else when.replace(tzinfo=UTC)) - clock.now()).total_seconds()


class PoliteThrottle(AutoThrottle):
    """Scrapy's AutoThrottle with least delays; AutoThrottle alone drops a Crawl-delay after the next quick response."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._crawler = crawler
        #: Least delays in seconds, by download slot.
        self._min_delays: dict[str, float] = {}
        #: Delays in seconds that sources set for their own hosts, in place of the general one.
        self._source_delays: Mapping[str, float] = crawler.settings.getdict("DIEMBAO_DELAYS")

    def at_least(self, slot: str, seconds: float) -> None:
        """Keep at least `seconds` between two requests of this download slot."""
        self._min_delays[slot] = max(seconds, self._min_delays.get(slot, 0.0))
        if (active := self._slot(slot)) is not None:
            active.delay = max(active.delay, self._min_delays[slot])

    def not_before(self, slot: str, at: float) -> None:
        """Send no request of this download slot before `at`, on the clock of time.monotonic()."""
        if (active := self._slot(slot)) is not None:
            # Scrapy waits only if there is a delay, which it counts from its last request.
            active.delay = max(active.delay, 0.001)
            active.lastseen = max(active.lastseen, at - active.delay)

    def release(self, slot: str) -> None:
        """Let waiting requests of this download slot go on at once, because the host is left alone and gets none."""
        self._min_delays.pop(slot, None)
        if (active := self._slot(slot)) is not None:
            active.delay = active.lastseen = 0.0
            # Scrapy may have set a timer for a Retry-After of up to a day, which would keep the crawl from ending.
            active.close()
            self._crawler.engine.downloader._process_queue(active)

    def _slot(self, slot: str) -> Any:
        return self._crawler.engine.downloader.slots.get(slot)

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        key, slot = self._get_slot(request, spider)
        if key is None or slot is None:
            return
        self.mindelay = self._source_delays.get(key, self._min_delay())
        super()._response_downloaded(response, request, spider)
        if response.status in (429, 503):
            self._min_delays[key] = min(max(slot.delay * _SLOWDOWN_FACTOR, _MIN_SLOWDOWN), self.maxdelay)
        slot.delay = max(slot.delay, self._min_delays.get(key, 0.0))
        delay = retry_after(response) if response.status in (429, 503) else None
        if delay is not None:
            # Retry-After counts from now and replaces the slot's delay.
            slot.lastseen = monotonic() + delay - slot.delay
