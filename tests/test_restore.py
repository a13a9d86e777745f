"""Restoring: a damaged database is set aside unread, and what is no sound backup is refused with nothing replaced."""

import hashlib
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.i18n.notices import set_listener
from storage.database import open_database
from storage.engine.errors import StorageError
from storage.maintenance.backup import backup, checksum, restore
from tests.support.cli import run_diembao, run_inside
from tests.support.filled import fill, old_database, quiet
from tests.support.spoiled_files import DAMAGES, REFUSED, Damage, execute, overwrite

pytestmark = pytest.mark.one_in(3)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a backup of four articles, and a database with two."""
    folder = tmp_path_factory.mktemp("made")
    for name, numbers in (("source.db", range(4)), ("diembao.db", range(10, 12))):
        storage = open_database(folder / name)
        fill(storage, numbers)
        storage.close()
    backup(f"sqlite:///{folder / 'source.db'}", folder / "b.db", quiet)
    return folder


@pytest.fixture
def saved(made: Path, tmp_path: Path) -> Path:
    """A backup of four articles."""
    folder = tmp_path / "kept"
    folder.mkdir()
    for name in ("b.db", "b.db.sha256"):
        shutil.copyfile(made / name, folder / name)
    return folder / "b.db"


@pytest.fixture
def live(made: Path, tmp_path: Path) -> Path:
    """A database in use, with two articles."""
    file = tmp_path / "home" / "diembao.db"
    file.parent.mkdir()
    shutil.copyfile(made / "diembao.db", file)
    return file


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_database_is_set_aside_unread(damage: Damage, saved: Path, live: Path) -> None:
    damage(live)
    before = live.read_bytes()
    restore(saved, f"sqlite:///{live}", quiet)
    assert live.with_name("diembao.db.before-restore").read_bytes() == before
    assert [f.name for f in live.parent.iterdir() if f.name.startswith(".")] == []
    assert checksum(f"sqlite:///{live}") == checksum(f"sqlite:///{saved}")
    storage = open_database(live)
    assert len(list(storage.articles.items())) == 4
    storage.close()


def test_what_was_set_aside_before_is_kept(saved: Path, live: Path) -> None:
    for _ in range(3):
        restore(saved, f"sqlite:///{live}", quiet)
    names = sorted(f.name for f in live.parent.iterdir() if "before-restore" in f.name and "-wal" not in f.name)
    assert names == ["diembao.db.before-restore", "diembao.db.before-restore-2", "diembao.db.before-restore-3"]


@pytest.mark.parametrize("with_note", [True, False])
@pytest.mark.parametrize("damage", REFUSED.values(), ids=REFUSED)
def test_what_is_no_sound_backup_is_refused(damage: Damage, with_note: bool, saved: Path, live: Path) -> None:
    note = saved.with_name("b.db.sha256")
    if not with_note:
        note.unlink()
    damage(saved)
    before, names = live.read_bytes(), sorted(f.name for f in live.parent.iterdir())
    with pytest.raises(StorageError):
        restore(saved, f"sqlite:///{live}", quiet)
    assert live.read_bytes() == before
    assert sorted(f.name for f in live.parent.iterdir()) == names


@pytest.mark.parametrize("at", [24, 60, 101, 5000, 9000, 20_000, -1, -3000])
def test_any_changed_byte_is_told_by_the_digest_beside_the_backup(at: int, saved: Path, live: Path) -> None:
    whole = bytearray(saved.read_bytes())
    whole[at] ^= 1
    saved.write_bytes(whole)
    with pytest.raises(StorageError):
        restore(saved, f"sqlite:///{live}", quiet)


def test_sha256sum_takes_the_note_of_a_good_backup_and_refuses_a_changed_one(saved: Path) -> None:
    tool = shutil.which("sha256sum")
    assert tool is not None
    digest = hashlib.sha256(saved.read_bytes()).hexdigest()
    assert saved.with_name("b.db.sha256").read_text() == f"{digest}  b.db\n"
    check = [tool, "-c", "b.db.sha256"]
    assert subprocess.run(check, cwd=saved.parent, check=False, capture_output=True).returncode == 0
    overwrite(5000, b"x")(saved)
    assert subprocess.run(check, cwd=saved.parent, check=False, capture_output=True).returncode == 1


def test_the_command_prints_both_checksums(tmp_path: Path) -> None:
    storage = open_database(tmp_path / "diembao.db")
    fill(storage, range(2))
    storage.close()
    file = tmp_path / "x" / "b.db"
    done = run_inside("--home", tmp_path, "--json", "db", "backup", file)
    row = json.loads(done.stdout)
    assert row["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert row["content_sha256"] == checksum(f"sqlite:///{file}") == checksum(f"sqlite:///{tmp_path / 'diembao.db'}")


def of_earlier_release(file: Path) -> str:
    """Make a backup like one of a release without seals; return the checksum of its content, which lay beside it."""
    content = checksum(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE backup_seal")
        connection.execute("PRAGMA application_id=0")
        connection.commit()
    file.with_name(f"{file.name}.sha256").unlink()
    return content


@pytest.fixture
def told() -> Iterator[list[str]]:
    notices: list[str] = []
    set_listener(lambda _kind, message: notices.append(message))
    yield notices
    set_listener(None)


@pytest.mark.parametrize("note", ["content", "file", "none"])
def test_a_backup_of_an_earlier_release_is_restored(note: str, saved: Path, live: Path, told: list[str]) -> None:
    content = of_earlier_release(saved)
    digest = hashlib.sha256(saved.read_bytes()).hexdigest()
    if note != "none":
        saved.with_name("b.db.sha256").write_text(f"{content if note == 'content' else digest}  b.db\n")
    assert restore(saved, f"sqlite:///{live}", quiet) == content
    assert any("no checksum" in one for one in told) is (note == "none")


@pytest.mark.parametrize("note", ["0" * 64, "", "khác"])
def test_a_backup_of_an_earlier_release_with_another_checksum_is_refused(note: str, saved: Path, live: Path) -> None:
    of_earlier_release(saved)
    saved.with_name("b.db.sha256").write_text(note, "utf-8")
    with pytest.raises(StorageError, match="is not what was saved"):
        restore(saved, f"sqlite:///{live}", quiet)


def test_an_old_database_is_restored_with_todays_tables_and_the_backup_is_left_alone(tmp_path: Path) -> None:
    old, live = tmp_path / "old.db", tmp_path / "home" / "live.db"
    old_database(f"sqlite:///{old}")
    before = old.read_bytes()
    restore(old, f"sqlite:///{live}", quiet)
    assert old.read_bytes() == before
    assert sorted(f.name for f in live.parent.iterdir()) == ["live.db"]
    open_database(live).close()


def test_a_backup_restores_into_postgresql(saved: Path, postgres: Callable[[], str]) -> None:
    address, before = postgres(), saved.read_bytes()
    assert restore(saved, address, quiet) == checksum(address)
    assert saved.read_bytes() == before
    execute("UPDATE sources SET name = 'Báo B'")(saved)
    with pytest.raises(StorageError, match="is not what was saved"):
        restore(saved, postgres(), quiet)


def test_a_backup_that_is_written_to_is_a_database_and_no_backup(saved: Path, live: Path) -> None:
    storage = open_database(saved)
    fill(storage, range(20, 21))
    storage.close()
    saved.with_name("b.db.sha256").unlink()
    restore(saved, f"sqlite:///{live}", quiet)  # as any database copied by hand
    assert len(list(open_database(live).articles.items())) == 5


def test_nothing_is_restored_while_the_service_runs(saved: Path, live: Path) -> None:
    from diembao.service.leader_lock import hold_leader_lock
    from diembao.system.home import Home

    before = live.read_bytes()
    with hold_leader_lock(Home(live.parent), f"sqlite:///{live}"):
        done = run_diembao("--home", live.parent, "db", "restore", saved)
    assert done.returncode == 3
    assert len(done.stderr.strip().splitlines()) == 1
    assert "serve" in done.stderr
    assert live.read_bytes() == before
    assert run_diembao("--home", live.parent, "db", "restore", saved).returncode == 0
