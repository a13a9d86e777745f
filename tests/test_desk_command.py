"""`diembao desk` as a process: the first link, a port that is taken; the sample people."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import httpx
import pytest

from diembao.cli.commands import demo
from diembao.cli.context import CliContext
from diembao.demo.people import make_people
from diembao.service.desk_process import desk_command, listen, url_of
from diembao.system.home import Home
from pipeline.i18n.language import Language, use_language
from storage.database import open_database
from tests.support.cli import run_inside
from tests.support.desk_server import write_desk_home
from tests.support.forked_processes import ForkedPopen


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return write_desk_home(tmp_path / "home")


@contextmanager
def running(*words: str) -> "Iterator[subprocess.Popen[str]]":
    environment = {**os.environ, "DIEMBAO_LANG": "en", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def answer(url: str) -> httpx.Response:
    """Ask until somebody answers: the socket takes connections before the program is ready."""
    return httpx.get(url, timeout=60, trust_env=False)


def test_the_first_start_prints_a_link_and_ends_by_a_signal(home: Home) -> None:
    with running(sys.executable, "-m", "diembao", "--home", str(home.root), "desk", "--port", "0") as process:
        assert process.stdout is not None
        said = ""
        while "invitation" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        [link] = re.findall(r"http://127\.0\.0\.1:\d+/invitation/[\w-]+", said)
        assert answer(link).status_code == 200
        assert (home.root / "desk.key").stat().st_mode & 0o777 == 0o600
    assert process.returncode == 0
    assert link.rpartition("/")[2] not in (home.root / "logs" / "desk.log").read_text("utf-8")


def test_a_port_that_is_taken_is_named(home: Home) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        words = [sys.executable, "-m", "diembao", "--home", str(home.root), "--lang", "en", "desk", "--port", port]
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert f"another program listens at 127.0.0.1:{port}" in done.stderr


def test_sample_people_sign_in_once_and_only_at_the_sample_press(home: Home) -> None:
    storage = open_database(home.database)
    people = make_people(storage, home)
    storage.close()
    listening = listen("127.0.0.1", 0)
    listening.set_inheritable(True)
    command = desk_command(home, listening)
    path = f"/sample/{people[0][1]}"
    with ForkedPopen(command, pass_fds=(listening.fileno(),), stderr=subprocess.DEVNULL) as plain:
        assert answer(url_of(listening) + path).status_code == 404
        plain.send_signal(signal.SIGTERM)
    with ForkedPopen([*command, "--sample"], pass_fds=(listening.fileno(),), stderr=subprocess.DEVNULL) as desk:
        with httpx.Client(base_url=url_of(listening), timeout=60, trust_env=False) as client:
            assert client.get(path).headers["location"] == "/"
            assert client.get("/today").status_code == 200
            assert client.get(path).status_code == 404
        desk.send_signal(signal.SIGTERM)
    listening.close()


def test_a_desk_that_is_bound_ends_with_whoever_holds_its_input(home: Home) -> None:
    """So a service that was killed leaves no desk behind on the port that its successor needs."""
    listening = listen("127.0.0.1", 0)
    command = desk_command(home, listening, is_bound=True)
    fds = (listening.fileno(),)
    with ForkedPopen(command, pass_fds=fds, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as bound:
        assert answer(url_of(listening) + "/sign-in").status_code == 200
        assert bound.stdin is not None
        bound.stdin.close()
        assert bound.wait(30) == 0
    listening.close()


def test_the_sample_desk_ends_with_its_command_and_leaves_nothing(home: Home) -> None:
    """The terminal shows the links alone; a signal to the command alone ends the desk too, and its home is deleted."""
    code = (
        "import sys; from pathlib import Path; from diembao.cli.commands.desk import serve_sample_desk; "
        "from diembao.cli.context import CliContext; from diembao.system.home import Home; "
        "home = Home(Path(sys.argv[1])); app = CliContext(home, False, False, False); "
        "sys.exit(serve_sample_desk(app, home))"
    )
    with running(sys.executable, "-c", code, str(home.root)) as process:
        assert process.stdout is not None
        said = ""
        while said.count("Ctrl-C") < 2:  # in its first and its last line
            line = process.stdout.readline()
            assert line, said
            said += line
        links = re.findall(r"http://127\.0\.0\.1:\d+/sample/[\w-]+", said)
        assert len(links) == 6
        with httpx.Client(timeout=60, trust_env=False, follow_redirects=True) as client:
            assert client.get(links[0]).url.path == "/today"
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
    assert (process.returncode, rest) == (0, "")
    assert not home.root.exists()
    with pytest.raises(httpx.ConnectError):
        answer(links[0])


@pytest.mark.parametrize("option", ["--keep", "--serve", "--keep-serving"])
def test_a_kept_database_is_not_given_to_the_sample_desk(tmp_path: Path, option: str) -> None:
    with pytest.raises(click.UsageError, match="--desk"):
        run_inside("demo", "--desk", option, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_demonstration_ends_with_the_way_to_the_desk(
    language: Language, capsys: pytest.CaptureFixture[str], home: Home
) -> None:
    app = CliContext(home, language_given=True, quiet=False, as_json=False)
    with use_language(language):
        demo._print(app, Path("b.html"), Path("d.html"), Path("d.csv"), None, 60)
    assert re.search(r"(?m)^  diembao demo --desk  .*(desk|bàn điểm báo)", capsys.readouterr().out)
