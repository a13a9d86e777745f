"""Backup and restore of a database, and its upgrade. Restoring sets aside what is there without reading it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, delete, insert, select

from pipeline.i18n.catalogs import mark
from pipeline.i18n.notices import Message, notify
from storage.engine.connection import connect
from storage.engine.driver_errors import error_of_file
from storage.engine.errors import StorageError
from storage.engine.migrate import head, migrate, open_engine, version_of
from storage.engine.row_counts import TABLE as ROW_COUNTS
from storage.engine.row_counts import keep_counts
from storage.engine.sqlite_connections import open_file, sqlite_file
from storage.maintenance.checksum import CHUNK, checksum, row_name
from storage.maintenance.copying import Progress, copy, copy_table
from storage.maintenance.integrity import check_integrity, check_structure
from storage.maintenance.seal import (
    Seal,
    break_seal,
    changed_backup,
    digest_path,
    hash_everything,
    hash_file,
    noted_digest,
    read_seal,
    seal_file,
)
from storage.schema.core import metadata
from storage.schema.documentation import momentary_tables, our_tables

__all__ = ["Progress", "backup", "checksum", "copy", "restore", "upgrade"]

#: Endings of the files that SQLite keeps beside a database.
_COMPANIONS = ("-wal", "-shm", "-journal")


def backup(address: str, path: Path, progress: Progress) -> str:
    """Save the database as one SQLite file, also while a run writes; return the checksum of its content.

    The file appears whole or not at all, with a seal in it (storage.maintenance.seal), beside it `<name>.sha256` with
    the digest of its bytes. Rows that are damaged are saved as they are, and told. Sessions, invitations and attempts
    to sign in are left out: brought back later, they would revive what was ended or used since. Raises StorageError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _draft(path.with_name(f".{path.name}.part")) as draft:
        if (file := sqlite_file(address)) is not None:
            _save_sqlite(file, draft, progress)
        else:
            _save_postgres(address, draft, progress)
        _forget_sessions(draft)
        content = checksum(f"sqlite:///{draft}", _tell_damaged)
        try:
            seal_file(draft, content)
        except sqlite3.Error as error:
            raise error_of_file(path, error) from error
        _sync(draft)
        note = digest_path(path)
        with _draft(note.with_name(f".{note.name}.part")) as note_draft:
            note_draft.write_text(f"{hash_file(draft)}  {path.name}\n", "utf-8")
            _sync(note_draft)
            # Stopped in between, the file has no note rather than the one of an earlier file.
            note.unlink(missing_ok=True)
            draft.replace(path)
            note_draft.replace(note)
    return content


def _tell_damaged(table: Table, row: Any) -> None:
    message = Message(mark("Row {row} is damaged; it is saved as it is: diembao db check"), row=row_name(table, row))
    notify("damage", message)


@contextmanager
def _draft(path: Path) -> Iterator[Path]:
    """Give a path at which no file is, for one that the block makes and moves; what is left there is deleted."""
    remains = (path, *(path.with_name(path.name + ending) for ending in _COMPANIONS))
    for file in remains:
        file.unlink(missing_ok=True)
    try:
        yield path
    finally:
        for file in remains:
            with suppress(OSError):
                file.unlink(missing_ok=True)


def _sync(file: Path) -> None:
    with file.open("rb") as stream:
        os.fsync(stream.fileno())


def _save_sqlite(file: Path, draft: Path, progress: Progress) -> None:
    if not file.is_file():
        open_engine(f"sqlite:///{file}").dispose()  # a backup of nothing is one of empty tables
    try:
        with closing(open_file(file)) as source, closing(sqlite3.connect(draft)) as target:
            # A transaction fixes one moment: without it each write of another process would restart the copy.
            source.execute("BEGIN")
            source.execute("SELECT 1 FROM sqlite_master").fetchone()
            source.backup(target, pages=2048, progress=lambda _s, left, all: progress("backup", all - left, all))
    except sqlite3.Error as error:
        raise error_of_file(draft, error) from error


def _forget_sessions(draft: Path) -> None:
    """Empty the tables of what ends by itself in a copy of a database; their bytes are overwritten."""
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
            connection.execute("PRAGMA secure_delete=ON")
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            for table in metadata.sorted_tables:
                if table.info.get("momentary") and table.name in names:
                    connection.execute(f"DELETE FROM {table.name}")
    except sqlite3.Error as error:
        raise error_of_file(draft, error) from error


def _save_postgres(address: str, draft: Path, progress: Progress) -> None:
    """Copy one moment of a PostgreSQL database; a run may go on writing, so the copy is not compared with it."""
    old, new = connect(address), connect(f"sqlite:///{draft}")
    try:
        with old.connect().execution_options(reads=True) as reading:
            today = version_of(reading) == head()
        if not today:
            _save_older(old, new, progress)
            return
        with new.begin() as writing:
            migrate(writing)
        with old.connect().execution_options(reads=True) as reading, new.begin() as writing:
            for table in our_tables(reading):
                copy_table(reading, writing, table, progress)
    finally:
        old.dispose()
        new.dispose()


def _save_older(old: Engine, new: Engine, progress: Progress) -> None:
    """Copy tables of an earlier version as they are; the copy is upgraded when it is opened."""
    source_tables, target_tables = MetaData(), MetaData()
    with old.connect().execution_options(reads=True) as reading, new.begin() as writing:
        version = version_of(reading)
        assert version is not None
        migrate(writing, version)
        source_tables.reflect(reading)
        target_tables.reflect(writing)
        for table in target_tables.sorted_tables:
            if table.name in ("alembic_version", ROW_COUNTS) or table.name not in source_tables.tables:
                continue
            rows = [
                {k: _naive(v) for k, v in row._mapping.items()}
                for row in _all(reading, source_tables.tables[table.name])
            ]
            if rows:
                writing.execute(insert(table), rows)
            progress(table.name, len(rows), len(rows))


def _all(connection: Connection, table: Table) -> Iterator[Any]:
    yield from connection.execute(select(table).execution_options(yield_per=CHUNK))


def _naive(value: Any) -> Any:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value


def upgrade(address: str, path: Path, progress: Progress) -> str | None:
    """Save an older database to `path` and upgrade it; return its old version, or None where it was up to date.

    Of one that was, the rows are counted anew (storage.engine.row_counts).
    """
    engine = connect(address)
    try:
        with engine.connect().execution_options(reads=True) as connection:
            old = version_of(connection)
    finally:
        engine.dispose()
    if old in (None, head()):
        engine = open_engine(address)
        try:
            with engine.begin() as connection:
                keep_counts(connection, anew=True)
        finally:
            engine.dispose()
        return None
    backup(address, path, progress)
    open_engine(address, upgrade=True).dispose()
    return old


def restore(path: Path, address: str, progress: Progress) -> str:
    """Restore a backup; return the checksum of its content.

    The backup is compared with its checksums before anything is replaced. One of an earlier release may have none,
    which is told. An SQLite database is set aside unread as `<name>.before-restore`, a number added where one is there;
    a PostgreSQL database must be empty. Raises StorageError, with the database as it was.
    """
    if not path.is_file():
        raise StorageError(Message(mark("{file}: there is no such file"), file=path))
    seal = _verify(path)
    content = seal.content if seal is not None else checksum(f"sqlite:///{path}")
    file = sqlite_file(address)
    if file is None:
        with TemporaryDirectory() as folder:
            draft = Path(folder) / "restoring.db"
            _copy_file(path, draft)
            copy(f"sqlite:///{draft}", address, progress)
        return content
    file.parent.mkdir(parents=True, exist_ok=True)
    with _draft(file.with_name(f".{file.name}.restoring")) as draft:
        _copy_file(path, draft)
        _sync(draft)
        if (aside := _set_aside(file)) is not None:
            notify("note", Message(mark("What was there is kept as {file}."), file=aside))
        draft.replace(file)
    return content


def _verify(path: Path) -> Seal | None:
    """Compare a backup with its checksums and check what it holds; return its seal, if it has one.

    Raises StorageError.
    """
    noted, seal = noted_digest(path), read_seal(path)
    if noted is not None and (present := hash_file(path)) != noted:
        # Before there were seals, the file beside a backup held the checksum of its content.
        content = present if seal is not None else checksum(f"sqlite:///{path}")
        if content != noted:
            raise changed_backup(path, content, noted)
    # What a seal vouches for may hold a damaged row: it was saved as it was, and the rest is worth having.
    problems = check_structure(path) if seal is not None else check_integrity(f"sqlite:///{path}")
    if problems:
        raise StorageError(
            Message(mark("{file}: is damaged: {problem}; take another backup"), file=path, problem=problems[0]),
            "damaged",
        )
    if seal is None and noted is None:
        message = mark("{file}: is of an earlier release and has no checksum; nobody can tell whether it was changed.")
        notify("note", Message(message, file=path))
    return seal


def _copy_file(path: Path, draft: Path) -> None:
    """Copy a backup to a draft of a database with today's tables, without a seal."""
    try:
        with closing(open_file(path)) as source, closing(sqlite3.connect(draft)) as target:
            source.backup(target)
            if hash_everything(target) != hash_everything(source):
                raise StorageError(
                    Message(mark("{file}: its copy differs from it; is the disk full or failing?"), file=path), "io"
                )
        break_seal(draft)
    except sqlite3.Error as error:
        raise error_of_file(draft, error) from error
    engine = connect(f"sqlite:///{draft}")
    try:
        with engine.begin() as connection:
            migrate(connection)
            # A copy of a database that was made by hand holds its sessions.
            for table in momentary_tables(connection):
                connection.execute(delete(table))
    finally:
        engine.dispose()  # closing moves the journal's contents into the file


def _set_aside(file: Path) -> Path | None:
    """Move a database and its journal aside, unread; return where to, None where there was none.

    Stopped at any moment, the file is where it was or aside, and no journal of it beside another database.
    """
    if not file.exists():
        for ending in _COMPANIONS:
            file.with_name(file.name + ending).unlink(missing_ok=True)
        return None
    aside, number = file.with_name(f"{file.name}.before-restore"), 1
    while aside.exists():
        number += 1
        aside = file.with_name(f"{file.name}.before-restore-{number}")
    try:
        aside.hardlink_to(file)
    except OSError:  # a file system without links
        file.replace(aside)
    for ending in _COMPANIONS:
        with suppress(FileNotFoundError):
            file.with_name(file.name + ending).replace(aside.with_name(aside.name + ending))
    return aside
