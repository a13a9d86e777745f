"""A home that `diembao serve` serves in a process of its own: its schedule, its answers, the turns it recorded."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from diembao.system.home import Home
from pipeline.records import JobOutcome, JobRun
from storage.database import open_database
from tests.support.forked_processes import ForkedPopen, Popen

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
JOB = '[[job]]\nname = "{name}"\ncommand = {command}\n{more}\n'


def plan(home: Home, **jobs: tuple[list[str], str]) -> None:
    tables = [JOB.format(name=name, command=json.dumps(command), more=more) for name, (command, more) in jobs.items()]
    (home.config / "schedule.toml").write_text('[serve]\nhealth = "127.0.0.1:0"\n' + "\n".join(tables))


def start(home: Home, popen: Popen = ForkedPopen, /, **env: str) -> Any:
    """Start the service; `popen` starts its process, by default a forked one whose jobs are forked too."""
    return popen(
        [sys.executable, "-m", "diembao", "--home", str(home.root), "serve"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **env},
    )


@contextmanager
def serving(home: Home, popen: Popen = ForkedPopen, /, **env: str) -> Iterator[Any]:
    (home.root / "serve.json").unlink(missing_ok=True)
    process = start(home, popen, **env)
    try:
        until(lambda: (home.root / "serve.json").exists() or process.poll() is not None)
        assert process.poll() is None, process.stderr and process.stderr.read()
        yield process
    finally:
        process.kill()
        process.communicate()


def until(look: Callable[[], Any], seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)
    return found


def turns(home: Home, job: str) -> list[JobRun]:
    storage = open_database(home.database)
    try:
        return [run for run in storage.service.jobs_since(LONG_AGO, (job,)) if run.outcome != JobOutcome.PLANNED]
    finally:
        storage.close()


def ask(home: Home, path: str) -> tuple[int, str]:
    told = json.loads((home.root / "serve.json").read_text())
    try:
        with urlopen(told["health"] + path, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()
