"""JSON Lines of articles (title, text, url, published) → their shards, and the articles of a shard."""

import gzip
import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO

from pipeline.records import Entry, Reason
from pipeline.records.archives import ArchiveRecord, RecordFault
from pipeline.text.urls import is_fetchable

_CHUNK = 1 << 20
#: Bytes of one line.
_LONGEST = 32 << 20

Found = ArchiveRecord | RecordFault


def plan_ranges(stream: BinaryIO, size: int, records: int) -> list[tuple[int, int]]:
    """Return ranges of bytes that hold about so many lines each; one for a file that is compressed."""
    stream.seek(0)
    start = stream.read(_CHUNK)
    lines = start.count(b"\n")
    if start[:2] == b"\x1f\x8b" or not lines:
        return [(0, size)]
    step = max(1 << 16, (start.rfind(b"\n") + 1) // lines * records)
    return [(begin, min(begin + step, size)) for begin in range(0, size, step)] or [(0, size)]


def read_range(stream: BinaryIO, begin: int, end: int) -> Iterator[Found]:
    """Yield the articles of the lines that begin in [begin, end), and what is wrong with a line."""
    stream.seek(0)
    if stream.read(2) == b"\x1f\x8b":
        stream.seek(0)
        with gzip.GzipFile(fileobj=stream) as lines:
            yield from _read_lines(lines, 0, None)
        return
    # A line that begins at `begin` is this range's: the byte before it says whether one does.
    stream.seek(max(0, begin - 1))
    at = begin if begin == 0 else begin - 1 + len(stream.readline(_LONGEST))
    stream.seek(at)
    yield from _read_lines(stream, at, end)


def _read_lines(stream: Any, at: int, end: int | None) -> Iterator[Found]:
    while end is None or at < end:
        try:
            line = stream.readline(_LONGEST)
        except (OSError, EOFError, zlib.error) as error:
            yield RecordFault(at, "", Reason.BAD_COMPRESSION, f"the rest of the file is not read: {error}"[:300])
            return
        if not line:
            return
        if line.strip():
            yield _read_line(line, at)
        at += len(line)


def _read_line(line: bytes, offset: int) -> Found:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return RecordFault(offset, "", Reason.ERROR, f"no JSON: {error}"[:300])
    if not isinstance(value, dict):
        return RecordFault(offset, "", Reason.ERROR, "not an object with title, text, url, published")
    told = {str(key): part for key, part in value.items()}
    title, text, url = (str(told.get(key) or "") for key in ("title", "text", "url"))
    if not is_fetchable(url):
        return RecordFault(offset, url[:2000], Reason.INVALID_LINK, "no address in url")
    if not (title.strip() or text.strip()):
        return RecordFault(offset, url[:2000], Reason.EMPTY, "neither title nor text")
    published, captured = _moment(told.get("published")), _moment(told.get("captured"))
    if told.get("published") and published is None:
        return RecordFault(offset, url[:2000], Reason.ERROR, f"published: {told['published']!r}"[:300])
    entry = Entry(url, title, "", text, published, language=str(told["language"]) if told.get("language") else None)
    return ArchiveRecord(offset, url, captured or published, b"", "", entry)


def _moment(value: Any) -> datetime | None:
    """Return an ISO 8601 time, of UTC where it names no zone."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
