"""Failures of a host → asked again a little later, or not any more in this crawl."""

from collections import Counter
from time import monotonic
from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawlers.downloader import reasons
from crawlers.downloader.exceptions import HostLeftAlone
from crawlers.downloader.ssrf_guard import host_port
from crawlers.downloader.throttle import PoliteThrottle, retry_after
from pipeline.records import Reason

#: A request is made so often again in one crawl; the next crawl goes on from there.
_RETRIES = 2
#: And so often for all pages of one host together: a host in trouble is not helped by three times the requests.
_RETRIES_OF_HOST = 10
#: After so many failures in a row a host is not asked again in this crawl: 30 pages at 30 s each are 15 minutes.
_FAILURES = 3
#: Seconds that a crawl waits when asked to by Retry-After; who asks for more is left alone until the next crawl.
_WAIT = 60.0

_UNREACHABLE = frozenset([Reason.DNS, Reason.REFUSED, Reason.RESET, Reason.TIMEOUT, Reason.TLS])
_AGAIN = frozenset([408, 425, 429, 500, 502, 503, 504])


class HostBackoffMiddleware:
    """Keeps account of each host's failures; crawlers.downloader.handler asks `check` before each request goes out."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._failures: Counter[str] = Counter()
        self._retried: Counter[str] = Counter()
        self._alone: dict[str, tuple[Reason, str]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> "HostBackoffMiddleware":
        return cls(crawler)

    def check(self, request: Request) -> None:
        """Raise HostLeftAlone where the host of a request is to be left alone."""
        if (why := self._alone.get(_server(request))) is not None:
            raise HostLeftAlone(*why)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        slot = _server(request)
        if response.status not in _AGAIN:
            self._failures[slot] = 0
            return response
        asked = retry_after(response)
        if asked is not None and asked > _WAIT:
            self._leave(
                slot, reasons.reason_of_status(response.status), f"HTTP {response.status}, Retry-After {asked:.0f} s"
            )
            return response
        return self._again(request, slot) or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        slot = _server(request)
        reason = reasons.reason_of_exception(exception)
        if isinstance(exception, HostLeftAlone) or reason not in _UNREACHABLE:
            return None
        self._failures[slot] += 1
        if self._failures[slot] >= _FAILURES:
            self._leave(slot, reason, f"failed {_FAILURES} times in a row")
            return None
        return self._again(request, slot) if reason is Reason.RESET else None

    def _again(self, request: Request, slot: str) -> Request | None:
        times = request.meta.get("again", 0)
        if times >= _RETRIES or self._retried[slot] >= _RETRIES_OF_HOST:
            return None
        self._retried[slot] += 1
        throttle = self._crawler.get_extension(PoliteThrottle)
        throttle.not_before(slot, monotonic() + 2.0**times)
        return request.replace(meta={**request.meta, "again": times + 1}, dont_filter=True)

    def _leave(self, slot: str, reason: Reason, note: str) -> None:
        self._alone[slot] = (reason, f"not asked: {slot} is left alone until the next crawl ({note})")
        # What still waits in line for this host is not going to be asked: it need not keep its distance.
        self._crawler.get_extension(PoliteThrottle).release(slot)


def _server(request: Request) -> str:
    """Return "host:port" of a request: crawlers.downloader.ssrf_guard has written it there on the request's way out."""
    return str(request.meta.get("download_slot") or host_port(request.url))
