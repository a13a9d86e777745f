"""A SQLAlchemy address → an engine that is safe to write through.

Everything that makes a connection of SQLite and of PostgreSQL behave alike is here: the settings of a new connection,
the beginning of a transaction, the texts that a database cannot hold, the messages of its errors. Expressions that the
two databases spell differently are in storage.engine.dialects.
"""

import json
import re
import sqlite3
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, InternalError, OperationalError

from storage.engine.errors import StorageError

#: Milliseconds that a writer on SQLite waits for another one.
_BUSY_MS = 60_000
#: The escape of a NUL in JSON, with the pairs of backslashes before it that are no part of it.
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
#: Key of the advisory lock that a writer holds on PostgreSQL: "diembao" in ASCII.
_WRITER_LOCK = int.from_bytes(b"diembao", "big")
#: Class of PostgreSQL's error codes for values that exceed a limit of the program.
_LIMIT_EXCEEDED = "54"
#: Part of a database's error message → what the user can do about it.
_REMEDIES = {
    "is full": "free some space on its disk",
    "disk I/O": "see whether its disk is full or failing",
    "locked": "another program holds it; wait for that to end",
    "malformed": "it is damaged; diembao db check, and diembao db restore FILE",
    "not a database": "name another file, or restore a backup: diembao db restore FILE",
    "readonly": "let this user write to it and to its folder",
    "connection": "see whether the server runs",
}


def connect(url: str) -> Engine:
    """Return an engine for the database at a SQLAlchemy address, without looking at its tables.

    Raises StorageError for an address that is malformed or whose driver is not installed.
    """
    try:
        engine = create_engine(_with_driver(url), json_serializer=_dump_json, pool_pre_ping=True)
    except ArgumentError:
        raise StorageError(f"{url!r} is no address of a database; e.g. postgresql://user@host/diembao") from None
    except ModuleNotFoundError as error:
        raise StorageError(
            f"{make_url(url).render_as_string()}: its driver is not installed ({error.name}); "
            "pip install 'diembao[postgres]'"
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "before_cursor_execute", _clean_sqlite, retval=True)
    else:
        event.listen(engine, "connect", _prepare_postgres)
        event.listen(engine, "begin", _begin_postgres)
    event.listen(engine, "handle_error", lambda context: _raise_storage_error(engine, context))
    return engine


def _raise_storage_error(engine: Engine, context: ExceptionContext) -> None:
    """Raise a StorageError in place of an error that the database is to blame for; return for any other."""
    cause = context.original_exception
    # SQLAlchemy replaces a connection that died while idle, so an error of its ping is no error for the caller.
    if context.is_pre_ping or not isinstance(context.sqlalchemy_exception, OperationalError | InternalError):
        return
    # A value that is too large for PostgreSQL is the fault of the value.
    if str(getattr(cause, "sqlstate", "")).startswith(_LIMIT_EXCEEDED):
        return
    raise error_of(engine, cause) from cause


def error_of(engine: Engine, cause: BaseException) -> StorageError:
    """Return the StorageError for an error of the driver: its message, and the way out."""
    message = " ".join(str(cause).split())
    remedy = next((remedy for part, remedy in _REMEDIES.items() if part in message), "see what it says of the cause")
    return StorageError(
        f"{engine.url.render_as_string()}: {message}. What was stored before is there; {remedy}, then run again."
    )


def _with_driver(address: str) -> URL:
    url = make_url(address)
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url


def _dump_json(value: Any) -> str:
    return _storable(_NUL.sub(r"\1", json.dumps(value, ensure_ascii=False)))


def _storable(text: str) -> str:
    """Return a text as both databases can hold it: PostgreSQL has no NUL, UTF-8 no half of a character."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # Without an isolation level the driver begins no transactions by itself; `_begin_sqlite` does.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _prepare_postgres(connection: Any, _record: Any) -> None:
    from psycopg.types.string import StrDumper

    class StorableDumper(StrDumper):
        def dump(self, obj: str) -> bytes:
            return _storable(obj).encode()

    connection.adapters.register_dumper(str, StorableDumper)


def _clean_sqlite(_c: Connection, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> Any:
    return statement, _clean(values)


def _clean(value: Any) -> Any:
    """Return a statement's values with every text in them storable."""
    if isinstance(value, str):
        return value if value.isalnum() and value.isascii() else _storable(value)
    if isinstance(value, dict):
        return {name: _clean(member) for name, member in value.items()}
    if isinstance(value, tuple):
        return tuple(map(_clean, value))
    return list(map(_clean, value)) if isinstance(value, list) else value


def _begin_postgres(connection: Connection) -> None:
    # As on SQLite: a reader sees one moment however long it reads, and one writer writes at a time, so that what a
    # writer looked up still holds when it writes.
    if connection.get_execution_options().get("reads"):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes its lock at once: one that reads first and then wants to write can be
    # refused without waiting (SQLITE_BUSY_SNAPSHOT), whatever the busy timeout.
    reads = connection.get_execution_options().get("reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
