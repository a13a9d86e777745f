"""A SQLAlchemy address → an engine that is safe to write through.

What makes a connection of PostgreSQL and of SQLite behave alike is here and in storage.engine.sqlite_connections: the
settings of a new connection, the beginning of a transaction, the texts that a database cannot hold. The messages of
errors are in storage.engine.driver_errors, expressions that the two spell differently in storage.engine.dialects.
"""

import json
import re
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, InternalError, OperationalError

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message, say_wait
from storage.engine.damage import parse_json
from storage.engine.driver_errors import error_of, waiting_for_writer
from storage.engine.errors import StorageError
from storage.engine.sqlite_connections import PATIENCE, attach_sqlite

#: The escape of a NUL in JSON, with the pairs of backslashes before it that are no part of it.
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
#: Types of values that hold no text.
_TEXTLESS = frozenset((int, float, bytes, type(None)))
#: Key of the advisory lock that a writer holds on PostgreSQL: "diembao" in ASCII.
_WRITER_LOCK = int.from_bytes(b"diembao", "big")
#: Class of PostgreSQL's error codes for values that exceed a limit of the program.
_LIMIT_EXCEEDED = "54"


def connect(url: str, patience: float | None = None) -> Engine:
    """Return an engine for the database at a SQLAlchemy address, without looking at its tables.

    `patience`: seconds for which a transaction that writes waits for another program that does (None: as long as there
    is hope); then it raises a StorageError whose cause is 'busy'.

    Raises StorageError for an address that is malformed or whose driver is not installed.
    """
    try:
        engine = create_engine(
            _with_driver(url),
            json_serializer=_dump_json,
            json_deserializer=parse_json,
            pool_pre_ping=True,
            execution_options={} if patience is None else {PATIENCE: round(patience * 1000)},
        )
    except ArgumentError:
        message = Message(mark("{url} is no address of a database; e.g. postgresql://user@host/diembao"), url=repr(url))
        raise StorageError(message) from None
    except ModuleNotFoundError as error:
        message = Message(
            mark("{database}: its driver is not installed ({driver}); pip install 'diembao[postgres]'"),
            database=make_url(url).render_as_string(),
            driver=error.name,
        )
        raise StorageError(message) from None
    if engine.dialect.name == "sqlite":
        attach_sqlite(engine)
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
    error = context.sqlalchemy_exception
    # Of an SQLite file that is damaged, or none at all, the plain DatabaseError is raised.
    if context.is_pre_ping or not (isinstance(error, OperationalError | InternalError) or type(error) is DatabaseError):
        return
    # A value that is too large for PostgreSQL is the fault of the value.
    if str(getattr(cause, "sqlstate", "")).startswith(_LIMIT_EXCEEDED):
        return
    raise error_of(engine, cause) from cause


def _with_driver(address: str) -> URL:
    url = make_url(address)
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url


def _dump_json(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return storable(_NUL.sub(r"\1", written) if "\\u0000" in written else written)


def storable(text: str) -> str:
    """Return a text as both databases can hold it: PostgreSQL has no NUL, UTF-8 no half of a character."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def _prepare_postgres(connection: Any, _record: Any) -> None:
    from psycopg.types.string import StrDumper

    class StorableDumper(StrDumper):
        def dump(self, obj: str) -> bytes:
            return storable(obj).encode()

    connection.adapters.register_dumper(str, StorableDumper)


def _clean_sqlite(_c: Connection, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> Any:
    return statement, _clean(values)


def _clean(value: Any) -> Any:
    """Return a statement's values with every text in them storable."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {name: _clean(member) for name, member in value.items()}
    if isinstance(value, tuple):
        # A search for look-alikes has a hundred numbers and no text.
        return value if _TEXTLESS.issuperset(map(type, value)) else tuple(map(_clean, value))
    return list(map(_clean, value)) if isinstance(value, list) else value


def _begin_postgres(connection: Connection) -> None:
    # As on SQLite: a reader sees one moment however long it reads, and one writer writes at a time, so that what a
    # writer looked up still holds when it writes.
    if connection.get_execution_options().get("reads"):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    else:
        taken = connection.exec_driver_sql(f"SELECT pg_try_advisory_xact_lock({_WRITER_LOCK})").scalar_one()
        if not taken:
            if patience := connection.get_execution_options().get(PATIENCE):
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(patience)}")
            with say_wait(waiting_for_writer(connection.engine)):
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")
