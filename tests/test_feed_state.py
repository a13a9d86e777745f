"""Which feeds are due is a query: per host, per source, and never a host that asked to be left alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from pipeline.records import CrawlSettings, Entry, Feed, FetchFailure, Poll, Reason, Source
from storage.database import Database, open_database

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
MIGRATIONS = Path(__file__).parent.parent / "storage" / "migrations"


def source(name: str, *urls: str, **more: object) -> Source:
    made = Source(name, f"Báo {name}", f"https://{name}.example/", tuple(Feed(url) for url in urls))
    return replace(made, **more)  # type: ignore[arg-type]


A = source("a", *(f"https://a.example/{n}.rss" for n in range(5)))
B = source("b", "https://b.example/rss")
PAUSED = source("c", "https://c.example/rss", enabled=False)


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_database(address)
    opened.crawl.set_sources([A, B, PAUSED])
    yield opened
    opened.close()


def polled(storage: Database, url: str, at: datetime = NOW, **more: object) -> None:
    poll = replace(Poll("a" if "a.example" in url else "b", url, at, Reason.OK), **more)  # type: ignore[arg-type]
    storage.crawl.save_poll(storage.service.begin_run("collect", at), poll, recheck_all=False)


def test_a_new_feed_is_due_at_once_and_a_paused_one_never(storage: Database) -> None:
    due = storage.crawl.due_feeds(NOW, per_host=20)
    assert set(due) == {f.url for s in (A, B) for f in s.feeds}


def test_of_one_host_no_more_than_the_limit_and_the_longest_overdue_first(storage: Database) -> None:
    for n, minutes in enumerate((50, 10, 40, 20, 30)):
        polled(storage, A.feeds[n].url, NOW - timedelta(hours=9, minutes=-minutes))
    due = storage.crawl.due_feeds(NOW, per_host=2)
    assert due == [B.feeds[0].url, A.feeds[1].url, A.feeds[3].url]


def test_a_feed_just_read_is_not_due_until_its_time(storage: Database) -> None:
    url = B.feeds[0].url
    polled(storage, url)
    state = storage.crawl.feed_state(url)
    assert state.next_poll is not None
    assert url not in storage.crawl.due_feeds(NOW + timedelta(minutes=1), per_host=9)
    assert url in storage.crawl.due_feeds(state.next_poll, per_host=9)


def test_a_source_outside_its_hours_is_passed_over(storage: Database) -> None:
    assert storage.crawl.due_feeds(NOW, per_host=9, closed=["a"]) == [B.feeds[0].url]


def test_a_host_that_asks_to_be_left_alone_is(storage: Database) -> None:
    """429 with Retry-After at one feed: the host's other feeds and pages wait too."""
    run = storage.service.begin_run("collect", NOW)
    entry = Entry("https://a.example/bai.html", title="Bài")
    storage.crawl.save_poll(run, Poll("a", A.feeds[0].url, NOW, Reason.OK, 200, entries=(entry,)), recheck_all=False)
    until = NOW + timedelta(hours=3)
    polled(storage, A.feeds[1].url, reason=Reason.RATE_LIMITED, status=429, not_before=until)
    later = NOW + timedelta(hours=2)
    assert storage.crawl.due_feeds(later, per_host=9) == [B.feeds[0].url]
    assert storage.crawl.slowed_hosts(later) == {"a.example"}
    assert storage.crawl.due_candidates(later, ["a"]) == []
    assert set(storage.crawl.due_feeds(until, per_host=9)) >= {f.url for f in A.feeds[2:]}
    assert [c.url for c in storage.crawl.due_candidates(until, ["a"])] == [entry.url]


def test_a_page_that_answers_429_slows_its_host(storage: Database) -> None:
    run = storage.service.begin_run("collect", NOW)
    entry = Entry("https://b.example/bai.html", title="Bài")
    (candidate,) = storage.crawl.save_poll(
        run, Poll("b", B.feeds[0].url, NOW, Reason.OK, 200, entries=(entry,)), recheck_all=False
    )
    refused = FetchFailure(candidate.id, NOW, entry.url, Reason.RATE_LIMITED, 429, not_before=NOW + timedelta(days=400))
    storage.crawl.save_fetches(run, [refused])
    assert storage.crawl.slowed_hosts(NOW + timedelta(hours=23)) == {"b.example"}
    assert storage.crawl.slowed_hosts(NOW + timedelta(hours=25)) == frozenset(), "no wish is heard beyond a day"


def test_a_feed_taken_out_of_the_configuration_keeps_its_state_and_is_not_asked(storage: Database) -> None:
    polled(storage, B.feeds[0].url, etag='"x"')
    storage.crawl.set_sources([A, replace(B, feeds=())])
    assert B.feeds[0].url not in storage.crawl.due_feeds(NOW + timedelta(days=9), per_host=9)
    storage.crawl.set_sources([A, B])
    assert storage.crawl.feed_state(B.feeds[0].url).etag == '"x"'
    assert B.feeds[0].url in storage.crawl.due_feeds(NOW + timedelta(days=9), per_host=9)


def test_the_first_schema_is_upgraded_in_place(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text("INSERT INTO sources VALUES ('b', 'Báo b', 'https://b.example/', 'VN', 'local', 'newspaper', 1)")
        )
        connection.execute(
            text("INSERT INTO feeds (url, source_id, etag, failures) VALUES ('https://b.example/rss', 'b', 'old', 3)")
        )
    engine.dispose()
    storage = open_database(path)
    state = storage.crawl.feed_state("https://b.example/rss")
    assert (state.etag, state.failures, state.penalty) == ("old", 3, 0)
    assert storage.crawl.due_feeds(NOW, per_host=9) == [], "not asked before it is seen in the configuration again"
    storage.crawl.set_sources([B])
    assert storage.crawl.due_feeds(NOW, per_host=9) == ["https://b.example/rss"]
    storage.close()


def test_a_source_is_asked_in_its_hours_only(storage: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also by a collection of everything; and whoever is named is asked at any hour."""
    from diembao.jobs.collection import collect as collect_job

    asked: list[str] = []
    monkeypatch.setattr("crawlers.crawl.crawl", lambda sources, *_: asked.extend(s.id for s in sources if s.feeds))
    monkeypatch.setattr(collect_job, "now", lambda: NOW)  # 13:00 in Vietnam
    sources = [replace(A, hours="22:00-06:00"), B]

    def collect(**more: object) -> list[str]:
        asked.clear()
        settings, zone = CrawlSettings(), "Asia/Ho_Chi_Minh"
        collect_job.collect(storage, sources, settings, zone=zone, progress=lambda *_: None, **more)  # type: ignore[arg-type]
        return sorted(asked)

    assert collect(due_only=True) == ["b"]
    assert collect(due_only=False) == ["b"]
    assert collect(due_only=False, only=["a"]) == ["a"]
    monkeypatch.setattr(collect_job, "now", lambda: NOW + timedelta(hours=10))  # 23:00
    assert collect(due_only=True) == ["a", "b"]
