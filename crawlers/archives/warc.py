"""WARC files, compressed or not → their shards, and the pages of a shard."""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from crawlers.archives.answers import BadEncoding, decode_body
from crawlers.archives.members import (
    Extent,
    find_record,
    is_complete,
    is_gzip,
    is_packed,
    is_padding,
    measure_record,
    stands_apart,
)
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
        return not is_packed(stream)
    begins: list[int] = []
    stream.seek(0)
    try:
        for record in _iterate(stream):
            begins.append(record.stream_pos)
            if len(begins) > 1:
                break
    except OSError:
        pass
    # Behind damage in the first two records others may follow, each a member.
    begin, end = (begins[1], begins[1] + 1) if len(begins) > 1 else (1, 1 << 62)
    return find_record(stream, begin, end, gzip=True) is not None


def read_range(stream: BinaryIO, begin: int, end: int, size: int) -> Iterator[Found]:
    """Yield what begins in [begin, end) of a file of `size` bytes: every record, and what is wrong with it.

    Whoever reads [0, x) and [x, size) has every record once. What is damaged is told once, with the record before it,
    and reading goes on behind it where a further record can be found.
    """
    if size == 0:
        yield RecordFault(0, "", Reason.EMPTY, "the file is empty")
        return
    if begin == 0 and end >= size and not is_splittable(stream):
        yield from _read_whole(stream)
        return
    gzip = is_gzip(stream)
    at = find_record(stream, begin, end, gzip=gzip)
    if begin == 0 < end and at != 0:
        yield RecordFault(0, "", Reason.BAD_COMPRESSION, "it does not begin with a record of a WARC file")
        at = _go_on(stream, 0, end, gzip=gzip)
    while at is not None:
        at = yield from _read_from(stream, at, end, size, gzip=gzip)


def _read_whole(stream: BinaryIO) -> Iterator[Found]:
    """Yield the records of a file that cannot be split; what comes after damage is lost, which is told."""
    last, note, found = -1, "", None
    try:
        stream.seek(0)
        for record in _iterate(stream):
            last = max(record.stream_pos, last + 1)
            found = _read_record(record, last)
            yield found
    except OSError as error:
        note = str(error)
    if last < 0:
        yield RecordFault(0, "", Reason.BAD_COMPRESSION, "no record of a WARC file was found")
    elif note or not (is_complete(stream) or (isinstance(found, RecordFault) and found.reason is Reason.CUT_OFF)):
        note = f"the rest of the file is not read: {note or 'it is cut off'}"
        yield RecordFault(last + 1, "", Reason.BAD_COMPRESSION, note[:300])


def _read_from(stream: BinaryIO, first: int, end: int, size: int, *, gzip: bool) -> Generator[Found, None, int | None]:
    """Yield records from one on, up to damage or the end; return where to go on after the damage."""
    last, note = first, ""
    found: Found | None = None
    try:
        stream.seek(first)
        for record in _iterate(stream):
            # Only now its end is known to be sound: half a record may go on with the bytes of the next.
            if found is not None:
                yield found
            if record.stream_pos >= end and record.stream_pos > first:
                return None if gzip or stands_apart(stream, record.stream_pos) else record.stream_pos
            last, found = record.stream_pos, None
            found = _read_record(record, last)
    except OSError as error:
        note = str(error)[:300]
    extent = measure_record(stream, last, gzip=gzip)
    if found is None or extent.damaged or extent.cut_off:
        # Even a page of the right length: without its check sum nothing tells that its letters are.
        yield _broken(found, extent, note)
        return _go_on(stream, last, end, gzip=gzip)
    yield found
    after = extent.end
    begins = find_record(stream, after, after + 1, gzip=gzip) is not None
    if after >= size or (begins and after >= end):
        return None
    if not begins and is_padding(stream, after):
        return None
    yield _broken(None, measure_record(stream, after, gzip=gzip) if begins else Extent(after, after + 1), note)
    return _go_on(stream, after, end, gzip=gzip)


def _broken(found: Found | None, extent: Extent, note: str) -> RecordFault:
    """Tell of a record that is not whole, or of bytes that are none."""
    url = "" if found is None or isinstance(found, OtherRecord) else found.url
    if extent.cut_off:
        note = found.note if isinstance(found, RecordFault) else ""
        return _fault(extent.begin, url, Reason.CUT_OFF, note or "the file ends within this record")
    return _fault(extent.begin, url, Reason.BAD_COMPRESSION, note or "no record of a WARC file is here")


def _go_on(stream: BinaryIO, bad: int, end: int, *, gzip: bool) -> int | None:
    """Return where the first record behind damage begins; None where there is none, or it is of the next range."""
    at = find_record(stream, bad + 1, 1 << 62, gzip=gzip, apart=False)
    return None if at is None or (at >= end and (gzip or stands_apart(stream, at))) else at


def _iterate(stream: BinaryIO) -> "ArchiveIterator":
    from fastwarc.warc import ArchiveIterator

    return ArchiveIterator(stream, parse_http=False)


def _read_record(record: Any, offset: int) -> Found:
    """Return the page of a record, or what it is instead. Raises OSError where the file is damaged."""
    from fastwarc.warc import WarcRecordType

    kind = record.record_type
    if sum(name.lower() == "warc-type" for name, _ in record.headers.items()) > 1:
        # Half a header, and the next record's: the address of one and the body of the other.
        raise OSError("the header breaks off, and another begins within it")
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
        if record.http_headers is None or record.http_headers.status_code is None:
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
