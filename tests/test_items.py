"""What is examined ends in exactly one outcome and can be read again: items, versions, stories, days of a digest."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from pipeline.records import CandidateOutcome, DocumentOutcome, Reason, Unreadable
from storage.database import Database, open_database
from tests.support.two_outlets import OTHER, SOURCE, T0, WORDS, collect, coverage, entry, failure, page, poll, tags


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_database(address)
    opened.crawl.set_sources([SOURCE, OTHER])
    yield opened
    opened.close()


def test_the_page_that_follows_a_summary_is_a_version_not_an_item(storage: Database) -> None:
    [one] = poll(storage, entry(1))
    storage.crawl.save_fetches(storage.service.begin_run("collect", T0), [failure(one, Reason.TIMEOUT)])
    [summary] = storage.articles.pending_documents(10)
    storage.articles.save_examinations([coverage(summary, "Tóm tắt 1", canonical=one.url)], T0)
    later = T0 + timedelta(hours=1)
    [again] = storage.crawl.due_candidates(later, ["a"])
    storage.crawl.save_fetches(storage.service.begin_run("collect", later), [page(again, b"whole", later)])
    [document] = storage.articles.pending_documents(10)
    storage.articles.save_examinations([coverage(document, canonical="http://a.example/another-canonical")], later)
    [item] = storage.articles.items()
    assert (item.version, item.changed, item.article.text) == (2, True, WORDS)
    assert storage.maintenance.totals()["items"] == 1


def test_items_versions_and_outcomes(storage: Database) -> None:
    one, two, three = collect(storage, 1, 2, 3)
    storage.articles.save_examinations(
        [coverage(one), coverage(two, relevance="no"), Unreadable(three.id, Reason.NO_TEXT, "x")], T0
    )
    assert storage.articles.document_outcomes() == {
        DocumentOutcome.WAITING: 0,
        DocumentOutcome.COVERAGE: 1,
        DocumentOutcome.IRRELEVANT: 1,
        DocumentOutcome.UNREADABLE: 1,
    }
    [item] = storage.articles.items()
    assert (item.outlet, item.article.title, item.tags) == ("Báo A", "Tiêu đề 1", tags())
    [irrelevant] = storage.articles.items(relevance=("no",))
    assert (irrelevant.article.title, irrelevant.article.text) == ("Tiêu đề 2", WORDS)
    assert list(storage.articles.items(topics=["tourism"])) == []
    assert len(list(storage.articles.items(since=T0, until=T0 + timedelta(seconds=1)))) == 1
    assert list(storage.articles.items(until=T0)) == []


def test_same_bytes_same_text_new_text(storage: Database) -> None:
    [one] = collect(storage, 1)
    storage.articles.save_examinations([coverage(one)], T0)
    [again] = poll(storage, entry(1), at=T0 + timedelta(minutes=1), recheck=True)
    run = storage.service.begin_run("collect", T0)
    storage.crawl.save_fetches(run, [page(again, f"<p>{again.url}".encode())])
    assert storage.articles.pending_documents(10) == []  # the same bytes are no new document
    storage.crawl.save_fetches(run, [page(again, b"other bytes, same text")])
    [document] = storage.articles.pending_documents(10)
    storage.articles.save_examinations([coverage(document)], T0)
    assert storage.maintenance.totals()["versions"] == 1
    storage.crawl.save_fetches(run, [page(again, b"other text")])
    [document] = storage.articles.pending_documents(10)
    storage.articles.save_examinations([coverage(document, WORDS + "sửa")], T0)
    assert (storage.maintenance.totals()["items"], storage.maintenance.totals()["versions"]) == (1, 2)
    assert storage.maintenance.totals()["documents"] == 3


def test_many_results_of_one_article_at_once_are_its_versions(storage: Database) -> None:
    (first,) = collect(storage, 1)
    at = T0 + timedelta(hours=2)
    (candidate,) = storage.crawl.due_candidates(at, ["a"])
    storage.crawl.save_fetches(storage.service.begin_run("collect", at), [page(candidate, b"<p>new page", at)])
    second = storage.articles.pending_documents(9)[-1]
    assert second.candidate_id == first.candidate_id
    storage.articles.save_examinations([coverage(first), coverage(second, text="Nội dung mới")], at)
    [item] = storage.articles.items()
    assert (item.version, item.article.text) == (2, "Nội dung mới")
    assert [version.number for version in storage.articles.versions(item.key)] == [1, 2]


def test_two_links_to_one_article(storage: Database) -> None:
    one, two = collect(storage, 1, 2)
    storage.articles.save_examinations(
        [coverage(one, canonical="http://a.example/x"), coverage(two, canonical="http://a.example/x")], T0
    )
    assert storage.maintenance.totals()["items"] == 1
    assert storage.crawl.candidate_outcomes()[CandidateOutcome.SAME] == 1


def test_reprints_make_one_story_in_any_order(storage: Database) -> None:
    documents = collect(storage, 1, 2, 3)
    long = " ".join(f"chữ{n}" for n in range(80))
    texts = [long, long + " Theo Báo A", " ".join(f"khác{n}" for n in range(80))]
    found = [coverage(d, t, published=T0 + timedelta(hours=d.id)) for d, t in zip(documents, texts, strict=True)]
    storage.articles.save_examinations(list(reversed(found)), T0)
    storage.stories.group(T0)
    stories = {i.article.title: i.story for i in storage.articles.items()}
    assert stories["Tiêu đề 1"] == stories["Tiêu đề 2"] != stories["Tiêu đề 3"]
    assert storage.stories.group(T0) == 0


def test_digest_takes_what_is_news(storage: Database) -> None:
    start, end = T0 - timedelta(hours=12), T0 + timedelta(hours=12)
    late = start - timedelta(hours=48)
    documents = collect(storage, 1, 2, 3, 4, 5)
    when = [T0, start - timedelta(hours=2), start - timedelta(days=9), None, end + timedelta(hours=1)]
    storage.articles.save_examinations(
        [coverage(d, WORDS + str(d.id), published=w) for d, w in zip(documents, when, strict=True)], T0
    )
    titles = {i.article.title for i in storage.articles.digest_items(start, end, late)}
    assert titles == {"Tiêu đề 1", "Tiêu đề 2", "Tiêu đề 4"}
    assert storage.articles.digest_items(start - timedelta(days=1), start, late) == []


def test_errors_can_be_examined_again(storage: Database) -> None:
    one, two = collect(storage, 1, 2)
    storage.articles.save_examinations([Unreadable(one.id, Reason.ERROR, "x"), Unreadable(two.id, Reason.NO_TEXT)], T0)
    assert storage.articles.reopen_errors() == 1
    assert [d.id for d in storage.articles.pending_documents(10)] == [one.id]


def test_a_page_that_is_gone_marks_its_item_as_taken_down(storage: Database) -> None:
    (document,) = collect(storage, 1)
    storage.articles.save_examinations([coverage(document)], T0)
    (item,) = storage.articles.items()
    assert item.taken_down is None
    later = T0 + timedelta(hours=1)
    (candidate,) = storage.crawl.due_candidates(later, ["a"])
    storage.crawl.save_fetches(storage.service.begin_run("collect", later), [failure(candidate, Reason.GONE, later)])
    (item,) = storage.articles.items()
    assert item.taken_down == later
    assert [one.taken_down for one in storage.articles.items(as_of=T0)] == [None]
    assert item.article.text, "what was read stays"
    back = T0 + timedelta(hours=9)
    storage.crawl.save_fetches(storage.service.begin_run("collect", back), [page(candidate, b"<p>again", back)])
    (item,) = storage.articles.items()
    assert item.taken_down is None
