"""A query → rows as the database's driver returns them, past SQLAlchemy.

Reading a million rows through SQLAlchemy costs as much as all that is done with them afterwards.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Select

from storage.engine.dialects import stream_cursor
from storage.engine.driver_errors import error_of


def raw_rows(
    connection: Connection, query: Select[*tuple[Any, ...]], name: str, chunk: int
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Yield rows, `chunk` at a time; values are of the driver's types. `name` is the cursor's. Raises StorageError."""
    statement = str(query.compile(connection.engine, compile_kwargs={"literal_binds": True}))
    with closing(stream_cursor(connection, name)) as cursor:
        try:
            cursor.execute(statement)
            while rows := cursor.fetchmany(chunk):
                yield rows
        except connection.dialect.loaded_dbapi.Error as error:
            raise error_of(connection.engine, error) from error
