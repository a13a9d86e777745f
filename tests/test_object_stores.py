"""Archives in a bucket of the S3 protocol: found by name, folder and glob, read in ranges, signed or not."""

import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from crawlers.archives.places import PlaceLost, UnknownArchive, plan_shards
from crawlers.archives.shards import read_shard
from pipeline.records.archives import ArchiveRecord
from tests.support.file_servers import BucketHandler, serve_files
from tests.support.warc_files import answer, gzip_each, page, write_wacz

pytest.importorskip("obstore")
Bucket = tuple[Path, list[str]]


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A bucket `press` at 127.0.0.1: its folder, and what was asked of it."""
    from fsspec import get_filesystem_class

    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    (tmp_path / "press").mkdir()
    asked = list[str]()
    with serve_files(partial(BucketHandler, root=tmp_path, ranges=True, asked=asked)) as address:
        monkeypatch.setenv("AWS_ENDPOINT", address)
        monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
        monkeypatch.setenv("AWS_REGION", "vn-1")
        yield tmp_path / "press", asked
    get_filesystem_class("s3").clear_instance_cache()  # each test has an address of its own


def warc_of(*numbers: int, size: int = 100) -> bytes:
    pages = [answer(f"https://bao.example/{n}", page(os.urandom(size).hex())) for n in numbers]
    return gzip_each(pages).data


def numbers(*names: str) -> list[int]:
    found = [record for shard in plan_shards(names) for record in read_shard(shard)]
    assert all(isinstance(record, ArchiveRecord) for record in found)
    return [int(record.url.rsplit("/", 1)[-1]) for record in found if isinstance(record, ArchiveRecord)]


def test_files_folders_globs_and_members(bucket: Bucket) -> None:
    root, asked = bucket
    (root / "2026" / "03").mkdir(parents=True)
    for n, name in enumerate(["2026/a.warc.gz", "2026/b.warc.gz", "2026/03/c.warc.gz", "2026/03/d.warc.gz"]):
        (root / name).write_bytes(warc_of(10 * n, 10 * n + 1))
    (root / "2026" / "readme.txt").write_text("about these files")
    (root / "articles.jsonl").write_text('{"url": "https://bao.example/50", "title": "Tôm"}\n')
    (root / "saved").mkdir()
    (root / "saved" / "60.html").write_text("<!-- saved from url=(0022)https://bao.example/60 --><p>Tôm</p>")
    write_wacz(root / "pages.wacz", {"archive/a.warc.gz": warc_of(70, 71)})
    assert numbers("s3://press/2026/a.warc.gz") == [0, 1]
    assert sorted(numbers("s3://press/2026")) == [0, 1, 10, 11, 20, 21, 30, 31]
    assert numbers("s3://press/2026/03/*.warc.gz") == [20, 21, 30, 31]
    assert numbers("s3://press/articles.jsonl", "s3://press/saved", "s3://press/pages.wacz") == [50, 60, 70, 71]
    (root / "warc.paths").write_text("2026/b.warc.gz\n")
    [shard] = plan_shards(["s3://press/warc.paths"], prefix="s3://press/")
    assert shard.place == "s3://press/2026/b.warc.gz"
    assert not any("AWS4" in line for line in asked)


def test_a_part_of_an_archive_is_all_that_is_sent(bucket: Bucket) -> None:
    root, asked = bucket
    (root / "big.warc.gz").write_bytes(warc_of(*range(400), size=30_000))
    shards = list(plan_shards(["s3://press/big.warc.gz"], records=40))
    assert len(shards) > 4
    assert [record.url for shard in shards for record in read_shard(shard) if isinstance(record, ArchiveRecord)] == [
        f"https://bao.example/{n}" for n in range(400)
    ]
    asked.clear()
    assert len(list(read_shard(shards[len(shards) // 2]))) > 10
    sizes = [int(told[2]) - int(told[1]) + 1 for line in asked if (told := re.search(r"bytes=(\d+)-(\d+)", line))]
    assert sum(sizes) < 0.9 * (root / "big.warc.gz").stat().st_size


def test_what_a_bucket_does_not_give_is_told(bucket: Bucket) -> None:
    root, _ = bucket
    for name in ["s3://press/missing.warc.gz", "s3://press/missing", "s3://press/*.warc.gz", "s3://other/a.warc.gz"]:
        with pytest.raises(UnknownArchive, match=re.escape(name)):
            list(plan_shards([name]))
    (root / "a.warc.gz").write_bytes(warc_of(1))
    [shard] = plan_shards(["s3://press/a.warc.gz"])
    (root / "a.warc.gz").unlink()
    with pytest.raises(PlaceLost, match=re.escape("press/a.warc.gz")):
        list(read_shard(shard))


def test_requests_are_signed_for_who_is_named(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    root, asked = bucket
    (root / "2026").mkdir()
    (root / "2026" / "a.warc.gz").write_bytes(warc_of(1))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "office")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert numbers("s3://press/2026") == [1]
    assert any("Credential=office/" in line for line in asked)
    assert not any("secret" in line for line in asked)
