"""The service and its jobs killed with -9 at random moments: the database stays sound, every job is taken up again."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from diembao.system.home import Home
from pipeline.records import JobOutcome
from storage.database import open_database
from storage.maintenance.integrity import check_integrity
from tests.support.cli import run_diembao
from tests.support.forked_processes import Popen

_SCHEDULE = """
[serve]
health = "127.0.0.1:0"
[[job]]
name = "check"
command = ["db", "check"]
every_minutes = 1
[[job]]
name = "digest"
command = ["digest"]
every_minutes = 1
[[job]]
name = "backup"
command = ["db", "backup", "--keep", "3"]
every_minutes = 1
"""


def _start(home: Home, popen: Popen) -> Any:
    (home.root / "serve.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "diembao", "--home", str(home.root), "serve"]
    process = popen(command, stderr=subprocess.DEVNULL)
    while not (home.root / "serve.json").exists():
        if process.poll() is not None:
            raise RuntimeError(f"the service ended with {process.returncode} when it was to start")
        time.sleep(0.05)
    return process


def _running(home: Home) -> list[int]:
    """Return the processes of the jobs that run now."""
    told = json.loads((home.root / "serve.json").read_text())
    with urlopen(f"{told['health']}/readyz", timeout=20) as answer:
        return [pid for pid in json.loads(answer.read())["running"].values() if pid]


def _wait_for_a_job(home: Home) -> None:
    """Wait until a job runs; each is due every minute."""
    until = time.monotonic() + 90
    while not _running(home) and time.monotonic() < until:
        time.sleep(0.02)


def kill(folder: Path, times: int, seed: int, popen: Popen = subprocess.Popen) -> list[str]:
    """Kill the service at so many moments drawn by `seed`, half of them after one of its jobs; return problems.

    The first moment is one at which a job runs. `popen` starts the service's processes.
    """
    home, dice, problems = Home(folder), random.Random(seed), list[str]()
    run_diembao("--home", folder, "init").check_returncode()
    (home.config / "schedule.toml").write_text(_SCHEDULE)
    address = f"sqlite:///{home.database}"
    for n in range(times):
        process = _start(home, popen)
        try:
            if n == 0:  # one kill at least meets a job
                _wait_for_a_job(home)
            else:
                time.sleep(dice.uniform(0, 2.5))
            if n and dice.random() < 0.5 and (running := _running(home)):
                os.kill(dice.choice(running), signal.SIGKILL)
                time.sleep(dice.uniform(0, 0.3))
        finally:
            process.kill()
            process.wait()
        problems += [f"kill {n}: {problem}" for problem in check_integrity(address)]
    process = _start(home, popen)
    process.terminate()
    if process.wait(timeout=120) != 0:
        problems.append(f"told to stop, it ended with {process.returncode}")
    storage = open_database(address)
    runs = storage.service.jobs_since(datetime(2000, 1, 1, tzinfo=UTC))
    storage.close()
    problems += [f"{run.job} of {run.started} has no end" for run in runs if run.ended is None]
    if not any(run.outcome is JobOutcome.LOST for run in runs):
        problems.append("no kill met a job: the moments are badly drawn")
    return problems
