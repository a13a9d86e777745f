"""What a search found counts for the outlet whose site it is on, not for the search."""

from dataclasses import replace
from datetime import UTC, datetime

from pipeline.records import Article, Coverage, Entry, Feed, Fetched, Poll, Reason, Source, Tags, VerdictReason
from storage.database import open_storage

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
SEARCH = Source("tim", "Một máy tìm", "https://search.example/", (Feed("https://search.example/q", "query"),))
PAPER = Source("bao", "Báo Biển", "https://www.example.com/", ())
TAGS = Tags("vi", "main", 0.9, VerdictReason.text("vì thế"), (), (), (), "neutral", "r1")
FOUND = {
    "https://m.example.com/a.html": ("bao", "Báo Biển", "VN", "central"),
    "https://la.example.vn/b.html": ("example.vn", "Báo Lạ", "VN", "central"),
    "https://strange.example.org/c.html": ("example.org", "Strange Times", "", "foreign"),
}
NAMES = ("example.com", "Báo Lạ", "Strange Times")


def test_articles_found_by_a_search_belong_to_their_outlets(address: str) -> None:
    storage = open_storage(address)
    storage.set_sources([SEARCH, PAPER])
    run = storage.begin_run("collect", NOW)
    entries = tuple(Entry(url, title="Bài về biển", outlet=name) for url, name in zip(FOUND, NAMES, strict=True))
    poll = Poll("tim", SEARCH.feeds[0].url, NOW, Reason.OK, 200, entries=entries)
    wanted = storage.polled(run, poll, recheck_all=False)
    storage.answered(run, [Fetched(c.id, NOW, c.url, 200, c.url.encode(), "text/html") for c in wanted])
    articles = [
        Coverage(d.id, Article(d.url, d.url, f"Bài {d.id}", "", f"Nội dung {d.id}", published=NOW), TAGS)
        for d in storage.unexamined(9)
    ]
    storage.examined(articles, NOW)
    found = {i.article.url: (i.source_id, i.outlet, i.country, i.category) for i in storage.items()}
    assert found == FOUND
    storage.set_sources([SEARCH, PAPER, replace(PAPER, id="moi", name="Mới", home="https://moi.example/")])
    assert {i.outlet for i in storage.items()} == {"Báo Biển", "Báo Lạ", "Strange Times"}
    storage.close()
