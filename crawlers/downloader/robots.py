"""robots.txt → may this be fetched, and how slowly: an answer of 5xx, or none, means wait (RFC 9309, 2.3.1.4)."""

import asyncio
from collections.abc import Awaitable
from typing import Any
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.http import Response

from crawlers.downloader import reasons
from crawlers.downloader.exceptions import RobotsRefused, RobotsUnreachable
from crawlers.downloader.throttle import PoliteThrottle
from pipeline.records import Reason

_MAX_DELAY = 60.0
_THE_HOST = frozenset([Reason.DNS, Reason.REFUSED, Reason.RESET, Reason.TIMEOUT, Reason.TLS, Reason.RATE_LIMITED])

#: what robots.txt says; None: nothing
Rules = Protego | RobotsUnreachable | None


class RobotsMiddleware:
    """Reads each host's robots.txt once per crawl, before its first page, and keeps to it."""

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
        reading = self._rules.get(site)
        if reading is None:
            reading = self._rules[site] = asyncio.ensure_future(self._read(site, request))
        if not reading.done():
            return self._wait(reading, site, request)
        # A task to wait for what is there already would be one more for each request.
        self._apply(reading.result(), site, request)
        return None

    async def _wait(self, reading: "asyncio.Future[Rules]", site: str, request: Request) -> None:
        self._apply(await reading, site, request)

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
        asked = Request(
            f"{site}/robots.txt",
            meta={"is_robots": True, "download_slot": request.meta.get("download_slot")},
            priority=1000,
            dont_filter=True,
        )
        # A host that cannot be reached says so itself; whatever else befalls its robots.txt is that file's trouble.
        try:
            answer: Response = await self._crawler.engine.download_async(asked)
        except Exception as error:
            reason = reasons.reason_of_exception(error)
            named = reason if reason in _THE_HOST else Reason.ROBOTS_UNREACHABLE
            return RobotsUnreachable(named, f"{site}/robots.txt: {reasons.error_note(error)}")
        if answer.status == 429:
            return RobotsUnreachable(Reason.RATE_LIMITED, f"{site}/robots.txt: HTTP 429")
        if answer.status >= 500:
            return RobotsUnreachable(Reason.ROBOTS_UNREACHABLE, f"{site}/robots.txt: HTTP {answer.status}")
        if answer.status != 200:
            return None
        return Protego.parse(answer.body.decode("utf-8-sig", "replace"))
