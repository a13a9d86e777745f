"""A database of six articles, and rows of it changed past all checks, as a failing disk would."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline.records import Decision, Entry, Poll, Reason
from pipeline.records.publications import Publication
from storage.database import Database, open_database
from storage.engine.connection import connect
from tests.support.factories import store_pages
from tests.support.filled import SOURCE, fill

AT = datetime(2026, 3, 2, 6, tzinfo=UTC)


def fill_all(address: str) -> None:
    """Store six articles, a decision and a published digest."""
    storage = open_database(address)
    fill(storage, range(6), AT)
    key = next(iter(storage.articles.items())).key
    storage.articles.decide([Decision(key, "tone", "positive", "Lan", AT, "vì tin vui")])
    published = Publication(0, date(2026, 3, 1), AT, "vi", "Điểm báo", "0" * 64, "r1", (), {"a.html": b"<p>xin"})
    storage.publications.publish(published)
    storage.stories.group(AT)
    storage.close()


def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with that database in it."""
    folder = tmp_path_factory.mktemp("made")
    fill_all(f"sqlite:///{folder / 'diembao.db'}")
    return folder


def copied_home(made: Path, tmp_path: Path) -> Path:
    """Copy the database that a module made."""
    shutil.copyfile(made / "diembao.db", tmp_path / "diembao.db")
    return tmp_path


def change(address: str, statement: str, **values: object) -> None:
    """Change rows past all checks, as a failing disk would."""
    engine = connect(address)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        connection.execute(text(statement), values)
    engine.dispose()


def fill_one(storage: Database) -> None:
    """Store a page more, which waits to be examined."""
    run = storage.service.begin_run("collect", AT)
    entries = (Entry("https://a.example/la.html", title="Bài lạ"),)
    poll = Poll("a", SOURCE.feeds[0].url, AT, Reason.OK, 200, entries=entries)
    store_pages(storage, run, poll)
