"""Compressed bodies → passed on only if they are whole: half a feed would be taken for all that it says."""

import zlib
from typing import Any

from scrapy import Request
from scrapy.exceptions import ResponseDataLossError
from scrapy.http import Response

_KNOWN = frozenset(["gzip", "x-gzip", "deflate", "br", "zstd", "identity"])
_PIECE = 64 * 2**10


class UnknownEncoding(Exception):
    """The body is packed in a way that was never asked for."""


class IntegrityMiddleware:
    """Stands before Scrapy's HttpCompression, which hands on what it could unpack of a body that was cut off."""

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size

    @classmethod
    def from_crawler(cls, crawler: Any) -> "IntegrityMiddleware":
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_response(self, request: Request, response: Response) -> Response:
        encodings = [
            name.strip().lower()
            for value in response.headers.getlist("Content-Encoding")
            for name in value.decode("latin-1").split(",")
        ]
        if unknown := [name for name in encodings if name and name not in _KNOWN]:
            raise UnknownEncoding(f"Content-Encoding {', '.join(unknown)[:100]}")
        if encodings and encodings[-1] in ("gzip", "x-gzip") and response.body:
            if response.body[:2] != b"\x1f\x8b":
                # Some servers say gzip of a body that their cache has already unpacked.
                del response.headers["Content-Encoding"]
            elif not is_whole_gzip(response.body, request.meta.get("download_maxsize", self._max_size)):
                raise ResponseDataLossError(f"{request.url}: the gzip body is cut off or damaged")
        return response


def is_whole_gzip(body: bytes, max_size: int) -> bool:
    """Whether gzip bytes can be unpacked to their end; more than `max_size` is not looked at, and passes."""
    unpacked = 0
    while body:
        one = zlib.decompressobj(wbits=31)
        while not one.eof:
            try:
                piece = one.decompress(body, _PIECE)
            except zlib.error:
                return False
            body = one.unconsumed_tail
            unpacked += len(piece)
            if unpacked > max_size:
                return True
            if not (piece or body or one.eof):
                return False
        # Further members may follow; anything else at the end is padding.
        body = one.unused_data if one.unused_data[:2] == b"\x1f\x8b" else b""
    return True
