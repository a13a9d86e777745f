"""Compressed bodies → unpacked and passed on only if they are whole: half a feed would be taken for all it says."""

import struct
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from scrapy import Request
from scrapy.exceptions import ResponseDataLossError
from scrapy.http import Response

from pipeline.errors import DiembaoError

_GZIP = frozenset(["gzip", "x-gzip"])
_KNOWN = _GZIP | {"deflate", "br", "zstd", "identity"}
#: As a power of two: RFC 9659 allows 8 MiB on the web, and a frame may ask for 2 GiB.
_ZSTD_WINDOW = 23
_PIECE = 256 * 2**10
#: RFC 1952: the two bytes that begin a gzip file, and its head and tail where it has no optional parts
_MAGIC, _HEAD, _TAIL = b"\x1f\x8b", 10, 8


class UnknownEncoding(DiembaoError):
    """The body is packed in a way that was never asked for."""


class DamagedBody(DiembaoError):
    """Compressed bytes that are cut off, or do not unpack."""


@dataclass(frozen=True, slots=True)
class Decompressed:
    body: bytes
    #: the same compressed as by zlib, at no cost; empty where that cannot be had
    packed: bytes


class DecompressionMiddleware:
    """Stands before Scrapy's HttpCompression, which hands on what it could unpack of a body that was cut off.

    What came packed by gzip is kept in the request's meta as `packed`: the page need not be compressed to be stored.
    """

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size

    @classmethod
    def from_crawler(cls, crawler: Any) -> "DecompressionMiddleware":
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_response(self, request: Request, response: Response) -> Response:
        request.meta.pop("packed", None)
        encodings = [
            name.strip().lower()
            for value in response.headers.getlist("Content-Encoding")
            for name in value.decode("latin-1").split(",")
        ]
        if unknown := [name for name in encodings if name and name not in _KNOWN]:
            raise UnknownEncoding(f"Content-Encoding {', '.join(unknown)[:100]}")
        if len(encodings) != 1 or encodings[0] in ("", "identity") or not response.body:
            return response  # one encoding upon another is met nowhere, and left to Scrapy
        if encodings[0] in _GZIP and response.body[:2] != _MAGIC:
            # Some servers say gzip of a body that their cache has already unpacked.
            del response.headers["Content-Encoding"]
            return response
        try:
            unpacked = decompress(response.body, encodings[0], request.meta.get("download_maxsize", self._max_size))
        except DamagedBody as error:
            raise ResponseDataLossError(f"{request.url}: {error}") from error
        if unpacked is None:
            return response  # Scrapy comes to the same end, and has the words for it
        request.meta["packed"] = unpacked.packed
        del response.headers["Content-Encoding"]
        # A plain Response: nobody asks for its text, and guessing the charset for it would cost more than unpacking.
        same = {name: getattr(response, name) for name in Response.attributes if name != "body"}
        return Response(**same, body=unpacked.body)


def decompress(body: bytes, encoding: str, max_size: int) -> Decompressed | None:
    """Unpack gzip, deflate, br or zstd to the end; None for more than `max_size` bytes. Raises Damaged."""
    pieces: list[bytes] = []
    size = 0
    for piece in _UNPACK[encoding](body):
        pieces.append(piece)
        size += len(piece)
        if size > max_size:
            return None
    unpacked = b"".join(pieces)
    return Decompressed(unpacked, _as_zlib(body, unpacked) if encoding in _GZIP else b"")


def _gzip(body: bytes) -> Iterator[bytes]:
    while body:
        one = zlib.decompressobj(wbits=31)
        yield from _inflate(one, body)
        # Further members may follow; anything else at the end is padding.
        body = one.unused_data if one.unused_data[:2] == _MAGIC else b""


def _deflate(body: bytes) -> Iterator[bytes]:
    try:
        zlib.decompressobj().decompress(body, 1)
    except zlib.error:  # without zlib's head, as some servers of Microsoft send it
        yield from _inflate(zlib.decompressobj(wbits=-15), body)
    else:
        yield from _inflate(zlib.decompressobj(), body)


def _inflate(one: "zlib._Decompress", body: bytes) -> Iterator[bytes]:
    while not one.eof:
        try:
            piece = one.decompress(body, _PIECE)
        except zlib.error as error:
            raise DamagedBody(f"the packed body is damaged: {error}") from error
        body = one.unconsumed_tail
        yield piece
        if not (piece or body or one.eof):
            raise DamagedBody("the packed body is cut off")


def _brotli(body: bytes) -> Iterator[bytes]:
    brotli: Any = import_module("brotli")  # it has no types
    one = brotli.Decompressor()
    while not one.is_finished():
        try:
            piece: bytes = one.process(body, output_buffer_limit=_PIECE)
        except brotli.error as error:
            raise DamagedBody(f"the packed body is damaged: {error}") from error
        body = b""
        yield piece
        if not (piece or one.is_finished()):
            raise DamagedBody("the packed body is cut off")


def _zstd(body: bytes) -> Iterator[bytes]:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd

    while body:
        one = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW})
        while not one.eof:
            try:
                piece = one.decompress(body, _PIECE)
            except zstd.ZstdError as error:
                raise DamagedBody(f"the packed body is damaged: {error}") from error
            body = b""
            yield piece
            if one.needs_input and not (piece or one.eof):
                raise DamagedBody("the packed body is cut off")
        body = one.unused_data


_UNPACK = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}


def _as_zlib(packed: bytes, unpacked: bytes) -> bytes:
    """Return a gzip file in zlib's wrapping (RFC 1950), its compressed bytes being the same; else b"".

    That is so where it is one member, without a name or comment in its head and without padding behind it.
    """
    check, size = struct.unpack("<II", packed[-_TAIL:])
    alone = packed.find(_MAGIC + b"\x08", _HEAD) < 0 and (check, size) == (zlib.crc32(unpacked), len(unpacked))
    if packed[3] or not alone:
        return b""
    return b"\x78\x9c" + packed[_HEAD:-_TAIL] + struct.pack(">I", zlib.adler32(unpacked))
