"""The sample press, as often as wanted, stored as if it had been collected and examined: one day to be reviewed."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Literal, cast
from urllib.parse import quote
from zlib import crc32

from diembao.demo.articles import HANOI, Gold, articles, outlets
from diembao.demo.articles import Article as Printed
from pipeline.records import (
    Article,
    Coverage,
    Document,
    Entry,
    Evidence,
    Examined,
    Irrelevant,
    PlaceFound,
    Poll,
    Reason,
    Relevance,
    Source,
    Tags,
    Tone,
    TopicFound,
    VerdictReason,
)
from pipeline.records.sources import SourceCategory
from pipeline.stories.fingerprints import compute_fingerprint, dump
from pipeline.text.normalize import normalise_both
from storage.database import Database
from tests.support.factories import examine_pending, store_pages

#: Articles of one copy that are about the province or name it, and those that are not.
RELEVANT, IRRELEVANT = 101, 48


#: Names by which the sample press calls the province, the longest first.
_NAMES = ("Ninh Thuận", "Phan Rang", "Cà Ná", "Ninh Thuan", "宁顺", "Нинь", "ニントゥアン", "닌투언", "Khánh Hòa")


def before_cutoff(at: datetime) -> datetime:
    """Return the last moment by `at` that lies half an hour before the cut-off of its day (06:00) or earlier."""
    local = at.astimezone(HANOI)
    return min(at, local.replace(hour=5, minute=30, second=0, microsecond=0))


def _evidence(title: str, text: str, words: str) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    for where, field in (("title", title), ("text", text)):
        start = field.find(words)
        if start >= 0:
            found.append(Evidence(cast("Literal['title', 'text']", where), start, start + len(words), words))
    return tuple(found)


@cache
def _tags(key: str) -> Tags:
    """Return the tags that a careful reader gave: tagging the press by the rules takes half a minute."""
    printed = next(article for article in articles() if article.key == key)
    title, text = normalise_both(printed.title, printed.text)
    gold = printed.gold or Gold("no", (), "neutral")
    name = next((name for name in _NAMES if name in title or name in text), "")
    evidence = _evidence(title, text, name) if name else ()
    relevance = cast("Relevance", gold.relevance)
    opening = " ".join(text.split()[1:3])
    topics = tuple(
        TopicFound(topic, 0.6 + 0.05 * n, _evidence("", text, opening)) for n, topic in enumerate(gold.topics)
    )
    toned = _evidence("", text, " ".join(text.split()[4:6])) if gold.tone in ("positive", "negative") else ()
    doubt = crc32(key.encode()) % 50 / 100
    score = {"main": 0.5 + doubt, "mention": 0.3 + doubt / 2, "no": doubt / 2}[relevance]
    names = {
        "province": "Ninh Thuận",
        "where": "title" if evidence and evidence[0].where == "title" else "body",
        "names": (name,),
        "count": 1,
    }
    reason = (
        VerdictReason(relevance, names) if relevance != "no" else VerdictReason("unnamed", {"province": "Ninh Thuận"})
    )
    places = (PlaceFound("nt", name, "", evidence),) if relevance != "no" and evidence else ()
    return Tags(
        printed.language,
        relevance,
        score,
        reason,
        places,
        topics,
        (),
        cast("Tone", gold.tone or "neutral"),
        "r1",
        toned,
    )


def store_sample_day(storage: Database, at: datetime, *, copies: int = 1, most: int = 10**6) -> int:
    """Store the press of the 20 hours before `at` `copies` times, at most so many articles; return how many.

    A copy has the titles of the first with its number behind them, and stories and events of its own.
    """
    storage.crawl.set_sources([_source(outlet.id, outlet.name) for outlet in outlets()])
    run = storage.service.begin_run("collect", at)
    pages: dict[str, tuple[Printed, int, int]] = {}
    for number, (copy, printed) in enumerate(_printed(copies)):
        if number < most:
            pages[f"http://{printed.outlet}.example/{quote(printed.slug)}-{copy}.html"] = printed, copy, number
    by_outlet: dict[str, list[str]] = defaultdict(list)
    for url, (printed, _, _) in pages.items():
        by_outlet[printed.outlet].append(url)
    for outlet, urls in by_outlet.items():
        entries = tuple(map(Entry, urls))
        store_pages(
            storage,
            run,
            Poll(outlet, f"http://{outlet}.example/rss", at - timedelta(minutes=5), Reason.OK, entries=entries),
        )
    examine_pending(storage, lambda document: _examined(document, *pages[document.url], at), at - timedelta(minutes=4))
    storage.stories.group(at - timedelta(minutes=4))
    return len(pages)


def _printed(copies: int) -> Iterator[tuple[int, Printed]]:
    for copy in range(copies):
        for printed in articles():
            yield copy, printed


def _source(id: str, name: str) -> Source:
    outlet = next(outlet for outlet in outlets() if outlet.id == id)
    category = cast("SourceCategory", outlet.category)
    return Source(
        id, name, f"http://{id}.example/", (), country=outlet.country, languages=outlet.languages, category=category
    )


def _examined(document: Document, printed: Printed, copy: int, number: int, at: datetime) -> Examined:
    tags = _tags(printed.key)
    published = at - timedelta(minutes=10 + (number * 7) % 1180)
    title = printed.title if copy == 0 else f"{printed.title} ({copy + 1})"
    text = f"{printed.text}\n\n{copy}-{printed.slug}"
    article = Article(
        document.url, document.url, title, printed.lead, text, authors=printed.authors, published=published,
        published_from="page", language=printed.language,
    )  # fmt: skip
    if tags.relevance == "no":
        return Irrelevant(document.id, article, tags)
    # Words of a copy are its own, so that it is grouped like the first but not with it.
    own = text if copy == 0 else " ".join(f"{word}{copy}" for word in text.split())
    own_title = title if copy == 0 else " ".join(f"{word}{copy}" for word in title.split())
    drawn = compute_fingerprint(own_title, own, published, printed.language)
    return Coverage(document.id, article, tags, dump(drawn))
