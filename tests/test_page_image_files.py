"""Files of page images and their rows: which pages are due, what is tried again, what is missing, and what may go."""

import json
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.load import ConfigError
from config.settings import ImageSettings, RetentionSettings, Settings, load_settings
from diembao.jobs.collection.page_images import DatabaseImageSink, file_faults, image_path, take_images
from diembao.jobs.retention import apply_retention
from diembao.system.home import Home
from pipeline.records import (
    Article,
    Coverage,
    Decision,
    Document,
    Entry,
    Examined,
    ImageFailure,
    Irrelevant,
    PageImage,
    Poll,
    Reason,
    Relevance,
    Source,
)
from storage.database import Database, open_database
from storage.maintenance.integrity import check_integrity
from tests.support.cli import json_lines, run_inside
from tests.support.factories import PLAIN_TAGS, examine_pending, store_pages

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)
SITE = "http://a.example"
SOURCES = (Source("a", "Báo A", f"{SITE}/", ()), Source("b", "Báo B", "http://b.example/", ()))
SETTINGS = load_settings(None)
ON = replace(SETTINGS, images=ImageSettings(keep="pdf"))


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_database(address)
    opened.crawl.set_sources(SOURCES)
    yield opened
    assert check_integrity(address) == []
    opened.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def kept(home: Home) -> Iterator[Database]:
    """An SQLite database in the home."""
    opened = open_database(home.database)
    opened.crawl.set_sources(SOURCES)
    yield opened
    opened.close()


def store(storage: Database, name: str, relevance: Relevance = "main", at: datetime = T0, text: str = "") -> str:
    """Store an article, or with another text its next version; return the key of the item."""
    url = f"{SITE}/{name}.html"
    run = storage.service.begin_run("collect", at)
    body = f"{name} {text}".encode()
    store_pages(storage, run, Poll("a", f"{SITE}/rss", at, Reason.OK, 200, entries=(Entry(url),)), lambda _: body,
                recheck_all=True)  # fmt: skip

    def examine(document: Document) -> Examined:
        words = f"Nội dung riêng của bài {name}, kể việc ở {name}. {text}"
        article = Article(url, url, f"Tin {name}", "", words, published=at)
        tags = replace(PLAIN_TAGS, relevance=relevance)
        if relevance == "no":
            return Irrelevant(document.id, article, tags)
        return Coverage(document.id, article, tags)

    examine_pending(storage, examine, at)
    every = storage.articles.items(relevance=("main", "mention", "no"))
    return next(item.key for item in every if item.article.canonical == url)


def due(storage: Database, at: datetime = T0, **more: set[str]) -> dict[str, int]:
    """Return address → failed attempts of the pages that are due, in order."""
    pages = storage.page_images.due(("main",), T0 - timedelta(hours=1), at, **more)
    return {page.url.removeprefix(f"{SITE}/"): page.attempts for page in pages}


def image(document: int, body: bytes = b"%PDF-1.7", at: datetime = T0) -> PageImage:
    return PageImage(document, at, f"{SITE}/x.html", "pdf", body, 0, True)


def sink_of(storage: Database, home: Home, settings: Settings = ON, at: datetime = T0) -> DatabaseImageSink:
    pages = storage.page_images.due(("main",), T0 - timedelta(hours=1), at)
    return DatabaseImageSink(storage, home, SOURCES, settings, pages)


def take(storage: Database, home: Home, body: bytes = b"%PDF-1.7", at: datetime = T0) -> Path:
    """Keep an image of the page that is due first; return its file."""
    sink = sink_of(storage, home, at=at)
    page = sink.next_page()
    assert page is not None
    sink.save(image(page.document_id, body, at))
    return image_path(home, storage.page_images.of_item(page.item)[1].file)


# which pages are due


def test_new_texts_about_the_province_are_due(storage: Database) -> None:
    store(storage, "cu", at=T0 - timedelta(days=2))
    store(storage, "nhac", "mention")
    store(storage, "khac", "no")
    store(storage, "moi")
    store(storage, "moi-hon", at=T0 + timedelta(minutes=5))
    assert list(due(storage)) == ["moi-hon.html", "moi.html"]
    assert due(storage, disabled={"a"}) == {}
    assert due(storage, closed={"a"}) == {}
    assert len(due(storage, disabled={"b"}, closed={"b"})) == 2


def test_a_person_decides_for_images_too(storage: Database) -> None:
    yes, no = store(storage, "nhac", "mention"), store(storage, "moi")
    storage.articles.decide(
        [Decision(yes, "relevance", "main", "x", T0, ""), Decision(no, "relevance", "no", "x", T0, "")]
    )
    assert list(due(storage)) == ["nhac.html"]


def test_each_version_is_visited_once(storage: Database) -> None:
    key = store(storage, "moi")
    [page] = storage.page_images.due(("main",), T0, T0)
    storage.page_images.save_taken(image(page.document_id), f"{key}/1.pdf", "00")
    assert due(storage) == {}
    store(storage, "moi", at=T0 + timedelta(hours=2), text="Thêm một đoạn mới hẳn.")
    [page] = storage.page_images.due(("main",), T0, T0)
    storage.page_images.save_taken(image(page.document_id), f"{key}/2.pdf", "00")
    assert {number: one.file for number, one in storage.page_images.of_item(key).items()} == {
        1: f"{key}/1.pdf",
        2: f"{key}/2.pdf",
    }
    assert storage.page_images.total_bytes() == 16


def test_a_failure_is_tried_three_times(storage: Database, home: Home) -> None:
    key = store(storage, "moi")
    at = T0
    for wait, attempts in ((timedelta(hours=1), 1), (timedelta(hours=6), 2), (None, 3)):
        sink = sink_of(storage, home, at=at)
        page = sink.next_page()
        assert page is not None
        sink.save(ImageFailure(page.document_id, at, page.url, Reason.TIMEOUT, "quá giờ"))
        stored = storage.page_images.of_item(key)[1]
        assert (stored.reason, stored.note, stored.attempts) == (Reason.TIMEOUT, "quá giờ", attempts)
        assert stored.next_try == (None if wait is None else at + wait)
        if wait is not None:
            assert due(storage, at + wait - timedelta(seconds=1)) == {}
            at += wait
    assert due(storage, at + timedelta(days=9)) == {}


@pytest.mark.parametrize("reason", [Reason.ROBOTS, Reason.GONE, Reason.TOO_LARGE, Reason.UNSAFE_ADDRESS])
def test_what_time_does_not_change_is_not_tried_again(kept: Database, home: Home, reason: Reason) -> None:
    key = store(kept, "moi")
    sink = sink_of(kept, home)
    page = sink.next_page()
    assert page is not None
    sink.save(ImageFailure(page.document_id, T0, page.url, reason))
    assert kept.page_images.of_item(key)[1].next_try is None


def test_a_page_that_was_not_asked_waits_as_before(kept: Database, home: Home) -> None:
    key = store(kept, "moi")
    sink = sink_of(kept, home)
    page = sink.next_page()
    assert page is not None
    sink.save(ImageFailure(page.document_id, T0, page.url, Reason.NOT_ASKED, "để yên"))
    assert kept.page_images.of_item(key) == {}
    assert (sink.result.left, sink.result.not_asked, sink.result.failed) == (1, "để yên", {})


def test_a_host_that_asks_for_time_gets_it(kept: Database, home: Home) -> None:
    """Also from collections: they ask the same server."""
    store(kept, "moi")
    store(kept, "nua", at=T0 + timedelta(minutes=1))
    sink = sink_of(kept, home)
    page = sink.next_page()
    assert page is not None
    until = T0 + timedelta(hours=3)
    sink.save(ImageFailure(page.document_id, T0, page.url, Reason.RATE_LIMITED, "HTTP 429", until))
    assert sink.next_page() is None
    assert kept.crawl.slowed_hosts(until - timedelta(seconds=1)) == {"a.example"}


# limits of a run


def test_a_run_visits_so_many_pages(kept: Database, home: Home) -> None:
    for n in range(3):
        store(kept, f"bai-{n}")
    sink = sink_of(kept, home, replace(ON, images=ImageSettings(keep="pdf", per_run=2)))
    assert [sink.next_page() is None for _ in range(3)] == [False, False, True]


def test_the_room_of_all_images_is_limited(kept: Database, home: Home) -> None:
    store(kept, "bai-0")
    store(kept, "bai-1")
    sink = sink_of(kept, home, replace(ON, images=ImageSettings(keep="pdf", max_total_megabytes=1)))
    page = sink.next_page()
    assert page is not None
    sink.save(image(page.document_id, bytes(2**20)))
    assert sink.next_page() is None
    assert sink.result.stop == "full"


def test_outside_its_hours_a_source_is_left_alone(kept: Database, home: Home) -> None:
    store(kept, "moi")
    night = (replace(SOURCES[0], hours="22:00-23:00"),)
    pages = kept.page_images.due(("main",), T0, T0)
    with clock_at(home, T0):  # 15:00 in the province
        assert DatabaseImageSink(kept, home, night, ON, pages).next_page() is None
    with clock_at(home, T0 + timedelta(hours=7)):
        assert DatabaseImageSink(kept, home, night, ON, pages).next_page() is not None


def test_nothing_is_visited_where_nothing_is_kept(kept: Database, home: Home) -> None:
    store(kept, "moi")
    assert SETTINGS.images.keep == "none"
    assert take_images(kept, home, SOURCES, SETTINGS).left == 0


@pytest.mark.parametrize(
    "line",
    ['keep = "jpg"', "relevance = []", 'relevance = ["no"]', "per_run = 0", "seconds_per_page = 1.0", "size = 1"],
)
def test_settings_of_images_are_checked(tmp_path: Path, line: str) -> None:
    text = '[province]\nname = "A"\nname_en = "A"\n[images]\n'
    (tmp_path / "settings.toml").write_text(f"{text}{line}\n", "utf-8")
    with pytest.raises(ConfigError, match="images"):
        load_settings(tmp_path)
    (tmp_path / "settings.toml").write_text(f'{text}keep = "png"\nrelevance = ["mention"]\n', "utf-8")
    assert load_settings(tmp_path).images.keep == "png"


# files


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let every write beyond `size` bytes of a file fail, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def test_a_disk_without_room_leaves_no_half_image(kept: Database, home: Home) -> None:
    key = store(kept, "moi")
    sink = sink_of(kept, home)
    page = sink.next_page()
    assert page is not None
    with files_of_at_most(2**20), pytest.raises(OSError, match="File too large"):
        sink.save(image(page.document_id, bytes(2**21)))
    assert [path for path in home.images.rglob("*") if path.is_file()] == []
    assert kept.page_images.of_item(key) == {}
    assert list(due(kept)) == ["moi.html"], "it is visited again"


def test_a_run_killed_between_file_and_row_takes_the_image_again(kept: Database, home: Home) -> None:
    """The file that no row names stays until it is as old as an image may become: it may be of a newer database."""
    store(kept, "moi")
    stray = image_path(home, "x/20260301T080000Z-00000000.pdf")
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"%PDF")
    path = take(kept, home)
    os.utime(stray, (T0.timestamp(), T0.timestamp()))
    for n in range(3):
        kept.service.begin_run("collect", T0 + timedelta(days=n))
    retain(kept, home, T0 + timedelta(days=1), images_days=2)
    assert stray.exists()
    retain(kept, home, T0 + timedelta(days=3), images_days=1)
    assert not stray.exists()
    assert not path.exists()


@contextmanager
def clock_at(home: Home, at: datetime) -> Iterator[None]:
    """Let the clock stand at that moment."""
    file = home.root / "clock.json"
    home.root.mkdir(exist_ok=True)
    file.write_text(json.dumps({"now": at.isoformat(), "steady": 0}), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIEMBAO_CLOCK", str(file))
        yield


def retain(storage: Database, home: Home, at: datetime, **days: int) -> dict[str, int]:
    settings = replace(RetentionSettings(0, 0, 0, 0, 0), **days)
    with clock_at(home, at):
        result = apply_retention(
            storage, home, settings, delete=True, vacuum=False, progress=lambda _stage, _done, _all: None
        )
    assert result.deleted is not None
    assert result.deleted["page_images"] == next(e.rows for e in result.expired if e.kind == "page_images")
    return {kind: rows for kind, rows in result.deleted.items() if rows}


def test_images_go_when_they_are_old(storage: Database, home: Home) -> None:
    key = store(storage, "moi")
    path = take(storage, home)
    for n in range(40):
        storage.service.begin_run("collect", T0 + timedelta(days=n))
    assert retain(storage, home, T0 + timedelta(days=40)) == {}, "0 days: for ever"
    assert retain(storage, home, T0 + timedelta(days=30), images_days=31) == {}
    assert retain(storage, home, T0 + timedelta(days=40), images_days=31) == {"page_images": 1}
    assert not path.parent.exists()
    stored = storage.page_images.of_item(key)[1]
    assert (stored.reason, stored.file, stored.removed_at) == (Reason.OK, "", T0 + timedelta(days=40))
    assert storage.page_images.total_bytes() == 0
    assert due(storage) == {}, "it is not taken once more"
    assert list(file_faults(storage, home)) == []


def test_images_of_what_is_not_about_the_province_go_as_its_page_does(storage: Database, home: Home) -> None:
    store(storage, "moi")
    ours = take(storage, home)
    other = store(storage, "khac")
    theirs = take(storage, home)
    storage.articles.decide([Decision(other, "relevance", "no", "x", T0, "")])
    for n in range(40):
        storage.service.begin_run("collect", T0 + timedelta(days=n))
    retain(storage, home, T0 + timedelta(days=20), irrelevant_pages_days=30)
    assert theirs.exists()
    retain(storage, home, T0 + timedelta(days=40), irrelevant_pages_days=30, images_days=730)
    assert (ours.exists(), theirs.exists()) == (True, False)


def test_a_clock_that_is_ahead_takes_no_image_away(kept: Database, home: Home) -> None:
    store(kept, "moi")
    path = take(kept, home)
    assert retain(kept, home, T0 + timedelta(days=4000), images_days=31) == {}
    assert path.exists()


def test_the_check_names_what_is_missing_or_changed(kept: Database, home: Home) -> None:
    assert run_inside("--home", home.root, "--lang", "en", "db", "check").returncode == 0
    paths = []
    for name in ("mot", "hai", "ba"):
        store(kept, name)
        paths.append(take(kept, home, name.encode()))
    assert list(file_faults(kept, home)) == []
    paths[0].unlink()
    paths[1].write_bytes(b"hai sua")
    done = run_inside("--home", home.root, "--lang", "en", "--json", "db", "check")
    assert done.returncode == 1
    problems = json_lines(done.stdout)[0]["problems"]
    assert [paths[0].name in problems[0], "not there" in problems[0]] == [True, True]
    assert [paths[1].name in problems[1], "not as it was taken" in problems[1]] == [True, True]
    assert len(problems) == 2
    assert "in no backup" in done.stderr
    assert "Restore a backup" not in done.stderr


@pytest.mark.parametrize("file", ["../../x", "/etc/passwd", "a/../../b", "", "a", "a/.b", "a/b/c"])
def test_no_path_leads_out_of_the_folder(home: Home, file: str) -> None:
    with pytest.raises(OSError, match="not a path of an image"):
        image_path(home, file)


def test_an_item_tells_where_its_image_is(kept: Database, home: Home) -> None:
    key = store(kept, "moi")
    path = take(kept, home)
    done = run_inside("--home", home.root, "--lang", "en", "item", key)
    assert f"Page image: {path}" in done.stdout
    assert "taken at 15:00:00 01/03/2026 from http://a.example/x.html" in done.stdout
    row = json_lines(run_inside("--home", home.root, "--json", "item", key).stdout)[0]["item"]["versions"][0]["image"]
    assert (row["file"], row["bytes"], row["reason"]) == (str(path), 8, "ok")
    path.unlink()
    assert "The file is not there." in run_inside("--home", home.root, "--lang", "en", "item", key).stdout
    other = store(kept, "khac")
    assert "image" not in run_inside("--home", home.root, "--lang", "en", "item", other).stdout


def test_images_are_read_by_nothing_that_is_sent() -> None:
    """Only what takes, tells, checks, deletes or shows them inside the house names the table or the folder."""
    root = Path(__file__).parent.parent
    readers = {
        path.relative_to(root).as_posix()
        for package in ("analysis", "diembao")
        for path in (root / package).rglob("*.py")
        if any(word in path.read_text("utf-8") for word in ("page_images", "home.images", "StoredImage"))
    }
    assert readers == {
        "diembao/cli/commands/db.py",
        "diembao/cli/commands/images.py",
        "diembao/cli/views/page_image.py",
        "diembao/jobs/collection/page_images.py",
        "diembao/jobs/history.py",
        "diembao/jobs/reading/article.py",
        "diembao/jobs/retention.py",
        "diembao/web/routes/reading/article.py",
    }
