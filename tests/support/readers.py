"""Commands that read, and programs that run where no file may grow by a byte."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from storage.database import open_database
from tests.support.cli import run_inside
from tests.support.filled import fill

#: Commands that read; {out} stands for a folder on another disk.
READERS = [
    ("status",),
    ("status", "--all"),
    ("digest", "--day", "2026-03-03", "--form", "md", "--out", "{out}"),
    ("digest", "--day", "2026-03-03", "--form", "docx", "--out", "{out}"),
    ("export", "{out}/x.csv"),
    ("export", "{out}/x.xlsx"),
    ("export", "{out}/x.jsonl"),
    ("export", "{out}/x.parquet", "--table", "daily", "--since", "2026-03-01", "--until", "2026-03-03"),
    ("search", "bài"),
    ("ledger", "--day", "2026-03-02"),
    ("stories", "show"),
    ("db", "check"),
]

#: Programs as `python -c` runs them: no file of this process may grow by a byte, but its output is a pipe.
ON_FULL_DISK = (
    "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY)); "
    "from diembao.cli.main import main; main()"
)


def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a home folder with five articles in its database."""
    folder = tmp_path_factory.mktemp("made")
    assert run_inside("--home", folder, "init").returncode == 0
    storage = open_database(folder / "diembao.db")
    fill(storage, range(5))
    storage.close()
    return folder


def copied_home(made: Path, tmp_path: Path) -> Path:
    """Copy the home that a module made."""
    shutil.copytree(made, tmp_path / "home")
    return tmp_path / "home"


def run_on_full_disk(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    argv = [sys.executable, "-c", ON_FULL_DISK, *map(str, words)]
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120)
