"""Statuses, exceptions and Retry-After → the one reason and wait that each means."""

import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from OpenSSL import SSL
from scrapy.exceptions import DownloadFailedError, IgnoreRequest, ResponseDataLossError
from scrapy.http import Response
from twisted.internet.error import ConnectionAborted, ConnectionLost
from twisted.python.failure import Failure
from twisted.web.client import ResponseNeverReceived

from crawlers.integrity import is_whole_gzip
from crawlers.patience import HostLeftAlone
from crawlers.reasons import note_of, of_exception, of_status
from crawlers.throttle import retry_after
from pipeline.records import Reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (204, Reason.EMPTY), (304, Reason.NOT_MODIFIED), (302, Reason.REDIRECTS), (401, Reason.FORBIDDEN),
        (402, Reason.PAYWALL), (403, Reason.FORBIDDEN), (404, Reason.NOT_FOUND), (410, Reason.GONE),
        (418, Reason.HTTP_OTHER), (429, Reason.RATE_LIMITED), (451, Reason.FORBIDDEN), (500, Reason.SERVER_ERROR),
        (599, Reason.SERVER_ERROR),
    ],
)  # fmt: skip
def test_statuses(status: int, reason: Reason) -> None:
    assert of_status(status) is reason


def wrapped(inner: Exception) -> Exception:
    """Return an exception as Scrapy hands on what Twisted met."""
    error = DownloadFailedError("[<twisted.python.failure.Failure ...>]")
    error.__cause__ = ResponseNeverReceived([Failure(inner)])
    return error


def test_exceptions() -> None:
    too_large = IgnoreRequest("Ignored response")
    too_large.__cause__ = ValueError("exceeded")
    assert of_exception(too_large) is Reason.TOO_LARGE
    assert of_exception(IgnoreRequest("max redirections reached")) is Reason.REDIRECTS
    assert of_exception(wrapped(ConnectionLost())) is Reason.RESET
    assert of_exception(wrapped(ConnectionAborted())) is Reason.TOO_LARGE
    assert of_exception(wrapped(SSL.Error([("", "", "certificate verify failed")]))) is Reason.TLS
    assert of_exception(ResponseDataLossError()) is Reason.RESET
    assert of_exception(HostLeftAlone(Reason.TIMEOUT, "")) is Reason.TIMEOUT
    assert of_exception(RuntimeError("?")) is Reason.ERROR
    assert "twisted" not in note_of(wrapped(SSL.Error([("", "", "certificate verify failed")])))


@pytest.mark.parametrize(
    ("written", "least", "most"),
    [
        ("120", 120, 120), ("0", 0, 0), ("31536000", 86400, 86400), ("9" * 400, 86400, 86400),
        (format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True), 200, 300),
        (format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True), 0, 0),
    ],
)  # fmt: skip
def test_retry_after(written: str, least: float, most: float) -> None:
    found = retry_after(Response("http://a/", headers={"Retry-After": written}))
    assert found is not None
    assert least <= found <= most


@pytest.mark.parametrize("written", ["", "soon", "-5", "1.5.2026", "²", "Fri, 99 Xyz 2026 00:00:00 GMT"])
def test_retry_after_without_sense(written: str) -> None:
    assert retry_after(Response("http://a/", headers={"Retry-After": written})) is None


def test_gzip_is_whole_or_not() -> None:
    whole = gzip.compress(b"Ninh Thuan" * 100_000)
    assert is_whole_gzip(whole, 2**30)
    assert is_whole_gzip(whole + whole + b"\0\0", 2**30)
    assert is_whole_gzip(gzip.compress(b""), 2**30)
    assert is_whole_gzip(whole[:-1], 1000)  # larger than is looked at
    assert not any(is_whole_gzip(whole[:n], 2**30) for n in (3, 10, len(whole) // 2, len(whole) - 1))
    assert not is_whole_gzip(whole[:-8] + bytes(8), 2**30)
