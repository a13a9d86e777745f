"""A home whose alerts go to a real mail server and a web hook, and what reached people of them."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from diembao.system.home import Home
from storage.database import open_database
from tests.support.cli import CommandResult, Diembao, run_inside

NOW = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)  # 07:00 in the province
PASSWORD = "rat-bi-mat-4711"


@dataclass
class Heard:
    """What reached people: mails, and what was posted to the web hook."""

    mails: list[EmailMessage] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    smtp_port: int = 0
    hook_port: int = 0
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    #: takes letters without saying so
    mute: bool = False

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        made = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(made, EmailMessage)
        self.mails.append(made)
        if self.mute:
            server.transport.abort()
        return "250 OK"

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == PASSWORD.encode())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listen() -> Iterator[Heard]:
    """Run a mail server and a web hook that keep what reaches them."""
    heard = Heard(smtp_port=free_port())

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    heard.hook_port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    mail = smtp(heard)
    mail.start()
    yield heard
    mail.stop()
    server.shutdown()
    server.server_close()


def smtp(heard: Heard) -> Controller:
    return Controller(
        heard,
        hostname="127.0.0.1",
        port=heard.smtp_port,
        authenticator=heard.authenticate,
        auth_required=True,
        auth_require_tls=False,
    )


def open_office(tmp_path: Path, heard: Heard, diembao: Diembao) -> "Office":
    """Make a home folder whose alerts go to `heard`, at NOW."""
    assert run_inside("--home", tmp_path / "home", "init").returncode == 0
    made = Office(Home(tmp_path / "home"), heard, diembao, tmp_path / "clock.json")
    made.set(NOW)
    return made


@dataclass
class Office:
    """A home folder whose alerts go to `heard`, and a clock."""

    home: Home
    heard: Heard
    diembao: Diembao
    clock: Path

    def set(self, at: datetime) -> None:
        self.clock.write_text(json.dumps({"now": at.isoformat(), "steady": 0.0}))

    def rules(self, *rules: str, port: int | None = None) -> None:
        text = '[mail]\nto = ["bao.chi@example.vn"]\nsender = "may@example.vn"\nuser = "may"\n'
        text += f'server = "127.0.0.1:{port or self.heard.smtp_port}"\n[hooks]\nsecrets = ["DIEMBAO_ALERT_URL"]\n'
        (self.home.config / "alerts.toml").write_text(text + "".join(f"[[rule]]\n{rule}\n" for rule in rules))

    def owes_digests(self) -> None:
        storage = open_database(self.home.database)
        storage.service.plan_job("digest", NOW - timedelta(days=3), "test")
        storage.close()

    @property
    def env(self) -> dict[str, str]:
        return {
            "DIEMBAO_CLOCK": str(self.clock),
            "DIEMBAO_SMTP_PASSWORD": PASSWORD,
            "DIEMBAO_ALERT_URL": f"json://127.0.0.1:{self.heard.hook_port}/",
        }

    def alerts(self, *words: str, **env: str) -> CommandResult:
        return run_inside("--home", self.home.root, "alerts", *words, **{**self.env, **env})


def text_of(heard: Heard) -> str:
    """What one mail and one post said, alike."""
    [mail], [post] = heard.mails, heard.posts
    text: str = mail.get_content()
    assert post["title"] == mail["Subject"]
    assert post["message"].split() == text.split()
    assert "Cách xử lý:" in text, "the way out"
    assert "diembao" in text.partition("Cách xử lý:")[2] or "backups" in text
    return text
