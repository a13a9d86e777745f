"""A published digest → each list of recipients once; a dispatch is recorded before and after it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from email.message import Message
from functools import partial

from config.alerts import Alerting, Hooks, Mail
from config.settings import SendingSettings
from diembao.jobs.publishing.digest_email import email_message
from diembao.notify.channels import channels
from diembao.notify.smtp import (
    SMTP_SECONDS,
    DeliveryFailed,
    DeliveryUnknown,
    deliver,
    is_transient,
    smtp_connection,
)
from diembao.system.clock import now
from pipeline.errors import DiembaoError
from pipeline.i18n.catalogs import translate
from pipeline.records.audit import Actor, AuditEvent
from pipeline.records.publications import Dispatch, Publication
from storage.database import Database
from storage.service.publications import Publications

#: Seconds to wait before each further try, after a transient failure of the mail server.
_WAITS = (2.0, 10.0)
#: Seconds of the shortest try that is worth its while.
_SHORTEST_TRY = 1.0


@dataclass(slots=True)
class _Patience:
    """Seconds that one `send` may still lose to the mail server; tries that succeed cost nothing.

    All lists go to one server, so that a server that hangs would cost its limit for each list and each try.
    """

    seconds: float


@dataclass(frozen=True, slots=True)
class Delivery:
    """The message to one list of recipients, or to one service of apprise (then `message` is None)."""

    channel: str
    to: tuple[str, ...]
    message: Message | None
    title: str
    #: text for a service
    text: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryOutline:
    """What a person wants to know of a delivery before it is sent."""

    sender: str
    to: tuple[str, ...]
    subject: str
    #: (name, bytes) of each file attached
    files: tuple[tuple[str, int], ...]
    text: str


def delivery_outline(delivery: Delivery) -> DeliveryOutline:
    """Return sender, recipients, subject, files and plain text of a delivery."""
    message = delivery.message
    if message is None:
        return DeliveryOutline("", delivery.to, delivery.title, (), delivery.text)
    files, text = [], ""
    for part in message.walk():
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes):
            continue
        if part.get_content_disposition() == "attachment":
            files.append((part.get_filename(""), len(content)))
        elif part.get_content_type() == "text/plain" and not text:
            text = content.decode()
    return DeliveryOutline(str(message["From"]), delivery.to, delivery.title, tuple(files), text)


def deliveries(publication: Publication, sending: SendingSettings, mail: Mail) -> Iterator[Delivery]:
    """Yield the deliveries of a publication, in the order of the configuration."""
    host = mail.sender.rpartition("@")[2]
    for recipients in sending.list:
        # Equal letters to one list have one Message-ID, so that a mail server can drop the second one.
        message_id = f"<diembao-{publication.id}-{publication.sha256[:12]}-{recipients.name}@{host}>"
        message = email_message(
            publication, sender=mail.sender, to=recipients.to, attach=sending.attach, message_id=message_id
        )
        yield Delivery(recipients.name, recipients.to, message, publication.title)
    for hook in sending.hooks:
        text = translate("Number: {number}", number=publication.id)
        yield Delivery(hook, (), None, publication.title, text)


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """Outcome for one channel: 'sent', 'before' (sent earlier), 'unknown' (begun, end not known) or 'failed'."""

    channel: str
    outcome: str
    #: error message
    message: str = ""


def confirm_delivery(
    storage: Database, publication: Publication, channels: Sequence[str], actor: Actor | None = None
) -> None:
    """Record that dispatches begun on these channels have arrived, as a recipient confirmed."""
    for dispatch in storage.publications.dispatches(publication.id):
        if dispatch.channel in channels and not dispatch.done:
            storage.publications.end_dispatch(dispatch, True, audit=_entry(dispatch, "arrived", actor))


def send(
    storage: Database,
    publication: Publication,
    pending: Sequence[Delivery],
    mail: Mail,
    *,
    again: bool,
    seconds: float = SMTP_SECONDS,
    actor: Actor | None = None,
) -> list[DeliveryResult]:
    """Send each delivery that was not sent before; return their outcomes. With an actor the audit has each step.

    With `again`, deliveries whose arrival is unknown are sent too. A mail server that hangs, or answers a byte at a
    time, costs at most `seconds` in sum, waits between tries included: deliveries after that fail without a try.
    """
    results = []
    patience = _Patience(seconds)
    publications = storage.publications
    for delivery in pending:
        earlier = {d.channel: d for d in publications.dispatches(publication.id)}.get(delivery.channel)
        if earlier is not None and again and not earlier.done:
            publications.end_dispatch(earlier, False, audit=_entry(earlier, "once more", actor))
            earlier = None
        message_id = str(delivery.message["Message-ID"]) if delivery.message is not None else ""
        dispatch = Dispatch(publication.id, delivery.channel, now(), False, message_id)
        if earlier is not None:
            results.append(DeliveryResult(delivery.channel, "before" if earlier.done else "unknown"))
            continue
        try:
            _deliver(delivery, mail, partial(_record, publications, dispatch, actor), patience)
        except _AlreadyBegun:
            results.append(DeliveryResult(delivery.channel, "before"))
        except DeliveryUnknown as error:
            results.append(DeliveryResult(delivery.channel, "unknown", str(error)))
        except DeliveryFailed as error:
            results.append(DeliveryResult(delivery.channel, "failed", str(error)))
        else:
            results.append(DeliveryResult(delivery.channel, "sent"))
    return results


class _AlreadyBegun(DiembaoError):
    """Another process began to send this delivery meanwhile."""


def _deliver(
    delivery: Delivery, mail: Mail, record: Callable[[], AbstractContextManager[None]], patience: _Patience
) -> None:
    """Send a delivery inside `record`, which is entered once the server is connected.

    Raises DeliveryFailed, DeliveryUnknown, _AlreadyBegun.
    """
    if delivery.message is None:
        with record():
            for service in channels(Alerting(hooks=Hooks((delivery.channel,)))):
                service.send(delivery.title, delivery.text)
        return
    if patience.seconds < _SHORTEST_TRY:
        raise DeliveryFailed(translate("mail ({server}): not tried, it did not answer before", server=mail.server))
    for wait in (*_WAITS, None):
        began = time.monotonic()
        try:
            with smtp_connection(mail, patience.seconds) as server, record():
                deliver(server, delivery.message, delivery.to, mail)
            return
        except (DeliveryFailed, DeliveryUnknown) as error:
            patience.seconds -= time.monotonic() - began
            if isinstance(error, DeliveryUnknown) or wait is None or not is_transient(error):
                raise
            if patience.seconds < wait + _SHORTEST_TRY:
                raise
            time.sleep(wait)
            patience.seconds -= wait


@contextmanager
def _record(publications: Publications, dispatch: Dispatch, actor: Actor | None) -> Iterator[None]:
    """Record that a dispatch begins and how it ends; a failed one is taken back, an unknown one stays open."""
    if not publications.begin_dispatch(dispatch, audit=_entry(dispatch, "begun", actor)):
        raise _AlreadyBegun
    try:
        yield
    except DeliveryFailed:
        publications.end_dispatch(dispatch, False, audit=_entry(dispatch, "failed", actor))
        raise
    publications.end_dispatch(dispatch, True, audit=_entry(dispatch, "taken", actor))


def _entry(dispatch: Dispatch, state: str, actor: Actor | None) -> AuditEvent | None:
    """Return what the audit says of a step of a dispatch; the addresses are not in it, as it is kept for good."""
    if actor is None:
        return None
    after = {"list": dispatch.channel, "state": state, "message_id": dispatch.message_id}
    return AuditEvent("digest.send", "publication", str(dispatch.publication), None, after, actor, now())
