"""Every row of one database → another, whatever their kinds, compared by checksum."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, select

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from storage.engine.damage import is_damaged
from storage.engine.dialects import advance_counter
from storage.engine.errors import StorageError
from storage.engine.migrate import open_engine
from storage.engine.row_counts import counted_afterwards
from storage.maintenance.checksum import CHUNK, checksum, row_name, stored_rows
from storage.schema.documentation import our_tables

#: Receives the table, the number of rows done, and of all rows.
Progress = Callable[[str, int, int], None]


def copy(source: str, target: str, progress: Progress) -> int:
    """Copy every row from one address to another, whatever their kinds; return how many.

    The target is created where it is missing, and must be empty. The copy is compared by checksum. A row that is no
    text, JSON or time ends the copy: the other kind of database cannot hold it. Raises StorageError.
    """
    old, new = open_engine(source), open_engine(target)
    total = 0
    try:
        with old.connect().execution_options(reads=True) as reading, new.begin() as writing:
            tables = our_tables(reading)
            for table in tables:
                if writing.execute(select(func.count()).select_from(table)).scalar_one():
                    raise StorageError(
                        Message(
                            mark("{database}: is not empty (table {table}); copy into a new database"),
                            database=display_address(new),
                            table=table.name,
                        )
                    )
            with counted_afterwards(writing):
                for table in tables:
                    total += copy_table(reading, writing, table, progress)
    finally:
        old.dispose()
        new.dispose()
    if (original := checksum(source)) != (copied := checksum(target)):
        raise StorageError(
            Message(
                mark(
                    "{target}: holds other content than {source} after the copy ({copied} instead of {original}); "
                    "was it written to meanwhile? Copy again into a new database"
                ),
                target=display_address(new),
                source=display_address(old),
                copied=copied[:12],
                original=original[:12],
            )
        )
    return total


def copy_table(reading: Connection, writing: Connection, table: Table, progress: Progress) -> int:
    """Copy the rows of one table; return how many. Raises StorageError for a damaged row."""
    expected = reading.execute(select(func.count()).select_from(table)).scalar_one()
    done = 0
    chunk: list[dict[str, Any]] = []
    for row in stored_rows(reading, table):
        if is_damaged(row):
            raise StorageError(
                Message(
                    mark("{database}: row {row} is damaged and cannot be copied; diembao db check"),
                    database=display_address(reading.engine),
                    row=row_name(table, row),
                ),
                "damaged",
            )
        chunk.append(dict(row._mapping))
        if len(chunk) == CHUNK:
            writing.execute(insert(table), chunk)
            done += len(chunk)
            chunk = []
            progress(table.name, done, expected)
    if chunk:
        writing.execute(insert(table), chunk)
        done += len(chunk)
    progress(table.name, done, expected)
    if done:
        advance_counter(writing, table)
    return done


def display_address(engine: Engine) -> str:
    """Return the address of a database as it may be shown, without its password."""
    return engine.url.render_as_string()
