"""What became of sources and links, and what is noticed of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pipeline.records.outcomes import CandidateOutcome, DocumentOutcome, Reason

#: failed: every feed that was asked failed; waiting: none was asked, because its server is left alone
SourceState = Literal["read", "unchanged", "empty", "failed", "waiting", "paused", "not_due"]
FlagKind = Literal["silent", "fewer", "more", "redesigned", "rotten"]


@dataclass(frozen=True, slots=True)
class Flag:
    """Something about a source that a person should look at; the figures say why."""

    kind: FlagKind
    #: in the period: good answers without a link in a row (silent), new links (fewer, more), pages without text
    #: (redesigned), share of pages still read well in per cent (rotten)
    found: int
    #: usual range of the same figure in periods of the same length before; of 'redesigned': in per cent of the pages
    low: int = 0
    high: int = 0
    #: addresses to look at
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """What one source gave in one past period in which it answered."""

    #: links never seen before
    new: int
    #: documents examined, and those of them in which no text was found
    documents: int
    without_text: int


@dataclass(frozen=True, slots=True)
class PageReading:
    """What was found on one stored page, for the alarms of sources that are read worse than before."""

    source_id: str
    document_id: int
    url: str
    #: aware
    at: datetime
    text: bool
    title: bool
    date: bool
    #: parts that the source's selectors were asked for, and those of them not found
    asked: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    #: F1 of words between the selectors' text and the readers'; None where there is no such text
    agreement: float | None = None
    #: element that holds the text, e.g. 'article.fck_detail'; '' where it is not known
    place: str = ""

    @property
    def pages(self) -> int:
        """Return 1: a reading counts as a tally of one page."""
        return 1


@dataclass(frozen=True, slots=True)
class PageTally:
    """How many pages of one source were read alike, in the days that are compared or in those before them."""

    source_id: str
    recent: bool
    text: bool = False
    title: bool = False
    date: bool = False
    #: whether selectors were asked for parts, and whether one of them was not found
    asked: bool = False
    missed: bool = False
    #: as in PageReading
    agreement: float | None = None
    place: str = ""
    pages: int = 1


@dataclass(frozen=True, slots=True)
class HostWait:
    """Feeds of one source that are not asked for now, because their server is left alone."""

    #: host[:port]
    host: str
    feeds: int
    #: what the server did
    reason: Reason
    #: aware; None: until the next collection
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceStanding:
    """How a source that is switched on stands now, by the last poll of each of its feeds."""

    source_id: str
    name: str
    feeds: int
    #: feeds that were ever asked, and those of them whose last poll failed
    asked: int
    failing: int
    #: feeds whose host asked to be left alone until later
    held: int
    #: end of the last such wait; aware
    held_until: datetime | None = None
    #: end of the last poll of any feed, aware
    polled_at: datetime | None = None
    #: when the first feed is due again, aware; None: at once
    next_poll: datetime | None = None

    @property
    def fails(self) -> bool:
        """Whether the last poll of every feed that was ever asked failed."""
        return 0 < self.asked == self.failing

    @property
    def waits(self) -> bool:
        """Whether none of its feeds may be asked now."""
        return 0 < self.feeds == self.held


@dataclass(frozen=True, slots=True)
class CollectionFigures:
    """What collection brought up to one moment."""

    sources: tuple[SourceStanding, ...]
    #: links never seen before: in the last 24 hours, and in the seven days before them
    new: int = 0
    new_before: int = 0
    #: the first poll there is a row of in those eight days; aware
    first_poll: datetime | None = None
    #: pages asked for in the last 24 hours, and those of them that came or were unchanged
    pages: int = 0
    pages_read: int = 0


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One link and how it ended: the proof that it was not lost."""

    source_id: str
    outlet: str
    url: str
    title: str
    feed_url: str
    first_seen: datetime
    last_seen: datetime
    outcome: CandidateOutcome
    #: of the last attempt; '' before the first
    reason: Reason | Literal[""]
    attempts: int
    #: when it is asked again; None: not
    next_try: datetime | None
    #: of its last document: what examining gave, and why it was unreadable
    document: DocumentOutcome | Literal[""] = ""
    document_reason: Reason | Literal[""] = ""
    #: key of the item it became
    item: str = ""


@dataclass(frozen=True, slots=True)
class SourceDay:
    """What became of one source in one period."""

    source_id: str
    name: str
    state: SourceState
    feeds_polled: int = 0
    feeds_ok: int = 0
    feeds_failed: int = 0
    candidates: int = 0
    #: documents fetched, of which coverage + irrelevant + unreadable are examined
    documents: int = 0
    coverage: int = 0
    irrelevant: int = 0
    unreadable: int = 0
    #: requests that brought no page
    failed: int = 0
    #: how often each reason but OK and NOT_MODIFIED was met, over feeds, pages and their reading
    reasons: Mapping[Reason, int] = field(default_factory=dict)
    #: pages in which no text was found, some of them by address
    without_text: tuple[str, ...] = ()
    #: feeds whose last two good answers held no link
    silent_feeds: tuple[str, ...] = ()
    #: at the end of the period
    waits: tuple[HostWait, ...] = ()
    flags: tuple[Flag, ...] = ()
