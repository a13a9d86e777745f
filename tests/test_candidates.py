"""What is polled and answered ends in exactly one outcome: counts, failures, links that wait, days of sources."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from pipeline.records import CandidateOutcome, Decision, Entry, Poll, Reason, Unreadable
from storage.database import Database, open_database
from tests.support.two_outlets import OTHER, SOURCE, T0, collect, coverage, entry, failure, page, poll


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_database(address)
    opened.crawl.set_sources([SOURCE, OTHER])
    yield opened
    opened.close()


def test_poll_counts_add_up(storage: Database) -> None:
    twice = (entry(1), entry(2), entry(2), replace(entry(3), url="http://a.example/bai-1.html?utm_source=rss"))
    bad = Entry("javascript:alert(1)", title="x")
    wanted = poll(storage, *twice, bad, invalid=1)
    assert [c.url for c in wanted] == ["http://a.example/bai-1.html", "http://a.example/bai-2.html"]
    with storage._engine.connect() as connection:
        row = connection.execute(text("SELECT entries, new, changed, known, repeated, invalid FROM polls")).one()
    assert tuple(row) == (6, 2, 0, 0, 2, 2)
    # The link that cannot be followed has its line in the ledger too.
    assert sum(storage.crawl.candidate_outcomes().values()) == storage.maintenance.totals()["candidates"] == 3


def test_second_poll_brings_only_what_is_new_or_says_something_new(storage: Database) -> None:
    collect(storage, 1, 2)
    later = T0 + timedelta(minutes=5)
    assert [c.url for c in poll(storage, entry(1), entry(3), at=later)] == ["http://a.example/bai-3.html"]
    edited = replace(entry(1), title="Bài 1 (sửa)")
    [again] = poll(storage, edited, entry(2), at=later)
    assert again.url == "http://a.example/bai-1.html"
    assert again.etag == '"1"'


def test_what_was_not_answered_is_still_waiting(storage: Database) -> None:
    one, two = poll(storage, entry(1), entry(2))
    storage.crawl.save_fetches(storage.service.begin_run("collect", T0), [page(one)])
    assert [c.id for c in storage.crawl.due_candidates(T0, ["a"])] == [two.id]
    assert storage.crawl.due_candidates(T0, ["b"]) == []


@pytest.mark.parametrize(
    ("reason", "with_summary", "without"),
    [
        (Reason.NOT_FOUND, CandidateOutcome.SUMMARY, CandidateOutcome.LOST),
        (Reason.ROBOTS, CandidateOutcome.SUMMARY, CandidateOutcome.REFUSED),
        (Reason.UNSAFE_ADDRESS, CandidateOutcome.SUMMARY, CandidateOutcome.REFUSED),
        (Reason.TIMEOUT, CandidateOutcome.SUMMARY, CandidateOutcome.WAITING),
        (Reason.ROBOTS_UNREACHABLE, CandidateOutcome.SUMMARY, CandidateOutcome.WAITING),
    ],
)
def test_failures(storage: Database, reason: Reason, with_summary: str, without: str) -> None:
    said, bare = poll(storage, entry(1), Entry("http://a.example/bai-2.html"))
    storage.crawl.save_fetches(storage.service.begin_run("collect", T0), [failure(said, reason), failure(bare, reason)])
    outcomes = storage.crawl.candidate_outcomes()
    assert outcomes[CandidateOutcome(with_summary)] == 1
    assert outcomes[CandidateOutcome(without)] == 1
    [document] = storage.articles.pending_documents(10)
    assert (document.reason, document.body, document.entry.summary) == (reason, b"", "Tóm tắt 1")


def test_a_passing_failure_is_tried_again_ever_more_slowly_and_then_given_a_name(storage: Database) -> None:
    [bare] = poll(storage, Entry("http://a.example/bai-2.html"))
    at, waits = T0, []
    for _ in range(10):
        if not (due := storage.crawl.due_candidates(at, ["a"])):
            break
        storage.crawl.save_fetches(storage.service.begin_run("collect", at), [failure(due[0], Reason.SERVER_ERROR, at)])
        began = at
        while not storage.crawl.due_candidates(at, ["a"]) and at < began + timedelta(days=2):
            at += timedelta(minutes=20)
        waits.append(at - began)
    assert waits[:3] == [timedelta(minutes=20), timedelta(minutes=80), timedelta(minutes=180)]
    assert storage.crawl.candidate_outcomes()[CandidateOutcome.LOST] == 1
    assert bare.attempts == 0


def test_only_pages_about_the_province_are_looked_at_again(storage: Database) -> None:
    one, two = collect(storage, 1, 2)
    storage.articles.save_examinations([coverage(one), coverage(two, relevance="no")], T0)
    again = poll(storage, entry(1), entry(2), at=T0 + timedelta(minutes=1), recheck=True)
    assert [c.id for c in again] == [one.candidate_id]
    assert [c.id for c in storage.crawl.due_candidates(T0 + timedelta(hours=2), ["a"])] == [one.candidate_id]
    assert poll(storage, entry(1), at=T0 + timedelta(minutes=1)) == []
    # What a person said of them weighs more than the rules.
    keys = {item.article.url: item.key for item in storage.articles.items(relevance=("main", "mention", "no"))}
    decided = [(one, "no"), (two, "main")]
    storage.articles.decide([Decision(keys[d.url], "relevance", value, "Lan", T0) for d, value in decided])
    again = poll(storage, entry(1), entry(2), at=T0 + timedelta(minutes=2), recheck=True)
    assert [c.id for c in again] == [two.candidate_id]


def test_source_days(storage: Database) -> None:
    documents = collect(storage, 1, 2)
    storage.articles.save_examinations([coverage(documents[0]), Unreadable(documents[1].id, Reason.PAYWALL)], T0)
    run = storage.service.begin_run("collect", T0)
    storage.crawl.save_poll(run, Poll("b", "http://b.example/rss", T0, Reason.DNS), recheck_all=False)
    a, b = storage.crawl.source_days(T0, T0 + timedelta(hours=1))
    assert (a.state, a.feeds_ok, a.candidates, a.documents, a.coverage, a.unreadable) == ("read", 1, 2, 2, 1, 1)
    assert (b.state, b.feeds_failed, b.reasons) == ("failed", 1, {Reason.DNS: 1})
    assert {d.state for d in storage.crawl.source_days(T0 + timedelta(hours=2), T0 + timedelta(hours=3))} == {"not_due"}
