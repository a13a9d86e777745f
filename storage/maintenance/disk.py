"""The bytes that a database takes on its disk, as SQLite's files or PostgreSQL's server count them."""

from sqlalchemy import Connection

from storage.engine.connection import connect
from storage.engine.dialects import is_sqlite
from storage.engine.sqlite_connections import sqlite_file


def database_bytes(address: str) -> int:
    """Return the bytes of a database: of its file and journal, or as PostgreSQL counts them."""
    if (file := sqlite_file(address)) is not None:
        parts = (file, file.with_name(f"{file.name}-wal"))
        return sum(part.stat().st_size for part in parts if part.exists())
    engine = connect(address)
    try:
        with engine.connect().execution_options(reads=True) as connection:
            return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())
    finally:
        engine.dispose()


def free_bytes(connection: Connection) -> int:
    """Return the bytes of an SQLite file that hold nothing; 0 for PostgreSQL, which does not say."""
    if not is_sqlite(connection):
        return 0
    pages = connection.exec_driver_sql("PRAGMA freelist_count").scalar_one()
    return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
