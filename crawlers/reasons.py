"""Exceptions and statuses → Reason; the one place that knows Scrapy's and Twisted's."""

from typing import Any

from pipeline.records import Reason


def of_status(status: int) -> Reason:
    """Return the reason for an HTTP status that is no success."""
    known = {
        401: Reason.FORBIDDEN,
        402: Reason.PAYWALL,
        403: Reason.FORBIDDEN,
        404: Reason.NOT_FOUND,
        410: Reason.GONE,
        429: Reason.RATE_LIMITED,
        451: Reason.FORBIDDEN,
        304: Reason.NOT_MODIFIED,
    }
    if status in known:
        return known[status]
    if 300 <= status < 400:
        return Reason.REDIRECTS
    return Reason.SERVER_ERROR if status >= 500 else Reason.HTTP_OTHER


def of_exception(error: BaseException) -> Reason:
    """Return the reason for what stopped a request, most specific first."""
    from crawlers.robots import RobotsUnreachable

    if isinstance(error, RobotsUnreachable):
        return error.reason
    for kinds, reason in _table():
        if isinstance(error, kinds):
            return reason
    return Reason.ERROR


def _table() -> list[tuple[tuple[type[BaseException], ...], Reason]]:
    from scrapy import exceptions as scrapy_errors
    from twisted.internet import error as twisted_errors
    from twisted.web import client as web_errors

    from crawlers.guard import UnsafeAddress
    from crawlers.robots import RobotsRefused

    def named(module: Any, *names: str) -> tuple[type[BaseException], ...]:
        return tuple(getattr(module, name) for name in names if hasattr(module, name))

    return [
        ((UnsafeAddress,), Reason.UNSAFE_ADDRESS),
        ((RobotsRefused,), Reason.ROBOTS),
        (named(scrapy_errors, "DownloadCancelledError", "ResponseTooLargeError"), Reason.TOO_LARGE),
        (named(scrapy_errors, "CannotResolveHostError", "UnsupportedURLSchemeError"), Reason.DNS),
        (named(scrapy_errors, "DownloadConnectionRefusedError"), Reason.REFUSED),
        (named(scrapy_errors, "DownloadTimeoutError"), Reason.TIMEOUT),
        (named(scrapy_errors, "ResponseDataLossError"), Reason.RESET),
        (named(twisted_errors, "DNSLookupError"), Reason.DNS),
        (named(twisted_errors, "ConnectionRefusedError"), Reason.REFUSED),
        (named(twisted_errors, "TimeoutError", "TCPTimedOutError"), Reason.TIMEOUT),
        ((TimeoutError,), Reason.TIMEOUT),
        (named(web_errors, "ResponseFailed", "ResponseNeverReceived"), Reason.RESET),
        (named(twisted_errors, "ConnectionLost", "ConnectionDone", "ConnectError"), Reason.RESET),
        ((ConnectionError,), Reason.RESET),
    ]
