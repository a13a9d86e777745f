"""deploy/README.md, whose commands were typed, one after another: a running service."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.cli import fork_server
from tests.support.forked_commands import FORK

pytestmark = pytest.mark.long(40)

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"


def commands(text: str) -> list[str]:
    """The lines of the README that are to be typed, a block a string."""
    text = re.sub(r"(?s)```.*?```", "", text)
    blocks = re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)
    return [re.sub(r"(?m)^    ", "", block) for block in blocks]


#: What stands in for the commands of a real machine: its packages, users and systemd.
_STAND_INS = {
    "apt-get": "exit 0",
    "useradd": "exit 0",
    "chown": "exit 0",
    # Owners are left out; the rest is what it says.
    "install": 'args=""; while [ $# -gt 0 ]; do case "$1" in -o|-g) shift;; *) args="$args $1";; esac; shift; done;'
    " exec /usr/bin/install $args",
    # An environment of its own, with the very program under test.
    "python3": 'test "$1 $2" = "-m venv" || exec @python@ "$@"; mkdir -p "$3/bin"; cd "$3/bin";'
    " printf '#!/bin/sh\\nexit 0\\n' > pip; cp @root@/bin/ready-diembao diembao; chmod +x pip",
    # Forked, the service and its jobs too, from a process in which the program is read in already: reading it in costs
    # most of the time of most commands. tests/test_server.py starts a service as systemd does.
    "ready-diembao": 'exec @python@ -SE @root@/ready.py @ready@ "$@"',
    "systemd-run": 'while :; do case "$1" in -p) case "$2" in LoadCredential=*)'
    ' export CREDENTIALS_DIRECTORY=$(@python@ -SE @root@/loaded.py "${2#*=}");; esac; shift 2;;'
    ' -*) shift;; *) exec "$@";; esac; done',
    "systemctl": 'exec @python@ @root@/systemctl.py "$@"',
}

#: As systemd.exec(5) has it of a folder: each file becomes a credential of its own, named ID_FILE.
_LOADED = """
import shutil, sys, tempfile
from pathlib import Path
name, path = sys.argv[1].split(":")
loaded = tempfile.mkdtemp(dir="@root@")
for file in Path(path).iterdir():
    shutil.copy(file, f"{loaded}/{name}_{file.name}")
print(loaded)
"""
_READY = """
import json, os, socket, sys
environment = {**os.environ, "@fork@": sys.argv[1]}
request = json.dumps([os.getcwd(), environment, sys.argv[2:], [0, 1, 2]]).encode()
with socket.socket(socket.AF_UNIX) as line:
    line.connect(sys.argv[1])
    socket.send_fds(line, [len(request).to_bytes(4, "big")], [0, 1, 2])
    line.sendall(request)
    answer = line.makefile("rb")
    process = int.from_bytes(answer.read(4), "big")
    if sys.argv[-1] == "serve":
        with open("@root@/pid", "w") as file:
            file.write(str(process))
    sys.exit(int.from_bytes(answer.read(4), "big", signed=True))
"""
_SYSTEMCTL = """
import os, re, signal, subprocess, sys, time
from pathlib import Path
root = Path("@root@")
unit, pid = root / "etc/systemd/system/diembao.service", root / "pid"
verb = sys.argv[1]
if verb == "stop":
    number = int(pid.read_text())
    os.kill(number, signal.SIGTERM)
    look = ["ps", "-o", "stat=", "-p", str(number)]
    while subprocess.run(look, capture_output=True, text=True).stdout.strip(" Z\\n"):
        time.sleep(0.05)
if verb in ("start", "enable"):
    assert sys.argv[-1] == "diembao"
    [command] = re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.M)
    [given] = re.findall(r"^LoadCredential=(.*)$", unit.read_text(), re.M)
    load = [sys.executable, f"{root}/loaded.py", given.replace(":", f":{root}")]
    loaded = subprocess.run(load, capture_output=True, text=True, check=True).stdout.strip()
    env = os.environ | {"CREDENTIALS_DIRECTORY": loaded, "NOTIFY_SOCKET": f"{root}/n"}
    import socket
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        (root / "n").unlink(missing_ok=True)
        told.bind(str(root / "n"))
        told.settimeout(60)
        log = (root / "journal").open("a")
        subprocess.Popen(command.split(), env=env, stdout=log, stderr=log, start_new_session=True)
        assert told.recv(100) == b"READY=1"
"""


class _Outlet(BaseHTTPRequestHandler):
    """An outlet with a feed of one article: `diembao status` calls a service well only where something was read."""

    def do_GET(self) -> None:
        link = f"http://{self.headers['Host']}/bai-1.html"
        body = f"<p>Lô muối đầu tiên của Cà Ná rời cảng trong sáng nay.</p><a href='{link}'>{link}</a>"
        if self.path == "/rss":
            body = (
                f"<rss version='2.0'><channel><item><title>Muối Cà Ná</title><link>{link}</link></item></channel></rss>"
            )
        self.send_response(404 if self.path == "/robots.txt" else 200)
        self.send_header("Content-Type", "text/xml" if self.path == "/rss" else "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def outlet() -> Iterator[str]:
    """The address of an outlet on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Outlet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_the_readme_typed_line_by_line_is_a_running_service(tmp_path: Path, outlet: str) -> None:
    root = tmp_path
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    text = (DEPLOY / "README.md").read_text("utf-8")
    text = re.sub(r"(?<![\w.])/(opt|etc|var|usr/local)(?=/)", rf"{root}/\1", text).replace("8321", str(port))
    for name in ("bin", "usr/local/bin", "etc/systemd/system", "opt", "var/lib", "work"):
        (root / name).mkdir(parents=True, exist_ok=True)
    stands = {"@root@": str(root), "@python@": sys.executable, "@ready@": fork_server().path, "@fork@": FORK}
    for name, body in {
        **_STAND_INS,
        "../systemctl.py": _SYSTEMCTL,
        "../ready.py": _READY,
        "../loaded.py": _LOADED,
    }.items():
        for word, meant in stands.items():
            body = body.replace(word, meant)
        file = root / "bin" / name
        file.write_text(body if name.endswith(".py") else f"#!/bin/sh\n{body}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
    for version in ("0.2.0", "0.3.0"):
        with tarfile.open(root / "work" / f"diembao-{version}.tar.gz", "w:gz") as archive:
            for name in ("pyproject.toml", "requirements.txt", "requirements-pip.txt"):
                archive.add(ROOT / name, f"diembao-{version}/{name}")
            unit = root / "unit"
            unit.write_text(
                (DEPLOY / "diembao.service")
                .read_text()
                .replace("/opt/", f"{root}/opt/")
                .replace("/var/", f"{root}/var/")
            )
            archive.add(unit, f"diembao-{version}/deploy/diembao.service")
    env = {**os.environ, "PATH": f"{root}/bin:{root}/usr/local/bin:{os.environ['PATH']}"}
    home = root / "var" / "lib" / "diembao"
    said: dict[str, str] = {}
    blocks = commands(text)
    try:
        for block in blocks:
            # A shell for each block, as after logging in again.
            done = subprocess.run(
                ["sh", "-ec", block],
                cwd=root / "work",
                env=env,
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
            assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
            said[block] = done.stdout
            if "diembao init" in block:
                # Nobody else's sources are asked in a test.
                (home / "config" / "sources.toml").write_text(
                    f'[[source]]\nid = "a"\nname = "A"\nhome = "{outlet}"\nfeeds = [{{ url = "{outlet}rss" }}]\n'
                )
                plan = home / "config" / "schedule.toml"
                plan.write_text(plan.read_text("utf-8").replace("8321", str(port)), "utf-8")
    finally:
        if (root / "pid").exists():
            os.kill(int((root / "pid").read_text()), signal.SIGTERM)
            time.sleep(0.1)
    assert any('"ready": true' in text for text in said.values())
    ask = "from diembao.system.secrets import secret; print(secret('DIEMBAO_SMTP_PASSWORD'))"
    given = f"LoadCredential=diembao:{root}/etc/diembao/credentials"
    assert given in (root / "usr" / "local" / "bin" / "diembao").read_text()
    asked = ["systemd-run", "-p", given, sys.executable, "-c", ask]
    assert subprocess.run(asked, env=env, capture_output=True, text=True, check=True).stdout == (
        "the password of the mail account\n"
    )
    assert any("diem-bao-" in text and ".html" in text for text in said.values())
    assert list((home / "backups").glob("before-0.3.0.db"))
    assert (home / "diembao.db.before-restore").exists()
    assert (root / "opt" / "diembao" / "current").readlink().name == "0.2.0"
    journal = (root / "journal").read_text("utf-8")
    assert journal.count('"event": "serving"') == 4, "started, restored, upgraded, rolled back"
