"""Tampering with the audit: refused changes, the first bad row by its number, moves that keep the chain."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, create_engine, select, text
from sqlalchemy.exc import IntegrityError

from pipeline.records.audit import AuditHead
from storage.database import Database, open_database
from storage.engine.connection import connect
from storage.maintenance.backup import backup, copy, restore
from storage.maintenance.integrity import check_integrity
from storage.schema.audit import audit_head
from tests.support.audited import TABLES, event, fill

pytestmark = pytest.mark.few_on_postgresql


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    opened = open_database(address)
    yield opened
    opened.close()


def quiet(_table: str, _done: int, _all: int) -> None:
    pass


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET action = 'x' WHERE seq = 2",
        "UPDATE audit_entries SET seq = 99 WHERE seq = 4",
        "DELETE FROM audit_people WHERE seq = 4; DELETE FROM audit_entries WHERE seq = 4",
        "DELETE FROM audit_people",
        "UPDATE audit_people SET name = 'x' WHERE seq = 1",
        "UPDATE audit_people SET salt = '', name = '' WHERE seq = 1",
        "UPDATE audit_people SET salt='', name='', address='', details='', account = 8 WHERE seq = 1",
        "UPDATE audit_head SET seq = 3",
        "UPDATE audit_head SET hash = 'x'",
        "DELETE FROM audit_head",
        "INSERT INTO audit_entries SELECT 5, at, action, object_kind, object_id, before, after, account, way, "
        "actor_hash, object_hash, previous, hash FROM audit_entries WHERE seq = 4",
        "REPLACE INTO audit_entries SELECT * FROM audit_entries WHERE seq = 4",
        "REPLACE INTO audit_people SELECT * FROM audit_people WHERE seq = 4",
        "REPLACE INTO audit_head SELECT * FROM audit_head",
        "TRUNCATE audit_entries CASCADE",
        "TRUNCATE audit_people",
    ],
)
def test_the_database_refuses_changes(filled: str, statement: str) -> None:
    """By raw SQL, on a connection that is not ours."""
    is_sqlite = filled.startswith("sqlite")
    if statement.startswith("TRUNCATE" if is_sqlite else "REPLACE"):
        return
    engine = create_engine(filled)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        for one in statement.split(";"):
            connection.execute(text(one))
    engine.dispose()
    db = open_database(filled)
    assert db.audit.verify().is_sound
    db.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with four entries that nobody changes."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path_factory.mktemp('audit') / 't.db'}"
    else:
        address = request.getfixturevalue("postgres")()
    db = open_database(address)
    fill(db)
    db.close()
    return address


def without_guards(connection: Connection) -> None:
    """Do what an attacker with all rights does first; it is undone with the transaction."""
    for table in ("audit_entries", "audit_people", "audit_head"):
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
    if connection.dialect.name == "sqlite":
        for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
    else:
        connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))


def one_bit_off(value: Any) -> Any:
    """Return a value that differs in its lowest bit."""
    if value is None:
        return 0
    if isinstance(value, int):
        return value ^ 1
    return chr(ord(value[0]) ^ 1) + value[1:] if value else "a"


def cells() -> list[tuple[Table, str]]:
    return [(table, column.name) for table in TABLES for column in table.columns]


@pytest.mark.parametrize(("table", "column"), cells(), ids=lambda value: getattr(value, "name", value))
def test_one_bit_changed_in_any_row_is_named(filled: str, table: Table, column: str) -> None:
    from storage.audit.verify import verify_chain

    engine = connect(filled)
    with engine.connect() as reading:
        rows = reading.execute(select(table).order_by(*table.primary_key.columns)).all()
    for row in rows:
        key = " AND ".join(f"{c.name} = :key_{c.name}" for c in table.primary_key.columns)
        keys = {f"key_{c.name}": row._mapping[c.name] for c in table.primary_key.columns}
        changed = one_bit_off(row._mapping[column])
        with engine.connect() as connection:
            transaction = connection.begin()
            without_guards(connection)
            statement = text(f'UPDATE {table.name} SET "{column}" = :value WHERE {key}')
            try:
                connection.execute(statement, {"value": changed, **keys})
            except IntegrityError:
                transaction.rollback()  # the key is taken, or refers to nothing: no such change is possible
                continue
            verdict = verify_chain(connection)
            transaction.rollback()
        assert verdict.fault is not None, (table.name, column, row)
        named = {row._mapping["seq"], changed} if column == "seq" else {row._mapping["seq"]}
        if table is audit_head:
            named = {4, 5}
        assert verdict.fault.seq in named, (table.name, column, row, verdict.fault)
    engine.dispose()


def test_missing_rows_are_named(filled: str) -> None:
    from storage.audit.verify import missing_guards, verify_chain

    known = AuditHead(4, "0" * 64)
    cases: list[tuple[str, int]] = [
        ("DELETE FROM audit_entries WHERE seq = 2", 2),
        ("DELETE FROM audit_entries WHERE seq = 1", 1),
        ("DELETE FROM audit_entries WHERE seq >= 3", 3),
        ("DELETE FROM audit_entries", 1),
        ("DELETE FROM audit_people WHERE seq = 3 AND part = 'object'", 3),
        ("UPDATE audit_people SET salt = '', name = '', address = '', details = '' WHERE seq = 2", 2),
        ("DELETE FROM audit_head", 4),
    ]
    engine = connect(filled)
    for statement, seq in cases:
        with engine.connect() as connection:
            transaction = connection.begin()
            without_guards(connection)
            connection.execute(text("DELETE FROM audit_people WHERE seq IN (SELECT seq FROM audit_people WHERE 1=0)"))
            if "entries" in statement:
                connection.execute(text(statement.replace("audit_entries", "audit_people")))
            connection.execute(text(statement))
            fault = verify_chain(connection).fault
            assert len(missing_guards(connection)) == 9
            transaction.rollback()
        assert fault is not None, statement
        assert fault.seq == seq, (statement, fault)
    with engine.connect() as connection:
        fault = verify_chain(connection, [known]).fault
        assert fault is not None and fault.seq == 4
        beyond = verify_chain(connection, [AuditHead(6, "1" * 64)]).fault
        assert beyond is not None and beyond.seq == 5
    engine.dispose()


def test_the_chain_survives_backup_restore_and_a_move(
    filled: str, tmp_path: Path, postgres: Callable[..., str]
) -> None:
    saved = tmp_path / "saved.db"
    backup(filled, saved, quiet)
    restored = f"sqlite:///{tmp_path / 'restored.db'}"
    restore(saved, restored, quiet)
    moved = postgres()
    copy(restored, moved, quiet)
    for address in (restored, moved):
        db = open_database(address)
        assert db.audit.missing_guards() == []
        assert db.audit.verify().rows == 4
        assert db.audit.record(event(5)) == 5
        assert db.audit.verify().is_sound
        db.close()
        assert check_integrity(address) == []


def test_db_check_names_the_bad_entry_and_the_missing_trigger(tmp_path: Path) -> None:
    file = tmp_path / "t.db"
    db = open_database(file)
    fill(db)
    db.close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TRIGGER audit_entries_no_update")
        connection.execute("UPDATE audit_entries SET action = 'x' WHERE seq = 3")
        connection.commit()
    faults = [str(fault) for fault in check_integrity(f"sqlite:///{file}")]
    assert faults == [
        "the audit is not protected: trigger audit_entries_no_update is missing",
        "audit entry 3: is not as it was written",
    ]
