"""A machine examined: what is wrong is found, named, and has a way out."""

import socket
import threading
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Diembao, json_lines


@pytest.fixture
def home(tmp_path: Path, diembao: Diembao) -> Path:
    assert diembao("--home", tmp_path, "init").returncode == 0
    return tmp_path


def findings(diembao: Diembao, home: Path, *words: str, **env: str) -> tuple[int, dict[str, dict[str, Any]]]:
    done = diembao("--lang", "en", "--home", home, "--json", "doctor", *words, env=env)
    assert not done.stderr, done.stderr
    return done.returncode, {row["what"]: row for row in json_lines(done.stdout)}


def test_a_machine_that_will_do(home: Path, diembao: Diembao) -> None:
    code, found = findings(diembao, home)
    assert code == 0
    assert {"Python", "SQLite", "Disk", "Time zone", "Encoding", "Fonts", "Database", "Mail server"} <= found.keys()
    assert found["SQLite"]["verdict"] == "ok"
    assert "FTS5 ✓" in found["SQLite"]["said"]
    assert all(row["do"] for row in found.values() if row["verdict"] != "ok")
    assert "DNS" not in found, "the network only if asked"
    assert "alerts.toml" in found["Mail server"]["do"]


def test_what_is_wrong_is_found(home: Path, diembao: Diembao) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (home / "config" / "alerts.toml").write_text(f'[mail]\nto = ["a@b.vn"]\nserver = "127.0.0.1:{port}"\n')
    address = f"postgresql://may:mat-khau-4711@127.0.0.1:{port}/diembao"
    code, found = findings(diembao, home, DIEMBAO_DATABASE=address, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert code == 1
    assert {what for what, row in found.items() if row["verdict"] == "bad"} == {"Database", "Mail server"}
    assert "mat-khau-4711" not in str(found)
    assert "alerts --test" in found["Mail server"]["do"]
    assert found["Encoding"]["verdict"] == "warning"


def test_an_older_database_is_told(home: Path, diembao: Diembao) -> None:
    import sqlite3

    assert diembao("--home", home, "db", "check").returncode in (0, 1)
    assert diembao("--home", home, "status").returncode == 0
    with sqlite3.connect(home / "diembao.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0002'")
    _, found = findings(diembao, home)
    assert found["Database"]["do"] == "diembao db upgrade"


@pytest.fixture(params=[0, 3600])
def clock(request: pytest.FixtureRequest) -> Iterator[tuple[int, str]]:
    """A web server whose clock is so many seconds ahead."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response_only(405)
            import time

            self.send_header("Date", formatdate(time.time() + request.param, usegmt=True))
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield request.param, f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def test_the_clock_is_compared_if_asked(home: Path, diembao: Diembao, clock: tuple[int, str]) -> None:
    off, address = clock
    (home / "config" / "sources.toml").write_text(
        f'[[source]]\nid = "a"\nname = "A"\nhome = "{address}"\nfeeds = [{{ url = "{address}rss" }}]\n'
    )
    code, found = findings(diembao, home, "--network")
    assert found["DNS"]["verdict"] == "ok"
    assert (code, found["Clock"]["verdict"]) == ((1, "bad") if off else (0, "ok"))
    if off:
        assert "set-ntp" in found["Clock"]["do"]
