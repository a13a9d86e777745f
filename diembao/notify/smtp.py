"""A message → the mail server of alerts.toml, and whether the server accepted it."""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email.message import Message
from typing import TYPE_CHECKING

from config.alerts import Mail
from diembao.system.secrets import hide_secrets, secret
from pipeline.errors import DiembaoError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

#: Seconds to wait for each answer: a server that scans the message for viruses may take most of them.
_TIMEOUT = 60


class DeliveryFailed(DiembaoError):
    """The message was surely not accepted; the text gives server and reason, without secrets."""


class DeliveryUnknown(DiembaoError):
    """The connection broke while the message was sent, or only some recipients were refused: others may have it."""


class _Smtp(smtplib.SMTP):
    """Records whether DATA was sent: before DATA the message surely was not accepted."""

    data_sent = False

    def data(self, msg: "ReadableBuffer | str") -> tuple[int, bytes]:
        self.data_sent = True
        return super().data(msg)


class _SmtpTls(_Smtp, smtplib.SMTP_SSL):
    pass


@contextmanager
def smtp_connection(mail: Mail) -> Iterator[_Smtp]:
    """Give a connection that is ready to send messages. Raises DeliveryFailed."""
    host, _, port = mail.server.rpartition(":")
    kind = _SmtpTls if mail.security == "tls" else _Smtp
    try:
        server = kind(host, int(port), timeout=_TIMEOUT)
    except (OSError, ValueError, smtplib.SMTPException) as error:
        raise DeliveryFailed(_describe(mail, error)) from error
    try:
        try:
            if mail.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if mail.user:
                server.login(mail.user, secret("DIEMBAO_SMTP_PASSWORD") or "")
        except (OSError, ValueError, smtplib.SMTPException) as error:
            raise DeliveryFailed(_describe(mail, error)) from error
        yield server
    finally:
        # Ignore errors on QUIT: the message is already accepted or refused.
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def deliver(server: _Smtp, message: Message, to: Sequence[str], mail: Mail) -> None:
    """Send a message. Raises DeliveryFailed if it surely was not accepted, DeliveryUnknown if it may have been."""
    server.data_sent = False
    try:
        refused = server.send_message(message, mail.sender, list(to))
    except (OSError, ValueError, smtplib.SMTPException) as error:
        lost = isinstance(error, (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError))
        raise (DeliveryUnknown if lost and server.data_sent else DeliveryFailed)(_describe(mail, error)) from error
    if refused:
        # Other recipients have it, so it must not be sent again.
        raise DeliveryUnknown(_describe(mail, f"{', '.join(sorted(refused))}: {next(iter(refused.values()))}"))


def is_transient(error: DeliveryFailed) -> bool:
    """Whether the same message may be accepted a little later: no connection, or an answer of 4xx."""
    cause = error.__cause__
    if isinstance(cause, smtplib.SMTPResponseException):
        return 400 <= cause.smtp_code < 500
    if isinstance(cause, smtplib.SMTPRecipientsRefused):
        return all(400 <= code < 500 for code, _ in cause.recipients.values())
    return isinstance(cause, OSError) and not isinstance(cause, ssl.SSLCertVerificationError)


def _describe(mail: Mail, problem: object) -> str:
    """Return an error message with the name of the server, secrets hidden."""
    return hide_secrets(f"mail ({mail.server}): {problem}")
