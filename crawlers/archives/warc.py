"""WARC files, compressed or not → their shards, and the pages of a shard."""

import io
from collections.abc import Generator, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from crawlers.archives.answers import BadEncoding, decode_body
from crawlers.archives.members import find_record, is_gzip, read_members
from pipeline.records import Entry, Reason
from pipeline.records.archives import ArchiveRecord, OtherRecord, RecordFault
from pipeline.text.urls import is_fetchable

#: Bytes of a page, decoded; a larger one is told and not read.
LARGEST = 32 << 20
#: Records from whose size the size of the others is guessed.
_SAMPLE = 200
_PAGES = ("text/html", "application/xhtml+xml")

if TYPE_CHECKING:
    from fastwarc.warc import ArchiveIterator

Found = ArchiveRecord | OtherRecord | RecordFault


def plan_ranges(stream: BinaryIO, size: int, records: int) -> list[tuple[int, int]]:
    """Return ranges of bytes that hold about so many records each, and together the whole file.

    A file that is compressed as a whole, or by zstd or LZ4, is one range: nothing tells where a record begins in it.
    """
    if size == 0 or not is_splittable(stream):
        return [(0, size)]
    begins: list[int] = []
    stream.seek(0)
    try:
        for record in _iterate(stream):
            begins.append(record.stream_pos)
            if len(begins) > _SAMPLE:
                break
    except OSError:
        pass
    mean = begins[-1] / (len(begins) - 1) if len(begins) > 1 else size
    step = max(1 << 16, round(mean * records))
    return [(begin, min(begin + step, size)) for begin in range(0, size, step)]


def is_splittable(stream: BinaryIO) -> bool:
    """Whether records can be found from the middle of a file on."""
    if not is_gzip(stream):
        stream.seek(0)
        return stream.read(5) == b"WARC/"
    first = next(read_members(stream, 0, 1), None)
    if first is None or first.cut_off or first.damaged:
        return find_record(stream, 1, 1 << 62, gzip=True) is not None
    stream.seek(0)
    records = _iterate(io.BytesIO(stream.read(first.end)))
    return next(islice(records, 1, None), None) is None


def read_range(stream: BinaryIO, begin: int, end: int, size: int) -> Iterator[Found]:
    """Yield what begins in [begin, end) of a file of `size` bytes: every record, and what is wrong with it.

    Whoever reads [0, x) and [x, size) has every record once. What is damaged is told once, and reading goes on behind
    it where a further record can be found.
    """
    if size == 0:
        yield RecordFault(0, "", Reason.EMPTY, "the file is empty")
        return
    gzip = is_gzip(stream)
    if begin == 0 and end >= size and not is_splittable(stream):
        yield from _read_whole(stream)
        return
    at = find_record(stream, begin, end, gzip=gzip)
    if begin == 0 and at != 0:
        yield RecordFault(0, "", Reason.BAD_COMPRESSION, "it does not begin with a record of a WARC file")
    while at is not None:
        at = yield from _read_from(stream, at, end, size, gzip=gzip)


def _read_whole(stream: BinaryIO) -> Iterator[Found]:
    """Yield the records of a file that cannot be split; what comes after damage is lost, which is told."""
    stream.seek(0)
    last = -1
    try:
        for record in _iterate(stream):
            last = max(record.stream_pos, last + 1)
            yield _read_record(record, last)
    except OSError as error:
        yield RecordFault(last + 1, "", Reason.BAD_COMPRESSION, f"the rest of the file is not read: {error}"[:300])
    if last < 0:
        yield RecordFault(0, "", Reason.BAD_COMPRESSION, "no record of a WARC file was found")


def _read_from(stream: BinaryIO, first: int, end: int, size: int, *, gzip: bool) -> Generator[Found, None, int | None]:
    """Yield records from one on, up to damage or the end; return where to go on after the damage."""
    last, found = first, None
    why, note = Reason.CUT_OFF, "the file ends within a record's header"
    try:
        stream.seek(first)
        for record in _iterate(stream):
            # Only now its end is known to be sound: half a record may go on with the bytes of the next.
            if found is not None:
                yield found
            if record.stream_pos >= end:
                return None
            last, found = record.stream_pos, None
            found = _read_record(record, last)
    except OSError as error:
        why, note = Reason.BAD_COMPRESSION, str(error)[:300]
    bad: int | None = last
    if found is not None:
        member = next(read_members(stream, last, last + 1)) if gzip else None
        if member is None or not member.damaged:
            yield found
            after = last + 1 if member is None else member.end
            bad = find_record(stream, after, end, gzip=gzip)
            if bad is None:
                stream.seek(min(after, size))
                if gzip and end >= size and stream.read(1 << 16).strip(b"\0"):
                    yield RecordFault(after, "", why, note)
                return None
    assert bad is not None
    yield RecordFault(bad, "", why, note)
    return find_record(stream, bad + 1, end, gzip=gzip)


def _iterate(stream: BinaryIO) -> "ArchiveIterator":
    from fastwarc.warc import ArchiveIterator

    return ArchiveIterator(stream, parse_http=False)


def _read_record(record: Any, offset: int) -> Found:
    """Return the page of a record, or what it is instead. Raises OSError where the file is damaged."""
    from fastwarc.warc import WarcRecordType

    kind = record.record_type
    if kind not in (WarcRecordType.response, WarcRecordType.resource):
        return OtherRecord(offset)
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")
    if not is_fetchable(url):
        return OtherRecord(offset) if not url.startswith("http") else _fault(offset, url, Reason.INVALID_LINK)
    if record.content_length > LARGEST:
        return _fault(offset, url, Reason.TOO_LARGE, f"{record.content_length} bytes")
    content_type, answer = record.headers.get("Content-Type") or "", {}
    if kind == WarcRecordType.response:
        record.parse_http(auto_decode="none")
        answer = {name.lower(): value for name, value in (record.http_headers or {}).items()}
        content_type = answer.get("content-type", "")
    body = record.reader.read()
    if len(body) < record.content_length:
        return _fault(offset, url, Reason.CUT_OFF, f"{len(body)} of {record.content_length} bytes")
    if kind == WarcRecordType.response:
        if record.http_headers.status_code is None:
            return _fault(offset, url, Reason.NOT_HTTP)
        if record.http_headers.status_code != 200:
            return OtherRecord(offset)
        try:
            body = decode_body(body, answer)
        except BadEncoding as error:
            return _fault(offset, url, Reason.BAD_COMPRESSION, str(error))
    if len(body) > LARGEST:
        return _fault(offset, url, Reason.TOO_LARGE, f"more than {LARGEST} bytes")
    if not _is_page(content_type, body):
        return OtherRecord(offset)
    return ArchiveRecord(offset, url, record.record_date, body, content_type, Entry(url))


def _is_page(content_type: str, body: bytes) -> bool:
    """Whether a body is a page, by its declared type, else by its first bytes."""
    kind = content_type.split(";")[0].strip().lower()
    if kind in _PAGES:
        return True
    return kind in ("", "text/plain", "application/octet-stream") and b"<html" in body[:2048].lower()


def _fault(offset: int, url: str, reason: Reason, note: str = "") -> RecordFault:
    return RecordFault(offset, url[:2000], reason, note[:300])
