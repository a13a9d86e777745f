"""A PostgreSQL that goes away while it is written to: nothing acknowledged is lost, and the message says what to do."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawlers.archives.places import plan_shards
from diembao.jobs.backfill.provinces import open_provinces
from diembao.jobs.configuration import write_configuration
from diembao.system.home import Home
from storage.database import open_database
from storage.engine.errors import StorageError
from tests.support.archived_press import captures, contents, run, write_warc
from tests.support.cli import Diembao
from tests.support.forked_processes import ForkedPopen
from tests.support.postgres import start_postgres
from tests.support.stress.crash import crash, verify

pytestmark = pytest.mark.long(12)

_WAY_OUT = "see whether the server runs"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Any]:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path))
    started = start_postgres(lambda: tmp_path / f"postgres-{time.monotonic_ns()}")
    yield started
    started.cleanup()


def address_of(server: Any) -> str:
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")


def go_down(server: Any) -> None:
    """End the server at once, as a power cut would: what it has not written to its journal is gone."""
    number = server.get_pid()
    os.kill(number, signal.SIGQUIT)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)


def test_a_writer_meets_it(server: Any, tmp_path: Path) -> None:
    address, log = address_of(server), tmp_path / "acknowledged-1.txt"
    words = [sys.executable, "-m", "tests.support.stress.crash", address, str(log)]
    writer = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    deadline = time.monotonic() + 60
    while not (log.exists() and "item" in log.read_text("utf-8")) and time.monotonic() < deadline:
        time.sleep(0.05)
    go_down(server)
    said = writer.communicate(timeout=60)[1]
    assert writer.returncode == 1
    assert _WAY_OUT in said
    assert "Traceback" not in said
    server.start()
    assert "item" in log.read_text("utf-8")
    assert verify(address, log) == []
    assert crash(address, tmp_path, kills=1, seed=1) == [], "with the server there it goes on"


def test_between_two_transactions_nobody_notices_and_meanwhile_it_is_told(
    server: Any, tmp_path: Path, diembao: Diembao
) -> None:
    address = address_of(server)
    storage = open_database(address)
    storage.maintenance.totals()
    go_down(server)
    server.start()
    assert storage.maintenance.totals()["items"] == 0
    go_down(server)
    with pytest.raises(StorageError, match=_WAY_OUT):
        storage.maintenance.totals()
    told = diembao("--home", tmp_path, "--lang", "en", "search", "gió", env={"DIEMBAO_DATABASE": address})
    assert told.returncode == 1
    assert _WAY_OUT in told.stderr
    assert "Traceback" not in told.stderr
    server.start()
    assert storage.maintenance.totals()["items"] == 0
    storage.close()


@pytest.mark.usefixtures("served_workers")
def test_archives_are_read_back_across_it(server: Any, tmp_path: Path, diembao: Diembao) -> None:
    address, home, plain = address_of(server), Home(tmp_path / "home"), Home(tmp_path / "plain")
    for one in (home, plain):
        write_configuration(one.config)
    names = [str(write_warc(tmp_path / f"{n}.warc.gz", captures(96)[n::8])) for n in range(8)]
    words = ["--home", str(home.root), "--lang", "en", "backfill", *names, "--workers", "1"]
    environment = {"DIEMBAO_DATABASE": address}
    reading = ForkedPopen(
        [sys.executable, "-m", "diembao", *words],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    storage = open_database(address)
    deadline = time.monotonic() + 60
    while not storage.archives.sums() and time.monotonic() < deadline:
        time.sleep(0.02)
    done = len(storage.archives.sums())
    storage.close()
    assert 0 < done < 8
    go_down(server)
    said = reading.communicate(timeout=60)[1]
    assert reading.returncode not in (0, None)
    assert _WAY_OUT in said
    server.start()
    assert diembao(*words, env=environment).returncode == 0
    with open_provinces([plain]) as provinces:
        run(provinces, list(plan_shards(names)))
        expected = contents(provinces[0])
    with open_provinces([home], address) as provinces:
        assert contents(provinces[0]) == expected
