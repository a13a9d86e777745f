"""Address of a database → an engine that is safe to write through, with its tables brought up to date."""

import sqlite3
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from storage.base import StorageError

#: milliseconds that a writer waits for another one
_BUSY_MS = 60_000


def open_engine(url: str) -> Engine:
    """Open the database at a SQLAlchemy address and migrate it to today's schema.

    Raises StorageError where it cannot be opened, is no database of ours, or is newer than this program.
    """
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    try:
        with engine.begin() as connection:
            migrate(connection)
    except (SQLAlchemyError, sqlite3.Error) as error:
        engine.dispose()
        cause = getattr(error, "orig", None) or error
        raise StorageError(f"{engine.url.render_as_string()}: cannot be opened: {cause}") from error
    except CommandError as error:
        engine.dispose()
        raise StorageError(
            f"{engine.url.render_as_string()}: was written by a newer diembao ({error}); upgrade the program"
        ) from error
    return engine


def migrate(connection: Connection) -> None:
    """Bring the tables up to today's schema, within the connection's transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    if ScriptDirectory.from_config(config).get_current_head() != _version_of(connection):
        command.upgrade(config, "head")


def _version_of(connection: Connection) -> str | None:
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver is kept from beginning transactions by itself; `_begin_sqlite` does it.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes its lock at once: one that reads first and then wants to write can be
    # refused without waiting (SQLITE_BUSY_SNAPSHOT), whatever the busy timeout.
    reads = connection.get_execution_options().get("reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
