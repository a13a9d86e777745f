"""`diembao desk` as a process: the first link, a port that is taken; who keeps it running; the sample people."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from diembao.demo.people import make_people
from diembao.service.desk_process import DeskKeeper, desk_command, listen, url_of
from diembao.service.logs import close_log, open_log
from diembao.system.home import Home
from storage.database import open_database
from tests.support.desk_server import write_desk_home


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
    with subprocess.Popen(command, pass_fds=(listening.fileno(),), stderr=subprocess.DEVNULL) as plain:
        assert answer(url_of(listening) + path).status_code == 404
        plain.send_signal(signal.SIGTERM)
    with subprocess.Popen([*command, "--sample"], pass_fds=(listening.fileno(),), stderr=subprocess.DEVNULL) as desk:
        with httpx.Client(base_url=url_of(listening), timeout=60, trust_env=False) as client:
            assert client.get(path).headers["location"] == "/"
            assert client.get("/today").status_code == 200
            assert client.get(path).status_code == 404
        desk.send_signal(signal.SIGTERM)
    listening.close()


def test_the_service_starts_the_desk_again(home: Home, tmp_path: Path) -> None:
    listening = listen("127.0.0.1", 0)
    url = url_of(listening)
    log = open_log(tmp_path / "logs", (tmp_path / "err").open("w", encoding="utf-8"))
    keeper = DeskKeeper(home, listening, log)
    keeper.start()
    try:
        assert answer(f"{url}/sign-in").status_code == 200
        [pid] = [int(pid) for pid in _children() if "diembao.web" in Path(f"/proc/{pid}/cmdline").read_text()]
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                assert answer(f"{url}/sign-in").status_code == 200
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        else:
            pytest.fail("it was not started again")
    finally:
        keeper.close()
        close_log()
    text = (tmp_path / "err").read_text("utf-8")
    assert '"desk_ended"' in text
    assert '"exit": -9' in text


def _children() -> list[str]:
    """Return the processes that this one started."""
    return Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split() + [
        child
        for task in Path(f"/proc/{os.getpid()}/task").iterdir()
        if task.name != str(os.getpid())
        for child in (task / "children").read_text().split()
    ]
