"""Damages of a database's file, and of a backup: what restoring sets aside, and what it refuses."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

Damage = Callable[[Path], None]


def noise(file: Path) -> None:
    file.write_bytes(bytes((n * 37 + n // 7) % 256 for n in range(40_000)))


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2 + 100])


def overwrite(at: int, data: bytes) -> Damage:
    """Return a damage that puts bytes at a place of the file."""

    def change(file: Path) -> None:
        whole = bytearray(file.read_bytes())
        whole[at : at + len(data)] = data
        file.write_bytes(whole)

    return change


def empty(file: Path) -> None:
    file.write_bytes(b"")


def stale_journal(file: Path) -> None:
    """Leave beside noise a journal, which must not be taken for one of the restored database."""
    noise(file)
    file.with_name(f"{file.name}-wal").write_bytes(b"\x37\x7f\x06\x82" + bytes(range(256)) * 40)


def write(text: str) -> Damage:
    def change(file: Path) -> None:
        file.write_text(text, "utf-8")

    return change


DAMAGES: dict[str, Damage] = {
    "noise": noise,
    "first byte flipped": overwrite(0, b"s"),
    "cut off": cut,
    "first page zeroed": overwrite(0, bytes(4096)),
    "second page zeroed": overwrite(4096, bytes(4096)),
    "later pages of noise": overwrite(3 * 4096, b"\xfe" * 8192),
    "header's page size": overwrite(16, b"\x00\x07"),
    "empty": empty,
    "text": write("đây không phải cơ sở dữ liệu"),
    "noise with a journal": stale_journal,
}


def other_database(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
        connection.execute("INSERT INTO recipes VALUES ('bánh căn')")
        connection.commit()


def execute(statement: str) -> Damage:
    def change(file: Path) -> None:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute(statement)
            connection.commit()

    return change


def one_letter(old: bytes, new: bytes) -> Damage:
    """Return a damage that replaces the first occurrence of some bytes by as many."""

    def change(file: Path) -> None:
        whole = file.read_bytes()
        assert old in whole
        file.write_bytes(whole.replace(old, new, 1))

    return change


def without_tables(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.commit()


#: What is done to a backup or put in its place; all are told by what is in the file alone.
REFUSED: dict[str, Damage] = {
    "0 bytes": empty,
    "noise": noise,
    "text": write("xin chào"),
    "another program's database": other_database,
    "a database with a table of versions only": without_tables,
    "cut off": cut,
    "a letter of a title": execute("UPDATE versions SET title = replace(title, 'Bài', 'Bàj') WHERE id = 1"),
    "a letter of a text": one_letter("Nội dung".encode(), "Nội dunk".encode()),
    "a letter of a note": execute("UPDATE fetches SET note = note || '.' WHERE id = 1"),
    "a letter of an outlet's name": execute("UPDATE sources SET name = 'Báo B'"),
    "a letter of a derived row": execute("UPDATE listings SET cells = replace(cells, 'Bài', 'Bàj')"),
    "a row less": execute("DELETE FROM polls"),
    "a column's name": execute("ALTER TABLE saved_searches RENAME COLUMN query TO querz"),
    "no seal": execute("DROP TABLE backup_seal"),
    "another seal": execute("UPDATE backup_seal SET everything = '0'"),
    "a newer program's": execute("UPDATE alembic_version SET version_num = '9999'"),
}
