"""What reports count of an article is what its item says, whatever came after: edits, rules, persons, stories."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from analysis.report.figures import Span, count_figures
from pipeline.records import (
    Article,
    Coverage,
    Decision,
    Entry,
    Irrelevant,
    PlaceFound,
    Poll,
    Reason,
    Source,
    Tags,
    TopicFound,
    VerdictReason,
)
from pipeline.stories.fingerprints import compute_fingerprint, dump
from pipeline.tables.facts import Fact, FactCount, FactKey, SourceRead, kind_of, written
from storage.database import Database, open_database
from storage.derived.facts import load_facts
from storage.engine.errors import StorageError
from storage.maintenance.retention import Limits
from storage.schema.core import versions
from storage.schema.derived import facts
from storage.search.parser import parse
from storage.search.tree import And, Days, Mark, Or
from tests.support.days import fact_of
from tests.support.factories import examine_pending, store_pages

T0 = datetime(2026, 3, 2, 6, tzinfo=UTC)
LATER = T0 + timedelta(days=400)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SOURCES = [Source(f"s{n}", f"Báo {n}", f"http://s{n}.example/", (), country="VN" if n else "JP") for n in range(3)]
WORDS = "khởi công nhà máy điện gió ngoài khơi do nhà đầu tư trong nước thực hiện tại vùng biển phía nam của tỉnh"


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_database(address)
    opened.crawl.set_sources(SOURCES)
    run = opened.service.begin_run("collect", T0)
    for source in SOURCES:
        entries = tuple(Entry(f"{source.home}{n}.html") for n in range(4))
        failed = source.id == "s2"
        poll = Poll(source.id, f"{source.home}rss", T0, Reason.TIMEOUT if failed else Reason.OK, 200, entries=entries)
        store_pages(opened, run, poll)
    examine_pending(opened, lambda d: examined(d.id, d.url), T0)
    opened.stories.group(T0)
    yield opened
    opened.close()


def examined(document: int, url: str) -> Coverage | Irrelevant:
    n = int(url[-6])
    # Number 0 is one report in all outlets; number 3 says no time, and is about another province.
    text = f"{WORDS} " * 3 if n == 0 else " ".join(f"{word}{url[8]}{n}" for word in WORDS.split()) * 3
    title = ("Điện gió Ninh Thuận", f"Du lịch {url}", f"Nông nghiệp {url}", f"Lâm Đồng {url}")[n]
    article = Article(url, url, title, "", text, published=None if n == 3 else T0 - timedelta(hours=n), language="vi")
    article = replace(article, published_from="none" if n == 3 else "page")
    topics = tuple(TopicFound(t, 0.9, ()) for t in ("energy", "investment")[: n + 1])
    places = (PlaceFound("ca-na", "Cà Ná", "", ()), PlaceFound("ca-na", "Cà Ná", "", ()))
    relevance = "no" if n == 3 else "main"
    tags = Tags("vi", relevance, 0.9, VerdictReason.text(""), places, topics, (), "positive", "r1")  # type: ignore[arg-type]
    if n == 3:
        return Irrelevant(document, article, tags)
    return Coverage(document, article, tags, dump(compute_fingerprint(title, text, article.published, "vi")))


def known(storage: Database) -> list[Fact]:
    return sorted(storage.derived.facts(T0 - timedelta(days=30), LATER, relevance=("main", "mention", "no")))


def expected(storage: Database) -> list[Fact]:
    return sorted(map(fact_of, storage.articles.items(relevance=("main", "mention", "no"))))


def test_they_say_what_the_items_say(storage: Database) -> None:
    assert len(known(storage)) == 12
    assert known(storage) == expected(storage)
    assert len({fact.story for fact in known(storage) if kind_of(fact.kind).relevance == "main"}) == 7, (
        "three share one"
    )
    assert len(list(storage.derived.facts(T0 - timedelta(minutes=59), LATER))) == 3


def test_whatever_comes_after(storage: Database) -> None:
    [shared] = {f.story for f in known(storage) if f.at == T0.timestamp() and kind_of(f.kind).relevance == "main"}
    chosen = next(item for item in storage.articles.items() if item.story != shared)
    storage.articles.decide([Decision(chosen.key, "tone", "negative", "Lan", T0)])
    storage.articles.decide([Decision(chosen.key, "topics", "tourism", "Lan", T0)])
    storage.stories.merge("story", [chosen.key, shared], "", T0)
    assert known(storage) == expected(storage)
    assert len({f.story for f in known(storage) if kind_of(f.kind).relevance == "main"}) == 6
    stale = storage.articles.outdated_taggings("r2", since=None, after=0, limit=100)
    assert len(stale) == 12
    tags = Tags("vi", "mention", 0.4, VerdictReason.text(""), (), (), (), "neutral", "r2")
    again = [Coverage(one.id, Article("", "", "", "", ""), tags) for one in stale if one.tags.relevance != "no"]
    storage.articles.save_retaggings(again, "r2", T0)
    assert known(storage) == expected(storage)
    assert {kind_of(f.kind).relevance for f in known(storage)} == {"mention", "no"}
    [held] = [kind for kind in (kind_of(f.kind) for f in known(storage)) if kind.relevance == "mention" and kind.topics]
    assert (held.tone, held.topics) == ("negative", "tourism"), "a person's word holds over new rules"


def test_an_older_database_has_them_when_they_are_asked_for(storage: Database) -> None:
    wanted = known(storage)
    with storage._engine.begin() as connection:
        connection.execute(facts.delete())
    assert known(storage) == wanted
    storage.search.rebuild()
    assert known(storage) == wanted


def test_days_read(storage: Database) -> None:
    today = T0.astimezone(ZONE).date()
    midnight = datetime(today.year, today.month, today.day, tzinfo=ZONE)
    days = {today + timedelta(days=n): midnight + timedelta(days=n) for n in range(-2, 3)}
    bounds = {day: (start, start + timedelta(days=1)) for day, start in days.items()}
    read = storage.crawl.days_read(bounds)
    expected = [SourceRead("s0", "Báo 0", True, 4), SourceRead("s1", "Báo 1", True, 4)]
    expected.append(SourceRead("s2", "Báo 2", False, 4))
    assert read == {today: expected}, "a day on which nothing was asked is no day without articles"
    for source in storage.crawl.source_days(*bounds[today]):
        [same] = [one for one in expected if one.source_id == source.source_id]
        assert (source.feeds_ok > 0, source.coverage + source.irrelevant) == (same.read, same.pages)
    # What is kept of attempts after a year are their sums: still known is that they were, and how they ended.
    limits = Limits(None, None, attempts=LATER, irrelevant_texts=None)
    storage.maintenance.purge(limits, LATER, lambda *_: None)
    assert storage.crawl.days_read(bounds) == {today: expected}
    states = {source.source_id: source.state for source in storage.crawl.source_days(*bounds[today])}
    assert states == {"s0": "read", "s1": "read", "s2": "failed"}


def test_figures_of_a_span(storage: Database) -> None:
    today = T0.astimezone(ZONE).date()
    span = Span(today - timedelta(days=1), today)
    read = {today: [SourceRead("s0", "Báo 0", True, 9)]}
    found = count_figures(span, storage.derived.facts(T0 - timedelta(days=2), LATER), storage.crawl.publishers(), read)
    items = list(storage.articles.items())
    assert (found.items, found.stories, found.foreign) == (len(items), len({i.story for i in items}), 3)
    assert found.topics["energy"]["positive"] == 9
    assert found.topic_days["investment"][today] == sum(len(i.tags.topics) == 2 for i in items)
    assert {k: o.items for k, o in found.outlets.items()} == {"s0": 3, "s1": 3, "s2": 3}
    assert (found.gaps(), found.attention) == ([today - timedelta(days=1)], 1000 * 9 / 9)
    assert list(found.carried.values()) == [(3, 3)]
    assert [outlet.stories for outlet in found.outlets.values()] == [3, 3, 3]
    by_day = {
        day: len(list(some))
        for day, some in groupby(sorted(i.published_or_seen.astimezone(ZONE).date() for i in items))
    }
    assert found.days == by_day


def test_headlines_are_counted_whatever_they_are_about(storage: Database) -> None:
    any_relevance = Or(tuple(Mark("relevance", said) for said in ("main", "mention", "no")))
    day = T0.astimezone(ZONE).date()

    def count(name: str, first: date) -> FactCount:
        return storage.search.count(And((parse(f'title:"{name}"'), any_relevance, Days(first, day))), zone=ZONE)

    found = [count(name, day) for name in ("Lâm Đồng", "lam dong", "Ninh Thuận", "Đắk Lắk")]
    assert found == [(3, 3), (3, 3), (3, 1), (0, 0)]
    assert count("Lâm Đồng", day + timedelta(days=1)) == (0, 0)
    assert storage.search.count(parse('title:"Lâm Đồng"'), zone=ZONE) == (0, 0), "about the province only, unasked"
    assert storage.search.count(parse("khởi công"), zone=ZONE, most=2).items == 2


def test_a_sample_takes_each_story_once(storage: Database) -> None:
    bounds = (T0 - timedelta(days=2), LATER)
    found = storage.derived.sample_items(*bounds, 100)
    assert {item.story for item in found} == {item.story for item in storage.articles.items()}
    assert len(found) == 7
    some = [item.key for item in storage.derived.sample_items(*bounds, 4)]
    assert some == [item.key for item in storage.derived.sample_items(*bounds, 4)]
    assert len(some) == 4


def test_a_language_that_is_none_breaks_nothing() -> None:
    """A feed declares what it likes, and every digest reads what was made of it."""
    kind = FactKey("s0", "main", "neutral", "vi|en", "energy", "ca-na")
    assert kind_of(written(kind)) == kind._replace(language="vi en")


def test_what_the_driver_says_while_it_is_read_comes_with_the_way_out(storage: Database) -> None:
    with storage._engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE facts RENAME TO gone")
        with pytest.raises(StorageError, match="see what it says of the cause, then run again"):
            list(load_facts(connection, T0, LATER, ("main",)))


def test_an_article_that_cannot_be_indexed_keeps_no_other_from_it(
    storage: Database, caplog: pytest.LogCaptureFixture
) -> None:
    whole = known(storage)
    spoilt = next(iter(storage.articles.items()))
    with storage._engine.begin() as connection:
        row = connection.execute(select(versions).where(versions.c.item_key == spoilt.key)).one()
        connection.execute(update(versions).where(versions.c.id == row.id).values(article={**row.article, "text": 5}))
    storage.search.rebuild()
    assert len(known(storage)) == len(whole) - 1
    assert f"article {spoilt.key}: not found by searches" in caplog.text
    with storage._engine.begin() as connection:
        connection.execute(update(versions).where(versions.c.id == row.id).values(article=row.article))
    storage.search.rebuild()
    assert known(storage) == whole
