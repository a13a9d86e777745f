"""Alerts → people, by mail and any service that apprise knows."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from config.alerts import Alerting, Mail
from diembao.notify.smtp import DeliveryFailed, DeliveryUnknown, deliver, smtp_connection
from diembao.system.secrets import secret
from pipeline.i18n.catalogs import translate
from pipeline.records import Alert
from storage.database import Database

#: Age from which on an unsent alert is no longer sent.
_STALE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to people: 'mail', or the name of the secret that holds an address for apprise."""

    name: str
    #: (title, text) → sent; raises DeliveryFailed
    send: Callable[[str, str], None]


def channels(alerting: Alerting) -> list[Channel]:
    """Return the channels that alerts.toml names."""
    configured = []
    if alerting.mail.to:
        configured.append(Channel("mail", partial(_send_by_mail, alerting.mail)))
    for name in alerting.hooks.secrets:
        configured.append(Channel(name, partial(_send_by_apprise, name)))
    return configured


def send_alerts(storage: Database, ways: Sequence[Channel], at: datetime) -> list[str]:
    """Send each channel its unsent alerts in one message; return the error messages."""
    errors = []
    for channel in ways:
        unsent = [alert for alert in storage.service.alerts_since(at - _STALE) if channel.name not in alert.sent]
        if not unsent:
            continue
        try:
            channel.send(*alert_message(unsent))
        except DeliveryFailed as error:
            errors.append(str(error))
        else:
            storage.service.alerts_sent(unsent, channel.name, at)
    return errors


def alert_message(alerts: Sequence[Alert]) -> tuple[str, str]:
    """Return title and text of one message about several alerts."""
    first = alerts[0].text.splitlines()[0]
    title = translate("[diembao] {count} alerts: {first}", count=len(alerts), first=first)
    return title[:150], "\n\n".join(f"{n}. {alert.text}" for n, alert in enumerate(alerts, 1)) + "\n"


def _send_by_apprise(name: str, title: str, text: str) -> None:
    import logging

    import apprise

    if not (address := secret(name)):
        raise DeliveryFailed(translate("{name}: this secret is not set", name=name))
    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # apprise logs addresses with passwords
    service = apprise.Apprise()
    if not service.add(address):
        raise DeliveryFailed(translate("{name}: is no address that apprise knows", name=name))
    if not service.notify(title=title, body=text, body_format=apprise.NotifyFormat.TEXT):
        raise DeliveryFailed(translate("{name}: could not be sent to", name=name))


def _send_by_mail(mail: Mail, title: str, text: str) -> None:
    from email.header import Header
    from email.mime.text import MIMEText
    from email.utils import formatdate, make_msgid

    # email.message.EmailMessage loses a space where it folds a long subject outside ASCII (CPython 3.11).
    message = MIMEText(text, "plain", "utf-8")
    message["Subject"] = Header(" ".join(title.split()), "utf-8", header_name="Subject").encode()
    message["From"], message["To"] = mail.sender, ", ".join(mail.to)
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=mail.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    # DeliveryUnknown counts as sent: most likely it was, and a server that never answers would get the mail for ever.
    with smtp_connection(mail) as server, suppress(DeliveryUnknown):
        deliver(server, message, mail.to, mail)
