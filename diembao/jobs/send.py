"""A published digest → every list of recipients, each once; what was sent is noted before and after."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from email.message import Message
from functools import partial

from config.alerts import Alerting, Hooks, Mail
from config.settings import SendingSettings
from diembao.jobs.digest_email import email_message
from diembao.notify.channels import channels
from diembao.notify.smtp import DeliveryFailed, DeliveryUnknown, deliver, is_transient, smtp_connection
from diembao.system.clock import now
from diembao.system.messages import say
from pipeline.records.publications import Dispatch, Publication
from storage.base import Storage
from storage.service.publications import Publications

#: Seconds before a server that had no time, or was not there, is asked again.
_WAITS = (2.0, 10.0)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What goes to one list, or to one service of apprise (then without a letter)."""

    channel: str
    to: tuple[str, ...]
    message: Message | None
    #: of a service: title and text
    title: str = ""
    text: str = ""


def deliveries(publication: Publication, sending: SendingSettings, mail: Mail) -> Iterator[Delivery]:
    """Yield what a publication is sent as, in the order of the configuration."""
    host = mail.sender.rpartition("@")[2]
    for one in sending.list:
        # The same letter to the same list has the same name, so that a mail server too can tell it is one.
        name = f"<diembao-{publication.id}-{publication.sha256[:12]}-{one.name}@{host}>"
        made = email_message(publication, sender=mail.sender, to=one.to, attach=sending.attach, message_id=name)
        yield Delivery(one.name, one.to, made)
    for hook in sending.hooks:
        text = say(f"Mã bản: {publication.id}", f"Number: {publication.id}")
        yield Delivery(hook, (), None, publication.title, text)


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """How it went with one channel: 'sent', 'before' (had it), 'unknown' (begun before, end not known), 'failed'."""

    channel: str
    how: str
    said: str = ""


def confirm_delivery(storage: Storage, publication: Publication, channels: Sequence[str]) -> None:
    """Note that what was begun on these channels has arrived, as a recipient says."""
    for dispatch in storage.publications.dispatches(publication.id):
        if dispatch.channel in channels and not dispatch.done:
            storage.publications.end_dispatch(dispatch, True)


def send(
    storage: Storage, publication: Publication, found: Sequence[Delivery], mail: Mail, *, again: bool
) -> list[DeliveryResult]:
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
        if known is not None:
            results.append(DeliveryResult(parcel.channel, "before" if known.done else "unknown"))
            continue
        try:
            _deliver(parcel, mail, partial(_noted, book, dispatch))
        except _Taken:
            results.append(DeliveryResult(parcel.channel, "before"))
        except DeliveryUnknown as error:
            results.append(DeliveryResult(parcel.channel, "unknown", str(error)))
        except DeliveryFailed as error:
            results.append(DeliveryResult(parcel.channel, "failed", str(error)))
        else:
            results.append(DeliveryResult(parcel.channel, "sent"))
    return results


class _Taken(Exception):
    """Somebody else began to send it meanwhile."""


def _deliver(parcel: Delivery, mail: Mail, noted: Callable[[], AbstractContextManager[None]]) -> None:
    """Hand a parcel over, within `noted`, which is entered no earlier than that is possible. Raises NotSent, Unsure."""
    if parcel.message is None:
        with noted():
            for service in channels(Alerting(hooks=Hooks((parcel.channel,)))):
                service.send(parcel.title, parcel.text)
        return
    for wait in (*_WAITS, None):
        try:
            with smtp_connection(mail) as server, noted():
                deliver(server, parcel.message, parcel.to, mail)
            return
        except DeliveryFailed as error:
            if wait is None or not is_transient(error):
                raise
            time.sleep(wait)


@contextmanager
def _noted(book: Publications, dispatch: Dispatch) -> Iterator[None]:
    """Note that a parcel is about to be handed over, and take that back where it surely was not taken."""
    if not book.begin_dispatch(dispatch):
        raise _Taken
    try:
        yield
    except DeliveryFailed:
        book.end_dispatch(dispatch, False)
        raise
    book.end_dispatch(dispatch, True)
