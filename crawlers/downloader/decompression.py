"""Compressed bodies → decompressed ones, only if they are complete: half a feed would pass for a whole one."""

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

from crawlers.downloader.exceptions import DamagedBody, UnknownEncoding

_GZIP = frozenset(["gzip", "x-gzip"])
_SUPPORTED = _GZIP | {"deflate", "br", "zstd", "identity"}
#: Largest zstd window, as a power of two: RFC 9659 allows 8 MiB on the web, while a frame may ask for 2 GiB.
_ZSTD_WINDOW = 23
#: Bytes to decompress at a time.
_CHUNK = 256 * 2**10
#: First two bytes of a gzip member, and the sizes of its header (without optional fields) and trailer (RFC 1952).
_MAGIC, _HEADER_SIZE, _TRAILER_SIZE = b"\x1f\x8b", 10, 8


@dataclass(frozen=True, slots=True)
class Decompressed:
    body: bytes
    #: The body in zlib format, taken from a gzip body without compressing again; empty for other encodings.
    packed: bytes


class DecompressionMiddleware:
    """Decompresses bodies before Scrapy's HttpCompression, which hands on the first part of a body that was cut off.

    The compressed bytes of a gzip body go into the request's meta as `packed`, so that storing the page need not
    compress it again.
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
        if unsupported := [name for name in encodings if name and name not in _SUPPORTED]:
            raise UnknownEncoding(f"Content-Encoding {', '.join(unsupported)[:100]}")
        if len(encodings) != 1 or encodings[0] in ("", "identity") or not response.body:
            return response  # Scrapy handles several encodings at once, which no site was seen to use.
        if encodings[0] in _GZIP and response.body[:2] != _MAGIC:
            # Some servers declare gzip for a body that their cache has already decompressed.
            del response.headers["Content-Encoding"]
            return response
        try:
            decompressed = decompress(response.body, encodings[0], request.meta.get("download_maxsize", self._max_size))
        except DamagedBody as error:
            raise ResponseDataLossError(f"{request.url}: {error}") from error
        if decompressed is None:
            return response  # Scrapy refuses the body for its size, with a message.
        request.meta["packed"] = decompressed.packed
        del response.headers["Content-Encoding"]
        # A plain Response: nothing needs its text, and guessing a charset costs more than decompressing.
        attributes = {name: getattr(response, name) for name in Response.attributes if name != "body"}
        return Response(**attributes, body=decompressed.body)


def decompress(body: bytes, encoding: str, max_size: int) -> Decompressed | None:
    """Decompress gzip, deflate, br or zstd to the end; None for more than `max_size` bytes. Raises DamagedBody."""
    chunks: list[bytes] = []
    size = 0
    for chunk in _DECOMPRESSORS[encoding](body):
        chunks.append(chunk)
        size += len(chunk)
        if size > max_size:
            return None
    whole = b"".join(chunks)
    return Decompressed(whole, _gzip_to_zlib(body, whole) if encoding in _GZIP else b"")


def _gzip(body: bytes) -> Iterator[bytes]:
    while body:
        member = zlib.decompressobj(wbits=31)
        yield from _inflate(member, body)
        # A gzip file may have several members; other bytes after one are padding.
        body = member.unused_data if member.unused_data[:2] == _MAGIC else b""


def _deflate(body: bytes) -> Iterator[bytes]:
    try:
        zlib.decompressobj().decompress(body, 1)
    except zlib.error:  # Some Microsoft servers send deflate without the zlib header.
        yield from _inflate(zlib.decompressobj(wbits=-15), body)
    else:
        yield from _inflate(zlib.decompressobj(), body)


def _inflate(decompressor: "zlib._Decompress", body: bytes) -> Iterator[bytes]:
    while not decompressor.eof:
        try:
            chunk = decompressor.decompress(body, _CHUNK)
        except zlib.error as error:
            raise DamagedBody(f"the packed body is damaged: {error}") from error
        body = decompressor.unconsumed_tail
        yield chunk
        if not (chunk or body or decompressor.eof):
            raise DamagedBody("the packed body is cut off")


def _brotli(body: bytes) -> Iterator[bytes]:
    brotli: Any = import_module("brotli")  # The module has no types.
    decompressor = brotli.Decompressor()
    while not decompressor.is_finished():
        try:
            chunk: bytes = decompressor.process(body, output_buffer_limit=_CHUNK)
        except brotli.error as error:
            raise DamagedBody(f"the packed body is damaged: {error}") from error
        body = b""
        yield chunk
        if not (chunk or decompressor.is_finished()):
            raise DamagedBody("the packed body is cut off")


def _zstd(body: bytes) -> Iterator[bytes]:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd

    while body:
        decompressor = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW})
        while not decompressor.eof:
            try:
                chunk = decompressor.decompress(body, _CHUNK)
            except zstd.ZstdError as error:
                raise DamagedBody(f"the packed body is damaged: {error}") from error
            body = b""
            yield chunk
            if decompressor.needs_input and not (chunk or decompressor.eof):
                raise DamagedBody("the packed body is cut off")
        body = decompressor.unused_data


_DECOMPRESSORS = {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}


def _gzip_to_zlib(packed: bytes, unpacked: bytes) -> bytes:
    """Return a gzip file in zlib format (RFC 1950), which has the same compressed bytes; b"" where it has not.

    The bytes are the same if the file is one member, without optional header fields and without padding.
    """
    check, size = struct.unpack("<II", packed[-_TRAILER_SIZE:])
    is_one_member = packed.find(_MAGIC + b"\x08", _HEADER_SIZE) < 0 and (check, size) == (
        zlib.crc32(unpacked),
        len(unpacked),
    )
    if packed[3] or not is_one_member:
        return b""
    return b"\x78\x9c" + packed[_HEADER_SIZE:-_TRAILER_SIZE] + struct.pack(">I", zlib.adler32(unpacked))
