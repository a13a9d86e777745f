"""Responses and exceptions → Reason, note and Retry-After time; the one place that knows Scrapy's and Twisted's."""

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from crawlers.downloader.exceptions import (
    BrowserFailed,
    CrawlStopped,
    DamagedBody,
    HostLeftAlone,
    PageTooHeavy,
    RobotsRefused,
    RobotsUnreachable,
    UnknownEncoding,
    UnsafeAddress,
)
from crawlers.downloader.ssrf_guard import GuardedResolver
from crawlers.downloader.throttle import retry_after
from pipeline import clock
from pipeline.records import Reason
from pipeline.text.urls import link_fault

#: HTTP statuses with a reason of their own; the others go by their class (3xx, 4xx, 5xx).
_REASONS_BY_STATUS = {
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
#: HTTP statuses that send on to the Location header.
_REDIRECTS = frozenset([301, 302, 303, 307, 308])
#: Start of an address that names a document; `javascript:` and `mailto:` name none.
_OTHER_DOCUMENT = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*://|data:)", re.IGNORECASE)
#: Headers that make a request conditional: only to such a request may a server answer 304 (RFC 9110, 15.4.5).
_CONDITIONS = ("If-None-Match", "If-Modified-Since")
#: Parts of content types that may hold an article.
_TEXT_TYPES = ("html", "xml", "text/plain", "octet-stream")


# responses


def reason_of_status(status: int) -> Reason:
    """Return the reason for an HTTP status other than success."""
    if status in _REASONS_BY_STATUS:
        return _REASONS_BY_STATUS[status]
    # Every redirect with a target is followed or has a reason of its own (reason_of_response).
    if status in _REDIRECTS:
        return Reason.NO_LOCATION
    return Reason.SERVER_ERROR if status >= 500 else Reason.HTTP_OTHER


def reason_of_response(response: Response) -> Reason:
    """Return the reason for a response other than success.

    A redirect that was not followed has no target, or one that cannot be followed: UNSAFE_ADDRESS where it names a
    document outside http(s), else INVALID_LINK. A 304 to a request without conditions says nothing of the page:
    UNASKED_304.
    """
    if response.status in _REDIRECTS and (location := header(response, "Location") or "").strip():
        names_document = _OTHER_DOCUMENT.match(location) is not None
        is_unsafe = names_document and link_fault(response.url, location) == "link_scheme"
        return Reason.UNSAFE_ADDRESS if is_unsafe else Reason.INVALID_LINK
    if response.status == 304 and not is_conditional(response.request):
        return Reason.UNASKED_304
    return reason_of_status(response.status)


def is_conditional(request: Request | None) -> bool:
    """Return whether a request has a header that lets the server answer 304."""
    return request is not None and any(request.headers.get(name) for name in _CONDITIONS)


def status_note(response: Response) -> str:
    """Return the note for a response other than success: its status and Retry-After."""
    delay = header(response, "Retry-After")
    return f"HTTP {response.status}" + (f", Retry-After: {delay[:40]}" if delay else "")


def not_before(response: Response) -> datetime | None:
    """Return the time before which the host asks for no more requests (429 or 503 with Retry-After), else None."""
    seconds = retry_after(response) if response.status in (429, 503) else None
    return None if seconds is None else clock.now() + timedelta(seconds=seconds)


def is_html(content_type: str, body: bytes) -> bool:
    """Return whether a body may hold an article, by its content type and its first 1,000 bytes."""
    if content_type and not any(part in content_type.lower() for part in _TEXT_TYPES):
        return False
    # A body with NUL bytes is a picture or an archive, whatever its content type; only UTF-16 text has them too.
    start = body[:1000]
    return b"\x00" not in start or start[:2] in (b"\xff\xfe", b"\xfe\xff") or "utf-16" in content_type.lower()


def header(response: Response, name: str) -> str | None:
    """Return the first 1,000 characters of a header; None if the response has no such header."""
    value = response.headers.get(name)
    return value.decode("latin-1")[:1000] if value else None


# exceptions


def reason_of_failure(failure: Any) -> Reason:
    """Return the reason for a request without a response; `failure` is what Scrapy gives to an errback."""
    if urlsplit(failure.request.url).hostname in GuardedResolver.refused:
        return Reason.UNSAFE_ADDRESS
    return reason_of_exception(failure.value)


def reason_of_exception(error: BaseException) -> Reason:
    """Return the reason for an exception that stopped a request: the first row of the table that matches."""
    if isinstance(error, (HostLeftAlone, CrawlStopped)):
        return Reason.NOT_ASKED
    if isinstance(error, RobotsUnreachable):
        return error.reason
    if (reason := _reason_of_ignored(error)) is not None:
        return reason
    causes = list(_causes(error))
    if _is_unreadable_head(causes):
        return Reason.NOT_HTTP
    for types, reason in _reasons_by_type():
        if any(isinstance(cause, types) for cause in causes):
            return reason
    return Reason.ERROR


def error_note(error: BaseException) -> str:
    """Return the clearest message of an exception and its causes, at most 300 characters."""
    notes = [" ".join(str(cause).split()) for cause in _causes(error)]
    # Twisted's wrappers print as '<twisted.python.failure.Failure ...>'; the wrapped exception has the message.
    readable = [note for note in notes if note and "<twisted" not in note and not note.startswith("[")]
    return (readable[0] if readable else type(error).__name__)[:300]


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those it wraps: Scrapy wraps by `raise from`, Twisted in a list of failures."""
    yield error
    for failure in getattr(error, "reasons", None) or ():
        if isinstance(value := getattr(failure, "value", None), BaseException):
            yield from _causes(value)
    if error.__cause__ is not None:
        yield from _causes(error.__cause__)


def _reason_of_ignored(error: BaseException) -> Reason | None:
    from scrapy.exceptions import IgnoreRequest

    if not isinstance(error, IgnoreRequest):
        return None
    # Scrapy raises IgnoreRequest in two cases: a body that outgrew its limit while it was decompressed (with a
    # cause), and too many redirects (without one).
    return Reason.REDIRECTS if error.__cause__ is None else Reason.TOO_LARGE


def _is_unreadable_head(causes: Iterable[BaseException]) -> bool:
    """Return whether a response failed for a head without sense: Twisted raises ValueError for a bad Content-Length."""
    from twisted.web.client import ResponseFailed

    causes = list(causes)
    return any(isinstance(c, ResponseFailed) for c in causes) and any(isinstance(c, ValueError) for c in causes)


@cache
def _reasons_by_type() -> tuple[tuple[tuple[type[BaseException], ...], Reason], ...]:
    from OpenSSL.SSL import Error as TLSError
    from scrapy import exceptions as scrapy_errors
    from service_identity import VerificationError
    from twisted.internet import error as twisted_errors
    from twisted.web import _newclient as parser_errors
    from twisted.web import client as web_errors
    from twisted.web import http as http_errors

    return (
        ((UnsafeAddress,), Reason.UNSAFE_ADDRESS),
        ((RobotsRefused,), Reason.ROBOTS),
        ((UnknownEncoding,), Reason.HTTP_OTHER),
        ((BrowserFailed,), Reason.NEEDS_BROWSER),
        ((PageTooHeavy,), Reason.TOO_LARGE),
        ((TLSError, VerificationError), Reason.TLS),
        ((scrapy_errors.DownloadTimeoutError,), Reason.TIMEOUT),
        # Only the crawl itself aborts connections, when a head or a body outgrows its limit.
        ((scrapy_errors.DownloadCancelledError, twisted_errors.ConnectionAborted), Reason.TOO_LARGE),
        ((scrapy_errors.CannotResolveHostError, twisted_errors.DNSLookupError), Reason.DNS),
        ((scrapy_errors.DownloadConnectionRefusedError, twisted_errors.ConnectionRefusedError), Reason.REFUSED),
        ((twisted_errors.TimeoutError, twisted_errors.TCPTimedOutError, TimeoutError), Reason.TIMEOUT),
        ((DamagedBody, zlib.error, EOFError, gzip.BadGzipFile), Reason.BAD_COMPRESSION),
        ((http_errors._MalformedChunkedDataError,), Reason.BAD_CHUNKS),
        ((parser_errors.ParseError,), Reason.NOT_HTTP),
        # Twisted's names: ConnectionLost is a connection that the other side broke, ConnectionDone one that it closed.
        ((twisted_errors.ConnectionLost, ConnectionResetError), Reason.RESET),
        ((http_errors._DataLoss, scrapy_errors.ResponseDataLossError), Reason.CUT_OFF),
        ((web_errors.ResponseFailed, scrapy_errors.DownloadFailedError), Reason.LOST),
        ((twisted_errors.ConnectionDone, twisted_errors.ConnectError, ConnectionError), Reason.LOST),
        # urljoin raises ValueError for a Location that is no address.
        ((ValueError, scrapy_errors.UnsupportedURLSchemeError), Reason.INVALID_LINK),
    )
