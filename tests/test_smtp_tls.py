"""A mail server is asked for its certificate, and gets no letter and no password without one that is valid."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from email.mime.text import MIMEText
from pathlib import Path
from typing import Literal

import pytest

from config.alerts import Mail, load_alerts
from config.faults.errors import ConfigError
from diembao.notify.smtp import DeliveryFailed, deliver, is_transient, smtp_connection
from pipeline.i18n.language import use_language
from tests.support.certificates import certificates

Security = Literal["starttls", "tls"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("authority")


@pytest.fixture(scope="module")
def contexts(folder: Path) -> dict[str, ssl.SSLContext]:
    return certificates(folder)


class Post:
    """A mail server on localhost that speaks TLS from the start, or after STARTTLS, and counts the letters it takes."""

    def __init__(self, context: ssl.SSLContext, security: Security) -> None:
        self.taken = 0
        self._context, self._security = context, security
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with suppress(OSError):  # a client that does not like the certificate hangs up
            connection, _ = self._listener.accept()
            if self._security == "tls":
                connection = self._context.wrap_socket(connection, server_side=True)
            connection.sendall(b"220 ready\r\n")
            while word := self._read(connection):
                if word == "DATA":
                    connection.sendall(b"354 go on\r\n")
                    while self._read(connection) != ".":
                        pass
                    self.taken += 1
                answers = {"EHLO": b"250-here\r\n250 STARTTLS\r\n", "STARTTLS": b"220 go on\r\n"}
                connection.sendall(answers.get(word, b"250 OK\r\n"))
                if word == "STARTTLS":
                    connection = self._context.wrap_socket(connection, server_side=True)

    @staticmethod
    def _read(connection: socket.socket) -> str:
        """Return the first word of a line, '' at the end."""
        line = b""
        while not line.endswith(b"\n") and (byte := connection.recv(1)):
            line += byte
        return (line.split() or [b"-" if line else b""])[0].decode("ascii", "replace").upper()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes a thread that still waits for somebody to connect
        self._listener.close()
        self._thread.join(10)


def send_one(kind: str, security: Security, contexts: dict[str, ssl.SSLContext], ca_file: str = "") -> int:
    """Offer a letter to a server with a certificate of a kind; return how many it took. Raises DeliveryFailed."""
    post = Post(contexts[kind], security)
    try:
        mail = Mail(server=f"localhost:{post.port}", security=security, ca_file=ca_file)
        with smtp_connection(mail, 10) as server:
            deliver(server, MIMEText("xin"), ["a@example.vn"], mail)
    finally:
        post.close()
    return post.taken


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with use_language("en"):
        yield


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_valid_certificate_gets_the_letter(
    security: Security, folder: Path, contexts: dict[str, ssl.SSLContext]
) -> None:
    assert send_one("good", security, contexts, ca_file=str(folder / "root.pem")) == 1


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize(
    ("kind", "reason"),
    [("expired", "expired"), ("other", "match"), ("self", "self-signed")],
)
def test_another_certificate_gets_none(
    kind: str, reason: str, security: Security, folder: Path, contexts: dict[str, ssl.SSLContext]
) -> None:
    with pytest.raises(DeliveryFailed) as caught:
        send_one(kind, security, contexts, ca_file=str(folder / "root.pem"))
    assert "its certificate cannot be trusted" in str(caught.value)
    assert reason in str(caught.value)
    assert not is_transient(caught.value)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_authority_of_ones_own_must_be_named(security: Security, contexts: dict[str, ssl.SSLContext]) -> None:
    with pytest.raises(DeliveryFailed, match="ca_file"):
        send_one("good", security, contexts)


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_file_of_no_authority_is_told(
    content: str | None, tmp_path: Path, contexts: dict[str, ssl.SSLContext]
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(DeliveryFailed, match=r"ca_file .*ca\.pem cannot be read"):
        send_one("good", "tls", contexts, ca_file=str(file))


def test_a_relative_path_is_refused(tmp_path: Path) -> None:
    (tmp_path / "alerts.toml").write_text('[mail]\nca_file = "ca.pem"\n')
    with pytest.raises(ConfigError) as caught:
        load_alerts(tmp_path)
    assert "an absolute path" in str(caught.value.faults[0])
