"""What to watch: outlets, their feeds, and how they are asked."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

FeedKind = Literal["feed", "sitemap", "listing", "list", "query"]
SourceCategory = Literal["local", "central", "vn_foreign_service", "foreign"]
Reach = Literal["local", "national", "regional", "international"]


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
    #: None: not known
    reach: Reach | None = None
    enabled: bool = True
    #: minutes between two polls when the schedule collects by due-ness; None: pipeline.polling.poll_interval finds it
    poll_minutes: int | None = None
    #: seconds between two requests to its host; None: the general setting
    delay_seconds: float | None = None
    #: regular expression that article addresses must match; None: any
    article_url: str | None = None
    selectors: Selectors = field(default_factory=Selectors)
    #: hours of the province's day in which it may be asked, e.g. "22:00-06:00" (pipeline.polling.allowed_hours)
    hours: str = ""
    #: whether its pages are rendered in a browser before they are read (crawlers.downloader.browser)
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
