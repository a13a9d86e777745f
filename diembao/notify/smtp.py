"""A message → the mail server of alerts.toml, and whether the server accepted it."""

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email.message import Message
from typing import TYPE_CHECKING, Any

from config.alerts import Mail
from diembao.system.secrets import hide_secrets, secret
from pipeline.errors import DiembaoError
from pipeline.i18n.catalogs import translate

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

#: Seconds from the connection, or from the last message accepted, to the end of the next one: a server that scans the
#: message for viruses may take most of them.
SMTP_SECONDS = 60.0
#: Seconds for the farewell: the fate of the message no longer depends on it.
_QUIT_SECONDS = 5.0


class DeliveryFailed(DiembaoError):
    """The message was surely not accepted; the text gives server and reason, without secrets."""


class DeliveryUnknown(DiembaoError):
    """The connection broke while the message was sent, or only some recipients were refused: others may have it."""


class _Smtp(smtplib.SMTP):
    """A connection with a limit in sum; records whether DATA was sent: before DATA the message surely was not accepted.

    Timeouts of a socket hold for each read, and a server that sends one byte at a time never meets them. So a timer
    closes the connection at the limit, whatever it waits for.
    """

    data_sent = False
    #: whether the timer closed the connection
    late = False

    def __init__(self, host: str, port: int, seconds: float, trust: ssl.SSLContext) -> None:
        self.seconds = seconds
        #: how the certificate of the server is verified
        self.trust = trust
        self._end = time.monotonic() + seconds
        self._timer: threading.Timer | None = None
        #: second descriptor of the connection, which a wrapper for TLS does not take over
        self._plug: socket.socket | None = None
        try:
            super().__init__(host, port, timeout=seconds)
        except (OSError, smtplib.SMTPException) as error:
            self.release()
            if self.late:
                raise TimeoutError(f"no end within {seconds:g} s: {error}") from error
            raise

    def limit(self, seconds: float) -> None:
        """Close the connection so many seconds from now, instead of at the limit before."""
        if self._timer is not None:
            self._timer.cancel()
        self._end = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def renew(self) -> None:
        """Give the next message all its seconds, after one was accepted."""
        self.limit(self.seconds)

    def release(self) -> None:
        """Stop the timer and free the second descriptor."""
        if self._timer is not None:
            self._timer.cancel()
        if self._plug is not None:
            self._plug.close()

    def data(self, msg: "ReadableBuffer | str") -> tuple[int, bytes]:
        self.data_sent = True
        return super().data(msg)

    def _cut(self) -> None:
        self.late = True
        if self._plug is not None:
            with suppress(OSError):
                self._plug.shutdown(socket.SHUT_RDWR)

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        return self._connect(host, port)

    def _connect(self, host: str, port: int) -> socket.socket:
        """Return a connection to the first address of a host that answers, and start the timer. Raises OSError."""
        error: OSError | None = None
        for family, address in _resolve(host, port, self.seconds):
            connection = socket.socket(family, socket.SOCK_STREAM)
            try:
                # All addresses share the seconds: create_connection would give them to each.
                connection.settimeout(max(0.001, self._end - time.monotonic()))
                connection.connect(address)
            except OSError as failure:
                error = failure
                connection.close()
                continue
            self._plug = connection.dup()
            self.limit(max(0.001, self._end - time.monotonic()))
            return connection
        raise error or OSError(f"{host} has no address")


class _SmtpTls(_Smtp, smtplib.SMTP_SSL):
    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        # The context that smtplib makes by itself takes every certificate.
        return self.trust.wrap_socket(self._connect(host, port), server_hostname=host)


def _resolve(host: str, port: int, seconds: float) -> list[tuple[int, Any]]:
    """Return (family, address) of a host. Raises OSError, TimeoutError too: the system's resolver has no limit."""
    results: list[tuple[int, Any]] = []
    errors: list[OSError] = []

    def resolve() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            errors.append(error)
        else:
            results.extend((row[0], row[4]) for row in rows)

    resolver = threading.Thread(target=resolve, daemon=True)
    resolver.start()
    resolver.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError(f"the name {host} was not resolved within {seconds:g} s")
    return results


@contextmanager
def smtp_connection(mail: Mail, seconds: float = SMTP_SECONDS) -> Iterator[_Smtp]:
    """Give a connection that is ready to send messages. Raises DeliveryFailed.

    From here to the end of the first message at most `seconds` pass, and as many from there to the end of each other
    one, however slowly the server answers.
    """
    host, _, port = mail.server.rpartition(":")
    kind = _SmtpTls if mail.security == "tls" else _Smtp
    try:
        if mail.security == "none" and not mail.ca_file:
            # It trusts nobody, and is not asked: to read the certificates of the system takes longer than a letter.
            trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        else:
            trust = ssl.create_default_context(cafile=mail.ca_file or None)
    except OSError as error:
        problem = translate("ca_file {file} cannot be read: {error}", file=mail.ca_file, error=error)
        raise DeliveryFailed(_describe(mail, problem)) from None
    try:
        server = kind(host, int(port), seconds, trust)
    except (OSError, ValueError, smtplib.SMTPException) as error:
        raise DeliveryFailed(_describe(mail, error)) from error
    try:
        try:
            if mail.security == "starttls":
                server.starttls(context=trust)
            if mail.user:
                server.login(mail.user, secret("DIEMBAO_SMTP_PASSWORD") or "")
        except (OSError, ValueError, smtplib.SMTPException) as error:
            cause = TimeoutError(str(error)) if server.late else error
            raise DeliveryFailed(_describe(mail, error, server)) from cause
        yield server
    finally:
        # Ignore errors on QUIT: the message is already accepted or refused.
        with suppress(OSError, smtplib.SMTPException):
            if not server.late:
                server.limit(min(_QUIT_SECONDS, seconds))
                server.quit()
        server.close()
        server.release()


def deliver(server: _Smtp, message: Message, to: Sequence[str], mail: Mail) -> None:
    """Send a message. Raises DeliveryFailed if it surely was not accepted, DeliveryUnknown if it may have been."""
    server.data_sent = False
    try:
        refused = server.send_message(message, mail.sender, list(to))
    except (OSError, ValueError, smtplib.SMTPException) as error:
        lost = isinstance(error, (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError, ssl.SSLError))
        failure = DeliveryUnknown if (lost or server.late) and server.data_sent else DeliveryFailed
        # What was read up to the cut may look like an answer, of any code.
        cause = TimeoutError(str(error)) if server.late else error
        raise failure(_describe(mail, error, server)) from cause
    if server.late:
        raise DeliveryUnknown(_describe(mail, "its answer was cut off", server))
    server.renew()
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


def _describe(mail: Mail, problem: object, server: _Smtp | None = None) -> str:
    """Return an error message with the name of the server, secrets hidden."""
    if isinstance(problem, ssl.SSLCertVerificationError):
        problem = translate(
            "its certificate cannot be trusted ({reason}); alerts.toml, [mail]: server must be the name in the "
            "certificate, ca_file the file of an authority of your own",
            reason=problem.verify_message,
        )
    if server is not None and server.late:
        problem = f"no end within {server.seconds:g} s: {problem}"
    return hide_secrets(f"mail ({mail.server}): {problem}")
