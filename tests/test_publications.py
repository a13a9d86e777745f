"""Published digests: frozen, corrected in the next one, and sent once to each list by a real mail server."""

import email
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import create_engine, text

from config.alerts import Mail
from config.rulebook import load_rulebook
from config.settings import MailingList, SendingSettings, Settings, load_settings
from diembao.jobs.publishing import publish as publish_job
from diembao.jobs.publishing import send
from diembao.jobs.publishing.digest_email import is_email_part
from pipeline.records import Coverage, Decision, Entry, Poll, Reason
from pipeline.records.publications import Publication
from pipeline.rules.rulebook import Rulebook
from storage.database import Database, open_database
from storage.engine.errors import StorageError
from tests.support.cli import Diembao, json_lines
from tests.support.days import END, fill, item
from tests.support.factories import examine_pending, store_pages

pytestmark = pytest.mark.long(11)

DAY = date(2026, 11, 22)
LISTS = SendingSettings(
    ("pdf", "docx"),
    (),
    (MailingList("lanh-dao", ("a@example.vn", "b@example.vn")), MailingList("bao-chi", ("c@example.vn",))),
)


@dataclass
class Post:
    """A mail server that keeps what it is given, after saying `answers` to the first letters."""

    port: int
    letters: list[tuple[list[str], bytes]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.answers and not (answer := self.answers.pop(0)).startswith("250"):
            return answer
        self.letters.append((list(envelope.rcpt_tos), envelope.content))
        return "250 OK"


@pytest.fixture
def post() -> Iterator[Post]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found = Post(int(probe.getsockname()[1]))
    server = Controller(found, hostname="127.0.0.1", port=found.port)
    server.start()
    yield found
    server.stop()


@pytest.fixture(scope="module")
def rules() -> Rulebook:
    return load_rulebook(None)


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Database]:
    made = open_database(tmp_path / "d.db")
    fill(made, 12)
    yield made
    made.close()


Publish = Callable[..., Publication]


@pytest.fixture
def publish(storage: Database, rules: Rulebook) -> Publish:
    settings: Settings = load_settings(None)

    def run(day: date = DAY, made_at: datetime = END + timedelta(minutes=15), **more: Any) -> Publication:
        return publish_job.publish(storage, settings, rules, day=day, language="vi", made_at=made_at, **more)

    return run


def edit(storage: Database, n: int, at: datetime, title: str = "Sửa", **tags: Any) -> None:
    """Let the page of an article be fetched again with another text, and tagged otherwise."""
    made = item(n)
    home = f"http://{made.source_id}.example"
    url = f"{home}/{made.key}"
    run = storage.service.begin_run("collect", at)
    poll = Poll(made.source_id, f"{home}/rss", at, Reason.OK, 200, entries=(Entry(url, title),))
    store_pages(storage, run, poll, lambda _: title.encode(), recheck_all=True)
    article = replace(made.article, url=url, canonical=url, text=f"{title}.")
    assert examine_pending(storage, lambda d: Coverage(d.id, article, replace(made.tags, **tags)), at)


def test_what_was_published_stays_as_it_was(storage: Database, publish: Publish) -> None:
    made = publish(number=5)
    assert {Path(name).suffix for name in made.files if not is_email_part(name)} == {
        ".html",
        ".md",
        ".docx",
        ".pdf",
        ".csv",
    }
    assert made.sha256 in made.files["diem-bao-2026-11-22.html"].decode()
    assert len(made.items) == 12
    for days in range(1, 31):
        edit(storage, days % 12, END + timedelta(days=days), tone="unsure", title=f"Bài đã sửa ngày thứ {days}")
    fill(storage, 10, first=12)
    month = END + timedelta(days=31)
    tags = replace(item(0).tags, tone="negative", relevance="mention", rules="r9")
    stale = storage.articles.outdated_taggings("r9", since=None, after=0, limit=100)
    assert len(stale) == 22
    storage.articles.save_retaggings([Coverage(s.id, item(0).article, tags) for s in stale], "r9", month)
    storage.articles.decide([Decision(made.items[0].key, "relevance", "no", "Lan", month)])
    found = storage.publications.publication(made.id)
    assert found == replace(made, made_at=found.made_at if found else made.made_at)
    assert found is not None
    assert found.made_at == made.made_at
    again = publish()
    assert again.id != made.id
    assert again.files["diem-bao-2026-11-22.html"] != made.files["diem-bao-2026-11-22.html"]
    assert storage.publications.latest(DAY) == replace(again, made_at=again.made_at)


def test_the_same_day_twice_is_the_same(publish: Publish) -> None:
    first, second = publish(), publish()
    assert first.files == second.files
    assert first.sha256 == second.sha256


def test_the_next_digest_corrects_and_the_one_after_does_not(storage: Database, publish: Publish) -> None:
    first = publish()
    edit(storage, 3, END + timedelta(hours=2), tone="negative")
    second = publish(DAY + timedelta(days=1), END + timedelta(days=1, minutes=15))
    said = second.files["diem-bao-2026-11-23.md"].decode()
    assert "Đính chính các bản điểm báo trước" in said
    assert f"Điểm báo số {first.id} (ngày 22/11/2026), “{item(3).article.title}”" in said
    assert "nay là tiêu cực" in said
    assert [i.erratum for i in second.items] == [True]
    third = publish(DAY + timedelta(days=2), END + timedelta(days=2, minutes=15))
    assert "Đính chính" not in third.files["diem-bao-2026-11-24.md"].decode()


def test_changed_bytes_are_noticed(storage: Database, publish: Publish, tmp_path: Path) -> None:
    made = publish()
    engine = create_engine(f"sqlite:///{tmp_path / 'd.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE publication_files SET body = X'789c030000000001' WHERE name LIKE '%.md'"))
    engine.dispose()
    with pytest.raises(StorageError, match=r"diem-bao-2026-11-22\.md is not as it was published"):
        storage.publications.publication(made.id)


def sent(storage: Database, made: Publication, post: Post, **more: Any) -> dict[str, str]:
    mail = Mail(sender="diembao@example.vn", server=f"127.0.0.1:{post.port}")
    found = list(send.deliveries(made, LISTS, mail))
    return {r.channel: r.outcome for r in send.send(storage, made, found, mail, again=more.get("again", False))}


def test_each_list_gets_one_whole_letter_once(storage: Database, publish: Publish, post: Post) -> None:
    made = publish()
    assert sent(storage, made, post) == {"lanh-dao": "sent", "bao-chi": "sent"}
    assert sent(storage, made, post) == {"lanh-dao": "before", "bao-chi": "before"}
    assert [to for to, _ in post.letters] == [["a@example.vn", "b@example.vn"], ["c@example.vn"]]
    letter = email.message_from_bytes(post.letters[0][1], policy=policy.default)
    assert isinstance(letter, EmailMessage)
    assert letter["Subject"] == made.title
    kinds = [part.get_content_type() for part in letter.walk()]
    assert kinds[:6] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ]  # fmt: skip
    html = next(part for part in letter.walk() if part.get_content_type() == "text/html").get_content()
    assert "TÓM TẮT ĐIỂM BÁO NINH THUẬN" in html
    assert len(html.encode()) < 30_000
    plain = letter.get_body(("plain",))
    assert plain is not None
    assert "CÁC VIỆC CHÍNH TRONG NGÀY" in plain.get_content()
    attached = {part.get_filename(): part.get_content() for part in letter.iter_attachments()}
    # The brief is the letter: what is attached to it is the whole digest.
    whole = ("diem-bao-2026-11-22.docx", "diem-bao-2026-11-22.pdf")
    assert attached == {name: made.files[name] for name in whole}
    assert all(d.done for d in storage.publications.dispatches(made.id))


def test_a_busy_server_is_asked_again_and_a_refusal_is_told(
    storage: Database, publish: Publish, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(send.time, "sleep", waited.append)
    made = publish()
    post.answers = ["451 later", "250 OK", "550 no"]
    assert sent(storage, made, post) == {"lanh-dao": "sent", "bao-chi": "failed"}
    assert waited == [2.0]
    assert sent(storage, made, post) == {"lanh-dao": "before", "bao-chi": "sent"}
    assert len(post.letters) == 2


def test_without_a_server_nothing_is_noted(
    storage: Database, publish: Publish, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send.time, "sleep", lambda _seconds: None)
    made = publish()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        dead = Post(int(probe.getsockname()[1]))
    assert sent(storage, made, dead) == {"lanh-dao": "failed", "bao-chi": "failed"}
    assert storage.publications.dispatches(made.id) == []
    assert sent(storage, made, post) == {"lanh-dao": "sent", "bao-chi": "sent"}


def test_what_was_begun_and_never_ended_is_not_sent_by_itself(
    storage: Database, publish: Publish, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = publish()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(send, "deliver", killed)
        with pytest.raises(KeyboardInterrupt):
            sent(storage, made, post)
    assert sent(storage, made, post) == {"lanh-dao": "unknown", "bao-chi": "sent"}
    assert sent(storage, made, post, again=True) == {"lanh-dao": "sent", "bao-chi": "before"}
    assert len(post.letters) == 2


def test_from_the_command_line(diembao: Diembao, post: Post, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert diembao("--home", home, "init").returncode == 0
    settings = home / "config" / "settings.toml"
    lists = '\n[[sending.list]]\nname = "lanh-dao"\nto = ["a@example.vn"]\n'
    settings.write_text(settings.read_text("utf-8") + lists, "utf-8")
    (home / "config" / "alerts.toml").write_text(f'[mail]\nserver = "127.0.0.1:{post.port}"\n', "utf-8")
    eml = tmp_path / "thu.eml"
    storage = open_database(home / "diembao.db")
    fill(storage, 3)
    storage.close()
    shown = diembao("--home", home, "send", "--day", DAY.isoformat(), "--dry-run")
    assert (shown.returncode, post.letters) == (0, []), shown.stderr
    assert "# lanh-dao\nNgười gửi: diembao@localhost\nNgười nhận: a@example.vn\nTiêu đề: Điểm báo" in shown.stdout
    assert "Tệp kèm theo: diem-bao-" in shown.stdout
    assert "base64" not in shown.stdout
    assert len(shown.stdout.splitlines()) < 200
    assert "nhiều máy chủ thư sẽ từ chối" in shown.stderr
    assert diembao("--home", home, "send", "--eml", eml).returncode == 2
    [said] = json_lines(diembao("--home", home, "--json", "publish", "--day", DAY.isoformat()).stdout)
    assert diembao("--home", home, "send", "--day", DAY.isoformat(), "--dry-run", "--eml", eml).returncode == 0
    for _ in range(2):
        assert diembao("--home", home, "send", "--day", DAY.isoformat()).returncode == 0
    [(_, letter)] = post.letters
    assert letter.replace(b"\r\n", b"\n").strip() == eml.read_bytes().replace(b"\r\n", b"\n").strip()
    out = tmp_path / "out"
    written = diembao("--home", home, "--json", "digest", "--id", said["id"], "--out", out)
    [row] = json_lines(written.stdout)
    assert row["sha256"] == said["sha256"]
    assert sorted(path.name for path in out.iterdir()) == [n for n in said["files"] if not is_email_part(n)]
    assert "Không có bản điểm báo số 99" in diembao("--home", home, "digest", "--id", "99").stderr
