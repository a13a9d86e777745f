"""Articles whose pages are to be kept as images: two outlets, what is due, an image taken, a clock that stands."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import ImageSettings, Settings, load_settings
from diembao.jobs.collection.page_images import DatabaseImageSink, image_path
from diembao.system.home import Home
from pipeline.records import (
    Article,
    Coverage,
    Document,
    Entry,
    Examined,
    Irrelevant,
    PageImage,
    Poll,
    Reason,
    Relevance,
    Source,
)
from storage.database import Database, open_database
from storage.maintenance.integrity import check_integrity
from tests.support.factories import PLAIN_TAGS, examine_pending, store_pages

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)
SITE = "http://a.example"
SOURCES = (Source("a", "Báo A", f"{SITE}/", ()), Source("b", "Báo B", "http://b.example/", ()))
SETTINGS = load_settings(None)
ON = replace(SETTINGS, images=ImageSettings(keep="pdf"))


def open_watched(address: str) -> Iterator[Database]:
    """Open an empty database with the two outlets; it is checked at the end."""
    opened = open_database(address)
    opened.crawl.set_sources(SOURCES)
    yield opened
    assert check_integrity(address) == []
    opened.close()


def new_home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def open_kept(home: Home) -> Iterator[Database]:
    """Open an SQLite database in the home."""
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


@contextmanager
def clock_at(home: Home, at: datetime) -> Iterator[None]:
    """Let the clock stand at that moment."""
    file = home.root / "clock.json"
    home.root.mkdir(exist_ok=True)
    file.write_text(json.dumps({"now": at.isoformat(), "steady": 0}), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIEMBAO_CLOCK", str(file))
        yield
