"""Expressions that SQLite and PostgreSQL spell differently, one function a matter.

Differences that belong to one subject stay with it: how a connection behaves (storage.engine.connection), what a query
compiles to (storage.search.compiler), where the words of the search index are kept (storage.search.index_tables), what
a database takes on its disk (storage.maintenance.disk), how the leader lock is held (storage.service.leader_lock).
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Table, Text, case, cast, func, text, type_coerce


def is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def placeholder(connection: Connection) -> str:
    """Return the mark that stands for a value in a statement written for the driver."""
    return "?" if is_sqlite(connection) else "%s"


def stream_cursor(connection: Connection, name: str) -> Any:
    """Return a cursor of the driver that holds few rows in memory: only PostgreSQL's needs a name for that."""
    driver: Any = connection.connection
    return driver.cursor() if is_sqlite(connection) else driver.cursor(name)


def sound_json(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column of JSON, NULL where it is none: SQLite ends a whole query that looks into such a value."""
    if not is_sqlite(connection):
        return column
    return type_coerce(case((func.json_valid(cast(column, Text)) == 1, cast(column, Text))), column.type)


def utc_day(connection: Connection, instant: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the day (YYYY-MM-DD in UTC) of a column of times."""
    if is_sqlite(connection):
        return func.substr(cast(instant, Text), 1, 10)
    return func.to_char(func.timezone("UTC", instant), "YYYY-MM-DD")


def primary_key_order(connection: Connection, table: Table) -> list[ColumnElement[Any]]:
    """Return what to order by for one order of rows in both databases: SQLite compares texts byte by byte."""
    keys: list[ColumnElement[Any]] = list(table.primary_key.columns)
    if is_sqlite(connection):
        return keys
    return [key if isinstance(key.type, Integer) else key.collate("C") for key in keys]


def advance_counter(connection: Connection, table: Table) -> None:
    """Let a table count on from its highest number, after rows were inserted together with their numbers.

    SQLite does so by itself, a table with another primary key has no counter.
    """
    (key, *others) = table.primary_key.columns
    if is_sqlite(connection) or others or not isinstance(key.type, Integer):
        return
    connection.execute(
        text(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', '{key.name}'), "
            f"(SELECT max({key.name}) FROM {table.name}))"
        )
    )
