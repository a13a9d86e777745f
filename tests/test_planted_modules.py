"""Python files in the working directory or in the home folder never run, whichever process the program starts."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from diembao.demo.home import write_home
from diembao.demo.server import Press
from diembao.system.clock import now
from diembao.system.home import Home

ROOT = Path(__file__).parent.parent
#: Names that the program, its libraries, multiprocessing or Python's own start import.
PLANTED = (
    "csv", "json", "diembao", "pipeline", "lxml", "socket", "selectors", "multiprocessing", "fnmatch", "sqlalchemy",
    "pickle", "trafilatura", "scrapy", "feedparser", "config",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a home folder that holds a module of each name; one that runs leaves a file `ran.NAME`."""
    for name in PLANTED:
        trace = tmp_path / f"ran.{name}"
        (tmp_path / f"{name}.py").write_text(f"open({str(trace)!r}, 'w').close()\nraise SystemExit(77)\n")
    return tmp_path


def ran(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("ran.*"))


def script() -> list[str]:
    """Return the command of an installed diembao, whose path of modules begins with its own folder."""
    code = "import sys; from diembao.cli.main import main; sys.argv[0] = 'diembao'; main()"
    return [sys.executable, "-P", "-c", code]


def run(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONSAFEPATH", None)
    return subprocess.run(
        [*script(), "--home", str(folder), *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


@pytest.mark.thorough
def test_no_planted_module_runs_in_crawl_workers_documents(folder: Path) -> None:
    with Press(now()) as press:
        write_home(Home(folder), press.outlets)
        done = {
            words[0]: run(folder, *words)
            for words in (["collect"], ["process"], ["digest"], ["export", "a.csv"], ["status"], ["doctor"])
        }
    assert ran(folder) == []
    assert {name: one.returncode for name, one in done.items() if name in ("process", "digest", "export")} == {
        "process": 0,
        "digest": 0,
        "export": 0,
    }, done["process"].stderr


@pytest.mark.thorough
def test_no_planted_module_runs_in_a_demonstration(folder: Path) -> None:
    done = run(folder, "demo", "--out", "shown")
    assert done.returncode == 0, done.stderr
    assert ran(folder) == []


def test_no_planted_module_runs_in_jobs_of_the_service(folder: Path) -> None:
    assert run(folder, "init").returncode == 0
    (folder / "config" / "schedule.toml").write_text(
        '[serve]\nhealth = "127.0.0.1:0"\n[[job]]\nname = "a"\ncommand = ["process"]\nevery_minutes = 1\n'
        '[[job]]\nname = "b"\ncommand = ["status"]\nevery_minutes = 1\nok = [0, 1]\n'
    )
    (folder / "config" / "sources.toml").write_text("")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONSAFEPATH", None)
    with subprocess.Popen(
        [*script(), "--home", str(folder), "serve"], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            end = time.monotonic() + 90
            logs = [folder / "logs" / f"{name}.log" for name in "ab"]
            while not all(log.exists() and log.stat().st_size > 40 for log in logs) and time.monotonic() < end:
                if server.poll() is not None:
                    break
                time.sleep(0.2)
            time.sleep(3)
        finally:
            server.send_signal(signal.SIGTERM)
            _, errors = server.communicate(timeout=60)
    assert ran(folder) == [], errors
    assert all(log.exists() for log in logs), errors
    assert not any("77" in log.read_text() for log in logs)


def test_the_module_form_typed_by_a_person_is_safe_too(folder: Path) -> None:
    # What Python itself imports before any line of ours (runpy, and the package it is told) nobody but -P can guard.
    (folder / "diembao.py").unlink()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONSAFEPATH", None)
    page = folder / "page.html"
    page.write_text("<html><title>Cà Ná</title><p>Muối được mùa.</p>")
    command = [sys.executable, "-m", "diembao", "--home", str(folder / "home"), "extract", str(page)]
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False, timeout=120)
    assert ran(folder) == []
