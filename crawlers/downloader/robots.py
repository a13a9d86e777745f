"""robots.txt → whether and how slowly to fetch an address; status 5xx or no response means wait (RFC 9309, 2.3.1.4)."""

import asyncio
from collections.abc import Awaitable
from typing import Any
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.http import Response

from crawlers.downloader.exceptions import RobotsRefused, RobotsUnreachable
from crawlers.downloader.reasons import error_note, reason_of_exception
from crawlers.downloader.throttle import PoliteThrottle
from pipeline.records import Reason

#: Longest Crawl-delay to keep, in seconds.
_MAX_DELAY = 60.0
#: Reasons that hold for the whole host, not only for its robots.txt.
_HOST_REASONS = frozenset(
    [
        *(Reason.DNS, Reason.REFUSED, Reason.RESET, Reason.LOST, Reason.NOT_HTTP, Reason.TIMEOUT, Reason.TLS),
        *(Reason.CUT_OFF, Reason.BAD_CHUNKS, Reason.RATE_LIMITED, Reason.NOT_ASKED),
    ]
)

#: Content of a robots.txt; None: there is none, and everything is allowed.
Rules = Protego | RobotsUnreachable | None


class RobotsMiddleware:
    """Reads each site's robots.txt once per crawl, before its first page, and obeys it."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._agent = crawler.settings["USER_AGENT"].split("/")[0]
        self._rules: dict[str, asyncio.Future[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> "RobotsMiddleware":
        return cls(crawler)

    def process_request(self, request: Request) -> Awaitable[None] | None:
        if request.meta.get("is_robots"):
            return None
        parts = urlsplit(request.url)
        site = f"{parts.scheme}://{parts.netloc}"
        rules = self._rules.get(site)
        if rules is None:
            rules = self._rules[site] = asyncio.ensure_future(self._read(site, request))
        if not rules.done():
            return self._wait(rules, site, request)
        # Applied here, because awaiting would cost one more task for each request.
        self._apply(rules.result(), site, request)
        return None

    async def _wait(self, rules: "asyncio.Future[Rules]", site: str, request: Request) -> None:
        self._apply(await rules, site, request)

    def _apply(self, rules: Rules, site: str, request: Request) -> None:
        if isinstance(rules, RobotsUnreachable):
            raise RobotsUnreachable(rules.reason, str(rules))
        if rules is None:
            return
        if not rules.can_fetch(request.url, self._agent):
            raise RobotsRefused(f"{site}/robots.txt refuses {urlsplit(request.url).path[:200]}")
        if delay := rules.crawl_delay(self._agent):
            throttle = self._crawler.get_extension(PoliteThrottle)
            throttle.at_least(str(request.meta.get("download_slot")), min(float(delay), _MAX_DELAY))

    async def _read(self, site: str, request: Request) -> Rules:
        robots_request = Request(
            f"{site}/robots.txt",
            meta={
                "is_robots": True,
                "download_slot": request.meta.get("download_slot"),
                "source_id": request.meta.get("source_id", ""),
            },
            priority=1000,
            dont_filter=True,
        )
        # A host that is down gives its own reason; any other error concerns robots.txt alone.
        try:
            response: Response = await self._crawler.engine.download_async(robots_request)
        except Exception as error:
            cause = reason_of_exception(error)
            reason = cause if cause in _HOST_REASONS else Reason.ROBOTS_UNREACHABLE
            return RobotsUnreachable(reason, f"{site}/robots.txt: {error_note(error)}")
        if response.status == 429:
            return RobotsUnreachable(Reason.RATE_LIMITED, f"{site}/robots.txt: HTTP 429")
        if response.status >= 500:
            return RobotsUnreachable(Reason.ROBOTS_UNREACHABLE, f"{site}/robots.txt: HTTP {response.status}")
        if response.status != 200:
            return None
        return Protego.parse(response.body.decode("utf-8-sig", "replace"))
