"""Address of a database → an engine that is safe to write through, with its tables brought up to date."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, InternalError, OperationalError, SQLAlchemyError

from storage.engine.errors import StorageError

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent.parent / "migrations"
#: milliseconds that a writer waits for another one
_BUSY_MS = 60_000
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
#: key of the advisory lock that a writer holds on PostgreSQL: "diembao" in ASCII
_WRITER = int.from_bytes(b"diembao", "big")


def connect(url: str) -> Engine:
    """Open the database at a SQLAlchemy address as it is. Raises StorageError where that address makes no sense."""
    try:
        engine = create_engine(_with_driver(url), json_serializer=_json, pool_pre_ping=True)
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
    event.listen(engine, "handle_error", lambda context: _tell(engine, context))
    return engine


#: class of PostgreSQL's errors for what exceeds a limit of the program
_LIMIT = "54"
#: part of what a database says → what to do about it
_WAYS_OUT = {
    "is full": "free some space on its disk",
    "disk I/O": "see whether its disk is full or failing",
    "locked": "another program holds it; wait for that to end",
    "malformed": "it is damaged; diembao db check, and diembao db restore FILE",
    "not a database": "name another file, or restore a backup: diembao db restore FILE",
    "readonly": "let this user write to it and to its folder",
    "connection": "see whether the server runs",
}


def _tell(engine: Engine, context: ExceptionContext) -> None:
    """Say what happened to a database in a StorageError: that nothing acknowledged is lost, and the way out."""
    cause = context.original_exception
    # A connection that has died while nobody used it is replaced by a new one without a word.
    if context.is_pre_ping or not isinstance(context.sqlalchemy_exception, OperationalError | InternalError):
        return
    # What is too large for PostgreSQL is the fault of what was to be stored.
    if str(getattr(cause, "sqlstate", "")).startswith(_LIMIT):
        return
    raise error_of(engine, cause) from cause


def error_of(engine: Engine, cause: BaseException) -> StorageError:
    """Return what to raise for an error of the driver, where SQLAlchemy did not meet it."""
    said = " ".join(str(cause).split())
    way = next((way for part, way in _WAYS_OUT.items() if part in said), "see what it says of the cause")
    return StorageError(
        f"{engine.url.render_as_string()}: {said}. What was stored before is there; {way}, then run again."
    )


def open_engine(url: str, *, upgrade: bool = False) -> Engine:
    """Open the database at a SQLAlchemy address, with today's tables in it.

    A new one gets them. An older SQLite file is saved beside itself and upgraded; an older database of another kind
    only with `upgrade`, which is for a caller who has saved it. Raises StorageError where it cannot be opened, is no
    database of ours, or is newer than this program.
    """
    engine = connect(url)
    name = engine.url.render_as_string()
    try:
        with engine.connect().execution_options(reads=True) as connection:
            old = version_of(connection)
        if old is not None and old not in _versions():
            raise StorageError(f"{name}: was written by a newer diembao (its tables are {old}); upgrade the program")
        if old is not None and old != head():
            if engine.dialect.name == "sqlite":
                _save_before(engine, old)
            elif not upgrade:
                raise StorageError(f"{name}: its tables are of version {old}, older than {head()}; diembao db upgrade")
        with engine.begin() as connection:
            migrate(connection)
    except StorageError:
        engine.dispose()
        raise
    except (SQLAlchemyError, sqlite3.Error) as error:
        engine.dispose()
        cause = getattr(error, "orig", None) or error
        raise StorageError(f"{name}: cannot be opened: {cause}") from error
    return engine


def _save_before(engine: Engine, version: str) -> None:
    """Save an SQLite file beside itself before its tables are changed; once for each version it has been of."""
    file = Path(engine.url.database or "")
    saved = file.with_name(f"{file.name}.before-upgrade-{version}")
    if saved.exists():
        return
    draft = saved.with_name(f".{saved.name}.part")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(draft)) as target:
        source.backup(target)
    draft.replace(saved)


def _with_driver(url: str) -> URL:
    made = make_url(url)
    return made.set(drivername="postgresql+psycopg") if made.drivername in ("postgresql", "postgres") else made


def _json(value: Any) -> str:
    return _storable(_NUL.sub(r"\1", json.dumps(value, ensure_ascii=False)))


def _storable(text: str) -> str:
    """Return a text as both databases can hold it: PostgreSQL has no NUL, UTF-8 no half of a character."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def migrate(connection: Connection, version: str = "head") -> None:
    """Bring the tables up to today's schema (or an earlier version), within the connection's transaction."""
    if head() == version_of(connection):
        return
    from alembic import command  # a tenth of a second, and hardly ever needed

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def head() -> str:
    """Return the version of the tables that this program works with."""
    return _versions()[-1]


def _versions() -> list[str]:
    """Return every version the tables have had, oldest first; the scripts' names begin with them."""
    return sorted(script.name.partition("_")[0] for script in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def version_of(connection: Connection) -> str | None:
    """Return the version of the tables in a database; None where it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver is kept from beginning transactions by itself; `_begin_sqlite` does it.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _prepare_postgres(connection: Any, _record: Any) -> None:
    from psycopg.types.string import StrDumper

    class Clean(StrDumper):
        def dump(self, obj: str) -> bytes:
            return _storable(obj).encode()

    connection.adapters.register_dumper(str, Clean)


def _clean_sqlite(_c: Connection, _cursor: Any, statement: str, given: Any, _context: Any, _many: bool) -> Any:
    return statement, _clean(given)


def _clean(given: Any) -> Any:
    if isinstance(given, str):
        return given if given.isalnum() and given.isascii() else _storable(given)
    if isinstance(given, dict):
        return {name: _clean(value) for name, value in given.items()}
    if isinstance(given, tuple):
        return tuple(map(_clean, given))
    return list(map(_clean, given)) if isinstance(given, list) else given


def _begin_postgres(connection: Connection) -> None:
    # As on SQLite: a reader sees one moment however long it reads, and one writer writes at a time, so that what is
    # looked up first still holds when it is written.
    if connection.get_execution_options().get("reads"):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER})")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes its lock at once: one that reads first and then wants to write can be
    # refused without waiting (SQLITE_BUSY_SNAPSHOT), whatever the busy timeout.
    reads = connection.get_execution_options().get("reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
