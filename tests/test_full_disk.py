"""A disk without a free byte: readers need none, writers say so, and the service waits for room."""

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from storage.database import open_database
from tests.support.readers import ON_FULL_DISK, READERS, copied_home, made_home, run_on_full_disk

pytestmark = [pytest.mark.one_in(3), pytest.mark.long(30)]

ROOT = Path(__file__).parent.parent
made = pytest.fixture(scope="module")(made_home)
home = pytest.fixture(copied_home)


def with_journal(home: Path) -> None:
    """Leave a database as a killed writer leaves it: what was last stored is in the journal alone."""
    file = home / "diembao.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("UPDATE sources SET name = 'Báo trong nhật ký'")
        connection.commit()
        journal = (home / "diembao.db-wal").read_bytes()
        whole = file.read_bytes()
    file.write_bytes(whole)
    (home / "diembao.db-wal").write_bytes(journal)
    (home / "diembao.db-shm").unlink(missing_ok=True)


@pytest.mark.parametrize("journal", [False, True], ids=["closed", "killed"])
@pytest.mark.parametrize("words", [("status",), ("ledger", "--day", "2026-03-02"), ("search", "bài"), ("db", "check")])
def test_readers_need_no_free_byte(words: tuple[str, ...], journal: bool, home: Path) -> None:
    if journal:
        with_journal(home)
    done = run_on_full_disk("--home", home, "--lang", "en", *words)
    # Nothing was collected since March: status says so.
    assert done.returncode == int(words == ("status",)), done.stderr
    assert "5" in done.stdout
    if journal and words[0] == "ledger":
        assert "Báo trong nhật ký" in done.stdout, "what is in the journal alone is read, too"


@pytest.mark.parametrize(
    "words",
    [
        ("db", "backup", "{out}/b.db"),
        ("export", "{out}/x.xlsx"),
        ("export", "{out}/x.csv"),
        ("export", "{out}/x.jsonl"),
        ("export", "{out}/x.parquet"),
        ("digest", "--day", "2026-03-03", "--out", "{out}"),
        ("publish", "--day", "2026-03-03"),
        ("process",),
        ("ledger", "--day", "2026-03-02", "--jsonl", "{out}/l.jsonl"),
        ("search", "bài", "--feed", "{out}/a.atom"),
    ],
    ids=lambda words: " ".join(words)[:24],
)
def test_writers_say_in_one_sentence_that_the_disk_is_full(words: tuple[str, ...], home: Path, tmp_path: Path) -> None:
    done = run_on_full_disk("--home", home, *(word.replace("{out}", str(tmp_path)) for word in words))
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1), done.stderr
    assert done.stderr.startswith("Lỗi: ")
    assert [f.name for f in tmp_path.iterdir() if f.name.startswith((".", "tmp"))] == []


#: A small disk, filled to the last byte, in a namespace of its own; its first argument is the home to put on it.
_TMPFS = """
set -e
mount -t tmpfs -o size=3m tmpfs "$2"
cp -r "$1"/. "$2"/
dd if=/dev/zero of="$2/filler" bs=4k 2>/dev/null || true
[ "$3" = ro ] && mount -o remount,ro "$2"
shift 3
exec "$@"
"""


def can_mount() -> bool:
    tool = shutil.which("unshare")
    return tool is not None and subprocess.run([tool, "-rm", "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="this machine lets nobody mount a disk in a namespace of his own")
@pytest.mark.parametrize("kind", ["full", "ro"])
def test_readers_work_on_a_disk_that_is_full_or_may_only_be_read(kind: str, home: Path, tmp_path: Path) -> None:
    disk, out = tmp_path / "disk", tmp_path / "out"
    disk.mkdir()
    out.mkdir()
    # One namespace for all of them, and one Python, from which each is forked.
    script = tmp_path / "all.py"
    script.write_text(
        "from tests.support.cli import run_diembao\n"
        f"for words in {READERS!r}:\n"
        f"    words = [w.replace('{{out}}', {str(out)!r}) for w in words]\n"
        f"    done = run_diembao('--home', {str(disk)!r}, '--lang', 'en', *words)\n"
        # A disk that is nearly full is told by `status` as a trouble: exit code 1.
        "    ok = (0, 1) if words[0] == 'status' else (0,)\n"
        "    if done.returncode not in ok or 'Error' in done.stderr:\n"
        "        print(words, done.returncode, done.stderr[-400:])\n"
    )
    argv = ["unshare", "-rm", "sh", "-c", _TMPFS, "sh", str(home), str(disk), kind, sys.executable, str(script)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=200, env=env)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def start_service(home: Path) -> "subprocess.Popen[str]":
    """Start the service where no file may grow; its port is free."""
    (home / "config" / "schedule.toml").write_text(
        '[serve]\nhealth = ""\n[[job]]\nname = "watch"\ncommand = ["status"]\nevery_minutes = 60\nlimit_minutes = 5\n'
        "ok = [0, 1]\n",
        "utf-8",
    )
    argv = [sys.executable, "-c", ON_FULL_DISK, "--home", str(home), "--lang", "en", "serve"]
    return subprocess.Popen(argv, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def give_room(service: "subprocess.Popen[str]") -> None:
    resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _first_words(service: "subprocess.Popen[str]") -> str:
    """Return what the service says first, however long it takes to get there: that the disk is full."""
    assert service.stderr is not None
    return service.stderr.readline()


@pytest.mark.parametrize("database", ["there", "not there yet"])
def test_the_service_started_on_a_full_disk_waits_and_says_so(database: str, home: Path) -> None:
    if database != "there":
        (home / "diembao.db").unlink()
    service, said = start_service(home), ""
    try:
        said = _first_words(service)
        assert "disk" in said, said
        time.sleep(1)
        assert service.poll() is None, service.communicate()[1]
        give_room(service)
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline and not (home / "serve.json").exists():
            time.sleep(0.2)
        assert (home / "serve.json").exists()
    finally:
        service.send_signal(signal.SIGTERM)
        said += service.communicate(timeout=60)[1]
    assert service.returncode == 0, said
    assert "Traceback" not in said
    storage = open_database(home / "diembao.db")
    assert list(storage.service.last_of_each()) == ["watch"]
    storage.close()


def test_the_service_that_waits_is_stopped_by_a_signal(home: Path) -> None:
    (home / "diembao.db").unlink()
    service = start_service(home)
    said = _first_words(service)
    service.send_signal(signal.SIGTERM)
    said += service.communicate(timeout=30)[1]
    assert service.returncode == 0, said
