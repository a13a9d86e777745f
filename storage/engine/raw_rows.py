"""A query → rows as the database's driver gives them: SQLAlchemy's cost as much as all that is done with them."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Select

from storage.engine.connection import error_of


def raw_rows(
    connection: Connection, query: Select[*tuple[Any, ...]], name: str, chunk: int
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Yield rows, `chunk` at a time; values are of the driver's types. `name` is the cursor's. Raises StorageError."""
    said = str(query.compile(connection.engine, compile_kwargs={"literal_binds": True}))
    driver: Any = connection.connection
    # A named cursor of PostgreSQL gives its rows as they are asked for, SQLite's always does.
    with closing(driver.cursor(name) if connection.dialect.name == "postgresql" else driver.cursor()) as cursor:
        try:
            cursor.execute(said)
            while rows := cursor.fetchmany(chunk):
                yield rows
        except connection.dialect.loaded_dbapi.Error as error:
            raise error_of(connection.engine, error) from error
