"""Failures of a host → a retry a little later, or no more requests in this crawl."""

from collections import Counter
from time import monotonic
from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawlers.downloader.exceptions import HostLeftAlone
from crawlers.downloader.reasons import reason_of_exception, reason_of_status
from crawlers.downloader.ssrf_guard import host_port
from crawlers.downloader.throttle import PoliteThrottle, retry_after
from pipeline.records import Reason

#: Most retries of one request in one crawl; the next crawl tries again.
_MAX_RETRIES = 2
#: Most retries of all requests to one host together: three times the requests would not help a host in trouble.
_MAX_HOST_RETRIES = 10
#: Failures in a row after which a host gets no more requests in this crawl: 30 pages at 30 s each are 15 minutes.
_MAX_FAILURES = 3
#: Longest Retry-After, in seconds, to wait for; a host that asks for more is left alone until the next crawl.
_MAX_WAIT = 60.0

#: Reasons for which a host counts as failed.
_UNREACHABLE = frozenset(
    [
        *(Reason.DNS, Reason.REFUSED, Reason.RESET, Reason.LOST, Reason.NOT_HTTP, Reason.TIMEOUT, Reason.TLS),
        *(Reason.CUT_OFF, Reason.BAD_CHUNKS),
    ]
)
#: Those of them after which a request is sent once more in the same crawl: the host answered, or may do so at once.
_RETRIED = frozenset([Reason.RESET, Reason.LOST, Reason.NOT_HTTP, Reason.CUT_OFF, Reason.BAD_CHUNKS])
#: HTTP statuses to retry.
_RETRIED_STATUSES = frozenset([408, 425, 429, 500, 502, 503, 504])


class HostBackoffMiddleware:
    """Counts each host's failures; crawlers.downloader.handler calls `check` before it sends a request."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._failures: Counter[str] = Counter()
        self._retries: Counter[str] = Counter()
        self._left_alone: dict[str, tuple[Reason, str]] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> "HostBackoffMiddleware":
        return cls(crawler)

    def check(self, request: Request) -> None:
        """Raise HostLeftAlone if the host of a request is left alone."""
        if (refusal := self._left_alone.get(_slot(request))) is not None:
            raise HostLeftAlone(*refusal)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        slot = _slot(request)
        if response.status not in _RETRIED_STATUSES:
            self._failures[slot] = 0
            return response
        delay = retry_after(response)
        if delay is not None and delay > _MAX_WAIT:
            note = f"HTTP {response.status}, Retry-After {delay:.0f} s"
            self._leave_alone(slot, reason_of_status(response.status), note)
            return response
        return self._retry(request, slot) or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        slot = _slot(request)
        reason = reason_of_exception(exception)
        if isinstance(exception, HostLeftAlone) or reason not in _UNREACHABLE:
            return None
        self._failures[slot] += 1
        if self._failures[slot] >= _MAX_FAILURES:
            self._leave_alone(slot, reason, f"failed {_MAX_FAILURES} times in a row")
            return None
        return self._retry(request, slot) if reason in _RETRIED else None

    def _retry(self, request: Request, slot: str) -> Request | None:
        times = request.meta.get("retries", 0)
        if times >= _MAX_RETRIES or self._retries[slot] >= _MAX_HOST_RETRIES:
            return None
        self._retries[slot] += 1
        throttle = self._crawler.get_extension(PoliteThrottle)
        throttle.not_before(slot, monotonic() + 2.0**times)
        return request.replace(meta={**request.meta, "retries": times + 1}, dont_filter=True)

    def _leave_alone(self, slot: str, reason: Reason, note: str) -> None:
        self._left_alone[slot] = (reason, f"not asked: {slot} is left alone until the next crawl ({note})")
        # Waiting requests for this host will not be sent, so they need not keep its delay.
        self._crawler.get_extension(PoliteThrottle).release(slot)


def _slot(request: Request) -> str:
    """Return "host:port" of a request; crawlers.downloader.ssrf_guard put it into the meta."""
    return str(request.meta.get("download_slot") or host_port(request.url))
