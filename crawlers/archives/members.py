"""Where records of a WARC file begin and end, each compressed by itself or not at all: after any byte, after damage.

fastwarc reads records several times as fast as Python can inflate them, but begins at a record, ends at the first
damage, and takes a file that breaks off within a record's header for one that ends there. This finds where to go on.
"""

import re
import sys
import zlib
from dataclasses import dataclass
from typing import BinaryIO

#: The first bytes of a gzip member, and of a record's header.
_MAGIC, HEADER = b"\x1f\x8b\x08", b"WARC/1."
#: What ends a header, and a record in a file that is not compressed.
_END = b"\r\n\r\n"
#: A header in a file that is not compressed: behind the end of another record, and anywhere.
_APART = re.compile(rb"(?<=\r\n\r\n)WARC/1\.\d\r\n[A-Za-z-]+:")
_ANYWHERE = re.compile(rb"WARC/1\.\d\r\n[A-Za-z-]+:")
_LENGTH = re.compile(rb"\r\nContent-Length[ \t]*:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
#: Bytes in which either mark is told, whatever its field is called.
_MARK = 64
#: First bytes of files of zstd (also those with a dictionary) and LZ4, which are compressed as a whole.
_WHOLE = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18|\x04\x22\x4d\x18")
_ZSTD = b"\x28\xb5\x2f\xfd"
_CHUNK = 1 << 18
#: Inflated bytes of a member, and bytes of a header, after which it is taken for damage.
_LONGEST, _LONGEST_HEADER = 1 << 31, 1 << 20


@dataclass(frozen=True, slots=True)
class Extent:
    """A record in its file: its first byte and the byte after it."""

    begin: int
    end: int
    #: whether the file ends within it, and whether it cannot be inflated or does not end where its header says
    cut_off: bool = False
    damaged: bool = False


class _Window:
    """A stretch of a file that is read forwards."""

    def __init__(self, stream: BinaryIO, at: int) -> None:
        stream.seek(at)
        self.stream = stream
        self.at, self.bytes = at, b""

    def more(self) -> bool:
        """Read on; whether there was something."""
        chunk = self.stream.read(_CHUNK)
        self.bytes += chunk
        return bool(chunk)

    def fill(self, count: int) -> None:
        """Read on until so many bytes are there, or the file ends."""
        while len(self.bytes) < count and self.more():
            pass

    def drop(self, count: int) -> None:
        self.at += count
        self.bytes = self.bytes[count:]


def is_gzip(stream: BinaryIO) -> bool:
    """Whether each record of a file may be a gzip member: it begins as gzip does, or holds one behind damage."""
    stream.seek(0)
    start = stream.read(_MARK)
    return start.startswith(_MAGIC) or not (
        start.startswith(HEADER) or is_packed(stream) or find_record(stream, 0, 1 << 62, gzip=True) is None
    )


def is_packed(stream: BinaryIO) -> bool:
    """Whether a file is compressed by zstd or LZ4."""
    stream.seek(0)
    return _WHOLE.match(stream.read(_MARK)) is not None


def find_record(stream: BinaryIO, begin: int, end: int, *, gzip: bool, apart: bool = True) -> int | None:
    """Return where the first record in [begin, end) begins; None where none does.

    `gzip`: each record is a gzip member; otherwise the file is not compressed. `apart`: only behind the end of another
    record, since in a page that tells of archives a header may stand too. The first record of a file is always found.
    """
    if gzip:
        return _find_member(_Window(stream, begin), end)
    ahead = min(begin, len(_END)) if apart else 0
    window = _Window(stream, begin - ahead)
    if begin == 0 < end:
        window.fill(_MARK)
        if _ANYWHERE.match(window.bytes):
            return 0
    pattern = _APART if apart else _ANYWHERE
    while window.at < end:
        window.fill(_MARK)
        match = pattern.search(window.bytes, max(0, begin - window.at))
        if match is not None:
            at = window.at + match.start()
            return at if at < end else None
        window.drop(max(0, len(window.bytes) - _MARK))
        if not window.more():
            return None
    return None


def _find_member(window: _Window, end: int) -> int | None:
    while window.at < end:
        found = window.bytes.find(_MAGIC)
        if found < 0:
            window.drop(max(0, len(window.bytes) - len(_MAGIC) + 1))
            if not window.more():
                return None
            continue
        window.drop(found)
        window.fill(_CHUNK // 4)
        if window.at >= end:
            return None
        if _holds_record(window.bytes):
            return window.at
        window.drop(1)
    return None


def _holds_record(data: bytes) -> bool:
    try:
        return zlib.decompressobj(31).decompress(data[:4096], 64).startswith(HEADER)
    except zlib.error:
        return False


def stands_apart(stream: BinaryIO, at: int) -> bool:
    """Whether a record of a file that is not compressed is found by `find_record` from before it on."""
    return find_record(stream, at, at + 1, gzip=False) is not None


def measure_record(stream: BinaryIO, at: int, *, gzip: bool) -> Extent:
    """Return the extent of the record at `at`."""
    return _measure_member(_Window(stream, at)) if gzip else _measure_plain(_Window(stream, at))


def _measure_plain(window: _Window) -> Extent:
    """Read the header at which a window stands, and look whether the record ends where it says."""
    begin = window.at
    while (ended := window.bytes.find(_END)) < 0 and len(window.bytes) < _LONGEST_HEADER:
        if not window.more():
            return Extent(begin, begin + len(window.bytes), cut_off=True)
    told = _LENGTH.search(window.bytes[: ended + 2]) if ended >= 0 else None
    if told is None:
        return Extent(begin, begin + 1, damaged=True)
    end = begin + ended + len(_END) + int(told.group(1))
    behind = _Window(window.stream, end)
    behind.fill(len(_END))
    if behind.bytes[: len(_END)] == _END:
        return Extent(begin, end + len(_END))
    size = window.stream.seek(0, 2)
    if end + len(_END) <= size:
        return Extent(begin, begin + 1, damaged=True)
    return Extent(begin, size, cut_off=end > size)


def _measure_member(window: _Window) -> Extent:
    """Inflate the member at which a window stands, to learn where it ends."""
    begin, inflater = window.at, zlib.decompressobj(31)
    size = 0
    window.more()
    held = window.bytes
    while size <= _LONGEST:
        try:
            size += len(inflater.decompress(held, _CHUNK))
        except zlib.error:
            break
        if inflater.eof:
            return Extent(begin, window.at + len(window.bytes) - len(inflater.unused_data))
        held = inflater.unconsumed_tail
        if not held:
            window.drop(len(window.bytes))
            if not window.more():
                return Extent(begin, window.at, cut_off=True)
            held = window.bytes
    return Extent(begin, begin + 1, damaged=True)


def is_complete(stream: BinaryIO) -> bool:
    """Whether a file that is compressed as a whole goes on to its end, as far as its form lets that be told."""
    stream.seek(0)
    start = stream.read(_MARK)
    if not start.startswith(_MAGIC):
        return not start.startswith(_ZSTD) or _ends_frame(_Window(stream, 0))
    at, size = 0, stream.seek(0, 2)
    while at < size:
        member = _measure_member(_Window(stream, at))
        if member.cut_off or member.damaged:
            return is_padding(stream, at)
        at = member.end
    return True


def is_padding(stream: BinaryIO, at: int) -> bool:
    """Whether nothing but zeros and ends of lines follows."""
    stream.seek(at)
    while chunk := stream.read(_CHUNK):
        if chunk.strip(b"\0\r\n"):
            return False
    return True


def _ends_frame(window: _Window) -> bool:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd

    decompressor = zstd.ZstdDecompressor()
    try:
        while window.more():
            held = window.bytes
            window.drop(len(held))
            while held or not decompressor.needs_input:
                if decompressor.eof:
                    decompressor = zstd.ZstdDecompressor()
                decompressor.decompress(held, _CHUNK)
                held = decompressor.unused_data if decompressor.eof else b""
                if decompressor.eof and not held:
                    break
    except zstd.ZstdError:
        return False
    return decompressor.eof
