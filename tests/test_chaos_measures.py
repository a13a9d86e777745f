"""What the table of chaos measures by: rows that are surely damaged, and the work of jobs under a full disk."""

import hashlib
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.records.publications import Publication
from storage.database import open_database
from storage.maintenance.integrity import check_integrity
from tests.support.cli import run_inside
from tests.support.damaged import AT, fill_all, fill_one
from tests.support.readers import run_on_full_disk
from tests.support.stress.job_work import is_done
from tests.support.stress.row_damage import ROW_DAMAGES, damaged_row, is_named
from tests.support.stress.stores import PostgresDatabase, SqliteStore, Store

pytestmark = pytest.mark.one_in(3)


def store_of(address: str) -> Store:
    return SqliteStore(Path(address.removeprefix("sqlite:///"))) if "sqlite" in address else PostgresDatabase(address)


def letter_of(hash_begins: str) -> bytes:
    """Return a letter whose SHA-256 begins so."""
    return next(b for n in range(9999) if hashlib.sha256(b := b"Tin %d" % n).hexdigest().startswith(hash_begins))


@pytest.fixture
def store(address: str) -> Store:
    """Give articles, and a published digest whose letter has a hash that begins with an f."""
    fill_all(address)
    storage = open_database(address)
    [old] = storage.publications.heads(date(2026, 3, 1), date(2026, 3, 2))
    letter = {"letter.txt": letter_of("f")}
    storage.publications.publish(Publication(0, date(2026, 3, 2), AT, "vi", "Điểm báo", "1" * 64, "r1", (), letter))
    storage.close()
    found = store_of(address)
    found.change(f"DELETE FROM publication_files WHERE publication_id = {old.id}")
    assert check_integrity(address) == []
    return found


def test_every_damage_of_a_row_is_told_and_put_right(store: Store) -> None:
    for number, (table, *_) in enumerate(ROW_DAMAGES):
        with damaged_row(store, number, random.Random(number)) as name:
            assert name.startswith(f"{table} ")
            told = [str(problem) for problem in check_integrity(store.address)]
            assert any(is_named(name, problem) for problem in told), (name, told)
        assert check_integrity(store.address) == [], name


def test_a_damage_that_changes_nothing_is_none(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    same = (("versions", "id", "title", "{column}"),)
    monkeypatch.setattr("tests.support.stress.row_damage.ROW_DAMAGES", same)
    with pytest.raises(ValueError, match="is as it was"), damaged_row(store, 0, random.Random(0)):
        pass
    assert check_integrity(store.address) == []


def test_a_row_is_named_by_its_whole_number() -> None:
    assert is_named("versions 1", "row versions 1: column title")
    assert is_named("publication_files 7", "row publication_files 7 letter.txt: the file is not")
    assert not is_named("versions 1", "row versions 12: column title")
    assert not is_named("publications 7", "row publication_files 7 letter.txt: the file is not")


def test_the_work_of_a_job_is_looked_up(address: str, tmp_path: Path) -> None:
    fill_all(address)
    store, digest = store_of(address), tmp_path / "diem-bao.html"
    offered = {url for (url,) in store.rows("SELECT url FROM candidates")}

    def done(more: frozenset[str] = frozenset(), letters: int = 1) -> list[str]:
        jobs = ("collect", "process", "digest", "send")
        return [job for job in jobs if is_done(job, store, offered | more, digest, letters)]

    assert done() == ["collect", "process", "send"]
    digest.write_text("Điểm báo")
    assert done() == ["collect", "process", "digest", "send"]
    assert done(letters=0) == ["collect", "process", "digest"]
    assert done(more=frozenset({"https://a.example/chua-hoi.html"})) == ["process", "digest", "send"]
    storage = open_database(address)
    fill_one(storage)  # a page that waits to be examined
    storage.close()
    assert done() == ["collect", "digest", "send"]


def test_nothing_is_done_where_the_database_cannot_be_read(tmp_path: Path) -> None:
    digest = tmp_path / "diem-bao.html"
    digest.write_text("Điểm báo")
    for store in (SqliteStore(tmp_path / "no.db"), PostgresDatabase("postgresql://127.0.0.1:1/no")):
        assert not any(is_done(job, store, set(), digest, 1) for job in ("collect", "process", "digest", "send"))


def test_a_full_disk_of_the_home_keeps_only_jobs_that_write_files(
    postgres: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the database on another disk `process` is done, and so `status` is right to call it so."""
    address, home = postgres(), tmp_path / "home"
    monkeypatch.setenv("DIEMBAO_DATABASE", address)
    assert run_inside("--home", home, "init").returncode == 0
    fill_all(address)
    storage = open_database(address)
    fill_one(storage)
    storage.close()
    store, digest = store_of(address), home / "digests" / "diem-bao-2026-03-03.html"
    assert not is_done("process", store, set(), digest, 0)
    processed = run_on_full_disk("--home", home, "process")
    assert processed.returncode == 0, processed.stderr
    assert is_done("process", store, set(), digest, 0)
    written = run_on_full_disk("--home", home, "digest", "--day", "2026-03-03", "--form", "html")
    assert written.returncode == 1
    assert not is_done("digest", store, set(), digest, 0)
