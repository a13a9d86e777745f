"""Every record that moves through diembao, in the order it moves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Literal

Relevance = Literal["main", "mention", "no"]
Tone = Literal["positive", "neutral", "negative", "unsure"]
FeedKind = Literal["feed", "sitemap", "listing", "list", "query"]
SourceCategory = Literal["local", "central", "vn_foreign_service", "foreign"]
Reach = Literal["local", "national", "regional", "international"]
PublishedFrom = Literal["page", "feed", "text", "first_seen", "none"]
Precision = Literal["time", "day"]
TextFrom = Literal["page", "feed"]


class Reason(StrEnum):
    """Why an attempt ended as it did. The set is closed; detail goes into the note beside it."""

    OK = "ok"
    NOT_MODIFIED = "not_modified"
    # the network
    DNS = "dns_failure"
    REFUSED = "connection_refused"
    RESET = "connection_lost"
    TIMEOUT = "timeout"
    TLS = "tls_error"
    # the server's answer
    NOT_FOUND = "not_found"
    GONE = "gone"
    FORBIDDEN = "forbidden"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    HTTP_OTHER = "http_other"
    REDIRECTS = "too_many_redirects"
    TOO_LARGE = "too_large"
    EMPTY = "empty_body"
    NOT_A_FEED = "not_a_feed"
    BAD_FEED = "bad_feed"
    NOT_HTML = "not_html"
    # our own rules
    ROBOTS = "robots_txt"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    UNSAFE_ADDRESS = "unsafe_address"
    INVALID_LINK = "invalid_link"
    # reading
    NO_TEXT = "no_text"
    PAYWALL = "paywall"
    NEEDS_BROWSER = "needs_browser"
    CHALLENGE = "challenge"
    CAPTCHA = "captcha"
    COOKIE_WALL = "cookie_wall"
    LOGIN = "login"
    SOFT_404 = "soft_404"
    VIDEO = "video"
    GALLERY = "gallery"
    LIVE_BLOG = "live_blog"
    TAG_PAGE = "tag_page"
    NOT_AN_ARTICLE = "not_an_article"
    ERROR = "error"


class CandidateOutcome(StrEnum):
    """Where a candidate link stands; every candidate has exactly one."""

    WAITING = "waiting"  # to be fetched (again, if attempts > 0)
    FETCHED = "fetched"  # its page is stored as a document
    SUMMARY = "summary"  # the page cannot be had; the feed's own summary is stored as a document
    SAME = "same"  # leads to an article that another candidate brought
    REFUSED = "refused"  # our own rules forbid the fetch: robots.txt, unsafe or invalid address
    LOST = "lost"  # the page cannot be had and the feed said nothing but the link


class DocumentOutcome(StrEnum):
    """What examining a document gave; every document has exactly one."""

    WAITING = "waiting"
    COVERAGE = "coverage"
    IRRELEVANT = "irrelevant"
    UNREADABLE = "unreadable"


# -- what to watch ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Feed:
    """One address of a source that lists its articles."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    url: str
    kind: FeedKind = "feed"
    #: CSS selector of the article links; only for kind 'listing'; None: links that look like articles
    links: str | None = None
    #: only for kind 'query', whose url is a template ({query}, {since}, {until}, {days}): the names it asks for; empty:
    #: those of places.toml in `language`
    terms: tuple[str, ...] = ()
    #: of the names a query asks for, BCP 47; None: the first language of the source
    language: str | None = None
    #: entries in one answer to a query that mean that there are more: its time is then asked for in halves
    per_answer: int | None = None


@dataclass(frozen=True, slots=True)
class Selectors:
    """CSS selectors that read a source's pages better than the generic extractor; None where it does well."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    title: str | None = None
    lead: str | None = None
    text: str | None = None
    authors: str | None = None
    section: str | None = None
    published: str | None = None
    #: parts to remove before anything is read
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One outlet: a published news medium, never a person or a social-media account."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    id: str
    name: str
    home: str
    feeds: tuple[Feed, ...]
    #: other registered domains the same outlet publishes on, e.g. ("bbci.co.uk",)
    domains: tuple[str, ...] = ()
    #: ISO 3166-1 alpha-2
    country: str = "VN"
    #: BCP 47 tags
    languages: tuple[str, ...] = ("vi",)
    kind: str = "newspaper"
    category: SourceCategory = "central"
    reach: Reach = "national"
    enabled: bool = True
    #: minutes between two polls when the schedule collects by due-ness; None: found by itself (pipeline.polling)
    poll_minutes: int | None = None
    #: seconds between two requests to its host; None: the general setting
    delay_seconds: float | None = None
    #: regular expression that article addresses must match; None: any
    article_url: str | None = None
    selectors: Selectors = field(default_factory=Selectors)
    #: hours of the province's day in which it may be asked, e.g. "22:00-06:00" (pipeline.hours); '': any
    hours: str = ""
    #: whether its pages are rendered in a browser before they are read (crawlers.browser)
    render: bool = False
    #: name of the secret that holds NAME:PASSWORD for its servers; '': it wants none
    login: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CrawlSettings:
    """How to behave towards other people's servers."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}
    #: who asks; `contact` (an e-mail address or a page) is added to it, so that webmasters can complain
    user_agent: str = "diembao/0.1"
    contact: str = ""
    #: seconds between two requests to one host; AutoThrottle may lengthen it, robots.txt Crawl-delay too
    delay_seconds: float = 2.0
    #: requests under way at once, over all hosts
    concurrent_requests: int = 16
    #: seconds for one whole request
    timeout_seconds: float = 30.0
    #: feeds of one host that one collection by due-ness asks at most
    feeds_per_host: int = 20
    max_page_bytes: int = 10 * 2**20
    max_feed_bytes: int = 15 * 2**20
    #: entries read of one feed, newest first as the feed lists them
    max_entries: int = 2000
    #: private addresses that may be asked all the same, as exact host:port (an intranet, a test)
    allow_private: tuple[str, ...] = ()


# -- crawling ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed, sitemap or section page says of one article."""

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
class FeedState:
    """What is remembered of one feed between two polls."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    #: end of the last poll, aware UTC
    polled_at: datetime | None = None
    #: polls failed in a row, and what they weigh together (pipeline.polling)
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
    #: until then its 304s are not believed
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
    #: links the feed gave that are no address to fetch (no link, bad scheme), counted only
    invalid: int = 0
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
    #: normalised address (pipeline.urls.normalise), the key of the candidate within its source
    url: str
    entry: Entry
    attempts: int = 0
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
class Unfetched:
    """One request for a candidate's page that brought no page; NOT_MODIFIED is one of its reasons."""

    candidate_id: int
    at: datetime
    url: str
    reason: Reason
    status: int | None = None
    note: str = ""
    #: from Retry-After: the host is not to be asked before
    not_before: datetime | None = None


# -- reading ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """A stored page, or a stored feed entry whose page could not be had (body is then empty)."""

    id: int
    candidate_id: int
    source_id: str
    url: str
    fetched_at: datetime
    body: bytes
    content_type: str
    entry: Entry
    #: why the body is empty; OK where it is not
    reason: Reason = Reason.OK
    selectors: Selectors = field(default_factory=Selectors)
    #: languages the source publishes in, a hint for short texts
    languages: tuple[str, ...] = ()


HitPlace = Literal["title", "lead", "body", "caption", "json-ld", "data", "meta", "menu", "link", "feed"]


@dataclass(frozen=True, slots=True)
class ByteHit:
    """A name of the province in the bytes of a page (pipeline.gate), whether or not a reader kept it."""

    words: str
    where: HitPlace


@dataclass(frozen=True, slots=True)
class Article:
    """What is read from a page."""

    url: str
    #: the page's own canonical address where it can be believed, else the normalised url
    canonical: str
    title: str
    lead: str
    #: paragraphs separated by newlines, the lead first where the page shows it
    text: str
    authors: tuple[str, ...] = ()
    section: str = ""
    #: aware; None: not known
    published: datetime | None = None
    published_from: PublishedFrom = "none"
    #: 'day': no time of day is stated; `published` is then the first minute of that day in the province's zone
    published_precision: Precision = "time"
    #: whether day and month are written so that either may be which (3/4/2026), and nothing decides
    published_ambiguous: bool = False
    modified: datetime | None = None
    language: str = ""
    image: str | None = None
    text_from: TextFrom = "page"
    #: OK, or what kept the page from being read whole (PAYWALL, NEEDS_BROWSER, ...)
    reason: Reason = Reason.OK
    #: which reader gave each part, e.g. {"title": "json-ld", "text": "trafilatura"}
    parts: Mapping[str, str] = field(default_factory=dict)
    #: names of the province in the bytes of the page, also those that no reader kept
    hits: tuple[ByteHit, ...] = ()


# -- understanding ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """One text to be tagged; offsets of evidence count characters of `title + "\\n" + text` after NFC."""

    id: str
    title: str
    text: str
    language: str | None = None
    url: str | None = None
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of the text that made a rule fire."""

    #: 'title' or 'text'
    where: Literal["title", "text"]
    #: characters into that field after NFC normalisation (pipeline.text.normalise), end exclusive
    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class PlaceFound:
    id: str
    name: str
    #: the unit it lies in: old district or commune, or the new commune since 1 July 2025; '' for the province
    unit: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class TopicFound:
    id: str
    #: 0 to 1, the chance that a careful reader would file the text here
    score: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Tags:
    """What diembao says of a text, and why."""

    language: str
    relevance: Relevance
    #: 0 to 1
    relevance_score: float
    #: one sentence a press officer understands, in Vietnamese
    reason: str
    places: tuple[PlaceFound, ...]
    topics: tuple[TopicFound, ...]
    #: topics that just missed
    near: tuple[TopicFound, ...]
    tone: Tone
    #: version of the rules that said so
    rules: str


# -- what examining a document gives ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Coverage:
    """A document about the province (main or mention)."""

    document_id: int
    article: Article
    tags: Tags
    #: sketch of the article (pipeline.sketches.dump), for stories
    fingerprint: bytes = b""


@dataclass(frozen=True, slots=True)
class Irrelevant:
    """A readable document that is not about the province; its title and date are kept for share of voice."""

    document_id: int
    article: Article
    tags: Tags


@dataclass(frozen=True, slots=True)
class Unreadable:
    document_id: int
    reason: Reason
    note: str = ""


Examined = Coverage | Irrelevant | Unreadable


# -- stored coverage --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Version:
    """One text of an item; the same address with a new text is the next one."""

    #: from 1
    number: int
    #: when its page was fetched, aware
    fetched_at: datetime
    article: Article


#: a story is one report and its reprints, an event all that is told of one happening
Level = Literal["story", "event"]
SourceState = Literal["read", "unchanged", "empty", "failed", "paused", "not_due"]


@dataclass(frozen=True, slots=True)
class Item:
    """One article of one outlet as it is stored: its newest version under its newest tags."""

    #: stable over versions and runs
    key: str
    #: key of the story it belongs to: an article and its reprints and translations share it
    story: str
    #: of the article, from 1
    version: int
    source_id: str
    #: name of the outlet
    outlet: str
    #: of the outlet, ISO 3166-1 alpha-2
    country: str
    category: SourceCategory
    article: Article
    tags: Tags
    #: when diembao found its link, aware
    first_seen: datetime
    #: when the page of this version was fetched, aware
    fetched_at: datetime
    feed_url: str
    #: whether it was edited after it was first stored
    changed: bool = False
    #: when its page was first found to be gone (404, 410), aware; None: as far as is known it stands
    taken_down: datetime | None = None
    #: key of the happening it tells of: stories of one event share it
    event: str = ""
    #: agency or outlet it credits for its text ('TTXVN'); '': none
    origin: str = ""


DecisionField = Literal["relevance", "topics", "tone"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said of an item; it holds over whatever the rules say."""

    #: key of the item
    item: str
    field: DecisionField
    #: of topics their ids, separated by blanks
    value: str
    who: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """Text and the places in it (characters, end exclusive) that a search found."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """An item that a search found."""

    item: Item
    title: Marked
    #: some words around what was found
    snippet: Marked
    #: storage.search says what it counts; 0 where hits are in the order of time
    score: int = 0


@dataclass(frozen=True, slots=True)
class SavedSearch:
    name: str
    #: as it was written
    query: str
    saved_at: datetime


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
    flags: tuple[Flag, ...] = ()


# -- the service ------------------------------------------------------------------------------------------


class JobEnd(StrEnum):
    """How one turn of the schedule ended."""

    DONE = "done"
    FAILED = "failed"  # its exit code says so
    CRASHED = "crashed"  # a signal ended it
    TIMEOUT = "timeout"  # it took longer than its limit, and was ended
    STOPPED = "stopped"  # the service was told to stop, and handed it back
    LOST = "lost"  # the service itself was killed while it ran
    LOCKED = "locked"  # another run held its lock
    PLANNED = "planned"  # did not run: from here on the job is known


@dataclass(frozen=True, slots=True)
class JobRun:
    """One turn of a job of the schedule."""

    id: int
    job: str
    #: the time it was for; of a job with an interval when it began
    due: datetime
    started: datetime
    ended: datetime | None = None
    how: JobEnd | Literal[""] = ""
    #: negative: the signal that ended it
    exit_code: int | None = None
    #: seconds between `due` and `started` where that is later than the schedule allows, else 0
    late: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    #: its last lines, without secrets
    said: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a person should know of: once a day for each cause."""

    #: e.g. job:digest
    cause: str
    #: YYYY-MM-DD in the province's zone
    day: str
    at: datetime
    #: what happened, and the way out
    said: str
    #: name of the channel → when it took the alert
    sent: Mapping[str, str] = field(default_factory=dict)
