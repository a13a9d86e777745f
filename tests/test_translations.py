"""Reports of one story in several languages have one set of topics and one tone, in every output."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from diembao.jobs.agree_translations import store_agreement
from diembao.jobs.decide import decide
from pipeline.records import (
    Article,
    Coverage,
    Document,
    Entry,
    Evidence,
    Poll,
    Reason,
    Source,
    Tags,
    Tone,
    TopicFound,
    VerdictReason,
)
from pipeline.stories.fingerprints import compute_fingerprint, dump
from pipeline.stories.translations import agree_translations
from storage.database import Database, open_database
from storage.exports.choice import ArticleChoice
from storage.maintenance.integrity import check_integrity
from tests.support.days import item
from tests.support.factories import examine_pending, store_pages

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
WORDS = (Evidence("title", 0, 3, "xấu"),)
ENERGY, TOURISM = TopicFound("energy", 0.9, WORDS), TopicFound("tourism", 0.6, WORDS)
SOURCE = Source("a", "A", "http://a.example/", ())


def test_a_translation_has_topics_and_tone_of_its_report() -> None:
    first = item(1)
    report = replace(
        first, tags=replace(first.tags, topics=(ENERGY,), tone="negative", tone_words=WORDS, language="vi")
    )
    later = replace(item(2).article, published=report.published_or_seen + timedelta(hours=1))
    english = replace(
        item(2), article=later, tags=replace(item(2).tags, topics=(TOURISM,), near=(), tone="neutral", language="en")
    )
    reprint = replace(english, key="k9", tags=replace(english.tags, language="vi"))
    agreed = agree_translations([reprint, english, report])
    # A reprint in the same language keeps its own.
    assert agreed.keys() == {"k2"}
    assert ([t.id for t in agreed["k2"].topics], agreed["k2"].tone) == (["energy"], "negative")
    assert agreed["k2"].topics[0].evidence == agreed["k2"].tone_words == (), "words of another text are no evidence"
    assert agree_translations([replace(english, tags=agreed["k2"]), report]) == {}, "once is enough"
    assert agree_translations([report]) == agree_translations([]) == {}


def test_what_a_person_decided_holds_and_speaks_for_the_others() -> None:
    report = replace(item(1), tags=replace(item(1).tags, topics=(ENERGY,), tone="negative", language="vi"))
    english = replace(item(2), tags=replace(item(2).tags, topics=(TOURISM,), tone="neutral", language="en"))
    decided = agree_translations([english, report], {"k2"})
    assert decided.keys() == {"k1"}
    assert (decided["k1"].tone, [t.id for t in decided["k1"].topics]) == ("neutral", ["tourism"])
    assert agree_translations([english, report], {"k1", "k2"}) == {}


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_database(address)
    opened.crawl.set_sources([SOURCE])
    yield opened
    assert check_integrity(address) == []
    opened.close()


def store(storage: Database) -> tuple[str, str]:
    """Store a Vietnamese report and its translation, which their own words tag differently; return their keys."""
    run = storage.service.begin_run("collect", AT)
    urls = ["http://a.example/vi.html", "http://a.example/en.html"]
    store_pages(storage, run, Poll("a", "http://a.example/rss", AT, Reason.OK, entries=tuple(map(Entry, urls))))
    numbers = "Ninh Thuận Cà Ná 5.214 12.480 1.387 64"

    def examine(document: Document) -> Coverage:
        language = document.url[-7:-5]
        title = f"{numbers} điện gió" if language == "vi" else f"{numbers} wind"
        topics, tone = ((ENERGY,), "negative") if language == "vi" else ((TOURISM,), "positive")
        when = AT - timedelta(hours=2 if language == "vi" else 1)
        tags = Tags(language, "main", 0.9, VerdictReason.text(""), (), topics, (), tone_of(tone), "r1")
        article = Article(document.url, document.url, title, "", title, published=when, published_from="page")
        fingerprint = compute_fingerprint(numbers, numbers, when, "vi")
        return Coverage(document.id, replace(article, language=language), tags, dump(fingerprint))

    examine_pending(storage, examine, AT)
    storage.stories.group(AT)
    keys = {i.article.url[-7:-5]: i.key for i in storage.articles.items()}
    assert len({i.story for i in storage.articles.items()}) == 1
    return keys["vi"], keys["en"]


def tone_of(value: str) -> Tone:
    return "negative" if value == "negative" else "positive"


def labels(storage: Database, key: str) -> tuple[str, list[str]]:
    found = storage.articles.item(key)
    assert found is not None
    return found.tags.tone, [topic.id for topic in found.tags.topics]


def test_it_is_stored_so_that_every_output_tells_the_same(storage: Database) -> None:
    report, english = store(storage)
    assert labels(storage, english) == ("positive", ["tourism"])
    assert store_agreement(storage, AT) == 1
    assert labels(storage, english) == labels(storage, report) == ("negative", ["energy"])
    rows = list(storage.exports.csv_rows(ArticleChoice(relevance=("main",), topics=("energy",))))
    assert {row.item for row in rows} == {report, english}
    assert store_agreement(storage, AT) == 0, "nothing is left to do"
    assert storage.articles.count_outdated_taggings("r1") == 0
    before = list(storage.articles.items(as_of=AT + timedelta(seconds=1)))
    assert {i.tags.tone for i in before} == {"negative", "positive"}, "as of then, each had its own"


def test_a_decision_on_the_translation_reaches_its_report(storage: Database) -> None:
    report, english = store(storage)
    decide(storage, english, {"tone": "neutral"}, who="Lan", at=AT + timedelta(hours=1))
    assert labels(storage, english)[0] == labels(storage, report)[0] == "neutral"
