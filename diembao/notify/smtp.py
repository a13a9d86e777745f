"""A letter → the mail server of alerts.toml, and whether it was taken."""

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

#: Seconds for each answer: a server that looks a letter over (for viruses, at its own recipients) may take most of it.
_TIMEOUT = 60


class DeliveryFailed(DiembaoError):
    """A message was surely not taken; says by whom and why, without secrets."""


class DeliveryUnknown(DiembaoError):
    """The connection broke when the letter was on its way, or some of its recipients were refused: others have it."""


class _Noting(smtplib.SMTP):
    """Knows whether the words of a letter were on their way: before that it surely was not taken."""

    begun = False

    def data(self, msg: "ReadableBuffer | str") -> tuple[int, bytes]:
        self.begun = True
        return super().data(msg)


class _NotingTls(_Noting, smtplib.SMTP_SSL):
    pass


@contextmanager
def smtp_connection(mail: Mail) -> Iterator[_Noting]:
    """Give a connection that is ready for letters. Raises NotSent."""
    host, _, port = mail.server.rpartition(":")
    kind = _NotingTls if mail.security == "tls" else _Noting
    try:
        server = kind(host, int(port), timeout=_TIMEOUT)
    except (OSError, ValueError, smtplib.SMTPException) as error:
        raise DeliveryFailed(_told(mail, error)) from error
    try:
        try:
            if mail.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if mail.user:
                server.login(mail.user, secret("DIEMBAO_SMTP_PASSWORD") or "")
        except (OSError, ValueError, smtplib.SMTPException) as error:
            raise DeliveryFailed(_told(mail, error)) from error
        yield server
    finally:
        # What was said before counts; how the two part does not.
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def deliver(server: _Noting, message: Message, to: Sequence[str], mail: Mail) -> None:
    """Give a letter to a connected server. Raises NotSent where it surely was not taken, else Unsure."""
    server.begun = False
    try:
        refused = server.send_message(message, mail.sender, list(to))
    except (OSError, ValueError, smtplib.SMTPException) as error:
        lost = isinstance(error, (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError))
        raise (DeliveryUnknown if lost and server.begun else DeliveryFailed)(_told(mail, error)) from error
    if refused:
        # It must not be sent again for the sake of these.
        raise DeliveryUnknown(_told(mail, f"{', '.join(sorted(refused))}: {next(iter(refused.values()))}"))


def is_transient(error: DeliveryFailed) -> bool:
    """Whether the same letter may be taken a little later: no connection, or an answer of 4xx."""
    cause = error.__cause__
    if isinstance(cause, smtplib.SMTPResponseException):
        return 400 <= cause.smtp_code < 500
    if isinstance(cause, smtplib.SMTPRecipientsRefused):
        return all(400 <= code < 500 for code, _ in cause.recipients.values())
    return isinstance(cause, OSError) and not isinstance(cause, ssl.SSLCertVerificationError)


def _told(mail: Mail, what: object) -> str:
    return hide_secrets(f"mail ({mail.server}): {what}")
