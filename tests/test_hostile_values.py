"""Every command with values at and beyond their limits: a sentence and a documented exit code, never a traceback."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import httpx
import pytest
from click.testing import CliRunner

from diembao.cli import main
from diembao.cli.commands import init as init_command
from storage.database import open_database
from tests.support.filled import fill

pytestmark = [pytest.mark.one_in(6), pytest.mark.long(25)]

#: Commands that serve for ever, do a whole demonstration, or look up names.
_NOT_RUN = {"serve", "demo", "doctor", "source find"}

BEYOND = ["0001-01-01", "0001-01-02", "9999-12-31", "9999-12-30", "1899-12-31", "3000-01-01", "2026-02-30", "hôm nay"]
WITHIN = ["1900-01-01", "2999-12-31", "1970-01-01", "2026-03-02"]
NUMBERS = ["0", "-1", "9223372036854775808", "99999999999999999999999", "2147483648", "1e9", "nan", "٣", ""]
TEXTS = ["", "\x1b[2J", "x" * 5000, "%s{0}", "day:0001-01-01", "day:9999-12-31..9999-12-31", "day:..9999-12-31"]


@dataclass(frozen=True)
class Case:
    path: tuple[str, ...]
    words: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join((*self.path, *(word if len(word) < 30 else f"{word[:20]}…" for word in self.words)))


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command that is no group, with the words that call it."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def hostile_values(kind: click.ParamType) -> list[str]:
    """Return values at and beyond the limits of a kind of parameter; {folder} stands for the test's own folder."""
    if isinstance(kind, click.DateTime):
        return [*BEYOND, *WITHIN]
    if isinstance(kind, click.types.IntParamType | click.types.FloatParamType):
        return NUMBERS
    if isinstance(kind, click.Path):
        names = ["{folder}", "{folder}/none/none.jsonl", "{folder}/noise.jsonl", "{folder}/noise.csv", "/dev/full"]
        return [*names, "{folder}/" + "n" * 300 + ".csv", "{folder}/noise.jsonl/x.csv", "{folder}/empty.jsonl"]
    if isinstance(kind, click.Choice):
        return ["", "none"]
    return [*TEXTS, "{folder}/noise.jsonl", "{folder}/empty.jsonl", "{folder}"]


def cases() -> Iterator[Case]:
    for path, command in commands(main.cli):
        if " ".join(path) in _NOT_RUN:
            continue
        needed = [p for p in command.params if isinstance(p, click.Argument) and p.required]
        for parameter in command.params:
            if isinstance(parameter, click.Option) and (parameter.is_flag or parameter.hidden):
                continue
            others = [argument for argument in needed if argument is not parameter]
            rest = tuple("{folder}/out.csv" if isinstance(o.type, click.Path) else "0123456789abcdef" for o in others)
            for value in hostile_values(parameter.type):
                if isinstance(parameter, click.Option):
                    yield Case(path, (f"{parameter.opts[0]}={value}", *rest))
                else:
                    yield Case(path, ("--", value, *rest))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with a configuration, three articles, and files that hold noise and nothing."""
    root = tmp_path_factory.mktemp("home")
    assert CliRunner().invoke(main.cli, ["--home", str(root), init_command.COMMANDS[0].name or ""]).exit_code == 0
    storage = open_database(root / "diembao.db")
    fill(storage, range(3), datetime(2026, 3, 2, 6, tzinfo=UTC))
    storage.close()
    # One source, at a port of this machine where nobody listens.
    (root / "config" / "sources.toml").write_text(
        '[[source]]\nid = "a"\nname = "Báo A"\nhome = "http://127.0.0.1:9/"\ncountry = "VN"\nlanguages = ["vi"]\n'
        'category = "local"\nfeeds = ["http://127.0.0.1:9/rss"]\n',
        "utf-8",
    )
    noise = bytes(range(256)) * 20
    for name in ("noise.jsonl", "noise.csv"):
        (root / name).write_bytes(noise)
    (root / "empty.jsonl").touch()
    return root


def run_main(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Run the command line as the installed script does; return its exit code and standard error."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["diembao", *words])
        patch.setenv("PYTHONSAFEPATH", "1")  # the program sets it, for its children; here it ends with the command
        with pytest.raises(SystemExit) as end:
            main.main()
    code = end.value.code
    return (code if isinstance(code, int) else 1 if code else 0), capsys.readouterr().err


def run_desk(words: list[str], folder: Path) -> tuple[int, str]:
    """Run the command in a process of its own, ended as soon as it answers; return its exit code and standard error.

    A desk that begins takes the place of the process that was asked for it, and serves until a signal.
    """
    said = folder / "said"
    with said.open("wb") as errors:
        argv = [sys.executable, "-m", "diembao", *words]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, env=environment
        )
    with process:
        assert process.stdout is not None
        if match := re.search(rb"http://\S+:\d+", process.stdout.readline()):
            # The socket takes connections before the desk is ready, and answers when it is.
            httpx.get(f"{match[0].decode()}/favicon.ico", timeout=60, trust_env=False)
            process.terminate()
            process.stdout.read()
        return process.wait(60), said.read_text("utf-8")


@pytest.mark.parametrize("path", sorted({case.path for case in cases()}), ids=" ".join)
def test_no_value_ends_in_a_traceback(
    path: tuple[str, ...], home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = []
    for number, case in enumerate(c for c in cases() if c.path == path):
        folder = tmp_path / str(number)
        shutil.copytree(home, folder)
        words = [word.replace("{folder}", str(folder)) for word in case.words]
        try:
            line = ["--home", str(folder), *case.path, *words]
            code, said = run_desk(line, tmp_path) if path == ("desk",) else run_main(line, capsys)
        except Exception as error:
            wrong.append(f"{case}: {type(error).__name__}: {error}"[:300])
            continue
        if code not in (0, 1, 2, 3):
            wrong.append(f"{case}: exit code {code}")
        if "Traceback" in said or (code and not said.strip()):
            wrong.append(f"{case}: {code}, said {said[-200:]!r}")
        shutil.rmtree(folder, ignore_errors=True)
    assert wrong == []
