"""A mail server that hangs, or answers a byte at a time, costs its seconds once, and no more than them."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.mime.text import MIMEText
from pathlib import Path

import pytest

from config.alerts import Mail
from diembao.jobs.publishing.send import Delivery, send
from diembao.notify.smtp import DeliveryFailed, DeliveryUnknown, deliver, is_transient, smtp_connection
from pipeline.records.publications import Publication
from storage.database import Database, open_database

pytestmark = pytest.mark.one_in(3)

#: Seconds of the limit in these tests, and of the longest run that respects it on a busy machine.
LIMIT, LONGEST = 1.5, 6.0
ANSWERS = {
    "CONNECT": b"220 ready\r\n",
    "EHLO": b"250-here\r\n250 8BITMIME\r\n",
    "MAIL": b"250 OK\r\n",
    "RCPT": b"250 OK\r\n",
    "DATA": b"354 go on\r\n",
    ".": b"250 taken\r\n",
    "QUIT": b"221 bye\r\n",
    "RSET": b"250 OK\r\n",
}


@dataclass
class SlowPost:
    """A mail server that says nothing more at one word of the conversation, or a byte every 0.2 s for ever."""

    word: str
    drips: bool
    port: int = 0
    conversations: int = 0
    letters: int = 0
    sockets: list[socket.socket] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self.sockets.append(listener)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self.sockets.append(connection)
                self.conversations += 1
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with suppress(OSError):
            if not self._answer(connection, "CONNECT"):
                return
            lines, in_letter = connection.makefile("rb"), False
            for line in lines:
                word = line.split()[0].decode("ascii", "replace").upper() if line.split() else ""
                if in_letter and line != b".\r\n":
                    continue
                if in_letter:
                    self.letters += 1
                if not self._answer(connection, "." if in_letter else word):
                    return
                in_letter = word == "DATA" and not in_letter

    def _answer(self, connection: socket.socket, word: str) -> bool:
        if word != self.word:
            connection.sendall(ANSWERS.get(word, b"500 what\r\n"))
            return True
        while self.drips and not self.over.wait(0.2):
            connection.sendall(b"2")
        self.over.wait(60)
        return False

    def close(self) -> None:
        self.over.set()
        for one in self.sockets:
            one.close()


@pytest.fixture
def slow(request: pytest.FixtureRequest) -> Iterator[SlowPost]:
    post = SlowPost(*request.param)
    post.listen()
    yield post
    post.close()


def letter() -> MIMEText:
    return MIMEText("Điểm báo", "plain", "utf-8")


@pytest.mark.parametrize(
    "slow", [(w, d) for w in ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA") for d in (False, True)], indirect=True
)
def test_a_server_that_hangs_before_the_letter_has_not_taken_it(slow: SlowPost) -> None:
    began, mail = time.monotonic(), Mail(server=f"127.0.0.1:{slow.port}")
    with pytest.raises((DeliveryFailed, DeliveryUnknown)) as failure, smtp_connection(mail, LIMIT) as server:
        deliver(server, letter(), ("a@example.vn",), mail)
    assert LIMIT * 0.8 < time.monotonic() - began < LONGEST
    if slow.word != "DATA":
        assert isinstance(failure.value, DeliveryFailed)
        assert is_transient(failure.value)


@pytest.mark.parametrize("slow", [(".", False), (".", True)], indirect=True)
def test_a_server_that_hangs_after_the_letter_may_have_taken_it(slow: SlowPost) -> None:
    began, mail = time.monotonic(), Mail(server=f"127.0.0.1:{slow.port}")
    with pytest.raises(DeliveryUnknown), smtp_connection(mail, LIMIT) as server:
        deliver(server, letter(), ("a@example.vn",), mail)
    assert time.monotonic() - began < LONGEST


@pytest.mark.parametrize("slow", [("QUIT", False), ("QUIT", True)], indirect=True)
def test_a_farewell_that_hangs_undoes_nothing(slow: SlowPost) -> None:
    began, mail = time.monotonic(), Mail(server=f"127.0.0.1:{slow.port}")
    with smtp_connection(mail, LIMIT) as server:
        deliver(server, letter(), ("a@example.vn",), mail)
    assert slow.letters == 1
    assert time.monotonic() - began < LONGEST


@pytest.mark.parametrize("drips", [False, True])
def test_a_handshake_that_hangs_ends_too(drips: bool) -> None:
    post = SlowPost("CONNECT", drips)
    post.listen()
    with closing(post):
        began = time.monotonic()
        mail = Mail(server=f"127.0.0.1:{post.port}", security="tls")
        with pytest.raises(DeliveryFailed), smtp_connection(mail, LIMIT):
            pass
        assert time.monotonic() - began < LONGEST


@pytest.mark.parametrize(
    "slow", [(w, d) for w in ("CONNECT", "EHLO", "MAIL", ".") for d in (False, True)], indirect=True
)
def test_lists_and_tries_share_the_seconds(slow: SlowPost, tmp_path: Path) -> None:
    mail = Mail(server=f"127.0.0.1:{slow.port}")
    lists = [Delivery(f"list{n}", (f"a{n}@example.vn",), _with_id(n), "Điểm báo") for n in range(6)]
    began = time.monotonic()
    with closing(open_database(tmp_path / "d.db")) as storage:
        results = send(storage, _publication(storage), lists, mail, again=False, seconds=LIMIT)
    assert time.monotonic() - began < LONGEST
    assert {r.outcome for r in results} <= {"failed", "unknown"}
    # Who was not tried is surely without the letter, and may be tried again.
    assert [r.outcome for r in results[1:]] == ["failed"] * 5
    assert "127.0.0.1" in results[-1].message


@pytest.mark.parametrize("slow", [("never", False)], indirect=True)
def test_a_server_that_answers_gets_every_letter(slow: SlowPost, tmp_path: Path) -> None:
    mail = Mail(server=f"127.0.0.1:{slow.port}")
    lists = [Delivery(f"list{n}", (f"a{n}@example.vn",), _with_id(n), "Điểm báo") for n in range(6)]
    with closing(open_database(tmp_path / "d.db")) as storage:
        results = send(storage, _publication(storage), lists, mail, again=False, seconds=LIMIT)
    assert [r.outcome for r in results] == ["sent"] * 6
    assert slow.letters == 6


@pytest.mark.parametrize("slow", [("never", False)], indirect=True)
def test_each_letter_of_one_connection_has_all_the_seconds(slow: SlowPost) -> None:
    mail = Mail(server=f"127.0.0.1:{slow.port}")
    with smtp_connection(mail, LIMIT) as server:
        for _ in range(4):
            deliver(server, letter(), ("a@example.vn",), mail)
            time.sleep(LIMIT * 0.5)
    assert slow.letters == 4


def _with_id(n: int) -> MIMEText:
    message = letter()
    message["Message-ID"] = f"<{n}@example.vn>"
    return message


def _publication(storage: Database) -> Publication:
    at = datetime(2026, 11, 22, 6, tzinfo=UTC)
    publication = Publication(0, at.date(), at, "vi", "Điểm báo", "0" * 64, "r1", (), {})
    return replace(publication, id=storage.publications.publish(publication))
