"""Answers and failures of requests → the reason, the words and the times that they tell."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy.http import Response

from crawlers.downloader import reasons
from crawlers.downloader.ssrf_guard import GuardedResolver
from crawlers.downloader.throttle import retry_after
from pipeline.records import Reason
from pipeline.text.urls import is_fetchable

#: content types that may hold an article
_TEXT = ("html", "xml", "text/plain", "octet-stream")


def reason_of_failure(failure: Any) -> Reason:
    """Return the reason for a request that got no answer."""
    if urlsplit(failure.request.url).hostname in GuardedResolver.refused:
        return Reason.UNSAFE_ADDRESS
    return reasons.reason_of_exception(failure.value)


def reason_of_response(response: Response) -> Reason:
    """Return the reason for an answer that is no success; redirects that were not followed lead out of the web."""
    target = urljoin(response.url, header(response, "Location") or "")
    if 300 <= response.status < 400 and response.status != 304 and not is_fetchable(target):
        return Reason.UNSAFE_ADDRESS
    return reasons.reason_of_status(response.status)


def status_note(response: Response) -> str:
    """Return what to tell of an answer that is no success."""
    asked = header(response, "Retry-After")
    return f"HTTP {response.status}" + (f", Retry-After: {asked[:40]}" if asked else "")


def not_before(response: Response) -> datetime | None:
    """Return until when the host asks to be left alone (429 or 503 with a Retry-After)."""
    seconds = retry_after(response) if response.status in (429, 503) else None
    return None if seconds is None else datetime.now(UTC) + timedelta(seconds=seconds)


def is_html(kind: str, body: bytes) -> bool:
    """Return whether a body may hold an article, by its content type and its first bytes."""
    if kind and not any(part in kind.lower() for part in _TEXT):
        return False
    # What calls itself HTML and holds NUL bytes is a picture or an archive, unless it is UTF-16.
    start = body[:1000]
    return b"\x00" not in start or start[:2] in (b"\xff\xfe", b"\xfe\xff") or "utf-16" in kind.lower()


def header(response: Response, name: str) -> str | None:
    """Return a header, or None where there is none; no more than 1,000 letters of it."""
    value = response.headers.get(name)
    return value.decode("latin-1")[:1000] if value else None
