"""Bodies of recorded answers → pages: chunked and compressed as they came, or decoded whatever their headers say."""

import codecs
from collections.abc import Mapping

from pipeline.errors import DiembaoError

#: Bytes of a decoded body.
_LARGEST = 64 << 20


class BadEncoding(DiembaoError):
    """A body is neither what its headers say nor plain."""


def decode_body(body: bytes, headers: Mapping[str, str]) -> bytes:
    """Undo the transfer and content encodings of an answer, by its headers in lower case.

    Some crawlers store bodies decoded and leave the headers: a body that is no such thing, and looks like a page, is
    taken as it is. Raises BadEncoding.
    """
    if "chunked" in headers.get("transfer-encoding", "").lower() and (joined := _join_chunks(body)) is not None:
        body = joined
    for encoding in reversed(headers.get("content-encoding", "").lower().split(",")):
        if (name := encoding.strip()) not in ("", "identity"):
            body = _decompress(body, name)
    return body


def _join_chunks(body: bytes) -> bytes | None:
    """Return the body in its chunks (RFC 9112); None where these are none, or the last is missing."""
    parts: list[bytes] = []
    at = 0
    while True:
        line = body.find(b"\r\n", at, at + 200)
        try:
            size = int(body[at:line].split(b";")[0], 16) if line >= 0 else -1
        except ValueError:
            size = -1
        if size < 0 or line + 2 + size > len(body):
            return None
        if size == 0:
            return b"".join(parts)
        parts.append(body[line + 2 : line + 2 + size])
        at = line + 4 + size


def _decompress(body: bytes, encoding: str) -> bytes:
    # With Scrapy, which takes half a second to load and which most archives do not need.
    from crawlers.downloader.decompression import decompress
    from crawlers.downloader.exceptions import DamagedBody

    try:
        decompressed = decompress(body, encoding, _LARGEST)
    except KeyError as error:
        problem = f"Content-Encoding {encoding}"
        cause: Exception = error
    except ImportError as error:
        problem, cause = f"Content-Encoding {encoding}: {error.name} is not installed", error
    except DamagedBody as error:
        problem, cause = str(error), error
    else:
        if decompressed is None:
            raise BadEncoding(f"more than {_LARGEST} bytes")
        return decompressed.body
    if body.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<":
        return body
    raise BadEncoding(problem) from cause
