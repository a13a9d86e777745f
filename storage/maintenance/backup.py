"""Backup and restore of a database, its upgrade, and copies between SQLite and PostgreSQL, compared by checksum."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, func, insert, inspect, select

from storage.engine.connection import connect
from storage.engine.dialects import advance_counter, primary_key_order
from storage.engine.errors import StorageError
from storage.engine.migrate import head, migrate, open_engine, version_of
from storage.maintenance.integrity import check_integrity
from storage.schema.documentation import our_tables

#: Rows copied at a time.
_CHUNK = 500

#: Receives the table, the number of rows done, and of all rows.
Progress = Callable[[str, int, int], None]


def checksum(address: str) -> str:
    """Return the SHA-256 of every row of every table, the same for the same content in either kind of database."""
    engine = connect(address)
    digest = hashlib.sha256()
    try:
        with engine.connect().execution_options(reads=True) as connection:
            for table in our_tables(connection):
                digest.update(f"\x1e{table.name}".encode())
                for row in _rows(connection, table):
                    digest.update(b"\x1f" + _canonical(table, row))
    finally:
        engine.dispose()
    return digest.hexdigest()


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    # An older database lacks some columns.
    present = {c["name"] for c in inspect(connection).get_columns(table.name)}
    columns = [c for c in table.columns if c.name in present]
    yield from connection.execute(
        select(*columns).order_by(*primary_key_order(connection, table)).execution_options(yield_per=_CHUNK)
    )


def _canonical(table: Table, row: Any) -> bytes:
    values = [_canonical_value(value) for value in row]
    return json.dumps(values, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")


def _canonical_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes | memoryview):
        return hashlib.sha256(bytes(value)).hexdigest()
    return value


def copy(source: str, target: str, progress: Progress) -> int:
    """Copy every row from one address to another, whatever their kinds; return how many.

    The target is created where it is missing, and must be empty. The copy is compared by checksum. Raises StorageError.
    """
    old, new = open_engine(source), open_engine(target)
    total = 0
    try:
        with old.connect().execution_options(reads=True) as reading, new.begin() as writing:
            tables = our_tables(reading)
            for table in tables:
                if writing.execute(select(func.count()).select_from(table)).scalar_one():
                    raise StorageError(
                        f"{_display_address(new)}: is not empty (table {table.name}); copy into a new database"
                    )
            for table in tables:
                total += _copy_table(reading, writing, table, progress)
    finally:
        old.dispose()
        new.dispose()
    if (original := checksum(source)) != (copied := checksum(target)):
        raise StorageError(
            f"{target}: holds other content than {source} after the copy ({copied[:12]} instead of {original[:12]}); "
            "was it written to meanwhile? Copy again into a new database"
        )
    return total


def _copy_table(reading: Connection, writing: Connection, table: Table, progress: Progress) -> int:
    expected = reading.execute(select(func.count()).select_from(table)).scalar_one()
    done = 0
    chunk: list[dict[str, Any]] = []
    for row in _rows(reading, table):
        chunk.append(dict(row._mapping))
        if len(chunk) == _CHUNK:
            writing.execute(insert(table), chunk)
            done += len(chunk)
            chunk = []
            progress(table.name, done, expected)
    if chunk:
        writing.execute(insert(table), chunk)
        done += len(chunk)
    progress(table.name, done, expected)
    if done:
        advance_counter(writing, table)
    return done


def backup(address: str, path: Path, progress: Progress) -> str:
    """Save the database as one SQLite file, also while a run writes; return the checksum of its content.

    The file appears whole or not at all, beside it `<name>.sha256` with the checksum. Raises StorageError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    for stale in (draft, draft.with_name(draft.name + "-wal"), draft.with_name(draft.name + "-shm")):
        stale.unlink(missing_ok=True)
    try:
        if (file := sqlite_file(address)) is not None:
            _save_sqlite(file, draft, progress)
        else:
            _save_postgres(address, draft, progress)
        digest = checksum(f"sqlite:///{draft}")
        _close_journal(draft)
        path.with_name(path.name + ".sha256").write_text(f"{digest}  {path.name}\n", "utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return digest


def _save_sqlite(file: Path, draft: Path, progress: Progress) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as source, closing(sqlite3.connect(draft)) as target:
        # A transaction fixes one moment: without it each write of another process would restart the copy.
        source.execute("BEGIN")
        source.execute("SELECT 1 FROM sqlite_master").fetchone()
        source.backup(target, pages=2048, progress=lambda _s, left, all: progress("backup", all - left, all))


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
                _copy_table(reading, writing, table, progress)
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
            if table.name == "alembic_version" or table.name not in source_tables.tables:
                continue
            rows = [
                {k: _naive(v) for k, v in row._mapping.items()}
                for row in _all(reading, source_tables.tables[table.name])
            ]
            if rows:
                writing.execute(insert(table), rows)
            progress(table.name, len(rows), len(rows))


def _all(connection: Connection, table: Table) -> Iterator[Any]:
    yield from connection.execute(select(table).execution_options(yield_per=_CHUNK))


def _naive(value: Any) -> Any:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value


def upgrade(address: str, path: Path, progress: Progress) -> str | None:
    """Save an older database to `path` and upgrade it; return its old version, or None where it was up to date."""
    engine = connect(address)
    try:
        with engine.connect().execution_options(reads=True) as connection:
            old = version_of(connection)
    finally:
        engine.dispose()
    if old in (None, head()):
        open_engine(address).dispose()
        return None
    backup(address, path, progress)
    open_engine(address, upgrade=True).dispose()
    return old


def _close_journal(file: Path) -> None:
    """Move the journal's contents into the file, so that the file can be moved alone."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")


def restore(path: Path, address: str, progress: Progress) -> str:
    """Restore a backup, verified by its checksum before and after; return the checksum.

    An SQLite database is replaced and kept beside it as `<name>.before-restore`; a PostgreSQL database must be empty.
    Raises StorageError.
    """
    if not path.is_file():
        raise StorageError(f"{path}: there is no such file")
    digest, note = checksum(f"sqlite:///{path}"), path.with_name(path.name + ".sha256")
    if note.is_file() and (expected := note.read_text("utf-8").split()[0]) != digest:
        raise StorageError(
            f"{path}: is not what was saved (checksum {digest[:12]}, noted {expected[:12]}); take another"
        )
    problems = check_integrity(f"sqlite:///{path}")
    if problems:
        raise StorageError(f"{path}: is damaged: {problems[0]}; take another backup")
    file = sqlite_file(address)
    if file is None:
        copy(f"sqlite:///{path}", address, progress)
        return digest
    draft = file.with_name(f".{file.name}.restoring")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(draft)) as target:
        source.backup(target)
    _close_journal(draft)
    if (copied := checksum(f"sqlite:///{draft}")) != digest:
        draft.unlink(missing_ok=True)
        raise StorageError(f"{file}: the copy of {path} differs from it ({copied[:12]}); is the disk full or failing?")
    if file.exists():
        _close_journal(file)
        file.replace(file.with_name(file.name + ".before-restore"))
    draft.replace(file)
    open_engine(address).dispose()  # upgrades an older backup
    return digest


def sqlite_file(address: str) -> Path | None:
    """Return the file of an SQLite database; None for another kind of database."""
    from sqlalchemy import make_url

    url = make_url(address)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _display_address(engine: Engine) -> str:
    return engine.url.render_as_string()
