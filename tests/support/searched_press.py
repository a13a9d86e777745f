"""Articles to be searched, stored as a collection and its examination do, and what a query finds of them."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.records import (
    Article,
    Coverage,
    Entry,
    Examined,
    Irrelevant,
    PlaceFound,
    Poll,
    Reason,
    SearchHit,
    Source,
    Tags,
    TopicFound,
    VerdictReason,
)
from pipeline.stories.fingerprints import compute_fingerprint, dump
from storage.database import Database
from storage.search.parser import parse
from storage.search.search import Order
from tests.support.factories import examine_pending, store_pages

T0 = datetime(2026, 11, 22, 1, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DATA = Path(__file__).parent.parent / "data"
SOURCES = [
    Source("sun", "Báo Nắng Gió", "http://sun.example/", ()),
    Source("sea", "Tuổi Biển", "http://sea.example/", ()),
    Source("coast", "Coast Daily", "http://coast.example/", ()),
]
ITEMS = [json.loads(line) for line in (DATA / "search_items.jsonl").read_text("utf-8").splitlines()]


def made(row: Mapping[str, Any], number: int) -> Examined:
    url = f"http://{row['outlet']}.example/{row['name']}.html"
    title, text, language = str(row["title"]), str(row["text"]), str(row["language"])
    published = datetime.fromisoformat(str(row["published"]))
    article = Article(url, url, title, "", text, published=published, language=language)
    place = str(row["place"])
    topics = tuple(TopicFound(name, 0.9, ()) for name in row["topics"])
    tags = Tags(
        language,
        row["relevance"],
        0.9,
        VerdictReason.text("vì thế"),
        (PlaceFound(f"nt.{number}", place, "", ()),) if place else (),
        topics,
        (),
        row["tone"],
        "r1",
    )
    if tags.relevance == "no":
        return Irrelevant(number, article, tags)
    return Coverage(number, article, tags, dump(compute_fingerprint(title, text, published, language)))


def store(storage: Database, rows: Sequence[Mapping[str, Any]], at: datetime = T0) -> None:
    """Store articles as a collection and its examination do."""
    storage.crawl.set_sources(SOURCES)
    run = storage.service.begin_run("collect", at)
    by_url = {f"http://{row['outlet']}.example/{row['name']}.html": row for row in rows}
    for source in SOURCES:
        some = [row for row in rows if row["outlet"] == source.id]
        entries = tuple(Entry(f"{source.home}{row['name']}.html", title=str(row["title"])) for row in some)
        poll = Poll(source.id, f"{source.home}rss", at, Reason.OK, 200, entries=entries)
        store_pages(storage, run, poll, lambda c: str(by_url[c.url]["text"]).encode())
    examine_pending(storage, lambda d: made(by_url[d.url], d.id), at)
    storage.stories.group(at)


def name_of(hit: SearchHit) -> str:
    return hit.item.url.rpartition("/")[2].removesuffix(".html")


def found(storage: Database, query: str, by: Order = "time", limit: int = 50) -> str:
    return " ".join(name_of(hit) for hit in storage.search.search(parse(query), zone=ZONE, by=by, limit=limit))


def key_of(storage: Database, name: str) -> str:
    return next(
        i.key
        for i in storage.articles.items(relevance=("main", "mention", "no"))
        if i.article.url.endswith(f"/{name}.html")
    )
