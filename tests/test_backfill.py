"""Archives read back: what is stored, and that neither order, interruption nor repetition changes it."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawlers.archives.places import plan_shards
from diembao.jobs.backfill.backfill import Wanted
from diembao.jobs.backfill.provinces import open_provinces
from diembao.jobs.configuration import write_configuration
from diembao.system.home import Home
from diembao.workers.shards import LocalExecutor
from pipeline.records.archives import RecordOutcome
from storage.archives.shards import Selection
from storage.database import open_database
from tests.support.archived_press import MAY, Capture, captures, contents, run, write_warc
from tests.support.cli import Diembao, start_diembao

#: How new processes start and end is shown by tests/test_archive_shards.py and tests/test_backfill_kills.py.
pytestmark = pytest.mark.usefixtures("served_workers")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    write_configuration(made.config)
    return made


def test_an_archive_becomes_articles_once(home: Home, address: str, tmp_path: Path) -> None:
    file = write_warc(tmp_path / "a.warc.gz", captures(30))
    with open_provinces([home], address) as provinces:
        tried = run(provinces, list(plan_shards([str(file)], records=8)), dry_run=True)
        assert tried.counts[0][RecordOutcome.WAITING] == 10
        assert len(tried.found) == 10
        assert contents(provinces[0])["items"] == []
        done = run(provinces, list(plan_shards([str(file)], records=8)))
        assert done.counts[0][RecordOutcome.STORED] == 10
        assert sum(done.counts[0].values()) == 30
        first = contents(provinces[0])
        assert len(first["items"]) == 10
        assert {seen for _, seen, *_ in first["items"]} == {MAY + timedelta(minutes=n) for n in range(0, 30, 3)}
        assert {feed for _, feed, *_ in first["ledger"]} == {"archive:a.warc.gz"}
        assert {item.article.url for item in provinces[0].storage.articles.items()} == {
            capture.url for n, capture in enumerate(captures(30)) if n % 3 == 0
        }
        (origin,) = provinces[0].storage.archives.origins(first["items"][0][0])
        assert (origin.archive, origin.captured_at) == ("a.warc.gz", first["items"][0][1])
        # It is news of the days on which its pages were captured, and none of today.
        now, day = datetime.now(UTC), timedelta(days=1)
        assert provinces[0].storage.articles.digest_items(now - day, now, now - 3 * day) == []
        assert len(provinces[0].storage.articles.digest_items(MAY, MAY + day, MAY - 3 * day)) == 10
        # The same file again, and under another name; then its pages in another file.
        again = run(provinces, list(plan_shards([str(file)], records=8)))
        assert (again.shards, again.skipped) == (0, done.shards)
        copy = tmp_path / "copy.warc.gz"
        copy.write_bytes(file.read_bytes())
        assert run(provinces, list(plan_shards([str(copy)], records=8))).shards == 0
        other = run(provinces, list(plan_shards([str(write_warc(tmp_path / "b.warc.gz", captures(29)))])))
        assert other.counts[0][RecordOutcome.KNOWN] == 10
        assert contents(provinces[0]) == first
        sums = provinces[0].storage.archives.sums()
        assert [(s.archive, s.counts[RecordOutcome.GATED], s.unread) for s in sums] == [
            ("a.warc.gz", 20, 0),
            ("b.warc.gz", 19, 0),
        ]


def test_order_and_interruption_leave_no_trace(home: Home, address: str, tmp_path: Path) -> None:
    """Versions stand in the order of captures, whichever shard was read first."""
    pages = captures(24)
    edited = [
        Capture(p.url, p.captured + timedelta(days=1), p.title + " (cập nhật)", p.place, p.number + 100) for p in pages
    ]
    file = write_warc(tmp_path / "a.warc.gz", [*edited, *pages])
    shards = list(plan_shards([str(file)], records=6))
    plain = Home(tmp_path / "plain")
    write_configuration(plain.config)
    with open_provinces([plain]) as provinces:
        run(provinces, shards)
        expected = contents(provinces[0])
    assert {tuple(v) for v in expected["versions"][0]} and all(len(v) == 2 for v in expected["versions"])
    with open_provinces([home], address) as provinces:
        run(provinces, shards[::-1][:1], dry_run=True)
        (province,) = provinces
        selection = Selection("", province.rules.version_alone)
        from diembao.jobs.backfill.backfill import _task

        # Receipts of half of the shards, in another order, and then an end.
        for shard, results in LocalExecutor(2).run(_task(provinces, Wanted(), 60), shards[::-2]):
            assert not isinstance(results, str)
            assert province.storage.archives.save_shard(shard, results[0], selection, MAY)
            assert not province.storage.archives.save_shard(shard, results[0], selection, MAY)
        run(provinces, shards)
        assert contents(province) == expected


def test_what_is_stored_live_stays(home: Home, address: str, tmp_path: Path) -> None:
    page = captures(1)[0]
    newer = Capture(page.url, MAY + timedelta(days=3), "Vụ nho: bản mới", page.place, 7)
    with open_provinces([home], address) as provinces:
        run(provinces, list(plan_shards([str(write_warc(tmp_path / "new.warc.gz", [newer]))])))
        live = contents(provinces[0])
        done = run(provinces, list(plan_shards([str(write_warc(tmp_path / "old.warc.gz", [page]))])))
        assert done.counts[0][RecordOutcome.KNOWN] == 1
        assert contents(provinces[0]) == live


def test_days_sources_and_faults(home: Home, tmp_path: Path, diembao: Diembao) -> None:
    pages = [
        Capture("https://vnexpress.net/bai-1.html", MAY, "Nho được mùa"),
        Capture("https://bao.example/bai-2.html", MAY, "Nho được giá"),
        Capture("https://vnexpress.net/bai-3.html", MAY, "Nho cũ", published="2023-01-01T07:00:00+07:00"),
    ]
    file = write_warc(tmp_path / "a.warc.gz", pages)
    data = file.read_bytes()
    file.write_bytes(data + data[: len(data) // 5])  # a download that broke off
    with open_provinces([home]) as provinces:
        wanted = Wanted(since=datetime(2024, 1, 1, tzinfo=UTC), sources=("vnexpress",))
        done = run(provinces, list(plan_shards([str(file)])), wanted)
        counts = done.counts[0]
        assert counts[RecordOutcome.OUTSIDE] == 2
        assert counts[RecordOutcome.STORED] == 1
        assert counts[RecordOutcome.UNREADABLE] == 1
        # Another selection reads the archive once more.
        assert run(provinces, list(plan_shards([str(file)]))).counts[0][RecordOutcome.STORED] == 2
    told = diembao("--home", home.root, "--json", "ledger", "--archives")
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    [archive] = [line["archive"] for line in lines if "archive" in line]
    assert (archive["archive"], archive["shards"], archive["counts"]["unreadable"]) == ("a.warc.gz", 2, 2)
    assert {(f["archive"], f["reason"], f["place"]) for f in (line["fault"] for line in lines if "fault" in line)} == {
        ("a.warc.gz", "body_cut_off", len(data))
    }
    assert (
        "a.warc.gz: 2 parts, 0 not read" in diembao("--home", home.root, "--lang", "en", "ledger", "--archives").stdout
    )


def test_an_article_without_a_time_is_told(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    article = {"url": "https://bao.example/1", "title": "Ninh Thuận được mùa nho", "text": "Tỉnh Ninh Thuận được mùa."}
    timed = {**article, "url": "https://bao.example/2", "published": "2024-05-02T07:00:00+07:00"}
    file.write_text("".join(json.dumps(line) + "\n" for line in (article, timed)), "utf-8")
    with open_provinces([home]) as provinces:
        done = run(provinces, list(plan_shards([str(file)])))
        assert done.counts[0][RecordOutcome.UNREADABLE] == done.counts[0][RecordOutcome.STORED] == 1
        [fault] = provinces[0].storage.archives.faults()
        assert (fault.url, fault.note) == ("https://bao.example/1", "does not tell when it was captured")
        [item] = provinces[0].storage.articles.items()
        assert item.first_seen == datetime(2024, 5, 2, tzinfo=UTC)


def test_several_provinces_in_one_pass(home: Home, tmp_path: Path) -> None:
    from importlib.resources import files

    other = Home(tmp_path / "binh-thuan")
    write_configuration(other.config)
    (other.config / "places.toml").write_bytes(
        (Path(str(files("config"))) / "examples/binh-thuan/places.toml").read_bytes()
    )
    shards = list(plan_shards([str(write_warc(tmp_path / "a.warc.gz", captures(40)))], records=10))
    with open_provinces([home, other]) as provinces:
        done = run(provinces, shards)
        together = [contents(province) for province in provinces]
    assert [counts[RecordOutcome.STORED] for counts in done.counts] == [14, 3]
    for number, one in enumerate((home, other)):
        alone = Home(tmp_path / f"alone{number}")
        write_configuration(alone.config)
        (alone.config / "places.toml").write_bytes((one.config / "places.toml").read_bytes())
        with open_provinces([alone]) as provinces:
            run(provinces, shards)
            assert contents(provinces[0]) == together[number]


@pytest.mark.long(20)
def test_killed_and_started_again(home: Home, address: str, tmp_path: Path, diembao: Diembao) -> None:
    pages, folder = captures(150), tmp_path / "archives"
    folder.mkdir()
    for n in range(5):
        write_warc(folder / f"{n}.warc.gz", pages[n::5])
    plain = Home(tmp_path / "plain")
    write_configuration(plain.config)
    words = ("backfill", str(folder), "--workers", "2")
    with closing(open_database(address)) as storage:
        for shards in (0, 2, 5):  # at its start, half way, and when all is read and not yet placed
            process = start_diembao("--home", home.root, *words, env={"DIEMBAO_DATABASE": address})
            while sum(archive.shards for archive in storage.archives.sums()) < shards:
                assert process.poll() is None, "it ended before it was killed"
            process.kill()
            process.wait()
    done = diembao("--home", home.root, "--json", *words, env={"DIEMBAO_DATABASE": address})
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])["backfill"]
    assert told["shards"]["unread"] == []
    with open_provinces([plain]) as provinces:
        run(provinces, list(plan_shards([str(folder)])))
        expected = contents(provinces[0])
    with open_provinces([home], address) as provinces:
        assert contents(provinces[0]) == expected
        assert provinces[0].storage.archives.waiting() == 0
