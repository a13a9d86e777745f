"""A database that takes over what another has collected: each row once, whatever ends it; on both kinds."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from diembao.jobs.collection.take_over import TakenOver, take_over
from pipeline.records import CandidateOutcome, Coverage, Document, DocumentOutcome, Examined, Reason, Unreadable
from storage.database import Database, open_database
from storage.schema.core import candidates, documents, fetches, polls
from storage.schema.sharing import shared_articles
from storage.sharing import collected
from tests.support.two_outlets import OTHER, SOURCE, T0, collect, coverage, entry, failure, page, poll

HOUR = timedelta(hours=1)


@pytest.fixture
def taking(request: pytest.FixtureRequest, db: Database, address: str, tmp_path: Path) -> Iterator[Database]:
    """An empty database of the same kind as `db`, which collects."""
    is_sqlite = address.startswith("sqlite")
    other = f"sqlite:///{tmp_path / 'other.db'}" if is_sqlite else request.getfixturevalue("postgres")()
    db.crawl.set_sources([SOURCE, OTHER])
    opened = open_database(other)
    yield opened
    opened.close()


def take(storage: Database, collecting: Database) -> TakenOver:
    return take_over(storage, collecting, None, progress=lambda *_: None)


def read(storage: Database, pages: list[Document], at: datetime = T0, relevance: Any = "no") -> None:
    """Examine pages where they are collected."""
    results: list[Examined] = [
        coverage(document, " ".join(f"từ{document.id}x{n}" for n in range(40)), relevance) for document in pages
    ]
    storage.articles.save_examinations(results, at, shares=True)


def rows(storage: Database) -> dict[str, int]:
    tables = (polls, candidates, fetches, documents)
    with storage.crawl._reading() as connection:
        return {t.name: connection.execute(select(func.count()).select_from(t)).scalar_one() for t in tables}


def ledger(storage: Database) -> list[tuple[object, ...]]:
    found = storage.crawl.ledger(T0 - 48 * HOUR, T0 + 480 * HOUR)
    return sorted((e.url, e.feed_url, e.first_seen, e.last_seen, e.outcome, e.reason, e.attempts) for e in found)


def test_every_row_once(db: Database, taking: Database) -> None:
    read(db, collect(db, 1, 2, 3))
    run = db.service.begin_run("collect", T0)
    [lost] = poll(db, entry(4), at=T0 + HOUR)
    db.crawl.save_fetches(run, [failure(lost, Reason.NOT_FOUND, T0 + HOUR)])
    taken = take(taking, db)
    assert (taken.polls, taken.links, taken.fetches, taken.pages) == (2, 4, 4, 4)  # of the fourth its summary
    assert rows(taking) == rows(db)
    assert ledger(taking) == ledger(db)
    assert take(taking, db) == TakenOver()
    # Links that a feed gives again, with other words, and a page that was gone and is there again.
    poll(db, entry(1), entry(4), at=T0 + 2 * HOUR)
    db.crawl.save_fetches(run, [page(lost, b"<p>again", T0 + 2 * HOUR)])
    assert take(taking, db).polls == 1
    assert rows(taking) == rows(db)
    assert ledger(taking) == ledger(db)


def test_in_many_steps_and_ended_at_each(db: Database, taking: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collected, "_ROWS", 2)
    for n in range(1, 10, 3):
        read(db, collect(db, n, n + 1, n + 2, at=T0 + n * HOUR), T0 + n * HOUR)
    save, steps = taking.sharing.save_part, 0

    class Ended(Exception):
        pass

    def end_after_it(*arguments: Any) -> None:
        nonlocal steps
        save(*arguments)
        steps += 1
        raise Ended

    monkeypatch.setattr(taking.sharing, "save_part", end_after_it)
    while True:
        before = rows(taking)
        with pytest.raises(Ended):
            take(taking, db)
        if rows(taking) == before:
            break
    assert steps > 5
    assert rows(taking) == rows(db)
    assert ledger(taking) == ledger(db)


def test_a_step_is_stored_whole_or_not_at_all(db: Database, taking: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    read(db, collect(db, 1, 2, 3))
    with monkeypatch.context() as patch:
        patch.setattr("storage.sharing.taking.taken_positions", None)  # the last table that a step writes
        with pytest.raises(AttributeError):
            take(taking, db)
    assert set(rows(taking).values()) == {0}
    assert take(taking, db).pages == 3
    assert rows(taking) == rows(db)


def test_it_begins_with_the_oldest_reading_that_is_kept(db: Database, taking: Database) -> None:
    read(db, collect(db, 1))
    db.sharing.forget_readings(T0 + HOUR)
    read(db, collect(db, 2, at=T0 + 72 * HOUR), T0 + 72 * HOUR)
    collect(db, 3, at=T0 + 73 * HOUR)  # still to be read
    taken = take(taking, db)
    assert (taken.polls, taken.pages) == (2, 2)
    assert {entry[0] for entry in ledger(taking)} == {"http://a.example/bai-2.html", "http://a.example/bai-3.html"}


def test_readings_and_where_they_are_gone(db: Database, taking: Database) -> None:
    first, second, third, fourth = collect(db, 1, 2, 3, 4)
    results = [coverage(first, "muối " * 50), Unreadable(second.id, Reason.PAYWALL, "hidden"), coverage(fourth)]
    db.articles.save_examinations(results, T0, shares=True)
    pages = {d.id: (d.url, d.fetched_at) for d in (first, second, third, fourth)}
    found = db.sharing.readings(pages)
    assert found[first.id].article is not None
    assert found[first.id].article.text == "muối " * 50  # type: ignore[union-attr]
    assert (found[second.id].fault, found[second.id].note) == (Reason.PAYWALL, "hidden")
    assert found[third.id].is_waiting
    # Another page has that id since a backup was restored.
    moved = db.sharing.readings({first.id: ("http://a.example/x", T0), 10**6: ("http://a.example/y", T0)})
    assert all(reading.article is None and reading.is_body_gone for reading in moved.values())
    with db.crawl._writing() as connection:
        connection.execute(update(shared_articles).values(article=b"\x00"))
    assert db.sharing.readings(pages)[first.id].fault is Reason.ERROR
    assert db.sharing.forget_readings(T0 + HOUR) == 3
    assert db.sharing.readings(pages)[first.id].body == found[first.id].body != b""


def next_try(storage: Database, document: Document) -> datetime | None:
    with storage.crawl._reading() as connection:
        query = select(candidates.c.next_try).where(candidates.c.id == document.candidate_id)
        return connection.execute(query).scalar_one()


def test_pages_about_another_province_are_looked_at_again(db: Database, taking: Database) -> None:
    theirs, nobodys = collect(db, 1, 2)
    read(db, [theirs, nobodys])
    assert next_try(db, theirs) is next_try(db, nobodys) is None
    db.sharing.watch_pages([theirs.id], T0 + HOUR)
    db.sharing.watch_pages([theirs.id], T0 + HOUR)
    assert (next_try(db, theirs), next_try(db, nobodys)) == (T0 + 2 * HOUR, None)
    # The page has changed: it is read again, is still not about the own province, and is looked at once more.
    run = db.service.begin_run("collect", T0)
    due = db.crawl.due_candidates(T0 + 2 * HOUR, [SOURCE.id])
    db.crawl.save_fetches(run, [page(one, b"<p>new", T0 + 2 * HOUR) for one in due])
    read(db, db.articles.pending_documents(10))
    assert next_try(db, theirs) == T0 + 8 * HOUR
    found = poll(db, entry(1), entry(2), at=T0 + 3 * HOUR, recheck=True)
    assert [candidate.id for candidate in found] == [theirs.candidate_id]


def test_a_wanted_look_is_asked_of_the_collection_until_it_was_had(db: Database, taking: Database) -> None:
    first, second = collect(db, 1, 2)
    read(db, [first, second])
    take(taking, db)
    assert taking.sharing.wanted_links(datetime.now(UTC)) == []
    with taking.crawl._writing() as connection:
        connection.execute(update(candidates).where(candidates.c.url == first.url).values(next_try=T0))
    assert take(taking, db).asked == 1
    asked = next_try(db, first)
    assert asked is not None
    assert next_try(db, second) is None
    assert take(taking, db).asked == 0  # of an earlier time it stays
    [due] = db.crawl.due_candidates(asked, [SOURCE.id])
    db.crawl.save_fetches(db.service.begin_run("collect", asked), [page(due, b"<p>anew", asked)])
    take(taking, db)
    assert taking.sharing.wanted_links(datetime.now(UTC)) == []


def test_a_restored_collection_goes_on(db: Database, taking: Database) -> None:
    """After a restore its rows get ids again that others had: the times tell where it goes on."""
    read(db, collect(db, 1, 2))
    run = db.service.begin_run("collect", T0)
    take(taking, db)
    with db.crawl._writing() as connection:  # as if what follows had been lost with the disk
        for table, column in ((polls, polls.c.at), (fetches, fetches.c.at)):
            connection.execute(update(table).values({column.name: T0 - HOUR}))
        connection.execute(update(documents).values(fetched_at=T0 - HOUR))
        connection.execute(update(candidates).values(first_seen=T0 - HOUR, last_seen=T0 - HOUR))
    new = poll(db, entry(3), entry(4), at=T0 + HOUR)
    db.crawl.save_fetches(run, [page(one, one.url.encode(), T0 + HOUR) for one in new])
    taken = take(taking, db)
    assert (taken.polls, taken.fetches, taken.pages) == (1, 2, 2)
    assert {e[0] for e in ledger(taking)} == {f"http://a.example/bai-{n}.html" for n in range(1, 5)}


def test_what_the_taking_database_decides_stays(db: Database, taking: Database) -> None:
    """Which item a link leads to, and which of two links brings it, is not the collection's matter."""
    read(db, collect(db, 1))
    take(taking, db)
    [document] = taking.articles.pending_documents(10)
    taking.articles.save_examinations([coverage(document)], T0)
    with taking.crawl._writing() as connection:
        connection.execute(update(candidates).values(outcome=CandidateOutcome.SAME))
    run = db.service.begin_run("collect", T0)
    poll(db, entry(1), at=T0 + HOUR)
    known = db.crawl.due_candidates(T0 + 999 * HOUR, [SOURCE.id])
    db.crawl.save_fetches(run, [failure(one, Reason.GONE, T0 + HOUR) for one in known])
    take(taking, db)
    [row] = taking.crawl.ledger(T0 - HOUR, T0 + 9 * HOUR)
    assert (row.outcome, row.item != "") == (CandidateOutcome.SAME, True)
    assert isinstance(coverage(document), Coverage)
    assert taking.articles.document_outcomes()[DocumentOutcome.COVERAGE] == 1


def test_a_database_that_is_down_loses_nothing(db: Database, taking: Database) -> None:
    began = time.monotonic()
    read(db, collect(db, 1))
    take(taking, db)
    for n in range(2, 6):  # meanwhile nobody takes anything over
        read(db, collect(db, n, at=T0 + n * HOUR), T0 + n * HOUR)
    assert take(taking, db).pages == 4
    assert rows(taking) == rows(db)
    assert time.monotonic() - began < 60
