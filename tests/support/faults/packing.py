"""Bodies packed with gzip, deflate, brotli and zstd: good ones, and small ones that unpack to much."""

import zlib
from collections.abc import Callable
from functools import cache

from tests.support.faults.answers import Serve, always, feed


def packed(body: bytes, encoding: str, kind: str = "application/rss+xml") -> Serve:
    return always("200 OK", body, f"Content-Encoding: {encoding}", kind=kind)


_BOMBS: list[Callable[[], bytes]] = []


def make_bombs() -> None:
    """Make what will be served before anybody asks for it: the crawl would wait."""
    for made in _BOMBS:
        made()


def packed_bomb(make: Callable[[], bytes], encoding: str = "", kind: str = "application/rss+xml") -> Serve:
    """Serve a bomb that `make_bombs` makes; `encoding` '': it is the file itself that is packed."""
    made = cache(make)
    _BOMBS.append(made)
    return lambda asked: (packed(made(), encoding, kind) if encoding else feed(made(), kind=kind))(asked)


def bomb(pack: Callable[[bytes], bytes], end: Callable[[], bytes], first: bytes = b"") -> bytes:
    """Pack 80 MB of blanks, piece by piece, so that the memory of the run is not that of making them."""
    blank = b" " * 2**20
    return b"".join([pack(first + blank), *(pack(blank) for _ in range(79)), end()])


def gzip_bomb(first: bytes = b"") -> bytes:
    made = zlib.compressobj(9, wbits=31)
    return bomb(made.compress, made.flush, first)


def deflate_bomb() -> bytes:
    made = zlib.compressobj(9)
    return bomb(made.compress, made.flush)


def brotli_bomb() -> bytes:
    import brotli

    made = brotli.Compressor(quality=1)
    return bomb(made.process, made.finish)


def zstd_bomb() -> bytes:
    from backports import zstd

    made = zstd.ZstdCompressor()
    return bomb(made.compress, made.flush)


def brotli_of(body: bytes) -> bytes:
    import brotli

    return bytes(brotli.compress(body))


def zstd_of(body: bytes, window: int = 0) -> bytes:
    """Pack with a window of 2**window bytes; 0: as usual."""
    from backports import zstd

    options: dict[int, int] = {zstd.CompressionParameter.window_log: window} if window else {}
    made = zstd.ZstdCompressor(options=options)
    return made.compress(body) + made.flush()
