"""Databases with plain articles of one outlet, and one as the first release left it."""

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from pipeline.records import Article, Coverage, Document, Entry, Feed, Poll, Reason, Source
from storage.database import Database
from tests.support.factories import PLAIN_TAGS, examine_pending, store_pages

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
SOURCE = Source("a", "Báo A", "https://a.example/", (Feed("https://a.example/rss"),))


def quiet(_table: str, _done: int, _all: int) -> None:
    pass


def fill(storage: Database, numbers: range, at: datetime = NOW) -> None:
    """Store articles as a collection and its examination do."""
    storage.crawl.set_sources([SOURCE])
    run = storage.service.begin_run("collect", at)
    entries = tuple(Entry(f"https://a.example/bai-{n}.html", title=f"Bài {n} về biển đảo") for n in numbers)
    poll = Poll("a", SOURCE.feeds[0].url, at, Reason.OK, 200, entries=entries)
    store_pages(storage, run, poll, lambda c: f"<p>{c.url}".encode())

    def examine(d: Document) -> Coverage:
        return Coverage(
            d.id, Article(d.url, d.url, f"Bài {d.id}", "", f"Nội dung “{d.id}” 🐟", published=at), PLAIN_TAGS
        )

    examine_pending(storage, examine, at)
    storage.service.end_run(run, at, 0, {"links": len(numbers)})


def old_database(address: str) -> None:
    """Make a database of the first migration alone, with a source and a run."""
    engine = create_engine(address)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent.parent.parent / "storage" / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO sources VALUES ('b', 'Báo b', 'https://b.example/', 'VN', 'x', 'y', 1)"))
        connection.execute(
            text("INSERT INTO runs (id, command, started, counts) VALUES (1, 'collect', :at, '{\"a\": 1}')"),
            {"at": NOW if "postgres" in address else NOW.replace(tzinfo=None)},
        )
    engine.dispose()
