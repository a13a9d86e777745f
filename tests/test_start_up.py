"""What a command reads in: itself and what it needs; the help page and completion none of the commands."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import click
import pytest
from click.shell_completion import ShellComplete

from diembao.cli import commands
from diembao.cli.command_list import LISTED
from diembao.cli.main import cli
from pipeline.i18n.language import LANGUAGES, use_language
from storage.database import open_database

_PRINT_MODULES = (
    "import sys, atexit; sys.argv[0] = 'diembao';"
    "atexit.register(lambda: print('modules', *sys.modules));"
    "from diembao.__main__ import main; main()"
)
#: Slow to read in, and of no use to a command that only looks something up.
_HEAVY = {
    *("alembic", "cryptography", "httpcore", "numpy", "pandas", "rich", "scrapy", "sqlalchemy.dialects.postgresql"),
    *("structlog", "trafilatura", "twisted", "zxcvbn"),
}


def modules_of(home: Path, *words: str) -> set[str]:
    """Run a command in a new process; return the names of the modules that it has read in at its end."""
    command = [sys.executable, "-c", _PRINT_MODULES, "--home", str(home), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("modules "))
    return set(line.split()[1:])


def test_every_command_is_listed_where_it_is() -> None:
    found = {
        command.name: module.name
        for module in iter_modules(commands.__path__)
        for command in getattr(import_module(f"{commands.__name__}.{module.name}"), "COMMANDS", ())
    }
    assert found == {name: listed.module for name, listed in LISTED.items()}
    assert found.keys() == cli.commands.keys()


@pytest.mark.parametrize("name", LISTED)
def test_a_listed_command_is_read_in_by_its_name(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert (command.name, command.help) == (name, LISTED[name].help)


def test_the_help_page_says_of_each_command_what_the_command_does() -> None:
    settings: dict[str, Any] = {**cli.context_settings, "terminal_width": 400, "max_content_width": 400}
    for language in LANGUAGES:
        with use_language(language):
            page = cli.get_help(click.Context(cli, **settings))
            for name in LISTED:
                assert f"  {name} " in page
                assert cli.commands[name].get_short_help_str(300) in page


@pytest.mark.parametrize(
    ("words", "incomplete", "expected"),
    [
        ([], "st", {"status", "stories"}),
        ([], "--la", {"--lang"}),
        (["source"], "l", {"learn", "list"}),
        (["search"], "--sav", {"--save", "--saved"}),
    ],
)
def test_completion(words: list[str], incomplete: str, expected: set[str]) -> None:
    found = ShellComplete(cli, {}, "diembao", "_DIEMBAO_COMPLETE").get_completions(words, incomplete)
    assert {item.value for item in found} == expected
    assert all(item.help for item in found)


def test_the_help_page_reads_in_no_command(tmp_path: Path) -> None:
    modules = modules_of(tmp_path, "--help")
    assert {name for name in modules if name.startswith("diembao.cli.commands.")} == set()
    assert modules & {*_HEAVY, "pydantic", "sqlalchemy"} == set()


@pytest.mark.parametrize("words", [["status"], ["search", "x"]])
def test_a_command_that_looks_something_up_reads_in_nothing_heavy(tmp_path: Path, words: list[str]) -> None:
    open_database(tmp_path / "diembao.db").close()  # an empty one gets its tables from alembic
    modules = modules_of(tmp_path, *words)
    assert "sqlalchemy" in modules
    assert modules & _HEAVY == set()
    assert {name for name in modules if name.startswith("diembao.cli.commands.")} == {
        f"diembao.cli.commands.{words[0]}"
    }
