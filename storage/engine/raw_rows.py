"""A query → rows as the database's driver returns them, past SQLAlchemy.

Reading a million rows through SQLAlchemy costs as much as all that is done with them afterwards.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Select

from pipeline.errors import DiembaoError
from storage.engine.damage import decode_text
from storage.engine.dialects import is_sqlite, stream_cursor
from storage.engine.driver_errors import error_of

Rows = Sequence[tuple[Any, ...]]
#: The beginning of what SQLite's driver says of a text that is no UTF-8.
_NO_TEXT = "Could not decode to UTF-8"


def raw_rows(connection: Connection, query: Select[*tuple[Any, ...]], name: str, chunk: int) -> Iterator[Rows]:
    """Yield rows, `chunk` at a time; values are of the driver's types. `name` is the cursor's. Raises StorageError."""
    if not is_sqlite(connection):
        yield from _fetched(connection, query, name, chunk, lambda cursor: cursor.fetchmany(chunk))
        return
    n = 0
    try:
        # The driver decodes texts itself at a fraction of the cost of a call for each; it cannot read on after a
        # damaged one.
        for rows in _fetched(connection, query, name, chunk, _fetching_as(connection, str, chunk)):
            yield rows
            n += len(rows)
    except _DamagedText:
        # The same query of the same moment gives the same rows.
        for rows in _fetched(connection, query, name, chunk, _fetching_as(connection, decode_text, chunk)):
            if n < len(rows):
                yield rows[n:]
            n = max(0, n - len(rows))


def raw_bytes(connection: Connection, query: Select[*tuple[Any, ...]], name: str, chunk: int) -> Iterator[Rows]:
    """Yield what `raw_rows` yields, with every text as bytes of UTF-8, whatever they hold."""
    fetch = _fetching_as(connection, bytes, chunk) if is_sqlite(connection) else _fetching_encoded(chunk)
    yield from _fetched(connection, query, name, chunk, fetch)


def _fetching_encoded(chunk: int) -> Callable[[Any], Rows]:
    return lambda cursor: [
        tuple(value.encode() if isinstance(value, str) else value for value in row) for row in cursor.fetchmany(chunk)
    ]


class _DamagedText(DiembaoError):
    """SQLite's driver met a text that is no UTF-8."""


def _fetching_as(connection: Connection, text_type: Callable[[bytes], Any], chunk: int) -> Callable[[Any], Rows]:
    """Return a function that fetches rows whose texts are of a type; other cursors of the connection keep theirs."""
    driver: Any = connection.connection.driver_connection

    def fetch(cursor: Any) -> Rows:
        usual, driver.text_factory = driver.text_factory, text_type
        try:
            rows: Rows = cursor.fetchmany(chunk)
            return rows
        except sqlite3.OperationalError as error:
            if str(error).startswith(_NO_TEXT):
                raise _DamagedText from error
            raise
        finally:
            driver.text_factory = usual

    return fetch


def _fetched(
    connection: Connection, query: Select[*tuple[Any, ...]], name: str, chunk: int, fetch: Callable[[Any], Rows]
) -> Iterator[Rows]:
    statement = str(query.compile(connection.engine, compile_kwargs={"literal_binds": True}))
    with closing(stream_cursor(connection, name)) as cursor:
        try:
            cursor.execute(statement)
            while rows := fetch(cursor):
                yield rows
        except connection.dialect.loaded_dbapi.Error as error:
            raise error_of(connection.engine, error) from error
