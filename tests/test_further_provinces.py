"""Three provinces from one collection: the requests and the reading of one, and three digests that differ."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from diembao.jobs.configuration import write_configuration
from diembao.system.home import Home
from pipeline.records import Article, Document, DocumentOutcome, Irrelevant
from storage.database import Database, open_database
from tests.support.cli import CommandResult, json_lines, run_diembao, run_inside, start_diembao
from tests.support.local_site import LocalSite, Reply
from tests.support.two_outlets import OTHER, SOURCE, T0, collect, tags

pytestmark = [pytest.mark.usefixtures("forked_workers"), pytest.mark.long(30)]

BINH_THUAN = Path(__file__).parent.parent / "config" / "examples" / "binh-thuan" / "places.toml"
PHU_YEN = """
[province]
id = "py.province"
name = "Phú Yên"
fold_safe = true
forms = []
foreign = ["Phu Yen"]
neighbours = ["Bình Định", "Khánh Hòa", "Đắk Lắk"]
successor = ["Đắk Lắk"]
merged_on = 2025-07-01
outlets = []

[[place]]
id = "py.tuy_hoa"
name = "Tuy Hòa"
kind = "city_old"
unit = "Tuy Hòa"
tier = "strong"
forms = ["thành phố Tuy Hòa"]
foreign = ["Tuy Hoa"]
titles = ["thành phố"]
fold_safe = true
until = 2025-06-30
"""
#: Title and sentence of each article, and the provinces that it is about
ARTICLES = {
    "Muối Cà Ná được mùa": ("Diêm dân xã Cà Ná, tỉnh Ninh Thuận vừa thu hoạch vụ muối sớm, giá tăng.", {"nt"}),
    "Thanh long Phan Thiết tăng giá": ("Nhà vườn ở Phan Thiết, tỉnh Bình Thuận bán thanh long giá cao.", {"bt"}),
    "Cá ngừ Tuy Hòa xuất khẩu": ("Ngư dân thành phố Tuy Hòa, tỉnh Phú Yên xuất khẩu lô cá ngừ đầu tiên.", {"py"}),
    "Hai tỉnh cùng mở cảng": (
        "Tỉnh Ninh Thuận và tỉnh Bình Thuận cùng mở cảng đón tàu du lịch.",
        {"nt", "bt"},
    ),
    "Chợ Bến Thành đông khách": ("Tiểu thương chợ Bến Thành cho biết lượng khách tăng trong dịp cuối năm.", set()),
}


def article_page(title: str, words: str) -> Reply:
    body = f"<h1>{title}</h1>" + f"<p>{words}</p>" * 4
    return Reply(f"<html lang=vi><head><title>{title}</title></head><body><article>{body}</article></body></html>")


@contextmanager
def outlet() -> Iterator[LocalSite]:
    now = datetime.now(UTC)
    entries = "".join(
        f"<item><title>{title}</title><link>/bai-{n}.html</link>"
        f"<pubDate>{format_datetime(now - timedelta(hours=n))}</pubDate></item>"
        for n, title in enumerate(ARTICLES, 1)
    )
    pages = {f"/bai-{n}.html": article_page(title, words) for n, (title, (words, _)) in enumerate(ARTICLES.items(), 1)}
    feed = f"<rss version='2.0'><channel><title>Báo</title>{entries}</channel></rss>"
    with LocalSite({**pages, "/tin.rss": Reply(feed, kind="application/rss+xml")}) as site:
        yield site


def make_home(folder: Path, site: LocalSite, *, places: str = "", uses: Home | None = None) -> Home:
    """Write a home of a province; `uses`: the home whose collection it uses."""
    home = Home(folder)
    write_configuration(home.config)
    settings = (home.config / "settings.toml").read_text("utf-8").replace('contact = ""', 'contact = "a@b.example"')
    host = site.home.removeprefix("http://").rstrip("/")
    settings = settings.replace("allow_private = []", f'allow_private = ["{host}"]').replace(
        "delay_seconds = 2.0", "delay_seconds = 0"
    )
    if uses is None:
        settings = settings.replace("share_days = 0", "share_days = 30")
    else:
        settings = re.sub(r'(?m)^home = ""$', f'home = "../{uses.root.name}"', settings)
    (home.config / "settings.toml").write_text(settings, "utf-8")
    if places:
        (home.config / "places.toml").write_text(places, "utf-8")
    source = f"""[[source]]
id = "bao"
name = "Báo"
home = "{site.home}"
country = "VN"
category = "central"
kind = "newspaper"
languages = ["vi"]
feeds = [{{ url = "{site.home}tin.rss" }}]
"""
    (home.config / "sources.toml").write_text(source if uses is None else "", "utf-8")
    return home


def make_three(folder: Path, site: LocalSite) -> tuple[Home, Home, Home]:
    first = make_home(folder / "nt", site)
    second = make_home(folder / "bt", site, places=BINH_THUAN.read_text("utf-8"), uses=first)
    return first, second, make_home(folder / "py", site, places=PHU_YEN, uses=first)


def run(home: Home, *words: str | Path, code: int | None = 0) -> CommandResult:
    """Run a command, one that crawls in a process of its own; `code` None: whatever its exit code."""
    runs = run_diembao if words[0] == "collect" else run_inside
    done = runs("--home", home.root, "--lang", "en", *words)
    assert code in (None, done.returncode), (home.root.name, words, done.stdout, done.stderr)
    return CommandResult(done.returncode, done.stdout, done.stderr)


@contextmanager
def opened(home: Home) -> Iterator[Database]:
    storage = open_database(home.database)
    yield storage
    storage.close()


def contents(home: Home) -> dict[str, Any]:
    """Return articles, ledger and sources of a home, without moments and numbers of rows."""
    with opened(home) as storage:
        end = datetime.now(UTC) + timedelta(days=1)
        start = end - timedelta(days=3)
        items = sorted(storage.articles.items(relevance=("main", "mention", "no")), key=lambda item: item.key)
        return {
            "items": [(i.key, i.source_id, replace(i.article, url=""), i.tags, i.story, i.version) for i in items],
            "ledger": [
                (e.url, e.title, e.outlet, e.outcome, e.reason, e.document, e.document_reason, e.item)
                for e in sorted(storage.crawl.ledger(start, end), key=lambda entry: entry.url)
            ],
            "sources": [replace(day, source_id="") for day in storage.crawl.source_days(start, end)],
        }


def titles(home: Home) -> set[str]:
    """Return the articles of our site that stand in the digest of a home."""
    [document] = (home.digests).glob("diem-bao-*.md")
    text = document.read_text("utf-8")
    return {title for title in ARTICLES if title in text}


def test_three_digests_of_one_collection(tmp_path: Path) -> None:
    with outlet() as site, outlet() as other:
        first, second, third = make_three(tmp_path, site)
        run(first, "collect")
        asked = list(site.asked)
        run(first, "process")
        assert "2 readings" not in run(second, "collect").stdout
        for home in (second, third):
            run(home, "collect")
            run(home, "process")
        assert site.asked == asked
        alone = make_home(tmp_path / "alone", other)
        run(alone, "collect")
        assert sorted(other.asked) == sorted(asked)
        for home in (first, second, third):
            run(home, "digest")
            province = home.root.name
            assert titles(home) == {title for title, (_, about) in ARTICLES.items() if province in about}
            told = run(home, "db", "check").stdout
            assert "sound" in told or "in order" in told, told


def test_it_is_what_a_collection_of_its_own_would_be(tmp_path: Path) -> None:
    """Also of pages that are gone, empty or unchanged, after a second collection, and of what was taken over twice."""
    with outlet() as site:
        site.pages["/bai-2.html"] = Reply("<html><title>Trống</title></html>")
        site.pages["/bai-5.html"] = Reply("", status=410)
        first = make_home(tmp_path / "nt", site)
        second = make_home(tmp_path / "bt", site, places=BINH_THUAN.read_text("utf-8"), uses=first)
        alone = make_home(tmp_path / "alone", site, places=BINH_THUAN.read_text("utf-8"))
        for home in (first, second, alone):
            run(home, "collect", code=None)  # one page is gone
            run(home, "process")
        assert contents(second) == contents(alone)
        site.pages["/bai-4.html"] = article_page(
            "Hai tỉnh cùng mở cảng (cập nhật)", ARTICLES["Hai tỉnh cùng mở cảng"][0] * 2
        )
        for home in (first, second, alone):
            run(home, "collect")
            run(home, "process")
        run(second, "collect")
        assert "0 pages" in run(second, "collect").stdout
        found = contents(second)
        assert found == contents(alone)
        assert 2 in {version for *_, version in found["items"]}
        told = run(second, "--json", "process").stdout
        assert json_lines(told)[0]["process"]["coverage"] == 0


def test_pages_are_read_where_they_are_collected(tmp_path: Path) -> None:
    with outlet() as site:
        first, second, _ = make_three(tmp_path, site)
        run(first, "collect")
        run(second, "collect")
        # Nothing is read there yet: the pages wait.
        counts = json_lines(run(second, "--json", "process").stdout)[0]["process"]
        assert (counts["unread"], counts["coverage"], counts["irrelevant"]) == (len(ARTICLES), 0, 0)
        run(first, "process")
        with closing(sqlite3.connect(first.database)) as connection:  # no byte is left to be read
            connection.execute("UPDATE documents SET body = x'789c030000000001', removed_at = '2026-11-01'")
            connection.commit()
        run(second, "process")
        found = contents(second)["items"]
        assert sum(tags.relevance != "no" for *_, tags, _, _ in found) == 2
        # What is no longer kept is told, page by page.
        third = make_home(tmp_path / "late", site, places=PHU_YEN, uses=first)
        run(third, "collect")
        with closing(sqlite3.connect(first.database)) as connection:
            connection.execute("DELETE FROM shared_articles")
            connection.commit()
        assert run(third, "process", code=1).stderr
        with opened(third) as storage:
            assert storage.articles.document_outcomes()[DocumentOutcome.UNREADABLE] == len(ARTICLES)


def article_of(document: Document) -> Article:
    return Article(document.url, document.url, f"Bài {document.id}", "", f"chữ{document.id} " * 30, published=T0)


def test_what_belongs_to_the_collection_is_refused(tmp_path: Path) -> None:
    with outlet() as site:
        first = make_home(tmp_path / "nt", site)
        second = make_home(tmp_path / "bt", site, uses=first)
        sources = (second.config / "sources.toml").read_bytes()
        for words in (
            ("collect", "--source", "bao"),
            ("add", f"{site.home}bai-1.html"),
            ("source", "pause", "bao"),
        ):
            done = run_diembao("--home", second.root, "--lang", "en", *words)
            assert done.returncode != 0, words
            assert f"diembao --home {first.root}" in done.stderr, done.stderr
        assert (second.config / "sources.toml").read_bytes() == sources
        assert "Báo" in run(second, "source", "list").stdout
        assert site.asked == []
        assert run(second, "config", "check").returncode == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("folder", "there is no installation in"),
        ("chain", "does not collect itself"),
        ("closed", "share_days = 30"),
        ("itself", "is this installation itself"),
    ],
)
def test_installations_that_do_not_fit_each_other(change: str, words: str, tmp_path: Path) -> None:
    with outlet() as site:
        first = make_home(tmp_path / "nt", site)
        second = make_home(tmp_path / "bt", site, uses=first)
        settings = second.config / "settings.toml"
        text = settings.read_text("utf-8")
        if change == "folder":
            text = text.replace("../nt", "../nowhere")
        elif change == "chain":
            make_home(tmp_path / "chain", site, uses=second)
            text = (tmp_path / "chain" / "config" / "settings.toml").read_text("utf-8")
            settings = tmp_path / "chain" / "config" / "settings.toml"
        elif change == "closed":
            theirs = first.config / "settings.toml"
            theirs.write_text(theirs.read_text("utf-8").replace("share_days = 30", "share_days = 0"), "utf-8")
        else:
            text = text.replace('database = ""', f'database = "sqlite:///{first.database}"', 1)
        settings.write_text(text, "utf-8")
        for command in ("config check", "collect", "process"):
            done = run_diembao("--home", settings.parent.parent, "--lang", "en", *command.split())
            assert done.returncode == 2, (command, done)
            assert words in done.stderr
            assert "settings.toml" in done.stderr
            assert "collection.home" in done.stderr


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.thorough)])
def test_killed_while_it_takes_over(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with outlet() as site:
        first = make_home(tmp_path / "nt", site)
        second = make_home(tmp_path / "bt", site, places=BINH_THUAN.read_text("utf-8"), uses=first)
    address = f"sqlite:///{second.database}" if database == "sqlite" else request.getfixturevalue("postgres")()
    with opened(first) as storage:
        storage.crawl.set_sources([SOURCE, OTHER])
        for hour in range(4):
            documents = collect(storage, *range(hour * 600, hour * 600 + 600), at=T0 + timedelta(hours=hour))
            while documents:
                results = [Irrelevant(d.id, article_of(d), tags("no")) for d in documents]
                storage.articles.save_examinations(results, T0, shares=True)
                documents = storage.articles.pending_documents(500)
        expected = list(storage.crawl.ledger(T0 - timedelta(days=1), T0 + timedelta(days=1)))
    for seconds in (0.9, 1.2, 1.5, 1.8):
        started = start_diembao("--home", second.root, "collect", env={"DIEMBAO_DATABASE": address})
        time.sleep(seconds)
        started.kill()
        started.wait()
    assert run_diembao("--home", second.root, "collect", env={"DIEMBAO_DATABASE": address}).returncode == 0
    storage = open_database(address)
    found = list(storage.crawl.ledger(T0 - timedelta(days=1), T0 + timedelta(days=1)))
    totals = storage.maintenance.totals()
    storage.close()
    assert {(e.url, e.first_seen, e.outcome) for e in found} == {(e.url, e.first_seen, e.outcome) for e in expected}
    assert (totals["documents"], totals["fetches"], totals["polls"]) == (2400, 2400, 4)
