"""A published digest → every list of recipients, each once; what was sent is noted before and after."""

import smtplib
import ssl
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message

from config.alerts import Alerting, Hooks, Mail
from config.documents import SendingSettings
from diembao.clock import now
from diembao.letters import letter
from diembao.messages import say
from diembao.secrets import hide, secret
from diembao.telling import NotSent, channels
from pipeline.publications import Dispatch, Publication
from storage.base import Storage

#: Seconds before a server that had no time, or was not there, is asked again.
_WAITS = (2.0, 10.0)
_TIMEOUT = 60


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes to one list, or to one service of apprise (then without a letter)."""

    channel: str
    to: tuple[str, ...]
    message: Message | None
    #: of a service: title and text
    title: str = ""
    text: str = ""


class Unsure(Exception):
    """The connection broke when the letter was on its way: it may have arrived."""


def parcels(publication: Publication, sending: SendingSettings, mail: Mail) -> Iterator[Parcel]:
    """Yield what a publication is sent as, in the order of the configuration."""
    host = mail.sender.rpartition("@")[2]
    for one in sending.list:
        # The same letter to the same list has the same name, so that a mail server too can tell it is one.
        name = f"<diembao-{publication.id}-{publication.sha256[:12]}-{one.name}@{host}>"
        made = letter(publication, sender=mail.sender, to=one.to, attach=sending.attach, message_id=name)
        yield Parcel(one.name, one.to, made)
    for hook in sending.hooks:
        text = say(f"Mã bản: {publication.id}", f"Number: {publication.id}")
        yield Parcel(hook, (), None, publication.title, text)


@dataclass(frozen=True, slots=True)
class Sent:
    """How it went with one channel: 'sent', 'before' (had it), 'unknown' (begun before, end not known), 'failed'."""

    channel: str
    how: str
    said: str = ""


def send(storage: Storage, publication: Publication, found: Sequence[Parcel], mail: Mail, *, again: bool) -> list[Sent]:
    """Send each parcel that was not sent before; return how each ended.

    With `again`, those are sent too of which it is not known whether they arrived.
    """
    results = []
    book = storage.publications
    for parcel in found:
        known = {d.channel: d for d in book.dispatches(publication.id)}.get(parcel.channel)
        if known is not None and again and not known.done:
            book.end_dispatch(known, False)
            known = None
        message_id = str(parcel.message["Message-ID"]) if parcel.message is not None else ""
        dispatch = Dispatch(publication.id, parcel.channel, now(), False, message_id)
        if known is not None or not book.begin_dispatch(dispatch):
            results.append(Sent(parcel.channel, "before" if known is None or known.done else "unknown"))
            continue
        try:
            _deliver(parcel, mail)
        except Unsure as error:
            results.append(Sent(parcel.channel, "unknown", str(error)))
        except NotSent as error:
            book.end_dispatch(dispatch, False)
            results.append(Sent(parcel.channel, "failed", str(error)))
        else:
            book.end_dispatch(dispatch, True)
            results.append(Sent(parcel.channel, "sent"))
    return results


def _deliver(parcel: Parcel, mail: Mail) -> None:
    if parcel.message is None:
        for service in channels(Alerting(hooks=Hooks((parcel.channel,)))):
            service.send(parcel.title, parcel.text)
        return
    for wait in (*_WAITS, None):
        try:
            _mail(parcel.message, parcel.to, mail)
            return
        except NotSent as error:
            if wait is None or not _may_pass(error.__cause__):
                raise
            time.sleep(wait)


def _may_pass(error: BaseException | None) -> bool:
    """Whether the same letter may be taken a little later: no connection, or an answer of 4xx."""
    if isinstance(error, smtplib.SMTPResponseException):
        return 400 <= error.smtp_code < 500
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(400 <= code < 500 for code, _ in error.recipients.values())
    return isinstance(error, OSError) and not isinstance(error, ssl.SSLCertVerificationError)


def _mail(message: Message, to: Sequence[str], mail: Mail) -> None:
    """Hand a letter to the mail server. Raises NotSent where it surely was not taken, else Unsure."""
    host, _, port = mail.server.rpartition(":")
    begun = False
    try:
        kind = smtplib.SMTP_SSL if mail.security == "tls" else smtplib.SMTP
        with kind(host, int(port), timeout=_TIMEOUT) as server:
            if mail.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if mail.user:
                server.login(mail.user, secret("DIEMBAO_SMTP_PASSWORD") or "")
            begun = True
            refused = server.send_message(message, mail.sender, list(to))
    except (OSError, ValueError, smtplib.SMTPException) as error:
        said = hide(f"mail ({mail.server}): {error}")
        lost = isinstance(error, (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError))
        if begun and lost:
            raise Unsure(said) from error
        raise NotSent(said) from error
    if refused:
        # Others of the list have it: it must not be sent again for the sake of these.
        raise Unsure(hide(f"mail ({mail.server}): {', '.join(sorted(refused))}: {next(iter(refused.values()))}"))
