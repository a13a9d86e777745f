"""config check: every fault of every file at once, also what only the command line or the folder can tell."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import FILES, packaged
from diembao.cli.job_commands import command_fault
from diembao.cli.main import cli
from pipeline.i18n.language import use_language
from tests.support.cli import CommandResult, run_inside
from tests.support.clocks import CALENDAR_KNOWN, clock_at

Edit = Callable[[str], str]
CONTACT = 'contact = "a@bao.example"'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration without faults."""
    directory = tmp_path / "config"
    directory.mkdir()
    for name in FILES:
        (directory / name).write_text(packaged(name).replace('contact = ""', CONTACT), "utf-8")
    return directory


def check(folder: Path) -> CommandResult:
    clock = clock_at(folder.parent, CALENDAR_KNOWN)
    return run_inside("--home", folder.parent, "config", "check", DIEMBAO_LANG="en", DIEMBAO_CLOCK=clock)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_configuration_without_faults(folder: Path) -> None:
    done = check(folder)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_home_without_configuration(tmp_path: Path) -> None:
    done = run_inside("--home", tmp_path / "none", "config", "check")
    assert done.returncode == 2
    assert f"diembao --home {tmp_path / 'none'} init" in done.stderr


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("settings.toml", CONTACT, 'contact = " "', "15: crawl.contact: is empty"),
        ("alerts.toml", "127.0.0.1:25", "127.0.0.1:99999", "mail.server: host:port"),
        ("alerts.toml", "127.0.0.1:25", "127.0.0.1:0", "mail.server: host:port"),
        ("alerts.toml", "127.0.0.1:25", "mail.example", "mail.server: host:port"),
        ("schedule.toml", "127.0.0.1:8321", "127.0.0.1:65536", "serve.health: host:port"),
        ("schedule.toml", '["db", "check"]', '["db", "chek"]', "job[14].command: No such command 'chek'"),
        ("schedule.toml", '["process"]', '["process", "--wit", "3"]', "job[1].command: No such option '--wit'"),
        ("schedule.toml", '["process"]', '["serve"]', "job[1].command: it never ends"),
        ("schedule.toml", 'command = ["digest"]', 'command = ["digest", "--day", "today"]', "is no day"),
        ("settings.toml", 'database = ""', 'database = "mysql://db/x"', "storage.database: "),
        ("settings.toml", 'database = ""', 'database = "a database"', "storage.database: "),
    ],
)
def test_faults(folder: Path, name: str, old: str, new: str, fault: str) -> None:
    edit(folder / name, old, new)
    done = check(folder)
    assert done.returncode == 2
    assert fault in done.stderr
    assert f"{folder / name}:" in done.stderr


def test_files_that_are_missing_or_misnamed(folder: Path) -> None:
    (folder / "places.toml").rename(folder / "place.toml")
    (folder / "sources.toml").unlink()
    done = check(folder)
    assert done.returncode == 2
    assert "place.toml: nothing reads a file of this name; is it meant to be places.toml?" in done.stderr
    assert "sources.toml: is missing" in done.stderr


def test_doubts_are_no_faults(folder: Path) -> None:
    (folder / "topics.toml").unlink()
    edit(folder / "alerts.toml", "to = []", 'to = ["lan@bao.example"]')
    done = check(folder)
    assert done.returncode == 0
    assert "topics.toml: is missing; the one that came with the program is used" in done.stderr
    assert "mail.sender: diembao@localhost is no address in the world outside" in done.stderr


def test_faults_of_form_and_of_sense_of_all_files_at_once(folder: Path) -> None:
    """What has the wrong form must not hide what has the wrong sense, nor one file another."""
    edit(folder / "settings.toml", "delay_seconds = 2.0", 'delay_seconds = "two"\ncutof = 1')
    edit(folder / "settings.toml", 'cutoff = "06:00"', 'cutoff = "26:00"')
    edit(folder / "schedule.toml", "every_minutes = 10", 'every_minutes = "ten"\ncron = "x y"')
    edit(folder / "schedule.toml", '["db", "check"]', '["db", "chek"]')
    sources = folder / "sources.toml"
    first = '[[source]]\nname = "no id"\nhome = "http://a.example/"\nfeeds = []\n'
    second = '[[source]]\nid = "second"\nname = "2"\nhome = "ftp://b.example/"\nfeeds = []\nenabled = false\n'
    sources.write_text(first + second, "utf-8")
    (folder / "topics.toml").write_text('[[topic]]\nid = "A b"\nlabel = 3\n', "utf-8")
    faults = check(folder).stderr.splitlines()
    for part in (
        "settings.toml:17: crawl.delay_seconds: ",
        "settings.toml:18: crawl.cutof: unknown key",
        "digest.cutoff: not a time of day",
        "job[0].every_minutes: ",
        "job[0].cron: ",
        "job[14].command: No such command 'chek'",
        "sources.toml:1: source[0].id: is missing",
        # The table before it was left out; line and number are those of the file.
        "sources.toml:8: source[1].home: no http(s) address",
        "topics.toml:3: topic[0].label",
    ):
        assert any(part in fault for fault in faults), (part, faults)


def test_every_line_that_is_no_toml(folder: Path) -> None:
    text = '[province]\nname = "X\nname_en = "X"\nnote = \n[digest]\ncutoff = 06:00\n'
    (folder / "settings.toml").write_text(text, "utf-8")
    faults = [line for line in check(folder).stderr.splitlines() if "no valid TOML" in line]
    assert [fault.split("settings.toml:")[1].split(":")[0] for fault in faults] == ["2", "4", "6"]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("collect --due", ""),
        ("db backup --keep 14", ""),
        ("report --last week --day {day}", ""),
        ("--lang en digest --json", ""),
        ("db", "names no command"),
        ("collect x", "unexpected extra argument"),
        ("export", "Missing argument"),
        ("process --help", "does nothing"),
        ("demo", "never ends"),
    ],
)
def test_commands_of_jobs(words: str, fault: str) -> None:
    with use_language("en"):
        problem = command_fault(cli, words.split())
    assert (fault in problem) if fault else problem == "", problem
