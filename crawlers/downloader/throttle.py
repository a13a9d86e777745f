"""Answers of a host → how long to wait before it is asked again; never less than it asks for itself."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any

from scrapy import Request, Spider
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response

#: A host that answers 429 or 503 is asked so many times more slowly from then on, up to AUTOTHROTTLE_MAX_DELAY.
_SLOWER = 2.0
_SLOW_DOWN = 5.0
#: No Retry-After is heard beyond this: a year is a slip, and the next crawl asks whatever it said.
_DAY = 86400.0


def retry_after(response: Response) -> float | None:
    """Return the seconds that a server asks to be left alone, at most a day; None where it says nothing of sense."""
    written = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    try:
        seconds = float(written) if written.isdigit() else _until(written)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), _DAY)


def _until(written: str) -> float:
    when = parsedate_to_datetime(written)
    return ((when if when.tzinfo else when.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()


class PoliteThrottle(AutoThrottle):
    """Scrapy's AutoThrottle, which by itself forgets a Crawl-delay at the next quick answer."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._crawler = crawler
        self._least: dict[str, float] = {}
        #: delays that a source sets for its own host, in place of the general one
        self._own: Mapping[str, float] = crawler.settings.getdict("DIEMBAO_DELAYS")

    def at_least(self, slot: str, seconds: float) -> None:
        """Ask the hosts of this download slot at most once in so many seconds."""
        self._least[slot] = max(seconds, self._least.get(slot, 0.0))
        if (known := self._slot(slot)) is not None:
            known.delay = max(known.delay, self._least[slot])

    def not_before(self, slot: str, at: float) -> None:
        """Do not ask this host before `at`, on the clock of time.monotonic()."""
        if (known := self._slot(slot)) is not None:
            # Scrapy waits only where there is some delay, counted from when it last asked.
            known.delay = max(known.delay, 0.001)
            known.lastseen = max(known.lastseen, at - known.delay)

    def release(self, slot: str) -> None:
        """Let what waits for this host go on at once: it will not be asked."""
        self._least.pop(slot, None)
        if (known := self._slot(slot)) is not None:
            known.delay = known.lastseen = 0.0
            # Scrapy may have set its clock already by what the host asked for: a day in which no crawl would end.
            known.close()
            self._crawler.engine.downloader._process_queue(known)

    def _slot(self, slot: str) -> Any:
        return self._crawler.engine.downloader.slots.get(slot)

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        key, slot = self._get_slot(request, spider)
        if key is None or slot is None:
            return
        self.mindelay = self._own.get(key, self._min_delay())
        super()._response_downloaded(response, request, spider)
        if response.status in (429, 503):
            self._least[key] = min(max(slot.delay * _SLOWER, _SLOW_DOWN), self.maxdelay)
        slot.delay = max(slot.delay, self._least.get(key, 0.0))
        asked = retry_after(response) if response.status in (429, 503) else None
        if asked is not None:
            # Counted from now, in place of the delay and not on top of it.
            slot.lastseen = monotonic() + asked - slot.delay
