"""Every rule of alerts.toml, by a real cause, heard by a real SMTP server and a web hook, once a day."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from config.alerts import load_alerts
from config.load import ConfigError
from diembao.system.home import Home
from pipeline.records import (
    Entry,
    Feed,
    JobOutcome,
    JobRun,
    Poll,
    Reason,
    SavedSearch,
    Source,
)
from storage.database import open_database
from tests.support.cli import CommandResult, Diembao, json_lines, run_inside
from tests.support.factories import examine_pending, plain_coverage, store_pages

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


@pytest.fixture
def heard() -> Iterator[Heard]:
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


@pytest.fixture
def office(tmp_path: Path, heard: Heard, diembao: Diembao) -> Office:
    assert run_inside("--home", tmp_path / "home", "init").returncode == 0
    made = Office(Home(tmp_path / "home"), heard, diembao, tmp_path / "clock.json")
    made.set(NOW)
    return made


pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


def text_of(heard: Heard) -> str:
    """What one mail and one post said, alike."""
    [mail], [post] = heard.mails, heard.posts
    text: str = mail.get_content()
    assert post["title"] == mail["Subject"]
    assert post["message"].split() == text.split()
    assert "Cách xử lý:" in text, "the way out"
    assert "diembao" in text.partition("Cách xử lý:")[2] or "backups" in text
    return text


def test_a_job_that_failed(office: Office, heard: Heard) -> None:
    (office.home.config / "schedule.toml").write_text(
        '[serve]\nhealth = ""\n[[job]]\nname = "xau"\ncommand = ["nonsense"]\nevery_minutes = 60\n'
    )
    server = subprocess.Popen(
        [sys.executable, "-m", "diembao", "--home", str(office.home.root), "serve"], stderr=subprocess.PIPE, text=True
    )
    assert server.stderr is not None
    assert any('"event": "ended"' in line for line in server.stderr)
    server.terminate()
    server.communicate(timeout=30)
    office.set(datetime.now(UTC))
    office.rules('kind = "job"\ntimes = 1')
    assert office.alerts().returncode == 0
    text = text_of(heard)
    assert "“xau” hỏng" in text
    assert "mã 2" in text
    assert "nonsense" in text
    assert heard.mails[0]["To"] == "bao.chi@example.vn"
    assert heard.logins == [(b"may", PASSWORD.encode())]


def test_no_digest_in_time_said_once_and_not_when_there_is_one(office: Office, heard: Heard) -> None:
    office.rules('kind = "no_digest"\nby = "06:45"')
    assert office.alerts().returncode == 0
    assert heard.mails == [], "a service that never ran owes nothing"
    office.owes_digests()
    office.set(NOW - timedelta(minutes=20))  # 06:40
    assert office.alerts().returncode == 0
    assert heard.mails == []
    office.set(NOW)
    for _ in range(2):
        assert office.alerts().returncode == 0
    assert "Chưa có điểm báo ngày 20/11/2026" in text_of(heard)
    office.set(NOW + timedelta(days=1))
    assert run_inside("--home", office.home.root, "digest", "--form", "html", **office.env).returncode == 0
    assert office.alerts().returncode == 0
    assert len(heard.mails) == 1


def test_a_silent_source(office: Office, heard: Heard) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    feeds = ", ".join(f'{{ url = "{address}/{name}" }}' for name in ("rss", "tin", "anh"))
    (office.home.config / "sources.toml").write_text(
        f'[[source]]\nid = "cam"\nname = "Báo Câm"\nhome = "{address}/"\nfeeds = [{feeds}]\n'
    )
    office.set(datetime.now(UTC) + timedelta(minutes=1))
    assert office.diembao("--home", office.home.root, "collect", env=office.env).returncode == 1
    office.set(datetime.now(UTC) + timedelta(minutes=2))  # what is recorded at this very moment is not past yet
    office.rules('kind = "source_silent"\nhours = 24')
    assert office.alerts().returncode == 0
    text = text_of(heard)
    assert "Báo Câm" in text
    assert "collect --source cam" in text


def test_a_disk_nearly_full(office: Office, heard: Heard) -> None:
    office.rules('kind = "disk"\npercent = 100\nmegabytes = 1')
    assert office.alerts().returncode == 0
    assert "sắp đầy" in text_of(heard)


def test_no_backup(office: Office, heard: Heard) -> None:
    storage = open_database(office.home.database)
    storage.service.plan_job("backup", NOW - timedelta(days=3), "test")
    office.rules('kind = "backup"\nhours = 50')
    assert office.alerts().returncode == 0
    assert "sao lưu" in text_of(heard)
    number = storage.service.begin_job("backup", NOW, NOW, 0, "test")
    storage.service.end_job(JobRun(number, "backup", NOW, NOW, NOW, JobOutcome.DONE, 0))
    storage.close()
    office.set(NOW + timedelta(days=1))
    assert office.alerts().returncode == 0
    assert len(heard.mails) == 1


def fill(home: Home, ages: Sequence[int], *, today: int = 4, title: str = "Bài") -> None:
    """Store four articles for each day so long ago, and `today` for this one."""
    storage = open_database(home.database)
    source = Source("a", "Báo A", "https://a.example/", (Feed("https://a.example/rss"),))
    storage.crawl.set_sources([source])
    for age in ages:
        at = NOW - timedelta(days=age, hours=2)
        run = storage.service.begin_run("collect", at)
        entries = tuple(Entry(f"https://a.example/{age}-{n}.html") for n in range(4 if age else today))
        store_pages(storage, run, Poll("a", source.feeds[0].url, at, Reason.OK, 200, entries=entries))
        examine_pending(storage, partial(plain_coverage, published=at, title=title), at)
    storage.close()


def test_a_spike(office: Office, heard: Heard) -> None:
    fill(office.home, range(9, -1, -1), today=30)
    office.rules('kind = "spike"')
    assert office.alerts().returncode == 0
    assert "30 bài" in text_of(heard)
    assert "4–4 bài" in text_of(heard)


def test_a_saved_search(office: Office, heard: Heard) -> None:
    fill(office.home, [3], title="Điện gió cũ")
    storage = open_database(office.home.database)
    storage.search.save(SavedSearch("gio", "dien gio", NOW - timedelta(days=1)))
    storage.close()
    office.rules('kind = "search"')
    assert office.alerts().returncode == 0
    assert heard.mails == [], "nothing new"
    fill(office.home, [0], title="Điện gió mới")
    for _ in range(2):
        assert office.alerts().returncode == 0
    text = text_of(heard)
    assert "Điện gió mới" in text
    assert "Điện gió cũ" not in text
    assert "diembao search @gio" in text


@pytest.mark.parametrize(
    ("title", "figures"),
    [
        ("Hai người chết đuối ở biển Cà Ná", "2 người chết"),
        ("Tìm kiếm 3 ngư dân mất tích ngoài khơi Cà Ná", "3 người mất tích"),
        ("23 người nhập viện sau bữa cỗ ở Ninh Phước", "23 người bị thương, nhập viện"),
        # nothing grave: denied, a drill, too few, of long ago, of another matter
        ("Cháy kho ở Phan Rang, không có người chết", ""),
        ("Diễn tập cứu 3 người mất tích trên biển Cà Ná", ""),
        ("Một người bị thương nhẹ khi xe máy ngã ở Ninh Sơn", ""),
        ("Điện gió Ninh Thuận hòa lưới", ""),
    ],
)
def test_grave_news(office: Office, heard: Heard, title: str, figures: str) -> None:
    office.rules('kind = "grave"\ndead = 1\ninjured = 5')
    fill(office.home, [9], title="Năm người chết trong vụ lật tàu ở Cà Ná")
    assert office.alerts().returncode == 0
    assert heard.mails == [], "of nine days ago"
    fill(office.home, [0], title=title, today=1)
    for _ in range(2):
        assert office.alerts().returncode == 0
    if figures:
        assert f"({figures})" in text_of(heard)
        assert title in text_of(heard)
    else:
        assert heard.mails == []


def test_a_database_that_is_none_is_told_once(office: Office, heard: Heard) -> None:
    office.rules('kind = "disk"\npercent = 100\nmegabytes = 1')
    office.home.database.write_bytes(b"no database" * 1000)
    for _ in range(2):
        assert office.alerts().returncode == 1
    assert "diembao db restore" in text_of(heard)


def test_several_causes_are_one_message_and_a_server_that_was_down_hears_it_once(office: Office, heard: Heard) -> None:
    rules = ('kind = "no_digest"\nby = "06:45"', 'kind = "disk"\npercent = 100\nmegabytes = 1')
    office.owes_digests()
    office.rules(*rules, port=free_port())
    for _ in range(2):
        done = office.alerts()
        assert done.returncode == 1
        assert "Không gửi được: mail" in done.stderr
    assert len(heard.posts) == 1, "the hook took it at once"
    office.set(NOW + timedelta(hours=6))
    office.rules(*rules)
    for _ in range(2):
        assert office.alerts().returncode == 0
    text = text_of(heard)
    assert text.startswith("1. ")
    assert "\n2. " in text


def test_a_server_that_never_answers_is_not_sent_it_for_ever(office: Office, heard: Heard) -> None:
    office.rules('kind = "disk"\npercent = 100\nmegabytes = 1')
    heard.mute = True
    for _ in range(2):
        assert office.alerts().returncode == 0
    assert len(heard.mails) == 1


def test_a_trial_message(office: Office, heard: Heard) -> None:
    office.rules()
    done = office.alerts("--test")
    assert done.returncode == 0, done.stderr
    assert [len(heard.mails), len(heard.posts)] == [1, 1]
    office.rules(port=free_port())
    assert office.alerts("--test").returncode == 1


def test_no_secret_is_said_when_a_channel_fails(office: Office) -> None:
    office.rules(port=free_port())
    done = office.alerts("--test", DIEMBAO_ALERT_URL=f"json://may:{PASSWORD}@127.0.0.1:{free_port()}/")
    assert done.returncode == 1
    assert "DIEMBAO_ALERT_URL" in done.stderr
    assert PASSWORD not in done.stderr + done.stdout
    assert json_lines(done.stdout) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[mail]\nto = ["ai đó"]', r"alerts\.toml:2: mail\.to: no e-mail address"),
        ('[mail]\nserver = "smtp"', r":2: mail\.server: host:port"),
        ('[hooks]\nsecrets = ["tgram://123:abc/1"]', "the name of a secret"),
        ('[[rule]]\nkind = "job"', "'job' needs times"),
        ('[[rule]]\nkind = "spike"\nhours = 3', "'spike' has no hours"),
        ('[[rule]]\nkind = "no_digest"\nby = "6h45"', "HH:MM"),
        ('[[rule]]\nkind = "disk"\npercent = 0\nmegabytes = 5', "more than 0"),
    ],
)
def test_rules_that_make_no_sense_say_where(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "alerts.toml").write_text(text)
    with pytest.raises(ConfigError, match=said):
        load_alerts(tmp_path)
    assert load_alerts(None).rule
