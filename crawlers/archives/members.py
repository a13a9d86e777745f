"""Where records of a WARC file begin, each compressed by itself or not at all: after any byte, and after damage.

fastwarc reads records several times as fast as Python can inflate them, but begins at a record, ends at the first
damage, and takes a file that breaks off within a record's header for one that ends there. This finds where to go on.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

#: The first bytes of a gzip member, and of a record's header.
_MAGIC, HEADER = b"\x1f\x8b\x08", b"WARC/1."
#: What ends a record in a file that is not compressed.
_END = b"\r\n\r\n"
_CHUNK = 1 << 18
#: Inflated bytes of a member after which it is taken for damage.
_LONGEST = 1 << 31


@dataclass(frozen=True, slots=True)
class Member:
    """One gzip member: its first byte and the byte after it."""

    begin: int
    end: int
    #: whether the file ends within it, and whether it cannot be inflated
    cut_off: bool = False
    damaged: bool = False


class _Window:
    """A stretch of a file that is read forwards."""

    def __init__(self, stream: BinaryIO, at: int) -> None:
        stream.seek(at)
        self._stream = stream
        self.at, self.bytes = at, b""

    def more(self) -> bool:
        """Read on; whether there was something."""
        chunk = self._stream.read(_CHUNK)
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
    """Whether a file begins as gzip does."""
    stream.seek(0)
    return stream.read(len(_MAGIC)) == _MAGIC


def find_record(stream: BinaryIO, begin: int, end: int, *, gzip: bool) -> int | None:
    """Return where the first record in [begin, end) begins; None where none does.

    `gzip`: each record is a gzip member; otherwise the file is not compressed.
    """
    # In a page that tells of archives the header may stand too, hardly ever after two empty lines.
    mark, ahead = (_MAGIC, 0) if gzip else (_END + HEADER, len(_END))
    window = _Window(stream, max(0, begin - ahead))
    if begin == 0 and not gzip:
        window.fill(len(HEADER))
        if window.bytes.startswith(HEADER):
            return 0
    while window.at + ahead < end:
        found = window.bytes.find(mark)
        if found < 0:
            window.drop(max(0, len(window.bytes) - len(mark) + 1))
            if not window.more():
                return None
            continue
        window.drop(found)
        window.fill(_CHUNK // 4)
        at = window.at + ahead
        if at >= end:
            return None
        if at >= begin and (not gzip or _holds_record(window.bytes)):
            return at
        window.drop(1)
    return None


def _holds_record(data: bytes) -> bool:
    try:
        return zlib.decompressobj(31).decompress(data[:4096], 64).startswith(HEADER)
    except zlib.error:
        return False


def read_members(stream: BinaryIO, begin: int, end: int) -> Iterator[Member]:
    """Yield the gzip members with records that begin in [begin, end), the first at or after `begin`."""
    at = find_record(stream, begin, end, gzip=True)
    while at is not None:
        member = _measure(_Window(stream, at))
        yield member
        at = None if member.cut_off else find_record(stream, member.end, end, gzip=True)


def _measure(window: _Window) -> Member:
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
            return Member(begin, window.at + len(window.bytes) - len(inflater.unused_data))
        held = inflater.unconsumed_tail
        if not held:
            window.drop(len(window.bytes))
            if not window.more():
                return Member(begin, window.at, cut_off=True)
            held = window.bytes
    return Member(begin, begin + 1, damaged=True)
