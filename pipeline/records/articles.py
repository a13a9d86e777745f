"""Records of reading a page: the stored page, its article, hits of the gate, and what examining it gave."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pipeline.records.crawl import Entry
from pipeline.records.outcomes import Reason
from pipeline.records.sources import Selectors
from pipeline.records.tags import Tags

PublishedFrom = Literal["page", "feed", "text", "first_seen", "none"]
Precision = Literal["time", "day"]
TextFrom = Literal["page", "feed"]


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
    #: why the body is empty; OK if it is not
    reason: Reason = Reason.OK
    selectors: Selectors = field(default_factory=Selectors)
    #: languages the source publishes in, a hint for short texts
    languages: tuple[str, ...] = ()
    #: country of the source, ISO 3166-1, for times without a zone; '': not known
    country: str = ""


HitPlace = Literal["title", "lead", "body", "caption", "json-ld", "data", "meta", "menu", "link", "feed"]


@dataclass(frozen=True, slots=True)
class ByteHit:
    """A name of the province in the bytes of a page (pipeline.prefilter.gate), in the extracted text or not."""

    words: str
    where: HitPlace


@dataclass(frozen=True, slots=True)
class Article:
    """The article extracted from a page."""

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
    #: OK, or why the page was not extracted in full (PAYWALL, NEEDS_BROWSER, ...); one of `OBSTACLES` with text from
    #: the page: it may be no article
    reason: Reason = Reason.OK
    #: extractor of each part, e.g. {"title": "json-ld", "text": "trafilatura"}
    parts: Mapping[str, str] = field(default_factory=dict)
    #: names of the province in the bytes of the page, also those that are not in the text
    hits: tuple[ByteHit, ...] = ()
    #: address that the page names as its own, believed or not (a section may be named by many); '' for none
    declared: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """A document about the province (main or mention)."""

    document_id: int
    article: Article
    tags: Tags
    #: fingerprint of the article (pipeline.stories.fingerprints.dump), for stories
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
