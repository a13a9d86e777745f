"""Names of archives → their shards and records: files, folders, globs, lists, WACZ, lines, saved pages, addresses."""

import gzip
import json
import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from config.rulebook import load_rulebook
from crawlers.archives.places import PlaceLost, UnknownArchive, plan_shards
from crawlers.archives.shards import read_shard
from diembao.workers.archive_pages import ArchiveTask, ShardReader
from diembao.workers.shards import read_with
from pipeline.records import Reason
from pipeline.records.archives import ArchiveKind, ArchiveRecord, OtherRecord, RecordFault, Shard
from tests.support.cli import run_python
from tests.support.file_servers import FileHandler, serve_files
from tests.support.warc_files import answer, crawler_note, gzip_each, join, page, write_wacz

Found = ArchiveRecord | OtherRecord | RecordFault


def warc_of(*numbers: int) -> bytes:
    return gzip_each([crawler_note(), *(answer(f"https://bao.example/{n}", page(f"Bài {n}")) for n in numbers)]).data


def read(shards: Sequence[Shard]) -> list[Found]:
    return [record for shard in shards for record in read_shard(shard)]


def urls(*names: str | Path, prefix: str = "") -> list[str]:
    found = read(list(plan_shards([str(name) for name in names], prefix=prefix)))
    assert not [record for record in found if isinstance(record, RecordFault)]
    return [record.url.rsplit("/", 1)[-1] for record in found if isinstance(record, ArchiveRecord)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two archives, one below the other, and a file that is none."""
    (tmp_path / "2026" / "03").mkdir(parents=True)
    (tmp_path / "2026" / "a.warc.gz").write_bytes(warc_of(1, 2))
    (tmp_path / "2026" / "03" / "b.WARC").write_bytes(join([answer("https://bao.example/3", page("Bài"))]).data)
    (tmp_path / "2026" / "readme.txt").write_text("about these files")
    return tmp_path


def test_files_folders_and_globs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert urls(folder / "2026" / "a.warc.gz") == ["1", "2"]
    assert sorted(urls(folder)) == ["1", "2", "3"]
    assert sorted(urls(f"{folder}/")) == ["1", "2", "3"]
    assert urls(f"{folder}/**/*.gz") == ["1", "2"]
    assert urls(f"{folder}/2026/0[0-9]/*") == ["3"]
    assert urls((folder / "2026" / "a.warc.gz").as_uri()) == ["1", "2"]
    monkeypatch.chdir(folder)
    assert urls("2026/a.warc.gz") == ["1", "2"]


def test_a_name_that_looks_like_a_glob(tmp_path: Path) -> None:
    (tmp_path / "a [1].warc.gz").write_bytes(warc_of(1))
    assert urls(tmp_path / "a [1].warc.gz") == ["1"]


def test_each_archive_once(folder: Path) -> None:
    one = folder / "2026" / "a.warc.gz"
    (folder / "copy.warc.gz").write_bytes(one.read_bytes())
    assert urls(one, one, folder / "copy.warc.gz") == ["1", "2"]
    assert sorted(urls(folder, one)) == ["1", "2", "3"]


@pytest.mark.parametrize("packed", [False, True])
def test_lists_of_paths(folder: Path, packed: bool) -> None:
    lines = f"2026/a.warc.gz\n\n{folder}/2026/03/b.WARC\r\n".encode()
    listed = folder / ("warc.paths.gz" if packed else "warc.paths")
    listed.write_bytes(gzip.compress(lines) if packed else lines)
    assert urls(listed, prefix=f"{folder}/") == ["1", "2", "3"]
    with pytest.raises(UnknownArchive, match=re.escape("nowhere/2026/a.warc.gz")):
        urls(listed, prefix=f"{folder}/nowhere/")


def test_wacz(tmp_path: Path) -> None:
    wacz = tmp_path / "pages.wacz"
    write_wacz(wacz, {"archive/b.warc.gz": warc_of(3), "archive/a.warc.gz": warc_of(1, 2), "pages/pages.jsonl": b"{}"})
    shards = list(plan_shards([str(wacz)]))
    assert [shard.name for shard in shards] == ["pages.wacz!archive/a.warc.gz", "pages.wacz!archive/b.warc.gz"]
    assert urls(wacz) == ["1", "2", "3"]


LINES = [
    {"url": "https://bao.example/1", "title": "Tôm được giá", "text": "Ở Ninh Thuận.", "published": "2016-11-22"},
    {
        "url": "https://bao.example/2",
        "title": "",
        "text": "Cá",
        "published": "2024-11-30T08:00:00+07:00",
        "language": "vi",
    },
    {"url": "https://bao.example/3", "title": "Muối", "captured": "2024-12-01T00:00:00Z", "other": [1]},
]
BAD = [
    (b"{", Reason.ERROR),
    (b"[1, 2]", Reason.ERROR),
    (b"[" * 200_000, Reason.ERROR),
    (b"\xff\xfe\xfa{}", Reason.ERROR),
    (b'{"title": "no address"}', Reason.INVALID_LINK),
    (b'{"url": "ftp://a.example/", "title": "x"}', Reason.INVALID_LINK),
    (b'{"url": "https://a.example/4", "title": " "}', Reason.EMPTY),
    (b'{"url": "https://a.example/5", "title": "x", "published": "yesterday"}', Reason.ERROR),
]


@pytest.mark.parametrize("name", ["articles.jsonl", "articles.ndjson", "articles.jsonl.gz"])
def test_json_lines(tmp_path: Path, name: str) -> None:
    good = [json.dumps(line, ensure_ascii=False).encode() for line in LINES]
    lines = [good[0], b"", *(bad for bad, _ in BAD), good[1], good[2]]
    data = b"\n".join(lines)
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    [shard] = plan_shards([str(tmp_path / name)])
    assert shard.kind is ArchiveKind.ARTICLES
    found = read([shard])
    assert [record.reason for record in found if isinstance(record, RecordFault)] == [reason for _, reason in BAD]
    assert [record.offset for record in found] == sorted({record.offset for record in found})
    one, two, three = (record for record in found if isinstance(record, ArchiveRecord))
    assert (one.url, one.entry.title, one.entry.text, one.body) == (
        *(LINES[0][k] for k in ("url", "title", "text")),
        b"",
    )
    assert one.entry.published == one.captured == datetime(2016, 11, 22, tzinfo=UTC)
    assert two.entry.published == datetime(2024, 11, 30, 1, tzinfo=UTC)
    assert two.entry.language == "vi"
    assert (three.captured, three.entry.published) == (datetime(2024, 12, 1, tzinfo=UTC), None)


def test_json_lines_are_split(tmp_path: Path) -> None:
    lines = [
        json.dumps({"url": f"https://a.example/{n}", "title": f"Bài {n}", "text": "x" * (n % 97)}) for n in range(9000)
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(lines) + "\n")
    shards = list(plan_shards([str(tmp_path / "a.jsonl")], records=1500))
    assert len(shards) > 3
    assert [record.url for record in read(shards) if isinstance(record, ArchiveRecord)] == [
        f"https://a.example/{n}" for n in range(9000)
    ]
    assert len({shard.identity for shard in shards}) == 1


@pytest.mark.parametrize("damage", ["end", "middle"])
def test_damaged_gzip_of_lines_keeps_what_comes_before(tmp_path: Path, damage: str) -> None:
    lines = [json.dumps({"url": f"https://a.example/{n}", "title": os.urandom(300).hex()}) for n in range(2000)]
    data = bytearray(gzip.compress("\n".join(lines).encode()))
    if damage == "end":
        del data[-5000:]
    else:
        data[len(data) // 2 : len(data) // 2 + 64] = b"\xff" * 64
    (tmp_path / "a.jsonl.gz").write_bytes(data)
    found = read(list(plan_shards([str(tmp_path / "a.jsonl.gz")])))
    assert len(found) > 500
    fault = found[-1]
    assert isinstance(fault, RecordFault)
    assert fault.reason is Reason.BAD_COMPRESSION
    assert [record.url for record in found[:500] if isinstance(record, ArchiveRecord)] == [
        f"https://a.example/{n}" for n in range(500)
    ]


BODY = "<body><p>Tôm được giá</p></body></html>"
SAVED = {
    "a.html": ("<html><!-- saved from url=(0031)https://bao.example/tom-1.html -->", "https://bao.example/tom-1.html"),
    "b.htm": ("<html><link href='https://bao.example/2?a=1&amp;b=2' rel=canonical>", "https://bao.example/2?a=1&b=2"),
    "c.html": ('<html><meta property="og:url" content="https://bao.example/3">', "https://bao.example/3"),
    "d.xhtml": ('<html><link rel="canonical" href="/4"><meta property=og:url content=https://bao.example/4>',
                "https://bao.example/4"),
    "bao.example/thoi-su/5.html": ("<html>", "https://bao.example/thoi-su/5.html"),
    "www.bao.example/6.html.gz": ("<html>", "https://www.bao.example/6.html"),
}  # fmt: skip


def test_saved_pages(tmp_path: Path) -> None:
    for name, (head, _) in SAVED.items():
        file = tmp_path / "saved" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        data = (head + BODY).encode()
        file.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        os.utime(file, (1_700_000_000, 1_700_000_000))
    (tmp_path / "saved" / "2024").mkdir()
    (tmp_path / "saved" / "2024" / "7.html").write_text("<html>" + BODY)
    (tmp_path / "saved" / "empty.html").write_bytes(b" \n")
    (tmp_path / "saved" / "cut.html.gz").write_bytes(gzip.compress(BODY.encode())[:-9])
    (tmp_path / "saved" / "broken.html.gz").write_bytes(gzip.compress(BODY.encode())[:12] + b"\xff" * 40)
    (tmp_path / "saved" / "photo.jpg").write_bytes(b"\xff\xd8")
    [shard] = plan_shards([str(tmp_path / "saved")])
    assert shard.kind is ArchiveKind.PAGES
    found = read([shard])
    assert len(found) == len(SAVED) + 4
    records = [record for record in found if isinstance(record, ArchiveRecord)]
    assert {record.url for record in records} == {url for _, url in SAVED.values()}
    assert all(BODY.encode() in record.body for record in records)
    assert {record.captured for record in records} == {datetime.fromtimestamp(1_700_000_000, UTC)}
    told = {record.url.rsplit("/", 1)[-1]: record.reason for record in found if isinstance(record, RecordFault)}
    assert told == {
        "7.html": Reason.INVALID_LINK,
        "empty.html": Reason.EMPTY,
        "cut.html.gz": Reason.ERROR,
        "broken.html.gz": Reason.ERROR,
    }
    parts = list(plan_shards([str(tmp_path / "saved")], records=4))
    assert len(parts) == 3
    assert len({part.identity for part in parts}) == 3
    assert {record.url for record in read(parts) if isinstance(record, ArchiveRecord)} == {r.url for r in records}


@pytest.fixture(params=[True])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Path, list[str]]]:
    """A web server on 127.0.0.1: its address, its folder and what was asked of it; the parameter: with ranges."""
    pytest.importorskip("aiohttp")
    root, asked = tmp_path / "served", list[str]()
    root.mkdir()
    with serve_files(partial(FileHandler, root=root, ranges=request.param, asked=asked)) as address:
        yield address, root, asked


def test_addresses(server: tuple[str, Path, list[str]]) -> None:
    home, root, asked = server
    big = gzip_each([answer(f"https://bao.example/{n}", page(os.urandom(9_000).hex())) for n in range(200)])
    (root / "big.warc.gz").write_bytes(big.data)
    (root / "small.warc.gz").write_bytes(warc_of(901, 902))
    (root / "warc.paths").write_text("small.warc.gz\n")
    shards = list(plan_shards([f"{home}big.warc.gz"], records=24))
    assert len(shards) > 6
    assert [record.offset for record in read_shard(shards[-1])] == [at for at in big.begins if at >= shards[-1].begin]
    assert any(" bytes=" in line for line in asked)
    assert urls(f"{home}small.warc.gz") == ["901", "902"]
    assert urls(f"{home}warc.paths", prefix=home) == ["901", "902"]
    (root / "articles.jsonl").write_text("\n".join(json.dumps(line) for line in LINES))
    assert urls(f"{home}articles.jsonl") == ["1", "2", "3"]
    with pytest.raises(UnknownArchive, match=re.escape(f"{home}missing.warc.gz")):
        list(plan_shards([f"{home}missing.warc.gz"]))


@pytest.mark.parametrize("trouble", ["500", "closed"])
def test_a_place_that_stops_answering_is_no_damage(server: tuple[str, Path, list[str]], trouble: str) -> None:
    """What was not sent would pass for the damage of an archive that was read, and never be asked for again."""
    home, root, _ = server
    big = gzip_each([answer(f"https://bao.example/{n}", page(os.urandom(30_000).hex())) for n in range(400)])
    assert len(big.data) > 12_000_000  # more than fsspec asks for at once
    (root / "big.warc.gz").write_bytes(big.data)
    [shard] = plan_shards([f"{home}big.warc.gz"], records=10_000)
    (root / "trouble").write_text(trouble)
    with pytest.raises(PlaceLost, match=re.escape(home)):
        list(read_shard(shard))
    assert isinstance(read_with(ShardReader(ArchiveTask((load_rulebook(None),))), shard), str)
    (root / "trouble").unlink()
    assert len(list(read_shard(shard))) == 400


@pytest.mark.parametrize("server", [False], indirect=True)
def test_a_server_without_ranges_is_told(server: tuple[str, Path, list[str]]) -> None:
    home, root, _ = server
    # What fsspec asks for at once may come whole.
    (root / "small.warc.gz").write_bytes(warc_of(1, 2))
    assert urls(f"{home}small.warc.gz") == ["1", "2"]
    (root / "big.warc.gz").write_bytes(warc_of(1, 2) + os.urandom(7 << 20))
    with pytest.raises(UnknownArchive, match=re.escape(f"{home}big.warc.gz")):
        list(plan_shards([f"{home}big.warc.gz"]))


@pytest.mark.parametrize(
    "name",
    [
        "", " ", "{tmp}/missing.warc.gz", "{tmp}/missing", "{tmp}/*.warc.gz", "{tmp}/empty", "{tmp}/notes.txt",
        "{tmp}/broken.wacz", "{tmp}/without.wacz", "{tmp}/nothing.paths", "{tmp}/broken.paths.gz",
        "nosuch://bucket/a.warc.gz", "http://127.0.0.1:1/a.warc.gz",
    ],
)  # fmt: skip
def test_names_that_lead_nowhere(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("notes")
    (tmp_path / "broken.wacz").write_bytes(b"PK no archive")
    write_wacz(tmp_path / "without.wacz", {"pages/pages.jsonl": b"{}"})
    (tmp_path / "nothing.paths").write_text("\n \n")
    (tmp_path / "broken.paths.gz").write_bytes(gzip.compress(b"a.warc.gz\n" * 9)[:-9])
    told = name.format(tmp=tmp_path)
    with pytest.raises(UnknownArchive) as raised:
        list(plan_shards([told]))
    assert told in str(raised.value.message)


@pytest.mark.parametrize(("package", "address"), [("aiohttp", "http://127.0.0.1:1"), ("obstore", "s3://press")])
def test_a_package_that_is_missing_is_named(package: str, address: str) -> None:
    """In a process of its own, which must not find the package."""
    code = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "from crawlers.archives.places import UnknownArchive, plan_shards\n"
        f"try:\n    list(plan_shards(['{address}/a.warc.gz']))\n"
        "except UnknownArchive as error:\n    print(error.message)\n"
    )
    done = run_python(code)
    assert package in done.stdout, done
    assert "pip install 'diembao[remote]'" in done.stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to the superuser")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    file = tmp_path / "a.warc.gz"
    file.write_bytes(warc_of(1))
    file.chmod(0)
    with pytest.raises(UnknownArchive, match=r"a\.warc\.gz"):
        list(plan_shards([str(file)]))


def test_an_empty_file_is_told_when_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").touch()
    [fault] = read(list(plan_shards([str(tmp_path / "a.warc.gz")])))
    assert isinstance(fault, RecordFault)
    assert fault.reason is Reason.EMPTY
