"""The lock of the one `diembao serve` that may run the schedule on a database.

SQLite has no locks of its own that outlast a transaction, so there it is a lock on a file beside the database;
on PostgreSQL it is an advisory lock of a connection kept for it.
"""

import json
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from storage.engine.connection import connect
from storage.engine.driver_errors import error_of
from storage.engine.errors import LockedElsewhere

#: Key of the advisory lock of the one `diembao serve` of a PostgreSQL database: "serve" in ASCII.
_SERVE_LOCK = int.from_bytes(b"serve", "big")
#: A server whose machine lost its power is known to be gone after 60 + 3 * 10 seconds.
_KEEPALIVE = "-c tcp_keepalives_idle=60 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"


class LeaderLock:
    """The right to run the schedule on a database, for as long as this object and its process live.

    The operating system, or the database server, frees the lock when the process ends, however it ends.
    """

    def __init__(self, address: str, who: str) -> None:
        """Take the lock for `who` (host and process id), or raise LockedElsewhere."""
        self._who = who
        self._lock: FileLock | None = None
        self._connection: Connection | None = None
        engine = connect(address)
        engine.dispose()
        self._address = engine.url.render_as_string()
        if engine.dialect.name == "sqlite":
            self._lock_file(Path(engine.url.database or ""))
        else:
            options = {"application_name": f"diembao serve {who}"[:63], "options": _KEEPALIVE}
            self._engine = create_engine(
                engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=options
            )
            self._lock_connection()

    def _lock_file(self, database: Path) -> None:
        database.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(database.with_name(f"{database.name}.serve.lock"))
        note = database.with_name(f"{database.name}.serve.json")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            with suppress(OSError, ValueError):
                holder = json.loads(note.read_text("utf-8"))["who"]
                raise LockedElsewhere(self._held_by(holder)) from None
            raise LockedElsewhere(self._held_by(lock.lock_file)) from None
        with suppress(OSError):  # on a full disk the lock holds all the same, but does not say whose it is
            note.write_text(json.dumps({"who": self._who}), "utf-8")
        self._lock = lock

    def _lock_connection(self) -> None:
        try:
            connection = self._engine.connect()
            if connection.execute(text(f"SELECT pg_try_advisory_lock({_SERVE_LOCK})")).scalar_one():
                self._connection = connection
                return
            row = connection.execute(
                text(
                    "SELECT a.application_name, a.backend_start FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
                    "WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database "
                    "WHERE datname = current_database()) "
                    f"AND (l.classid::bigint << 32) + l.objid::bigint = {_SERVE_LOCK}"
                )
            ).first()
            connection.close()
        except SQLAlchemyError as error:
            raise error_of(self._engine, getattr(error, "orig", None) or error) from error
        holder = f"{row[0]}, {row[1]:%Y-%m-%d %H:%M}" if row else "diembao serve"
        raise LockedElsewhere(self._held_by(holder))

    def _held_by(self, holder: str) -> Message:
        return Message(mark("{database}: held by diembao serve on {holder}"), database=self._address, holder=holder)

    def keep(self) -> None:
        """Check that the lock is still held, and take it again if the database was restarted meanwhile.

        Raises LockedElsewhere where another process took it, StorageError where the database does not answer.
        """
        if self._lock is not None:
            return
        if self._connection is not None:
            try:
                self._connection.execute(text("SELECT 1"))
                return
            except SQLAlchemyError:
                with suppress(SQLAlchemyError):
                    self._connection.invalidate()
                self._connection = None
        self._lock_connection()

    def release(self) -> None:
        if self._lock is not None:
            self._lock.release()
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.close()
