"""Exceptions and statuses → Reason; the one place that knows Scrapy's and Twisted's."""

import gzip
import zlib
from collections.abc import Iterator
from functools import cache

from crawlers.downloader.exceptions import HostLeftAlone, RobotsRefused, RobotsUnreachable
from pipeline.records import Reason


def reason_of_status(status: int) -> Reason:
    """Return the reason for an HTTP status that is no success."""
    known = {
        401: Reason.FORBIDDEN,
        402: Reason.PAYWALL,
        403: Reason.FORBIDDEN,
        404: Reason.NOT_FOUND,
        410: Reason.GONE,
        429: Reason.RATE_LIMITED,
        451: Reason.FORBIDDEN,
        204: Reason.EMPTY,
        205: Reason.EMPTY,
        304: Reason.NOT_MODIFIED,
    }
    if status in known:
        return known[status]
    if 300 <= status < 400:
        return Reason.REDIRECTS
    return Reason.SERVER_ERROR if status >= 500 else Reason.HTTP_OTHER


def reason_of_exception(error: BaseException) -> Reason:
    """Return the reason for what stopped a request, most specific first."""
    if isinstance(error, RobotsUnreachable | HostLeftAlone):
        return error.reason
    if (reason := _ignored(error)) is not None:
        return reason
    causes = list(_causes(error))
    for kinds, reason in _table():
        if any(isinstance(cause, kinds) for cause in causes):
            return reason
    return Reason.ERROR


def error_note(error: BaseException) -> str:
    """Return what a person is told of an exception: of a chain of them, the one that says most."""
    notes = [" ".join(str(cause).split()) for cause in _causes(error)]
    # Twisted's wrappers speak of '<twisted.python.failure.Failure ...>'; what they wrap says what happened.
    plain = [note for note in notes if note and "<twisted" not in note and not note.startswith("[")]
    return (plain[0] if plain else type(error).__name__)[:300]


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those it wraps: Scrapy by `raise from`, Twisted in a list of failures."""
    yield error
    for failure in getattr(error, "reasons", None) or ():
        if isinstance(value := getattr(failure, "value", None), BaseException):
            yield from _causes(value)
    if error.__cause__ is not None:
        yield from _causes(error.__cause__)


def _ignored(error: BaseException) -> Reason | None:
    from scrapy.exceptions import IgnoreRequest

    if not isinstance(error, IgnoreRequest):
        return None
    # Scrapy says both only so: a body that outgrew its limit while it was unpacked has a cause, a chain of
    # redirects has none.
    return Reason.REDIRECTS if error.__cause__ is None else Reason.TOO_LARGE


@cache
def _table() -> tuple[tuple[tuple[type[BaseException], ...], Reason], ...]:
    from OpenSSL.SSL import Error as TLSError
    from scrapy import exceptions as scrapy_errors
    from service_identity import VerificationError
    from twisted.internet import error as twisted_errors
    from twisted.web import client as web_errors

    from crawlers.downloader.browser import BrowserFailed, PageTooHeavy
    from crawlers.downloader.decompression import UnknownEncoding
    from crawlers.downloader.ssrf_guard import UnsafeAddress

    return (
        ((UnsafeAddress,), Reason.UNSAFE_ADDRESS),
        ((RobotsRefused,), Reason.ROBOTS),
        ((UnknownEncoding,), Reason.HTTP_OTHER),
        ((BrowserFailed,), Reason.NEEDS_BROWSER),
        ((PageTooHeavy,), Reason.TOO_LARGE),
        ((TLSError, VerificationError), Reason.TLS),
        ((scrapy_errors.DownloadTimeoutError,), Reason.TIMEOUT),
        # Connections are aborted by us alone, when a head or a body has outgrown its limit.
        ((scrapy_errors.DownloadCancelledError, twisted_errors.ConnectionAborted), Reason.TOO_LARGE),
        ((scrapy_errors.CannotResolveHostError, twisted_errors.DNSLookupError), Reason.DNS),
        ((scrapy_errors.DownloadConnectionRefusedError, twisted_errors.ConnectionRefusedError), Reason.REFUSED),
        ((twisted_errors.TimeoutError, twisted_errors.TCPTimedOutError, TimeoutError), Reason.TIMEOUT),
        ((scrapy_errors.ResponseDataLossError, scrapy_errors.DownloadFailedError), Reason.RESET),
        ((web_errors.ResponseFailed, twisted_errors.ConnectionLost, twisted_errors.ConnectionDone), Reason.RESET),
        ((twisted_errors.ConnectError, ConnectionError, zlib.error, EOFError, gzip.BadGzipFile), Reason.RESET),
        # urljoin's word for a Location that is no address
        ((ValueError, scrapy_errors.UnsupportedURLSchemeError), Reason.INVALID_LINK),
    )
