"""The database itself: tables as migrations make them, their documents; what is none, is newer, exceeds a limit."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage.database import Database, open_database
from storage.engine.errors import StorageError
from storage.engine.migrate import open_engine
from storage.schema.core import metadata
from storage.schema.documentation import schema_document
from tests.support.two_outlets import OTHER, SOURCE


@pytest.fixture
def storage(address: str) -> Iterator[Database]:
    opened = open_database(address)
    opened.crawl.set_sources([SOURCE, OTHER])
    yield opened
    opened.close()


def test_schema_matches_migrations(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'm.db'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        differences = [d for d in compare_metadata(context, metadata) if d[0] != "modify_comment"]
    assert differences == []


def test_every_column_says_what_it_is() -> None:
    silent = [
        f"{t.name}.{c.name}" for t in metadata.tables.values() for c in t.columns if not c.comment and c.name != "id"
    ]
    assert silent == []


def test_every_column_stands_in_the_documents() -> None:
    written = (Path(__file__).parent.parent / "docs" / "columns.md").read_text("utf-8")
    made = "(python -m analysis.tables.definitions; echo; python -m storage.schema.documentation) > docs/columns.md"
    assert written.endswith("\n\n" + schema_document()), f"write it anew: {made}"


def test_a_naive_time_is_refused(storage: Database) -> None:
    with pytest.raises(Exception, match="naive"):
        storage.service.begin_run("collect", datetime(2026, 11, 22))  # noqa: DTZ001


def test_no_database(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(b"this is no database, only text that is long enough to be read as one" * 20)
    with pytest.raises(StorageError, match=r"x\.db"):
        open_database(path)


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    storage = open_database(path)
    with storage._engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    storage.close()
    with pytest.raises(StorageError, match="newer diembao"):
        open_database(path)


def test_what_exceeds_a_limit_is_no_fault_of_the_database(postgres: Callable[[], str]) -> None:
    engine = open_engine(postgres())
    with engine.begin() as connection, pytest.raises(OperationalError, match="too long"):
        connection.execute(text("SELECT CAST(:word AS tsvector)"), {"word": "x" * 4000})
    engine.dispose()
