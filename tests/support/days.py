"""A synthetic day of the press with N articles, as a digest or in a database."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from analysis.digest.model import Counts, Digest, DigestPeriod, DigestRules, build_digest
from pipeline.records import (
    Article,
    Coverage,
    Entry,
    Evidence,
    Feed,
    Item,
    PlaceFound,
    Poll,
    Reason,
    Relevance,
    Source,
    SourceDay,
    Tags,
    Tone,
    TopicFound,
    VerdictReason,
)
from pipeline.records.sources import SourceCategory
from pipeline.tables.facts import Fact, FactKey, Publisher, written
from storage.database import Database
from tests.support.factories import examine_pending, store_pages

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime(2026, 11, 21, 6, tzinfo=ZONE)
END = START + timedelta(days=1)
LABELS = {
    "energy": "Năng lượng",
    "tourism": "Du lịch",
    "press_criticism": "Báo chí phản ánh và phản hồi cơ quan nhà nước",
    "investment": "Đầu tư",
}
SOURCES = (
    SourceDay("s0", "Báo số 0", "read", 1, 1, 0, 5, 5, 3, 2),
    SourceDay("s9", "Báo Chết", "failed", 1, 0, 1, reasons={Reason.REFUSED: 1}),
)
_TONES: tuple[Tone, ...] = ("positive", "neutral", "negative", "unsure")
_TEXT = "Sáng nay, cảng tổng hợp Cà Ná (xã Cà Ná, tỉnh Khánh Hòa) đón chuyến tàu hàng rời đầu tiên trong năm. "


def item(n: int) -> Item:
    """Return article number n with its own title: two of three share a story with others, one of eleven is foreign."""
    title = f"Cảng tổng hợp Cà Ná đón chuyến tàu thứ {n}, mở ra hướng phát triển kinh tế biển cho vùng"
    place = title.index("Cà Ná")
    evidence = Evidence("title", place, place + 5, "Cà Ná")
    topic = TopicFound(list(LABELS)[n % 4], 0.8, (Evidence("text", 10, 20, "cảng tổng hợp"),))
    away = n % 11 == 3
    names = {"province": "Ninh Thuận", "where": "title", "names": ("Cà Ná",), "count": 1}
    relevance: Relevance = "mention" if n % 13 == 12 else "main"
    tags = Tags(
        "vi", relevance, 0.9, VerdictReason(relevance, names),
        (PlaceFound("nt.lm.ca_na", "Cà Ná", "", (evidence,)),), (topic,), (),
        _TONES[n % 4] if n % 5 else "neutral", "r1",
    )  # fmt: skip
    url = f"http://a.example/{n}"
    article = Article(
        url, url, title, "", _TEXT * 4, published=START + timedelta(minutes=2 * n % 1400), published_from="page",
    )  # fmt: skip
    story = f"k{n // 7 if n % 3 else n}"
    return Item(
        f"k{n}", story, 1, f"s{n % 23}", f"Báo số {n % 23}", "FR" if away else "VN", "foreign" if away else "central",
        article, tags, END, END, "http://a.example/rss", event=f"e{n // 14}", origin="TTXVN" if n % 7 else "",
    )  # fmt: skip


def model(n: int, **more: object) -> Digest:
    """Return the digest of a day with n articles; `more` replaces its fields."""
    digest = build_digest(
        [item(k) for k in range(n)],
        DigestPeriod(date(2026, 11, 22), START, END, END.astimezone(UTC)),
        DigestRules("r1", topics=["energy"], signals=["press_criticism"]),
        previous=Counts(30, 35, 12),
        sources=SOURCES,
        weekdays=(31, 40, 12, 33),
    )
    return replace(digest, **more)


def fill(storage: Database, n: int, *, first: int = 0) -> None:
    """Store articles `first` to `first + n` of the day, collected an hour before its end."""
    items = [item(k) for k in range(first, first + n)]
    at = END - timedelta(hours=1)
    outlets: set[tuple[str, str, str, SourceCategory]] = {
        (i.source_id, i.outlet, i.country, i.category) for i in map(item, range(23 * 11))
    }
    storage.crawl.set_sources(
        [
            Source(
                id,
                name,
                f"http://{id}.example/",
                (Feed(f"http://{id}.example/rss"),),
                country=land,
                category=cast(SourceCategory, kind),
            )
            for id, name, land, kind in {row[0]: row for row in sorted(outlets)}.values()
        ]
    )
    run = storage.service.begin_run("collect", at)
    for source in sorted({i.source_id for i in items}):
        by_url = {
            url: replace(i.article, url=url, canonical=url)
            for i in items
            if i.source_id == source and (url := f"http://{source}.example/{i.key}")
        }
        tags = {f"http://{source}.example/{i.key}": i.tags for i in items if i.source_id == source}
        poll = Poll(source, f"http://{source}.example/rss", at, Reason.OK, 200, entries=tuple(map(Entry, by_url)))
        store_pages(storage, run, poll, lambda _: b"<html>")
        examine_pending(storage, lambda d, by_url=by_url, tags=tags: Coverage(d.id, by_url[d.url], tags[d.url]), at)
    storage.service.end_run(run, at, 0, {})


def fact_of(item: Item) -> Fact:
    """Return the stored fact of an article, from which reports count."""
    tags = item.tags
    topics = " ".join(topic.id for topic in tags.topics)
    places = " ".join(dict.fromkeys(place.id for place in tags.places))
    kind = FactKey(item.source_id, tags.relevance, tags.tone, item.language, topics, places)
    return Fact(int(item.published_or_seen.timestamp()), item.story, written(kind))


def publishers_of(items: Iterable[Item]) -> dict[str, Publisher]:
    return {item.source_id: Publisher(item.outlet, item.country) for item in items}
