"""A database saved, brought back, moved and checked: the content is the same, or it says what is wrong."""

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.database import open_database
from storage.engine.errors import StorageError
from storage.maintenance.backup import backup, checksum, copy, restore, upgrade
from storage.maintenance.integrity import check_integrity, table_rows
from tests.support.cli import Diembao
from tests.support.filled import NOW, SOURCE, fill, old_database, quiet

pytestmark = [pytest.mark.long(30), pytest.mark.few_on_postgresql]


@pytest.fixture
def filled(address: str) -> str:
    storage = open_database(address)
    fill(storage, range(30))
    storage.close()
    return address


def test_what_is_saved_comes_back(filled: str, tmp_path: Path) -> None:
    saved = backup(filled, tmp_path / "kept" / "b.db", quiet)
    assert saved == checksum(filled)
    assert sorted(f.name for f in (tmp_path / "kept").iterdir()) == ["b.db", "b.db.sha256"]
    target = f"sqlite:///{tmp_path / 'new.db'}"
    assert restore(tmp_path / "kept" / "b.db", target, quiet) == saved == checksum(target)
    storage = open_database(target)
    assert len(list(storage.articles.items())) == 30
    storage.close()


def test_from_one_kind_to_the_other_and_back(tmp_path: Path, postgres: Callable[[], str]) -> None:
    first, second, third = f"sqlite:///{tmp_path / '1.db'}", postgres(), f"sqlite:///{tmp_path / '3.db'}"
    storage = open_database(first)
    fill(storage, range(20))
    storage.close()
    rows = copy(first, second, quiet)
    assert rows == sum(table_rows(first).values()) == copy(second, third, quiet)
    assert checksum(first) == checksum(second) == checksum(third)
    storage = open_database(second)
    fill(storage, range(20, 25), NOW + timedelta(hours=1))  # counters go on where the rows end
    assert len(list(storage.articles.items())) == 25
    storage.close()
    assert check_integrity(second) == []


def test_nothing_is_copied_into_a_database_that_holds_something(filled: str, tmp_path: Path) -> None:
    target = f"sqlite:///{tmp_path / 'full.db'}"
    storage = open_database(target)
    storage.crawl.set_sources([SOURCE])
    storage.close()
    with pytest.raises(StorageError, match="not empty"):
        copy(filled, target, quiet)


def test_a_backup_taken_while_a_run_writes_is_one_moment_of_it(address: str, tmp_path: Path) -> None:
    storage = open_database(address)
    fill(storage, range(5))
    stop = threading.Event()

    def write() -> None:
        mine, n = open_database(address), 5
        while not stop.is_set():
            fill(mine, range(n, n + 3), NOW + timedelta(minutes=n))
            n += 3
        mine.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(3):
            backup(address, tmp_path / f"{n}.db", quiet)
            assert check_integrity(f"sqlite:///{tmp_path / f'{n}.db'}") == []
    finally:
        stop.set()
        writer.join()
    storage.close()
    assert check_integrity(address) == []


def test_a_changed_backup_is_refused_and_nothing_is_touched(filled: str, tmp_path: Path) -> None:
    file, target = tmp_path / "b.db", tmp_path / "live.db"
    backup(filled, file, quiet)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE versions SET title = 'khác' WHERE id = 3")
    connection.close()
    storage = open_database(target)
    storage.crawl.set_sources([replace(SOURCE, name="Đang dùng")])
    storage.close()
    before = checksum(f"sqlite:///{target}")
    with pytest.raises(StorageError, match="is not what was saved"):
        restore(file, f"sqlite:///{target}", quiet)
    assert checksum(f"sqlite:///{target}") == before


def test_the_replaced_database_is_kept_beside(tmp_path: Path) -> None:
    live, file = tmp_path / "live.db", tmp_path / "b.db"
    storage = open_database(live)
    fill(storage, range(4))
    backup(f"sqlite:///{live}", file, quiet)
    fill(storage, range(4, 6), NOW + timedelta(hours=1))
    storage.close()
    newer = checksum(f"sqlite:///{live}")
    restore(file, f"sqlite:///{live}", quiet)
    assert checksum(f"sqlite:///{live.with_name('live.db.before-restore')}") == newer


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE items SET version = 7 WHERE key = (SELECT min(key) FROM items)", "versions are not 1 to n"),
        ("DELETE FROM taggings", "never tagged"),
        ("UPDATE documents SET examined_at = NULL", "end without a time"),
        ("UPDATE candidates SET outcome = 'waiting', next_try = NULL", "never asked again"),
    ],
)
def test_what_is_wrong_is_said(filled: str, change: str, said: str) -> None:
    assert check_integrity(filled) == []
    from storage.engine.connection import connect

    engine = connect(filled)
    with engine.begin() as connection:
        connection.execute(text(change))
    engine.dispose()
    assert any(said in problem for problem in check_integrity(filled)), check_integrity(filled)


def test_a_damaged_file_is_found(tmp_path: Path) -> None:
    file = tmp_path / "d.db"
    storage = open_database(file)
    fill(storage, range(200))
    storage.close()
    data = bytearray(file.read_bytes())
    for page in range(12, len(data) // 4096, 3):
        data[page * 4096 : page * 4096 + 600] = b"\xff" * 600
    file.write_bytes(data)
    assert check_integrity(f"sqlite:///{file}")
    with pytest.raises(Exception, match=r"malformed|damaged|cannot be"):
        restore(file, f"sqlite:///{tmp_path / 'x.db'}", quiet)


def test_an_older_file_is_saved_and_upgraded(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    old_database(f"sqlite:///{file}")
    open_database(file).close()
    assert check_integrity(f"sqlite:///{file}") == []
    saved = sqlite3.connect(tmp_path / "old.db.before-upgrade-0001")
    assert saved.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
    assert saved.execute("SELECT name FROM sources").fetchall() == [("Báo b",)]
    saved.close()


def test_an_older_postgresql_is_upgraded_only_when_asked_to(postgres: Callable[..., str], tmp_path: Path) -> None:
    address = postgres("template0")
    old_database(address)
    with pytest.raises(StorageError, match="diembao db upgrade"):
        open_database(address)
    saved = tmp_path / "saved.db"
    assert upgrade(address, saved, quiet) == "0001"
    assert table_rows(address)["runs"] == 1
    storage = open_database(saved)  # and the saved one can be opened, as an older file
    storage.close()
    assert checksum(f"sqlite:///{saved}") == checksum(address)
    assert upgrade(address, saved, quiet) is None


def test_the_commands(diembao: Diembao, tmp_path: Path) -> None:
    storage = open_database(tmp_path / "diembao.db")
    fill(storage, range(3))
    storage.close()
    file = tmp_path / "b.db"
    assert diembao("--home", tmp_path, "db", "backup", file).returncode == 0
    assert diembao("--home", tmp_path, "db", "check").returncode == 0
    assert diembao("--home", tmp_path, "db", "restore", file).returncode == 0
    assert diembao("--home", tmp_path, "db", "copy", f"sqlite:///{tmp_path / 'c.db'}").returncode == 0
    done = diembao("--home", tmp_path, "db", "restore", tmp_path / "none.db")
    assert (done.returncode, str(tmp_path / "none.db") in done.stderr) == (1, True)
    with sqlite3.connect(tmp_path / "diembao.db") as connection:
        connection.execute("DELETE FROM taggings")
    connection.close()
    done = diembao("--home", tmp_path, "--lang", "en", "db", "check")
    assert (done.returncode, "never tagged" in done.stderr) == (1, True)
