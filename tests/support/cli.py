"""The command line, run as a process of its own or, much faster, inside the test's process."""

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from click.testing import CliRunner

from diembao.cli.main import cli
from tests.support.forked_commands import ForkedCommand, ForkServer

Diembao = Callable[..., "subprocess.CompletedProcess[str]"]


#: Variables that Python reads at its start only.
_OF_THE_START = ("PYTHON", "LC_", "LANG")


@cache
def fork_server() -> ForkServer:
    """Return the fork server of this process, started when it is first asked for."""
    server = ForkServer()
    atexit.register(server.close)
    return server


def run_diembao(*words: str | Path, **more: Any) -> "subprocess.CompletedProcess[str]":
    """Run the command line in a process of its own; `more` goes to subprocess.run."""
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    environment.pop("DIEMBAO_LANG", None)
    own = more.pop("env", {})
    environment |= own
    seconds = more.pop("timeout", 200)
    if more.keys() <= {"cwd", "input"} and not any(name.startswith(_OF_THE_START) for name in own):
        folder = str(more.get("cwd") or Path.cwd())
        arguments = [str(word) for word in words]
        return fork_server().run(
            arguments, environment=environment, folder=folder, text=more.get("input"), seconds=seconds
        )
    return subprocess.run(
        [sys.executable, "-m", "diembao", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
        env=environment,
        **more,
    )


def run_python(code: str, *words: str, text: str = "", seconds: float = 120) -> "subprocess.CompletedProcess[str]":
    """Run a program that crawls in a process of its own, as `python -W ignore -c`, with `text` as its input."""
    arguments, folder = ["-c", code, *words], str(Path.cwd())
    return fork_server().run(arguments, environment=os.environ, folder=folder, text=text, seconds=seconds)


def start_diembao(*words: str | Path, env: Mapping[str, str] = MappingProxyType({})) -> ForkedCommand:
    """Start the command line in a session of its own, with these variables too; what it prints goes nowhere."""
    with Path(os.devnull).open("r+b") as nowhere:
        return fork_server().start(
            [str(word) for word in words],
            environment={**os.environ, **env},
            folder=str(Path.cwd()),
            streams=[nowhere.fileno()] * 3,
        )


def json_lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines() if line.startswith(("{", "["))]


@dataclass(frozen=True)
class CommandResult:
    """Exit code and output of a command."""

    returncode: int
    stdout: str
    stderr: str


def run_inside(*words: str | Path, **env: str) -> CommandResult:
    """Run a command with these environment variables; its exceptions reach the caller."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DIEMBAO_LANG", raising=False)
        for name, value in env.items():
            patch.setenv(name, value)
        done = CliRunner().invoke(cli, [str(word) for word in words], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    code = done.return_value
    return CommandResult(code if isinstance(code, int) else 0, done.stdout, done.stderr)
