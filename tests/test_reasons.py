"""Statuses, exceptions and Retry-After → the one reason and wait that each means."""

import gzip
import io
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import brotli
import pytest
from backports import zstd
from OpenSSL import SSL
from scrapy.exceptions import DownloadFailedError, IgnoreRequest, ResponseDataLossError
from scrapy.http import Response
from twisted.internet.error import ConnectionAborted, ConnectionLost
from twisted.python.failure import Failure
from twisted.web.client import ResponseNeverReceived

from crawlers.downloader.decompression import Decompressed, decompress
from crawlers.downloader.exceptions import DamagedBody, HostLeftAlone
from crawlers.downloader.reasons import error_note, reason_of_exception, reason_of_status
from crawlers.downloader.throttle import retry_after
from pipeline.records import Reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (204, Reason.EMPTY), (304, Reason.NOT_MODIFIED), (302, Reason.NO_LOCATION), (401, Reason.FORBIDDEN),
        (402, Reason.PAYWALL), (403, Reason.FORBIDDEN), (404, Reason.NOT_FOUND), (410, Reason.GONE),
        (418, Reason.HTTP_OTHER), (429, Reason.RATE_LIMITED), (451, Reason.FORBIDDEN), (500, Reason.SERVER_ERROR),
        (599, Reason.SERVER_ERROR),
    ],
)  # fmt: skip
def test_statuses(status: int, reason: Reason) -> None:
    assert reason_of_status(status) is reason


def wrapped(inner: Exception) -> Exception:
    """Return an exception as Scrapy hands on what Twisted met."""
    error = DownloadFailedError("[<twisted.python.failure.Failure ...>]")
    error.__cause__ = ResponseNeverReceived([Failure(inner)])
    return error


def test_exceptions() -> None:
    too_large = IgnoreRequest("Ignored response")
    too_large.__cause__ = ValueError("exceeded")
    assert reason_of_exception(too_large) is Reason.TOO_LARGE
    assert reason_of_exception(IgnoreRequest("max redirections reached")) is Reason.REDIRECTS
    assert reason_of_exception(wrapped(ConnectionLost())) is Reason.RESET
    assert reason_of_exception(wrapped(ConnectionAborted())) is Reason.TOO_LARGE
    assert reason_of_exception(wrapped(SSL.Error([("", "", "certificate verify failed")]))) is Reason.TLS
    assert reason_of_exception(ResponseDataLossError()) is Reason.CUT_OFF
    assert reason_of_exception(HostLeftAlone(Reason.TIMEOUT, "")) is Reason.NOT_ASKED
    assert reason_of_exception(RuntimeError("?")) is Reason.ERROR
    assert "twisted" not in error_note(wrapped(SSL.Error([("", "", "certificate verify failed")])))


@pytest.mark.parametrize(
    ("written", "least", "most"),
    [
        ("120", 120, 120), ("0", 0, 0), ("31536000", 86400, 86400), ("9" * 400, 86400, 86400),
        (timedelta(hours=1), 3000, 3600), (timedelta(days=-1), 0, 0),
    ],
    ids=["seconds", "none", "a year", "endless", "in an hour", "yesterday"],
)  # fmt: skip
def test_retry_after(written: str | timedelta, least: float, most: float) -> None:
    """A date is written when the test runs: workers collect at different seconds, and must name it alike."""
    if isinstance(written, timedelta):
        written = format_datetime(datetime.now(UTC) + written, usegmt=True)
    found = retry_after(Response("http://a/", headers={"Retry-After": written}))
    assert found is not None
    assert least <= found <= most


@pytest.mark.parametrize("written", ["", "soon", "-5", "1.5.2026", "²", "Fri, 99 Xyz 2026 00:00:00 GMT"])
def test_retry_after_without_sense(written: str) -> None:
    assert retry_after(Response("http://a/", headers={"Retry-After": written})) is None


def packed(body: bytes, encoding: str) -> bytes:
    if encoding == "zstd":
        return zstd.compress(body)
    return brotli.compress(body) if encoding == "br" else {"gzip": gzip, "deflate": zlib}[encoding].compress(body)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_packed_bodies_are_whole_or_not(encoding: str) -> None:
    text = b"".join(b"Ninh Thuan %d\n" % n for n in range(100_000))
    whole = packed(text, encoding)
    found = decompress(whole, encoding, 2**30)
    assert found is not None
    assert found.body == text
    assert decompress(packed(b"", encoding), encoding, 2**30) == Decompressed(
        b"", zlib.compress(b"") if found.packed else b""
    )
    assert decompress(whole[:-1], encoding, 1000) is None  # larger than is looked at
    for damaged in (whole[:n] for n in (3, 10, len(whole) // 2, len(whole) - 1)):
        with pytest.raises(DamagedBody):
            decompress(damaged, encoding, 2**30)


def test_gzip_is_kept_packed_where_it_is_one_plain_member() -> None:
    whole = gzip.compress(b"Ninh Thuan" * 1000)
    found = decompress(whole, "gzip", 2**30)
    assert found is not None
    assert zlib.decompress(found.packed) == b"Ninh Thuan" * 1000
    named = io.BytesIO()
    with gzip.GzipFile("bai.html", "wb", fileobj=named) as stream:
        stream.write(b"Ninh Thuan")
    for other in (whole + whole, gzip.compress(b"") + whole, whole + b"\0\0", named.getvalue()):
        found = decompress(other, "gzip", 2**30)
        assert found is not None
        assert found.body.startswith(b"Ninh Thuan")
        assert found.packed == b""
    with pytest.raises(DamagedBody):
        decompress(whole[:-8] + bytes(8), "gzip", 2**30)


def test_deflate_without_a_head_and_a_window_that_is_too_large() -> None:
    raw = zlib.compressobj(wbits=-15)
    assert decompress(raw.compress(b"Ninh Thuan") + raw.flush(), "deflate", 99) == Decompressed(b"Ninh Thuan", b"")
    made = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
    with pytest.raises(DamagedBody):
        decompress(made.compress(b"Ninh Thuan" * 10_000) + made.flush(), "zstd", 2**30)
