"""A backup's seal: what is kept in the file itself by which a later reader knows that it is what was saved.

The seal is a table of one row with two checksums, and a number in SQLite's header that says that there must be one. The
file `<name>.sha256` beside a backup is another guard: the digest of the file's bytes, as `sha256sum -c` reads it.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message
from storage.engine.driver_errors import error_of_file
from storage.engine.errors import StorageError
from storage.engine.migrate import is_known, newer_than_program
from storage.engine.sqlite_connections import SEAL_TABLE, SEALED_ID, open_file

#: Bytes hashed at a time.
_CHUNK = 2**20


class Seal(NamedTuple):
    """The checksums in a backup."""

    #: of its content, the same in either kind of database (storage.maintenance.checksum)
    content: str
    #: of everything that the file holds, derived tables and schema included
    everything: str


def seal_file(file: Path, content: str) -> None:
    """Put a seal into an SQLite file, and its journal's contents, so that the file can be moved alone."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute(f"DROP TABLE IF EXISTS {SEAL_TABLE}")
        everything = hash_everything(connection)
        connection.execute(f"CREATE TABLE {SEAL_TABLE} (content TEXT NOT NULL, everything TEXT NOT NULL)")
        connection.execute(f"INSERT INTO {SEAL_TABLE} VALUES (?, ?)", (content, everything))
        connection.execute(f"PRAGMA application_id={SEALED_ID}")
        connection.commit()


def break_seal(file: Path) -> None:
    """Take the seal out of a file that is to be written to."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {SEAL_TABLE}")
        connection.execute("PRAGMA application_id=0")
        connection.commit()


def hash_everything(connection: sqlite3.Connection) -> str:
    """Return the SHA-256 of all that an SQLite file holds: its schema, and the stored values of every table's rows."""
    factory, connection.text_factory = connection.text_factory, bytearray  # told from the bytes of a blob
    digest = hashlib.sha256()
    try:
        schema = connection.execute(
            "SELECT name, type, sql, rootpage FROM sqlite_master WHERE tbl_name <> ? ORDER BY type, name", (SEAL_TABLE,)
        ).fetchall()
        for name, kind, sql, page in schema:
            _add(digest, (name, kind, sql))
            # A virtual table has no page: what it holds is in tables of its own.
            if bytes(kind) == b"table" and page:
                quoted = bytes(name).decode().replace('"', '""')
                for row in connection.execute(f'SELECT * FROM "{quoted}"'):
                    _add(digest, row)
    finally:
        connection.text_factory = factory
    return digest.hexdigest()


def _add(digest: "hashlib._Hash", row: tuple[object, ...]) -> None:
    for value in row:
        if isinstance(value, bytes | bytearray):
            digest.update(f"{type(value).__name__}{len(value)}:".encode())
            digest.update(value)
        else:
            digest.update(f"{value!r};".encode())
    digest.update(b"\n")


def hash_file(file: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    for block in _blocks(file):
        digest.update(block)
    return digest.hexdigest()


def _blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while block := stream.read(_CHUNK):
            yield block


def digest_path(file: Path) -> Path:
    """Return the path of the file beside a backup that holds the digest of its bytes."""
    return file.with_name(f"{file.name}.sha256")


def noted_digest(file: Path) -> str | None:
    """Return the digest that is noted beside a backup; '' where the note holds none, None where there is no note."""
    path = digest_path(file)
    if not path.is_file():
        return None
    words = path.read_bytes().decode("utf-8", "replace").split()
    return words[0].lower() if words else ""


def read_seal(file: Path) -> Seal | None:
    """Return the seal of a file that may be a backup; None where it was made before there were seals.

    Raises StorageError for a file that is empty, no database, none of diembao's, of a newer program, damaged, or whose
    content is not what its seal says.
    """
    if not file.stat().st_size:
        raise StorageError(Message(mark("{file}: is empty; take another backup"), file=file), "foreign")
    try:
        with closing(open_file(file)) as connection:
            _refuse_foreign(connection, file)
            sealed = connection.execute("PRAGMA application_id").fetchone()[0] == SEALED_ID
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not sealed and SEAL_TABLE not in names:
                return None
            row = connection.execute(f"SELECT content, everything FROM {SEAL_TABLE}").fetchone() if sealed else None
            if row is None:
                raise changed_backup(file, "", "")
            if (everything := hash_everything(connection)) != row[1]:
                raise changed_backup(file, everything, str(row[1]))
            return Seal(*row)
    except sqlite3.Error as error:
        raise error_of_file(file, error) from error


def _refuse_foreign(connection: sqlite3.Connection, file: Path) -> None:
    """Raise StorageError unless the file has diembao's tables, of a version that this program knows."""
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("SELECT count(*) FROM candidates").fetchone()
    except sqlite3.OperationalError as error:
        if "no such" not in str(error):
            raise
        row = None
    if row is None:
        message = Message(mark("{file}: is no database of diembao; take another backup"), file=file)
        raise StorageError(message, "foreign")
    if not is_known(str(row[0])):
        raise StorageError(newer_than_program(file, str(row[0])))


def changed_backup(file: Path, present: str, noted: str) -> StorageError:
    """Return the error of a backup that differs from what was saved."""
    return StorageError(
        Message(
            mark("{file}: is not what was saved (checksum {present}, noted {noted}); take another"),
            file=file,
            present=present[:12] or "-",
            noted=noted[:12] or "-",
        ),
        "damaged",
    )
