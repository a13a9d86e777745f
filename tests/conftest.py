"""A home folder that watches the sample press, and the command line run as a real process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from diembao.demo.home import write_home
from diembao.demo.server import Press
from diembao.home import Home

Diembao = Callable[..., "subprocess.CompletedProcess[str]"]


def run_diembao(*words: str | Path, **more: Any) -> "subprocess.CompletedProcess[str]":
    """Run the command line in a process of its own; `more` goes to subprocess.run."""
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    environment.pop("DIEMBAO_LANG", None)
    environment |= more.pop("env", {})
    return subprocess.run(
        [sys.executable, "-m", "diembao", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=more.pop("timeout", 200),
        env=environment,
        **more,
    )


@pytest.fixture(scope="session")
def diembao() -> Diembao:
    return run_diembao


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    with Press(datetime.now(UTC)) as opened:
        yield opened


@pytest.fixture(scope="module")
def home(press: Press, tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("home"))
    write_home(made, press.outlets)
    return made


def json_lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines() if line.startswith(("{", "["))]
