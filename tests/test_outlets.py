"""What a search found counts for the outlet whose site it is on, not for the search."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from pipeline.records import Entry, Feed, Poll, Reason, Source
from storage.database import open_database
from tests.support.factories import examine_pending, plain_coverage, store_pages

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
SEARCH = Source("tim", "Một máy tìm", "https://search.example/", (Feed("https://search.example/q", "query"),))
PAPER = Source("bao", "Báo Biển", "https://www.example.com/", ())
FOUND = {
    "https://m.example.com/a.html": ("bao", "Báo Biển", "VN", "central"),
    "https://la.example.vn/b.html": ("example.vn", "Báo Lạ", "VN", "central"),
    "https://strange.example.org/c.html": ("example.org", "Strange Times", "", "foreign"),
}
NAMES = ("example.com", "Báo Lạ", "Strange Times")


def test_articles_found_by_a_search_belong_to_their_outlets(address: str) -> None:
    storage = open_database(address)
    storage.crawl.set_sources([SEARCH, PAPER])
    run = storage.service.begin_run("collect", NOW)
    entries = tuple(Entry(url, title="Bài về biển", outlet=name) for url, name in zip(FOUND, NAMES, strict=True))
    poll = Poll("tim", SEARCH.feeds[0].url, NOW, Reason.OK, 200, entries=entries)
    store_pages(storage, run, poll)
    examine_pending(storage, partial(plain_coverage, published=NOW), NOW)
    found = {i.article.url: (i.source_id, i.outlet, i.country, i.category) for i in storage.articles.items()}
    assert found == FOUND
    storage.crawl.set_sources([SEARCH, PAPER, replace(PAPER, id="moi", name="Mới", home="https://moi.example/")])
    assert {i.outlet for i in storage.articles.items()} == {"Báo Biển", "Báo Lạ", "Strange Times"}
    storage.close()
