"""Which pages are due for an image, what is tried again, and when a run of images ends."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.faults.errors import ConfigError
from config.settings import ImageSettings, load_settings
from diembao.jobs.collection.page_images import DatabaseImageSink, take_images
from diembao.system.home import Home
from pipeline.records import Decision, ImageFailure, Reason
from storage.database import Database
from tests.support.imaged_pages import (
    ON,
    SETTINGS,
    SOURCES,
    T0,
    clock_at,
    due,
    image,
    new_home,
    open_kept,
    open_watched,
    sink_of,
    store,
)

storage = pytest.fixture(open_watched)
home = pytest.fixture(new_home)
kept = pytest.fixture(open_kept)


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
