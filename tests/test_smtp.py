"""A letter and a real mail server: taken, refused, or in doubt."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.mime.text import MIMEText
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from config.alerts import Mail
from diembao.notify.smtp import DeliveryFailed, DeliveryUnknown, deliver, is_transient, smtp_connection


@dataclass
class Post:
    """A mail server that leaves at a word of the conversation, or refuses a recipient."""

    leaves_at: str = ""
    refuses: str = ""
    answer: str = "250 OK"
    letters: list[bytes] = field(default_factory=list)

    async def handle_MAIL(self, server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.leaves_at == "MAIL":
            server.transport.abort()
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address == self.refuses:
            return "550 unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        self.letters.append(envelope.content)
        if self.leaves_at == "DATA":
            server.transport.abort()
        return self.answer


@pytest.fixture
def post() -> Iterator[tuple[Post, Mail]]:
    kept = Post()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = Controller(kept, hostname="127.0.0.1", port=port, ready_timeout=60)
    server.start()
    yield kept, Mail(server=f"127.0.0.1:{port}")
    server.stop()


def send(mail: Mail, *to: str) -> None:
    with smtp_connection(mail) as server:
        deliver(server, MIMEText("Điểm báo", "plain", "utf-8"), to or ("a@example.vn",), mail)


def test_several_letters_over_one_connection(post: tuple[Post, Mail]) -> None:
    kept, mail = post
    with smtp_connection(mail) as server:
        for _ in range(2):
            deliver(server, MIMEText("x"), ("a@example.vn",), mail)
    assert len(kept.letters) == 2


def test_a_server_that_leaves_early_has_taken_nothing(post: tuple[Post, Mail]) -> None:
    kept, mail = post
    kept.leaves_at = "MAIL"
    with pytest.raises(DeliveryFailed, match=r"mail \(127\.0\.0\.1") as told:
        send(mail)
    assert is_transient(told.value)
    assert kept.letters == []


def test_one_that_leaves_without_an_answer_may_have_taken_it(post: tuple[Post, Mail]) -> None:
    kept, mail = post
    kept.leaves_at = "DATA"
    with pytest.raises(DeliveryUnknown):
        send(mail)
    assert len(kept.letters) == 1


@pytest.mark.parametrize(("answer", "later"), [("451 busy", True), ("554 no", False)])
def test_what_is_refused_was_surely_not_taken(post: tuple[Post, Mail], answer: str, later: bool) -> None:
    kept, mail = post
    kept.answer = answer
    with pytest.raises(DeliveryFailed, match=answer[4:]) as told:
        send(mail)
    assert is_transient(told.value) is later


def test_one_refused_recipient_of_two_is_named_and_the_other_has_it(post: tuple[Post, Mail]) -> None:
    kept, mail = post
    kept.refuses = "b@example.vn"
    with pytest.raises(DeliveryUnknown, match=r"b@example\.vn"):
        send(mail, "a@example.vn", "b@example.vn")
    assert len(kept.letters) == 1
    with pytest.raises(DeliveryFailed) as told:
        send(mail, "b@example.vn")
    assert not is_transient(told.value)
