"""Images of pages, drawn by a real browser of a real site on 127.0.0.1: what they show, and what is never asked for."""

import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from zoneinfo import ZoneInfo

import pypdfium2
import pytest

from crawlers.downloader import browser
from diembao.system.home import Home
from pipeline.records import Feed, Reason, Source
from storage.database import open_database
from tests.support.cli import json_lines, run_diembao
from tests.support.drawn_pages import PAGE, PATHS, TITLE, Scene, pages, source_toml, store, write_settings
from tests.support.local_site import LocalSite, Reply

pytestmark = pytest.mark.long(20)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    if browser.missing_browser():
        pytest.skip(f"no browser here (missing: {browser.missing_browser()})")
    home = Home(tmp_path_factory.mktemp("images"))
    script = Reply("document.body.append('[đoạn lạ]')", "text/javascript")
    inside = {"/la.js": script, "/anh.svg": Reply("<svg/>", "image/svg+xml")}
    with (
        LocalSite(inside) as other,
        LocalSite({}) as secret,
        LocalSite(pages(other.home[:-1], secret.home[:-1])) as site,
    ):
        root = site.home.rstrip("/")
        closed = 'hours = "{:02}:00-{:02}:00"'.format(*_hours_away())
        tables = source_toml("a", root) + source_toml("tat", root, "enabled = false")
        write_settings(home, tables + source_toml("khuya", root, closed), other.home.split("/")[2])
        now = datetime.now(UTC)
        storage = open_database(home.database)
        storage.crawl.set_sources([Source(id, id, f"{root}/", (Feed(f"{root}/{id}"),)) for id in ("a", "tat", "khuya")])
        store(storage, "a", root, {**dict.fromkeys(PATHS, "main"), "/nhac.html": "mention"}, now)
        store(storage, "a", root, {"/cu.html": "main"}, now - timedelta(days=4))
        store(storage, "tat", root, {"/tat.html": "main"}, now)
        store(storage, "khuya", root, {"/khuya.html": "main"}, now)
        done = run_diembao("--home", home.root, "--json", "images")
        assert done.returncode == 1, done.stderr
        assert done.stderr == ""
        items = {i.article.canonical.removeprefix(root): i.key for i in storage.articles.items()}
        stored = {path: storage.page_images.of_item(key) for path, key in items.items()}
        storage.close()
        images = {path: versions[1] for path, versions in stored.items() if versions}
        yield Scene(home, site, other, secret, json_lines(done.stdout)[0]["images"], images, items)


def _hours_away() -> tuple[int, int]:
    hour = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).hour
    return (hour + 10) % 24, (hour + 12) % 24


def pdf_text(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())


def test_every_page_has_its_image_or_the_reason(scene: Scene) -> None:
    assert {path: image.reason for path, image in scene.images.items()} == PATHS
    assert scene.row["taken"] == 3
    assert scene.row["left"] == 0
    assert scene.row["failed"] == {
        reason: list(PATHS.values()).count(reason) for reason in set(PATHS.values()) - {Reason.OK}
    }


def test_the_image_is_what_stood_there(scene: Scene) -> None:
    """As on a screen, whatever the page does in print, with its own scripts and without those of others."""
    image = scene.images["/bai.html"]
    path = scene.home.images / image.file
    text = pdf_text(path)
    assert TITLE.upper() in text
    assert "[đoạn của nhà]" in text
    assert "[đoạn lạ]" not in text
    assert f"{scene.site.home}bai.html" in text, "the address stands below"
    assert image.shows_title, "whatever the case of the letters"
    assert image.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert image.size == path.stat().st_size
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert path.parent.name == scene.keys["/bai.html"]


def test_nothing_inside_is_reached_and_nothing_of_strangers_runs(scene: Scene) -> None:
    assert scene.secret.asked == []
    assert "/anh.svg" in scene.other.asked
    assert {"/la.js", "/dem"}.isdisjoint(scene.other.asked)
    assert {"/khung", "/cam/a.svg", "/cam/bai.html"}.isdisjoint(scene.site.asked)
    # three pictures inside, the one that is not there and the one that robots.txt forbids
    assert scene.images["/bai.html"].missing_parts == 5
    assert not any("cookie" in headers for headers in scene.site.headers)


def test_a_page_without_its_headline_says_so(scene: Scene) -> None:
    """The title of the window is not what a reader sees."""
    assert not scene.images["/thong-bao.html"].shows_title
    done = run_diembao("--home", scene.home.root, "--lang", "en", "item", scene.keys["/thong-bao.html"])
    assert str(scene.home.images / scene.images["/thong-bao.html"].file) in done.stdout
    assert "headline did not stand on the page" in done.stdout


def test_a_part_that_never_comes_is_left_out(scene: Scene) -> None:
    image = scene.images["/anh-treo.html"]
    assert image.missing_parts == 1
    assert "Nội dung bài." in pdf_text(scene.home.images / image.file)


def test_only_pages_of_open_sources_about_the_province_are_visited(scene: Scene) -> None:
    assert {"/nhac.html", "/tat.html", "/khuya.html", "/cu.html"}.isdisjoint(scene.site.asked)


def test_each_text_is_visited_once(scene: Scene) -> None:
    before = len(scene.site.asked)
    done = run_diembao("--home", scene.home.root, "--json", "images")
    assert done.returncode == 0, done.stderr
    assert json_lines(done.stdout)[0]["images"]["taken"] == 0
    assert len(scene.site.asked) == before
    assert [scene.site.asked.count(path) for path in PATHS if path not in ("/vao-trong", "/cam/bai.html")] == [1] * 10


def test_a_reason_is_told(scene: Scene) -> None:
    done = run_diembao("--home", scene.home.root, "--lang", "en", "item", scene.keys["/xoay.html"])
    assert "No page image: " in done.stdout
    assert "the next try is due at" in done.stdout
    done = run_diembao("--home", scene.home.root, "--lang", "en", "item", scene.keys["/mat.html"])
    assert "it is not tried again" in done.stdout


def test_a_png_is_cut_where_browsers_draw_no_further(scene: Scene) -> None:
    home, root = Home(scene.home.root / "png"), scene.site.home.rstrip("/")
    write_settings(home, source_toml("a", root), "127.0.0.1:1", keep='"png"', max_bytes=2_000_000)
    scene.site.pages["/dai.html"] = Reply(PAGE.format(title=TITLE, more="<div style='height: 50000px'></div>"))
    storage = open_database(home.database)
    storage.crawl.set_sources([Source("a", "a", f"{root}/", (Feed(f"{root}/a"),))])
    store(storage, "a", root, {"/dai.html": "main"}, datetime.now(UTC))
    done = run_diembao("--home", home.root, "--json", "images")
    assert done.returncode == 0, done.stderr
    [item] = storage.articles.items()
    image = storage.page_images.of_item(item.key)[1]
    storage.close()
    head = (home.images / image.file).read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    assert (int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")) == (1280, 16_000)


def test_a_run_gives_way_to_a_collection(scene: Scene) -> None:
    """It does not begin while one is under way; one that begins ends it, and its pages wait, without a failure."""
    home, root = Home(scene.home.root / "nhuong"), scene.site.home.rstrip("/")
    write_settings(home, source_toml("a", root), "127.0.0.1:1", seconds_per_page=60)
    storage = open_database(home.database)
    storage.crawl.set_sources([Source("a", "a", f"{root}/", (Feed(f"{root}/a"),))])
    store(storage, "a", root, {"/xoay.html": "main"}, datetime.now(UTC))
    before = scene.site.asked.count("/xoay.html")
    with home.lock("collect"):
        done = run_diembao("--home", home.root, "--json", "images")
    assert json_lines(done.stdout)[0]["images"]["stop"] == "collection"
    assert scene.site.asked.count("/xoay.html") == before

    def begin_collection() -> None:
        while scene.site.asked.count("/xoay.html") == before:
            time.sleep(0.1)
        with home.lock("collect", wait=1):
            over.wait(20)

    over = Event()
    collection = Thread(target=begin_collection, daemon=True)
    collection.start()
    began = time.monotonic()
    done = run_diembao("--home", home.root, "--json", "images")
    over.set()
    assert time.monotonic() - began < 20
    row = json_lines(done.stdout)[0]["images"]
    assert (row["stop"], row["taken"], row["failed"], row["left"]) == ("collection", 0, {}, 1)
    [item] = storage.articles.items()
    assert storage.page_images.of_item(item.key) == {}
    storage.close()
    collection.join()


def test_a_browser_that_does_not_start_costs_no_attempt(scene: Scene, tmp_path: Path) -> None:
    home, root = Home(tmp_path), scene.site.home[:-1]
    write_settings(home, source_toml("a", root), "127.0.0.1:1")
    storage = open_database(home.database)
    storage.crawl.set_sources([Source("a", "a", f"{root}/", (Feed(f"{root}/a"),))])
    store(storage, "a", root, {"/thong-bao.html": "main"}, datetime.now(UTC))
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    nowhere = {"PATH": f"{tmp_path}:/bin:/usr/bin", "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}
    done = run_diembao("--home", tmp_path, "--lang", "en", "images", env=nowhere)
    assert done.returncode == 1
    assert "Not visited: the browser does not start" in done.stderr
    [item] = storage.articles.items()
    assert storage.page_images.of_item(item.key) == {}
    storage.close()
