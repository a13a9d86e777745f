"""Errors of a database's driver → StorageError with the cause in plain words and the way out."""

import sqlite3
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from storage.engine.errors import Cause, StorageError


class _Known(NamedTuple):
    """A cause that the driver's message tells, and a sentence of it with the way out."""

    cause: Cause
    sentence: str


_UNTOUCHED = mark("{database}: the database gave an error ({error}); see what it says of the cause, then run again")
_FULL = _Known(
    "full", mark("{database}: its disk is full ({error}); what was stored is there: free space, then run again")
)
_IO = _Known(
    "io",
    mark("{database}: its disk cannot be read or written ({error}); see whether it is full or failing, then run again"),
)
_BUSY = _Known("busy", mark("{database}: another program holds it ({error}); wait for that to end, then run again"))
_DAMAGED = _Known(
    "damaged", mark("{database}: it is damaged ({error}); diembao db check, then diembao db restore FILE with a backup")
)
_FOREIGN = _Known(
    "foreign",
    mark("{database}: it is no database ({error}); name another file, or diembao db restore FILE with a backup"),
)
_READONLY = _Known(
    "readonly",
    mark("{database}: it may only be read ({error}); let this user write to it and to its folder, then run again"),
)
_UNOPENED = _Known(
    "readonly",
    mark("{database}: it cannot be opened ({error}); see whether its folder exists and this user may read it"),
)
_UNREACHABLE = _Known(
    "unreachable", mark("{database}: its server does not answer ({error}); see whether the server runs")
)
#: Part of a driver's message → cause; the first that fits.
_BY_MESSAGE = {
    "is full": _FULL,
    "No space left": _FULL,
    "disk I/O": _IO,
    "locked": _BUSY,
    "lock timeout": _BUSY,
    "malformed": _DAMAGED,
    "not a database": _FOREIGN,
    "readonly": _READONLY,
    "read-only": _READONLY,
    "unable to open": _UNOPENED,
    "connection": _UNREACHABLE,
}


def error_of(engine: Engine, cause: BaseException) -> StorageError:
    """Return the StorageError for an error of the driver: the database, the cause, and the way out."""
    return _storage_error(engine.url.render_as_string(), cause)


def error_of_file(file: Path, cause: sqlite3.Error) -> StorageError:
    """Return the StorageError for an error of SQLite on a file that was opened without an engine."""
    return _storage_error(str(file), cause)


def _storage_error(database: str, cause: BaseException) -> StorageError:
    text = " ".join(str(cause).split())
    known = next((known for part, known in _BY_MESSAGE.items() if part in text), None)
    sentence = known.sentence if known else _UNTOUCHED
    return StorageError(Message(sentence, database=database, error=text), known.cause if known else "")


def waiting_for_writer(engine: Engine) -> Message:
    """Return the notice that another program writes to a database and this one waits."""
    return Message(
        mark("Waiting: another program writes to {database}; this goes on when it has ended."),
        database=engine.url.render_as_string(),
    )
