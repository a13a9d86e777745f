"""Sources switched at the desk and by commands: the audit knows of each, also where the program is killed half-way."""

import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.sources import load_sources
from diembao.demo.home import write_home
from diembao.demo.server import Press
from diembao.jobs.reading import switching
from diembao.jobs.reading.switching import switch_source
from diembao.system.home import Home
from pipeline.records.audit import Actor, AuditFilter, AuditRow
from storage.database import open_database
from tests.support.cli import Diembao

AT = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)
LAN = Actor(None, "lan", "10.0.0.7", "desk")
#: A desk that is killed when it writes sources.toml: argument 3 says whether before or after the file is written.
_KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from diembao.jobs.reading import switching
from diembao.system.home import Home
from pipeline.records.audit import Actor
from storage.database import open_database

address, root, when = sys.argv[1:]
write = switching.write_atomically

def killed(path, data):
    if when == "after":
        write(path, data)
    os.kill(os.getpid(), signal.SIGKILL)

switching.write_atomically = killed
who, at = Actor(None, "lan", "10.0.0.7", "desk"), datetime(2026, 11, 22, 0, 30, tzinfo=UTC)
switching.switch_source(open_database(address), Home(Path(root)), "dat-muoi", False, actor=who, at=at)
"""


@pytest.fixture
def own(press: Press, tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    write_home(made, press.outlets, workers=1)
    return made


def entries(address: str, id: str) -> list[AuditRow]:
    storage = open_database(address)
    try:
        return storage.audit.page(AuditFilter(object_kind="source", object_id=id))
    finally:
        storage.close()


def is_enabled(home: Home, id: str) -> bool:
    return next(source.enabled for source in load_sources(home.config) if source.id == id)


@pytest.mark.one_in(3)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_loses_no_entry(address: str, own: Home, when: str) -> None:
    done = subprocess.run([sys.executable, "-c", _KILLED, address, str(own.root), when], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    [entry] = entries(address, "dat-muoi")
    assert (entry.action, entry.name, entry.after) == ("source.paused", "lan", {"enabled": False})
    assert is_enabled(own, "dat-muoi") == (when == "before")
    storage = open_database(address)
    assert storage.audit.verify().fault is None
    # The next one finds the file free, and whole.
    switch_source(storage, own, "dat-muoi", when == "after", actor=LAN, at=AT)
    storage.close()
    assert is_enabled(own, "dat-muoi") == (when == "after")


def test_a_file_that_cannot_be_written_is_told(address: str, own: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(switching, "write_atomically", full)
    storage = open_database(address)
    storage.crawl.set_sources(load_sources(own.config))
    with pytest.raises(OSError, match="No space left"):
        switch_source(storage, own, "dat-muoi", False, actor=LAN, at=AT)
    stored = storage.crawl.source("dat-muoi")
    storage.close()
    assert stored is not None and stored.enabled
    assert [entry.action for entry in entries(address, "dat-muoi")] == ["source.not_switched", "source.paused"]


def test_the_command_line_leaves_an_entry_of_each_source(diembao: Diembao, own: Home) -> None:
    assert diembao("--home", own.root, "source", "pause", "htdh", "xom-bien").returncode == 0
    assert diembao("--home", own.root, "source", "pause", "htdh").returncode == 0
    assert diembao("--home", own.root, "source", "resume", "htdh").returncode == 0
    told = [(one.action, one.way, bool(one.name)) for one in entries(f"sqlite:///{own.database}", "htdh")]
    assert told == [("source.resumed", "command", True), ("source.paused", "command", True)]
    assert [one.action for one in entries(f"sqlite:///{own.database}", "xom-bien")] == ["source.paused"]
