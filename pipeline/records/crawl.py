"""Records of crawling: polls of feeds, links, and the answers to their requests."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.records.outcomes import Reason


@dataclass(frozen=True, slots=True)
class Entry:
    """One article as a feed, sitemap or section page lists it."""

    #: absolute address as the feed gave it, resolved against the feed's final address
    url: str
    title: str = ""
    #: plain text, no markup
    summary: str = ""
    #: full text where the feed carries it (content:encoded), plain; else empty
    text: str = ""
    #: aware; None where the feed gives none or nonsense
    published: datetime | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    guid: str = ""
    image: str | None = None
    #: name, else domain, of the outlet, where a query feed lists other people's articles; '' : the source's own
    outlet: str = ""


@dataclass(frozen=True, slots=True)
class BadLink:
    """An entry of a feed whose link cannot be followed, for its line in the ledger."""

    #: the link as the feed writes it, at most 500 characters; '': it has none
    link: str
    #: one of the LINK_ reasons, or INVALID_LINK
    reason: Reason
    title: str = ""


@dataclass(frozen=True, slots=True)
class FeedState:
    """The state of one feed between two polls."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    #: end of the last poll, aware UTC
    polled_at: datetime | None = None
    #: failed polls in a row, and the sum of their weights (pipeline.polling.poll_interval)
    failures: int = 0
    penalty: int = 0
    #: wait between two polls as it was last found; None before the first
    interval: timedelta | None = None
    #: wait between two polls where it is set by hand
    fixed: timedelta | None = None
    next_poll: datetime | None = None
    #: the last answer that was no 304, and the 304s since
    full_at: datetime | None = None
    unchanged_since_full: int = 0
    #: end of the time in which its 304s are not trusted
    distrusted_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """One reading of one feed."""

    source_id: str
    feed_url: str
    at: datetime
    reason: Reason
    status: int | None = None
    note: str = ""
    entries: tuple[Entry, ...] = ()
    #: number of entries whose link cannot be followed, and those of them of which a line in the ledger can tell
    invalid: int = 0
    bad_links: tuple[BadLink, ...] = ()
    etag: str | None = None
    last_modified: str | None = None
    size: int = 0
    #: the publisher's own wish for the time between two polls (ttl, sy:updatePeriod, max-age, Expires)
    wish: timedelta | None = None
    #: from Retry-After: the host is not to be asked before
    not_before: datetime | None = None
    #: whether it was asked without conditions, although validators were at hand
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link that a feed gave and that is to be fetched."""

    id: int
    source_id: str
    feed_url: str
    #: normalised address (pipeline.text.urls.normalise_url), the key of the candidate within its source
    url: str
    entry: Entry
    attempts: int = 0
    #: whether an earlier poll had listed it
    known: bool = False
    #: validators of the last fetch, for a conditional request
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answered request for a candidate's page."""

    candidate_id: int
    at: datetime
    #: address after redirects
    url: str
    status: int
    body: bytes
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    #: `body` compressed as by zlib, where it came over the network in such a form; else empty
    packed: bytes = b""


@dataclass(frozen=True, slots=True)
class FetchFailure:
    """One request for a candidate's page that brought no page; NOT_MODIFIED is one of its reasons."""

    candidate_id: int
    at: datetime
    url: str
    reason: Reason
    status: int | None = None
    note: str = ""
    #: from Retry-After: the host is not to be asked before
    not_before: datetime | None = None
