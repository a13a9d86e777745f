"""A command of diembao run inside the test's own process: a start of its own costs more than most commands do."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from diembao.cli.main import cli


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def run_inside(*words: str | Path, **env: str) -> Said:
    """Run a command with these environment variables; what it raises comes through."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DIEMBAO_LANG", raising=False)
        for name, value in env.items():
            patch.setenv(name, value)
        done = CliRunner().invoke(cli, [str(word) for word in words], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    code = done.return_value
    return Said(code if isinstance(code, int) else 0, done.stdout, done.stderr)
