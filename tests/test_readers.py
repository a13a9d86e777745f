"""Readers need no lock, whoever waits for one says so, and what is no database is told in one sentence."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.i18n import notices
from pipeline.i18n.notices import set_listener
from storage.database import open_database
from storage.engine.connection import connect
from storage.engine.errors import StorageError
from tests.support.cli import run_diembao, run_inside
from tests.support.readers import READERS, copied_home, made_home

pytestmark = [pytest.mark.one_in(3), pytest.mark.long(20)]

made = pytest.fixture(scope="module")(made_home)
home = pytest.fixture(copied_home)


@pytest.fixture
def told() -> Iterator[list[str]]:
    heard: list[str] = []
    set_listener(lambda kind, message: heard.append(f"{kind}: {message}"))
    yield heard
    set_listener(None)


@pytest.fixture
def locked(home: Path) -> Iterator[sqlite3.Connection]:
    """Another program that writes, and does not end."""
    other = sqlite3.connect(home / "diembao.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    yield other
    other.close()


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"xin ch\xc3\xa0o " * 900, "no database"),
        (b"", "empty"),
        (b"SQLite format 3\x00" + b"\xff" * 5000, "database"),
        (bytes(range(256)) * 64, "no database"),
    ],
)
def test_what_is_no_database_is_told_in_one_sentence(content: bytes, part: str, tmp_path: Path) -> None:
    (tmp_path / "diembao.db").write_bytes(content)
    done = run_diembao("--home", tmp_path, "--lang", "en", "db", "check")
    assert done.returncode == 1
    assert part in done.stderr
    assert "Traceback" not in done.stderr
    for words in (("status",), ("digest",), ("db", "backup")):
        done = run_diembao("--home", tmp_path, *words)
        assert "Traceback" not in done.stderr
        assert done.returncode in ((0, 1) if not content else (1,)), (words, done.stderr)


def test_what_may_only_be_read_is_not_written_to(home: Path) -> None:
    (home / "diembao.db-shm").mkdir()  # SQLite cannot make its helper file, whoever the user is
    storage = open_database(home / "diembao.db")
    assert len(list(storage.articles.items())) == 5
    with pytest.raises(StorageError):
        storage.service.begin_run("collect", _now())
    (home / "diembao.db-shm").rmdir()
    storage.service.begin_run("collect", _now())  # and as soon as it can be, it is
    storage.close()


@pytest.mark.parametrize("words", [w for w in READERS if "docx" not in w], ids=lambda words: " ".join(words)[:20])
def test_readers_wait_for_no_writer(
    words: tuple[str, ...], locked: sqlite3.Connection, home: Path, tmp_path: Path
) -> None:
    begun = time.monotonic()
    done = run_inside("--home", home, *(word.replace("{out}", str(tmp_path)) for word in words))
    # Nothing was collected since March: status says so.
    assert done.returncode == int(words[0] == "status")
    assert time.monotonic() - begun < 30, "a writer waits for 60 s"


def release_after(seconds: float, other: sqlite3.Connection) -> None:
    threading.Timer(seconds, lambda: other.execute("ROLLBACK")).start()


@pytest.mark.parametrize(("held", "said"), [(0.1, False), (1.5, True)])
def test_a_writer_that_waits_long_says_so(
    held: float,
    said: bool,
    locked: sqlite3.Connection,
    home: Path,
    told: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(notices, "WAIT_SAID_AFTER", 0.7)
    release_after(held, locked)
    storage = open_database(home / "diembao.db")
    storage.service.begin_run("collect", _now())
    storage.close()
    assert any(one.startswith("wait: ") and "diembao.db" in one for one in told) is said


def _now() -> datetime:
    return datetime.now(UTC)


def test_a_writer_on_postgresql_says_so(
    postgres: Callable[[], str], told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "WAIT_SAID_AFTER", 0.3)
    address = postgres()
    storage, other = open_database(address), connect(address)
    with other.begin():
        waiting = threading.Thread(target=storage.service.begin_run, args=("collect", _now()))
        waiting.start()
        time.sleep(1)
        assert storage.maintenance.totals()["items"] == 0, "and a reader does not wait"
    waiting.join()
    assert [one for one in told if one.startswith("wait: ")]
    storage.close()
    other.dispose()


def test_the_command_says_after_five_seconds_that_it_waits(locked: sqlite3.Connection, home: Path) -> None:
    argv = [sys.executable, "-m", "diembao", "--home", str(home), "--lang", "en", "process"]
    with subprocess.Popen(argv, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        assert "Waiting: another program writes to" in process.stderr.readline()
        locked.execute("ROLLBACK")
        assert process.wait(timeout=100) == 0
