"""What is kept of the reading of each page is what its texts and documents say, whatever happened to them since."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from analysis.anomalies.extraction_drift import find_drift, sources_in_doubt
from pipeline.records import (
    Article,
    Coverage,
    Document,
    Entry,
    Examined,
    Fetched,
    Irrelevant,
    PageReading,
    PageTally,
    Poll,
    Reason,
    Source,
    Unreadable,
)
from storage.database import Database, open_database
from storage.maintenance.integrity import check_integrity
from storage.schema.core import documents, versions
from storage.schema.maintenance import page_readings
from tests.support.factories import PLAIN_TAGS, examine_pending, store_pages

T0 = datetime(2026, 3, 2, 6, tzinfo=UTC)
FIRST, BORDER, LAST = T0 - timedelta(days=1), T0 + timedelta(hours=1), T0 + timedelta(days=9)
SOURCES = [Source(f"s{n}", f"Báo {n}", f"http://s{n}.example/", ()) for n in range(2)]
_PARTS = {"selectors": "title text", "selectors_missed": "date", "agreement": "0.93", "place": "div.detail"}


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_database(address)
    opened.crawl.set_sources(SOURCES)
    yield opened
    opened.close()
    assert check_integrity(address) == []


def examined(document: Document) -> Examined:
    """Return one of six ends, by the number of the document: read in four ways, from its feed, not at all."""
    url = document.url
    article = Article(url, url, f"Bài {url}", "", f"Nội dung {url}", published=T0, published_from="page", parts=_PARTS)
    no_tags = replace(PLAIN_TAGS, relevance="no", relevance_score=0.0)
    ends: tuple[Examined, ...] = (
        Coverage(document.id, article, PLAIN_TAGS),
        Irrelevant(document.id, replace(article, parts={}), no_tags),
        Coverage(document.id, replace(article, published=None, published_from="none"), PLAIN_TAGS),
        Coverage(document.id, replace(article, title="", published_from="feed"), PLAIN_TAGS),
        Coverage(document.id, replace(article, text_from="feed"), PLAIN_TAGS),
        Unreadable(document.id, Reason.NO_TEXT),
    )
    return ends[document.id % 6]


def store(storage: Database, at: datetime, examine: Callable[[Document], Examined] = examined) -> None:
    """Store twelve links of each source and what became of their pages; of one of them the page was not had."""
    run = storage.service.begin_run("collect", at)
    for source in SOURCES:
        entries = tuple(Entry(f"{source.home}{n}.html", f"Tin {n}", "Tóm tắt") for n in range(12))
        poll = Poll(source.id, f"{source.home}rss", at, Reason.OK, 200, entries=entries)
        known = store_pages(storage, run, poll, lambda c: f"{c.url} {at}".encode(), recheck_all=at > T0)
        lost = [Fetched(known[0].id, at, known[0].url, 200, f"{at}".encode(), "text/html")] if known else []
        storage.crawl.save_fetches(run, lost)
    examine_pending(storage, examine, at)


def as_stored(storage: Database) -> list[PageReading]:
    """Return the readings as the texts and documents tell them: by one look at each, without what is kept."""
    query = select(documents, versions.c.id.label("version"), versions.c.title, versions.c.published)
    query = query.add_columns(versions.c.article).where(documents.c.reason == "ok", documents.c.outcome != "waiting")
    query = query.join(versions, versions.c.document_id == documents.c.id, isouter=True)
    found = []
    with storage.crawl._reading() as connection:
        for row in connection.execute(query.order_by(documents.c.id, versions.c.id)):
            if row.version is None and row.outcome != "unreadable":
                continue
            article = row.article or {"parts": {}}
            parts, read = article["parts"], article.get("text_from") == "page"
            missed = tuple(parts.get("selectors_missed", "").split()) if read else ()
            found.append(
                PageReading(
                    row.source_id,
                    row.id,
                    row.url,
                    row.fetched_at,
                    text=read and bool(article["text"]),
                    title=read and bool(row.title),
                    date=read and row.published is not None and article["published_from"] != "feed",
                    asked=(*parts.get("selectors", "").split(), *missed) if read else (),
                    missed=missed,
                    agreement=float(parts["agreement"]) if read and "agreement" in parts else None,
                    place=parts.get("place", "") if read else "",
                )
            )
    return found


def agree(storage: Database) -> list[PageReading]:
    """Return the readings that are kept, which are those that the texts tell."""
    kept = storage.crawl.page_quality(FIRST, LAST)
    assert kept == as_stored(storage)
    tallies = storage.crawl.page_tallies(FIRST, BORDER, LAST)
    counted: Counter[PageTally] = Counter()
    for tally in tallies:
        counted[replace(tally, pages=1)] += tally.pages
    assert counted == Counter(tally_of(r) for r in kept)
    return kept


def tally_of(r: PageReading) -> PageTally:
    asked, missed = bool(r.asked), bool(r.missed)
    return PageTally(r.source_id, r.at > BORDER, r.text, r.title, r.date, asked, missed, r.agreement, r.place)


def test_readings_are_what_the_texts_say_after_edits_and_new_rules(storage: Database) -> None:
    store(storage, T0)
    first = agree(storage)
    assert {r.source_id for r in first} == {"s0", "s1"}
    assert {(r.text, r.title, r.date, bool(r.asked)) for r in first} == {
        (True, True, True, True), (True, True, True, False), (True, True, False, True),
        (True, False, False, True), (False, False, False, False),
    }  # fmt: skip
    store(storage, T0 + timedelta(days=2))
    assert len(agree(storage)) > len(first)
    outdated = storage.articles.outdated_taggings("r2", since=None, after=0, limit=99)
    about = [
        Coverage(one.id, Article("", "", "Mới", "", ""), replace(PLAIN_TAGS, rules="r2"), b"x") for one in outdated
    ]
    storage.articles.save_retaggings(about[:6], "r2", LAST)
    agree(storage)
    assert storage.crawl.page_quality(FIRST, LAST, source_ids=["s1"]) == [
        r for r in as_stored(storage) if r.source_id == "s1"
    ]


def test_nothing_is_said_of_a_page_that_waits_again(storage: Database) -> None:
    store(storage, T0)
    before = agree(storage)
    with storage.crawl._writing() as connection:
        change = update(documents).where(documents.c.id == before[0].document_id)
        connection.execute(change.values(outcome="waiting"))
    assert len(agree(storage)) == len(before) - 1
    with storage.crawl._writing() as connection:
        connection.execute(change.values(outcome="coverage"))


def test_the_check_names_a_reading_that_is_not_as_its_text(address: str) -> None:
    storage = open_database(address)
    storage.crawl.set_sources(SOURCES)
    store(storage, T0)
    with storage.crawl._writing() as connection:
        ids = connection.execute(select(page_readings.c.version_id).order_by(page_readings.c.version_id)).scalars()
        gone, changed, *_ = ids.all()
        connection.execute(delete(page_readings).where(page_readings.c.version_id == gone))
        connection.execute(update(page_readings).where(page_readings.c.version_id == changed).values(text=0))
    storage.close()
    assert [fault.values["version"] for fault in check_integrity(address)] == [gone, changed]


def test_a_source_is_in_doubt_where_drift_would_be_reported(storage: Database) -> None:
    store(storage, T0)

    def without_text(document: Document) -> Examined:
        found = examined(document)
        return Unreadable(document.id, Reason.NO_TEXT) if document.source_id == "s1" else found

    store(storage, T0 + timedelta(days=2), without_text)
    kept = [replace(r, at=r.at - timedelta(days=7) * (r.at <= BORDER)) for r in agree(storage) * 4]
    now = BORDER + timedelta(days=7)
    drifting = {drift.source_id for drift in find_drift(kept, now)}
    assert "s1" in drifting
    assert sources_in_doubt(tally_of(r) for r in kept) == sorted(drifting)


def test_a_drop_among_thousands_of_pages_is_reported() -> None:
    tallies = [PageTally("s0", recent=False, text=True, title=True, date=True, pages=9_000)]
    tallies += [PageTally("s0", recent=True, text=True, title=True, date=True, pages=1_000)]
    assert sources_in_doubt(tallies) == []
    assert sources_in_doubt([*tallies, PageTally("s0", recent=True, pages=1_500)]) == ["s0"]
