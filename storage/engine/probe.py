"""Checks before a database is opened: the SQLite that Python brings, and whether a server answers."""

import sqlite3
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from storage.engine.driver_errors import error_of
from storage.engine.errors import StorageError
from storage.engine.migrate import version_of

#: Least version of SQLite with all that the database uses: UPSERT, window functions and RETURNING.
MINIMUM_SQLITE = (3, 35, 0)


class SqliteLibrary(NamedTuple):
    """The SQLite that this Python was built with."""

    #: e.g. '3.40.1'
    version: str
    has_fts5: bool
    #: Whether diembao can work with it.
    usable: bool


def sqlite_library() -> SqliteLibrary:
    """Return the version of SQLite and whether its full-text search (FTS5) works."""
    with sqlite3.connect(":memory:") as connection:
        options = {row[0] for row in connection.execute("PRAGMA compile_options")}
        has_fts5 = "ENABLE_FTS5" in options
        if has_fts5:
            connection.execute("CREATE VIRTUAL TABLE t USING fts5(x)")
    usable = has_fts5 and sqlite3.sqlite_version_info >= MINIMUM_SQLITE
    return SqliteLibrary(sqlite3.sqlite_version, has_fts5, usable)


def answering_version(engine: Engine) -> str | None:
    """Return the version of the tables in a database that answers; None where it has none. Raises StorageError."""
    try:
        with engine.connect().execution_options(reads=True) as connection:
            connection.exec_driver_sql("SELECT 1")
            return version_of(connection)
    except StorageError:
        raise
    except SQLAlchemyError as error:
        raise error_of(engine, getattr(error, "orig", None) or error) from error
