"""A digest as it was published, and to whom it was sent: the records that a database keeps of both."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.records import Relevance, Tone


@dataclass(frozen=True, slots=True)
class PublishedItem:
    """What a published digest said of an article: enough to know later what is said otherwise."""

    key: str
    version: int
    title: str
    outlet: str
    relevance: Relevance
    tone: Tone
    rules: str
    #: whether its page was known to be gone
    gone: bool = False
    #: whether it stands among the corrections, not in the digest's own set
    erratum: bool = False


@dataclass(frozen=True, slots=True)
class Publication:
    """One digest as it left the house; it is never changed."""

    #: 0 before it is stored
    id: int
    day: date
    made_at: datetime
    language: str
    #: subject of a letter with it
    title: str
    #: of the set of articles (analysis.digest.model.content_hash)
    sha256: str
    rules: str
    items: tuple[PublishedItem, ...]
    #: name of a file → its bytes
    files: Mapping[str, bytes]
    #: in the register of the agency
    number: int | None = None
    #: whether nobody approved it by the time set for that
    unapproved: bool = False
    #: the office's own first sentences; '': none; None: they were not kept
    lead: str | None = None
    #: what was wrong in the edition whose place it takes, in the office's words; '': nothing was said
    erratum: str = ""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A publication on its way to a list of recipients."""

    publication: int
    #: name of the list, or of the secret that holds an address for apprise
    channel: str
    at: datetime
    #: False: it was begun, and whether it arrived is not known
    done: bool
    #: of a letter; '' of others
    message_id: str


@dataclass(frozen=True, slots=True)
class PublicationHead:
    """A published digest as a list shows it, without what it said of its articles."""

    id: int
    day: date
    made_at: datetime
    language: str
    title: str
    unapproved: bool
    #: names of its files, in order
    files: tuple[str, ...]
    #: oldest first
    dispatches: tuple[Dispatch, ...]
