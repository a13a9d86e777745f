"""A day's digest out of the house by a person's hand: published as it was looked at, and sent, once."""

from dataclasses import dataclass
from datetime import date

from config.alerts import Mail
from config.settings import Settings
from diembao.jobs.digest_room.check_list import recipients_hash
from diembao.jobs.digest_room.room import fingerprint
from diembao.jobs.publishing.digest import build_draft
from diembao.jobs.publishing.publish import frozen, replacing, store
from diembao.jobs.publishing.published_digest import published_digest
from diembao.jobs.publishing.send import DeliveryResult, deliveries, send
from diembao.system.clock import now
from diembao.system.home import Home
from pipeline.errors import DiembaoError
from pipeline.records.audit import Actor
from pipeline.records.publications import Publication
from pipeline.rules.rulebook import Rulebook
from storage.database import Database

#: Seconds to wait for another that publishes or sends
_WAIT = 20.0


@dataclass(frozen=True, slots=True)
class Seen:
    """The digest of a day as a person looked at it."""

    day: date
    language: str
    fingerprint: str
    #: the last publication of the day that there was; 0: none
    latest: int


@dataclass(frozen=True, slots=True)
class NotAsSeen:
    """Nothing was published: the digest is not what the person looked at, or was published meanwhile."""

    #: the last publication of the day
    latest: int
    #: articles that the digest holds now
    articles: int
    #: whether another publication of the day was made since
    published: bool


def publish_seen(
    storage: Database, settings: Settings, rules: Rulebook, home: Home, actor: Actor, seen: Seen
) -> Publication | NotAsSeen:
    """Publish the digest of a day, if it is what the person looked at.

    Of two clicks, two editors, or an editor and the service at the same second, one publishes. Raises HomeInUse.
    """
    with home.lock("publish", wait=_WAIT):
        latest = storage.publications.latest_number(seen.day)
        if latest != seen.latest:
            return NotAsSeen(latest, 0, True)
        draft = build_draft(storage, settings, rules, day=seen.day, language=seen.language)
        if fingerprint(draft.day, draft.items) != seen.fingerprint:
            return NotAsSeen(latest, draft.day.counts.items, False)
        made = store(storage, frozen(replacing(storage, draft)), actor)
        if draft.day.office.erratum:
            # It was said of the edition before; the next one says its own.
            storage.drafts.change(seen.day, actor, now(), erratum="")
        return made


@dataclass(frozen=True, slots=True)
class Order:
    """What a person asks to be sent, and to whom."""

    publication: int
    #: names of lists and other channels
    channels: tuple[str, ...]
    #: of check_list.recipients_hash as the person saw the recipients
    recipients: str
    #: also to those of whom it is not known whether it arrived
    again: bool = False


class RecipientsChanged(DiembaoError):
    """The lists in settings.toml are not those that the person saw; nothing was sent."""


class Superseded(DiembaoError):
    """A later digest of the day was published; nothing was sent."""


def send_ordered(
    storage: Database, settings: Settings, mail: Mail, home: Home, actor: Actor, order: Order
) -> list[DeliveryResult]:
    """Send a publication to the channels named, to each once; return their outcomes.

    Raises RecipientsChanged, Superseded, UnknownPublication, HomeInUse.
    """
    if recipients_hash(settings.sending, order.publication) != order.recipients:
        raise RecipientsChanged
    with home.lock("publish", wait=_WAIT):
        publication = published_digest(storage, order.publication)
        if storage.publications.latest_number(publication.day) != publication.id:
            raise Superseded
        pending = [d for d in deliveries(publication, settings.sending, mail) if d.channel in order.channels]
        return send(storage, publication, pending, mail, again=order.again, actor=actor)
