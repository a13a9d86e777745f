"""WARC files → every record once, by whatever ranges; what is damaged has its name and costs no other record."""

import gzip
import io
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.archives import warc
from pipeline.records import Reason
from pipeline.records.archives import ArchiveRecord, OtherRecord, RecordFault
from tests.support.warc_files import (
    DATE,
    Joined,
    answer,
    crawler_note,
    gzip_each,
    in_chunks,
    join,
    page,
    record,
    request,
    revisit,
    saved,
    zstd,
)

Found = ArchiveRecord | OtherRecord | RecordFault

PAGES = [page(f"Bài số {n}. " + "Lúa được mùa, tôm được giá. " * (n * 3 % 11)) for n in range(7)]
URLS = [f"https://bao.example/bai-{n}.html" for n in range(7)]
RECORDS = [crawler_note(), *(answer(url, body) for url, body in zip(URLS, PAGES, strict=True)), request(URLS[0])]
#: Files of the same records, in each form of which a record can be found from the middle on.
SPLIT = {"gzip": gzip_each(RECORDS), "plain": join(RECORDS)}


def read(data: bytes, begin: int = 0, end: int | None = None) -> list[Found]:
    return list(warc.read_range(io.BytesIO(data), begin, len(data) if end is None else end, len(data)))


def pages(found: Sequence[Found]) -> list[ArchiveRecord]:
    return [one for one in found if isinstance(one, ArchiveRecord)]


def faults(found: Sequence[Found]) -> list[RecordFault]:
    return [one for one in found if isinstance(one, RecordFault)]


def one(raw: bytes) -> Found:
    """Return what a record comes to among others, which must be there too."""
    file = gzip_each([crawler_note(), raw, RECORDS[1]])
    first, found, last = read(file.data)
    assert (first.offset, found.offset, last.offset) == file.begins
    assert isinstance(last, ArchiveRecord)
    assert last.body == PAGES[0]
    return found


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(SPLIT["gzip"].data, id="each record a gzip member"),
        pytest.param(SPLIT["plain"].data, id="not compressed"),
        pytest.param(gzip.compress(SPLIT["plain"].data), id="one gzip member"),
        pytest.param(zstd(SPLIT["plain"].data), id="one zstd frame"),
        pytest.param(join(map(zstd, RECORDS)).data, id="each record a zstd frame"),
    ],
)
def test_every_form_has_the_same_records(data: bytes) -> None:
    found = read(data)
    assert [type(record) for record in found] == [OtherRecord, *[ArchiveRecord] * len(PAGES), OtherRecord]
    assert [(record.url, record.body) for record in pages(found)] == list(zip(URLS, PAGES, strict=True))
    assert all(
        record.captured is not None and f"{record.captured:%Y-%m-%dT%H:%M:%SZ}" == DATE for record in pages(found)
    )
    offsets = [record.offset for record in found]
    assert offsets == sorted(set(offsets))


@pytest.mark.parametrize("form", SPLIT)
def test_any_split_has_every_record_once(form: str) -> None:
    file = SPLIT[form]
    whole = read(file.data)
    assert [record.offset for record in whole] == list(file.begins)
    for at in range(0, len(file.data) + 1, 3):
        assert read(file.data, 0, at) + read(file.data, at) == whole, at
    # The bytes around each record's beginning, which the steps above may leave out.
    for begin in file.begins:
        for at in range(max(0, begin - 5), begin + 6):
            assert read(file.data, 0, at) + read(file.data, at) == whole, at


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(SPLIT)), st.lists(st.integers(0, len(SPLIT["plain"].data)), max_size=5))
def test_any_number_of_ranges_has_every_record_once(form: str, cuts: list[int]) -> None:
    data = SPLIT[form].data
    bounds = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    found = [record for pair in pairwise(bounds) for record in read(data, *pair)]
    assert found == read(data)


@pytest.mark.parametrize("form", SPLIT)
def test_planned_ranges_are_the_whole_file(form: str) -> None:
    body = page("Cá cơm vào mùa. " * 400)
    records = [answer(f"https://bao.example/{n}", body + bytes([65 + n % 26]) * 3000) for n in range(90)]
    file = join(records) if form == "plain" else join(gzip.compress(one, compresslevel=0) for one in records)
    ranges = warc.plan_ranges(io.BytesIO(file.data), len(file.data), 10)
    assert len(ranges) > 5
    assert [begin for begin, _ in ranges] == [0, *(end for _, end in ranges[:-1])]
    assert ranges[-1][1] == len(file.data)
    found = [record.offset for begin, end in ranges for record in read(file.data, begin, end)]
    assert found == list(file.begins)


@pytest.mark.parametrize(
    "data",
    [gzip.compress(SPLIT["plain"].data * 300), zstd(SPLIT["plain"].data * 300), b""],
    ids=["gzip", "zstd", "empty"],
)
def test_what_cannot_be_split_is_one_range(data: bytes) -> None:
    assert warc.plan_ranges(io.BytesIO(data), len(data), 2) == [(0, len(data))]


BODY = PAGES[3]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(BODY, {}, id="as it is"),
        pytest.param(in_chunks(BODY), {"Transfer-Encoding": "chunked"}, id="chunked"),
        pytest.param(in_chunks(BODY, extension=";name=value"), {"transfer-encoding": "Chunked"}, id="extensions"),
        pytest.param(BODY, {"Transfer-Encoding": "chunked"}, id="joined already"),
        pytest.param(gzip.compress(BODY), {"Content-Encoding": "gzip"}, id="gzip"),
        pytest.param(gzip.compress(BODY), {"Content-Encoding": "x-gzip"}, id="x-gzip"),
        pytest.param(zlib.compress(BODY), {"Content-Encoding": "deflate"}, id="deflate"),
        pytest.param(brotli.compress(BODY), {"Content-Encoding": "br"}, id="br"),
        pytest.param(zstd(BODY), {"Content-Encoding": "zstd"}, id="zstd"),
        pytest.param(
            in_chunks(gzip.compress(BODY)), {"Transfer-Encoding": "chunked", "Content-Encoding": "gzip"}, id="both"
        ),
        pytest.param(BODY, {"Content-Encoding": "gzip"}, id="gzip undone already"),
        pytest.param(BODY, {"Content-Encoding": "br"}, id="br undone already"),
        pytest.param(b"\xef\xbb\xbf" + BODY, {"Content-Encoding": "gzip"}, id="undone, with a mark of order"),
        pytest.param(BODY, {"Content-Encoding": "utf-8"}, id="a charset instead"),
        pytest.param(gzip.compress(BODY), {"Content-Encoding": "gzip, identity"}, id="identity beside it"),
        pytest.param(BODY, {"Content-Type": "text/plain"}, id="a page called plain text"),
        pytest.param(BODY, {"Content-Type": ""}, id="of no type"),
        pytest.param(BODY, {"Content-Type": "application/xhtml+xml"}, id="xhtml"),
    ],
)
def test_bodies_are_decoded(body: bytes, headers: dict[str, str]) -> None:
    found = one(answer(URLS[3], body, headers=headers))
    assert isinstance(found, ArchiveRecord), found
    assert found.body.removeprefix(b"\xef\xbb\xbf") == BODY
    assert found.url == URLS[3]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(request(URLS[0]), id="a request"),
        pytest.param(crawler_note(), id="a note of the crawler"),
        pytest.param(revisit(URLS[0]), id="a revisit"),
        pytest.param(record("metadata", URLS[0], b"a: b\r\n", "application/warc-fields"), id="metadata"),
        pytest.param(answer(URLS[0], BODY, status="404 Not Found"), id="404"),
        pytest.param(answer(URLS[0], b"", status="304 Not Modified"), id="304"),
        pytest.param(answer(URLS[0], BODY, status="302 Found", headers={"Location": "/x"}), id="302"),
        pytest.param(answer(URLS[0], b"\x89PNG\r\n" + bytes(300), headers={"Content-Type": "image/png"}), id="image"),
        pytest.param(answer(URLS[0], b"body{}", headers={"Content-Type": "text/css"}), id="style"),
        pytest.param(answer(URLS[0], b"only words", headers={"Content-Type": "text/plain"}), id="plain text"),
        pytest.param(saved("urn:x-note:1", BODY), id="no address of the web"),
        pytest.param(record("response", "dns:bao.example", b"20260302 bao.example A", "text/dns"), id="dns"),
    ],
)
def test_what_is_no_page_is_counted_as_such(raw: bytes) -> None:
    assert isinstance(one(raw), OtherRecord)


@pytest.mark.parametrize("url", ["<https://bao.example/a.html>", " https://bao.example/a.html "])
def test_addresses_in_brackets(url: str) -> None:
    found = one(saved(url, BODY))
    assert isinstance(found, ArchiveRecord)
    assert found.url == "https://bao.example/a.html"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        pytest.param(answer(URLS[0], gzip.compress(BODY)[:-30], headers={"Content-Encoding": "gzip"}),
                     Reason.BAD_COMPRESSION, id="gzip cut off"),
        pytest.param(answer(URLS[0], bytes(99), headers={"Content-Encoding": "gzip"}),
                     Reason.BAD_COMPRESSION, id="no gzip"),
        pytest.param(answer(URLS[0], b"\1\2\3", headers={"Content-Encoding": "exi"}),
                     Reason.BAD_COMPRESSION, id="an encoding that nobody knows"),
        pytest.param(record("response", URLS[0], b"not an answer", "application/http"), Reason.NOT_HTTP, id="no HTTP"),
        pytest.param(record("response", URLS[0], b"", "application/http"), Reason.NOT_HTTP, id="nothing"),
        pytest.param(saved("http://", BODY), Reason.INVALID_LINK, id="no host"),
        pytest.param(saved("https://bao.example:99999999/", BODY), Reason.INVALID_LINK, id="no port"),
        pytest.param(saved(URLS[0], b"<html>" + b" " * warc.LARGEST), Reason.TOO_LARGE, id="too large"),
        pytest.param(answer(URLS[0], zlib.compress(b"<html>" + b" " * warc.LARGEST),
                            headers={"Content-Encoding": "deflate"}), Reason.TOO_LARGE, id="too large when decoded"),
        pytest.param(answer(URLS[0], zlib.compress(bytes(80 << 20)), headers={"Content-Encoding": "deflate"}),
                     Reason.BAD_COMPRESSION, id="a bomb"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_has_its_reason(raw: bytes, reason: Reason) -> None:
    found = one(raw)
    assert isinstance(found, RecordFault), found
    assert found.reason is reason
    assert found.url


@pytest.mark.parametrize("form", SPLIT)
def test_a_file_that_ends_anywhere_loses_its_last_record_alone(form: str) -> None:
    file = SPLIT[form]
    whole = {record.offset: record for record in read(file.data)}
    for size in range(1, len(file.data), 1 if form == "gzip" else 3):
        found = read(file.data[:size])
        sound = [begin for begin, end in zip(file.begins, file.ends, strict=True) if end <= size]
        assert found[: len(sound)] == [whole[begin] for begin in sound], size
        broken = found[len(sound) :]
        if size in file.begins:
            assert not broken, size
            continue
        begin, end = next(pair for pair in zip(file.begins, file.ends, strict=True) if pair[0] < size < pair[1])
        if not sound and len(broken) == 2:
            # Of one record alone nothing tells whether more was compressed with it: what is lost has its own line.
            assert broken[0] == whole[0], size
            assert isinstance(broken[1], RecordFault), size
            continue
        [last] = broken
        assert last.offset == begin or (len(sound) == 1 and last.offset == 1), size
        if isinstance(last, RecordFault):
            assert last.reason in (Reason.CUT_OFF, Reason.BAD_COMPRESSION), size
        else:
            # It may lack what says nothing: its final empty line, or the check sum of its bytes.
            assert last == whole[begin], size
            assert end - size <= 16, size


@pytest.mark.parametrize("form", SPLIT)
def test_half_a_record_before_whole_ones(form: str) -> None:
    file = SPLIT[form]
    whole = read(file.data)
    for half in range(3, file.ends[3] - file.begins[3], 7):
        part = file.data[file.begins[3] : file.begins[3] + half]
        data = file.data[: file.begins[3]] + part + file.data[file.begins[3] :]
        found = read(data)
        urls = [record.url for record in pages(found)]
        if file.ends[3] - file.begins[3] - half <= 12 and urls.count(URLS[2]) == 2:
            continue  # only its final empty line is missing
        assert urls == URLS, half
        if half <= len(b"WARC/1.0\r\nWARC-Type:") and not faults(found):
            continue  # nothing of the record was written but its first line, which the whole one's swallows
        assert len(faults(found)) == 1, half
        assert faults(found)[0].offset == file.begins[3], half
        assert len(found) == len(whole) + 1, half
        for at in (file.begins[3], file.begins[3] + half // 2, file.begins[3] + half):
            assert read(data, 0, at) + read(data, at) == found, (half, at)


@pytest.mark.parametrize("form", SPLIT)
@pytest.mark.parametrize(
    "rubbish", [b"\0" * 900, bytes(range(256)) * 3, b"not a record\r\n\r\n" * 9, b"\x1f\x8b\x08\0" * 40],
    ids=["zeros", "bytes", "words", "gzip's beginning"],
)  # fmt: skip
def test_rubbish_between_records(form: str, rubbish: bytes) -> None:
    file = SPLIT[form]
    data = file.data[: file.begins[4]] + rubbish + file.data[file.begins[4] :]
    found = read(data)
    assert [record.url for record in pages(found)] == URLS
    assert len(found) - len(faults(found)) == len(RECORDS)
    assert [fault.offset for fault in faults(found)] == [file.begins[4]]
    for at in range(file.begins[4] - 2, file.begins[4] + len(rubbish) + 3, 11):
        assert read(data, 0, at) + read(data, at) == found, at


@pytest.mark.parametrize("form", SPLIT)
def test_bytes_turned_over_cost_one_record(form: str) -> None:
    file = SPLIT[form]
    whole = {record.offset: record for record in read(file.data)}
    for at in range(1, len(file.data), 7):
        data = bytearray(file.data)
        data[at] ^= 0xFF
        hit = max(begin for begin in file.begins if begin <= at)
        found = {record.offset: record for record in read(bytes(data))}
        others = {begin: record for begin, record in whole.items() if begin != hit}
        if form == "gzip":
            assert {begin: record for begin, record in found.items() if begin in others} == others, at
            assert isinstance(found[hit], RecordFault) or found[hit] == whole[hit], at
        else:
            # Nothing of a file that is not compressed tells a changed letter; its other records stay.
            kept = [begin for begin, record in others.items() if found.get(begin) == record]
            assert len(kept) >= len(others) - 1, at


@pytest.mark.parametrize("packed", [gzip.compress, zstd], ids=["gzip", "zstd"])
def test_one_compressed_file_that_ends_early(packed: Callable[[bytes], bytes]) -> None:
    data = packed(SPLIT["plain"].data * 3)
    whole = [(one.url, one.body) for one in pages(read(data))]
    assert len(whole) == 3 * len(PAGES)
    for size in range(100, len(data), 97):
        found = read(data[:size])
        read_so_far = [(one.url, one.body) for one in pages(found)]
        assert read_so_far == whole[: len(read_so_far)], size
        # The page in which the file ends, the rest of the file, or both have a line.
        assert isinstance(found[-1], RecordFault), size
        assert found[-1].reason in (Reason.BAD_COMPRESSION, Reason.CUT_OFF), size


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"<html>a page and no archive</html>", id="a page"),
        pytest.param(gzip.compress(b"a text and no archive"), id="gzip of a text"),
        pytest.param(zstd(b"a text and no archive"), id="zstd of a text"),
        pytest.param(b"\0" * 5000, id="zeros"),
        pytest.param(b"\x1f\x8b\x08", id="three bytes"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_is_no_archive_is_told(data: bytes) -> None:
    [fault] = read(data)
    assert isinstance(fault, RecordFault)
    assert fault.reason in (Reason.EMPTY, Reason.BAD_COMPRESSION)
    assert fault.offset == 0


def test_a_page_that_tells_of_archives_is_no_record() -> None:
    told = page("Mỗi bản ghi bắt đầu bằng WARC/1.0 và một dòng. \r\nWARC/1.0\r\nWARC-Type: response\r\n")
    file = join([crawler_note(), answer(URLS[0], told), answer(URLS[1], BODY)])
    for at in range(len(file.data)):
        found = read(file.data, 0, at) + read(file.data, at)
        assert [record.offset for record in found] == list(file.begins), at


def test_members_of_joined_files_are_read() -> None:
    # As `cat a.warc.gz b.warc.gz` makes it.
    both = Joined(
        SPLIT["gzip"].data * 2, (*SPLIT["gzip"].begins, *(b + len(SPLIT["gzip"].data) for b in SPLIT["gzip"].begins))
    )
    assert [record.offset for record in read(both.data)] == list(both.begins)
