"""SQLite: how a file is opened, for writing or where nothing can be written, and how its transactions begin.

A reader needs no lock and no free byte: it opens the file as it is, changes nothing, and where SQLite cannot even make
its small helper file (a full disk, a folder that may only be read) it reads without one.
"""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, event

from pipeline.i18n.notices import say_wait
from storage.engine.damage import decode_text
from storage.engine.driver_errors import error_of, waiting_for_writer

#: Milliseconds for which one waits for another program's lock.
_BUSY_MS = 60_000
#: Option of an engine: milliseconds for which its writers wait instead.
PATIENCE = "patience_ms"
#: The table and the PRAGMA application_id ("dbbs" in ASCII) of a sealed backup (storage.maintenance.seal).
SEAL_TABLE, SEALED_ID = "backup_seal", int.from_bytes(b"dbbs", "big")
#: Primary codes of SQLite's errors: https://sqlite.org/rescode.html
_BUSY_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_UNWRITABLE_CODES = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_FULL}


def attach_sqlite(engine: Engine) -> None:
    """Let an engine open and use SQLite files as this module says."""
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "checkin", _drop_if_only_reads)
    event.listen(engine, "begin", _begin)


def primary_code(error: sqlite3.Error) -> int:
    """Return the primary code of an SQLite error; 0 where it has none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _connect(_dialect: Any, record: Any, arguments: list[Any], named: dict[str, Any]) -> sqlite3.Connection:
    connection: sqlite3.Connection = sqlite3.connect(*arguments, **named)
    file = Path(str(arguments[0])) if arguments else Path()
    try:
        connection.execute("PRAGMA busy_timeout=0")
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.Error as error:
        # Any other error comes again with the first statement, and is told there.
        if primary_code(error) in _UNWRITABLE_CODES and file.is_file():
            connection.close()
            reading = open_for_reading(file)
            reading.cause = error
            return reading
    return connection


class _ReadingConnection(sqlite3.Connection):
    """A connection that can only read, and the error for which it can."""

    cause: sqlite3.Error


def open_for_reading(file: Path) -> _ReadingConnection:
    """Open an SQLite file without writing anything, its journal included; raise sqlite3.Error where that fails.

    The wal-index is kept in memory and no lock is taken, which is safe only where no other process has the file open:
    where SQLite could not make the file of the wal-index, none has.
    """
    journal = file.with_name(f"{file.name}-wal")
    # Where nothing can be written, a file without a journal is opened only if it is said not to change.
    is_whole = not journal.exists() or not journal.stat().st_size
    address = f"file:{quote(str(file))}?mode=ro&vfs=unix-none" + "&immutable=1" * is_whole
    connection = sqlite3.connect(address, uri=True, check_same_thread=False, factory=_ReadingConnection)
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    connection.execute("PRAGMA temp_store=MEMORY")
    return connection


def open_file(file: Path) -> sqlite3.Connection:
    """Open an existing SQLite file to read it, whatever its journal, without changing it. Raises sqlite3.Error."""
    uri = f"file:{quote(str(file))}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_MS / 1000)
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.Error as error:
        connection.close()
        if primary_code(error) not in _UNWRITABLE_CODES:
            raise
        connection = open_for_reading(file)
        connection.isolation_level = None
    connection.text_factory = decode_text
    return connection


def _prepare(connection: sqlite3.Connection, record: Any) -> None:
    # Without an isolation level the driver begins no transactions by itself; `_begin` does.
    connection.isolation_level = None
    connection.text_factory = decode_text
    connection.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _drop_if_only_reads(connection: Any, record: Any) -> None:
    # The next user of the pool opens the file anew: there may be room again, and other processes with it.
    if isinstance(connection, _ReadingConnection):
        record.invalidate()


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reads")
    driver: Any = connection.connection.driver_connection
    if reads:
        # The first statement takes the lock, and fixes the moment that the reader sees.
        connection.exec_driver_sql("BEGIN")
        _run(connection, driver, "SELECT 1 FROM sqlite_master LIMIT 1")
        return
    if isinstance(driver, _ReadingConnection):
        raise error_of(connection.engine, driver.cause)
    if "wal" not in connection.connection.info:
        _set_journal(connection, driver)
        connection.connection.info["wal"] = True
    # A transaction that will write takes its lock at once: one that reads first and then wants to write can be
    # refused without waiting (SQLITE_BUSY_SNAPSHOT), whatever the busy timeout.
    _run(connection, driver, "BEGIN IMMEDIATE")


def _set_journal(connection: Connection, driver: sqlite3.Connection) -> None:
    """Let a file have a journal that keeps readers and the writer apart; only a writer needs to see to that.

    A backup that is written to is one no longer: it loses its seal, which would not fit what it holds.
    """
    with closing(driver.cursor()) as cursor, suppress(sqlite3.Error):
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
            return
    _run(connection, driver, "PRAGMA journal_mode=WAL")
    _run(connection, driver, f"DROP TABLE IF EXISTS {SEAL_TABLE}")
    if driver.execute("PRAGMA application_id").fetchone()[0] == SEALED_ID:
        _run(connection, driver, "PRAGMA application_id=0")


def _run(connection: Connection, driver: sqlite3.Connection, statement: str) -> None:
    """Run a statement that takes a lock: at once, else after a wait that is said. Raises StorageError."""
    patience = int(connection.get_execution_options().get(PATIENCE, _BUSY_MS))
    try:
        try:
            driver.execute("PRAGMA busy_timeout=0")
            driver.execute(statement).fetchone()
        except sqlite3.Error as error:
            if primary_code(error) not in _BUSY_CODES:
                raise
            driver.execute(f"PRAGMA busy_timeout={patience}")
            with say_wait(waiting_for_writer(connection.engine)):
                driver.execute(statement).fetchone()
        finally:
            driver.execute(f"PRAGMA busy_timeout={patience}")
    except sqlite3.Error as error:
        if primary_code(error) == sqlite3.SQLITE_READONLY:
            # It was opened when nothing could be written; the next transaction opens the file anew.
            connection.connection.invalidate(soft=True)
        raise error_of(connection.engine, error) from error


def sqlite_file(address: str) -> Path | None:
    """Return the file of an SQLite database; None for another kind of database."""
    from sqlalchemy import make_url

    url = make_url(address)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
