"""What a page says of its time → aware datetimes, with where they came from."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from lxml.html import HtmlElement

from pipeline import jsonld
from pipeline.markup import squeeze
from pipeline.moments import from_machine, from_text, plausible, zone_of

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_REST = re.compile(r"[\d\W_]+|thứ|tháng|năm|ngày|giờ|phút|gmt|chủ nhật", re.IGNORECASE)
_HOLDERS = (
    "h1",
    "h2",
    "time",
    "span",
    "div",
    "p",
    "li",
    "td",
    "em",
    "i",
    "small",
    "h4",
    "h5",
    "h6",
    "a",
    "b",
    "strong",
)

_META = (
    *("article:published_time", "datepublished", "parsely-pub-date", "sailthru.date", "dc.date.issued"),
    *(
        "dcterms.created",
        "publishdate",
        "publish-date",
        "publish_date",
        "published_time",
        "pubdate",
        "cxenseparse:recs:publishtime",
    ),
    *(
        "og:article:published_time",
        "article:published",
        "rnews:datepublished",
        "date.created",
        "originalpublicationdate",
    ),
    *("og:published_time", "dc.date", "dc.date.created", "date", "article_date_original", "og:pubdate", "bt:pubdate"),
)
_META_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "last-modified",
    "lastmod",
    "dcterms.modified",
)


@dataclass(frozen=True, slots=True)
class Dates:
    """When a page was published and last changed; aware, or None where the page does not say."""

    published: datetime | None = None
    #: 'page': machine-readable, 'text': read from words on the page
    origin: Literal["page", "text", "none"] = "none"
    modified: datetime | None = None
    #: which reader gave `published`
    reader: str = ""


def read(
    tree: HtmlElement,
    articles: list[jsonld.Node],
    metas: dict[str, str],
    *,
    url: str,
    language: str,
    now: datetime,
    title: str = "",
    given: str = "",
) -> Dates:
    """Return a page's times: JSON-LD, then metadata, then its visible words, then htmldate fast and extensive.

    `title` is the article's, below which its date is looked for; `given` is what the source's own selector found and
    comes before all.
    """
    zone = zone_of(language, url)
    modified = _modified(articles, metas, zone, now)
    if given and (when := plausible(from_machine(given, zone), now)):
        return Dates(when, "page", modified, "selector")
    for reader, text in _machine(tree, articles, metas):
        if when := plausible(from_machine(text, zone), now):
            return Dates(when, "page", modified, reader)
    american = language.lower() == "en-us"
    for text in _visible(tree, title):
        for month_first in (american, not american):
            # The other order is tried only where the usual one gives no time that can be.
            if when := plausible(from_text(text, zone, month_first=month_first), now):
                return Dates(when, "text", modified, "byline")
    for extensive in (False, True):
        if day := _htmldate(tree, extensive, now):
            return Dates(day.replace(tzinfo=zone), "text", modified, f"htmldate-{'extensive' if extensive else 'fast'}")
    return Dates(modified=modified)


def _machine(tree: HtmlElement, articles: list[jsonld.Node], metas: dict[str, str]) -> Iterator[tuple[str, str]]:
    for key in ("datePublished", "dateCreated", "uploadDate"):
        for node in articles:
            if text := jsonld.as_text(node.get(key)):
                yield "json-ld", text
    yield from (("meta", metas[name]) for name in _META if metas.get(name))
    for element in tree.iterfind(".//*[@itemprop='datePublished']"):
        yield "microdata", element.get("content") or element.get("datetime") or element.text_content()


def _modified(articles: list[jsonld.Node], metas: dict[str, str], zone: tzinfo, now: datetime) -> datetime | None:
    texts = [jsonld.first(articles, "dateModified"), *(metas.get(name, "") for name in _META_MODIFIED)]
    return next((when for text in texts if text and (when := plausible(from_machine(text, zone), now))), None)


def _visible(tree: HtmlElement, title: str) -> Iterator[str]:
    """Short texts that may hold the article's date: below its headline first, never the clock in a page's header."""
    below: list[str] = []
    above: list[str] = []
    seen_title = False
    for element in tree.iter(*_HOLDERS):
        if element.tag in ("h1", "h2") and (element.tag == "h1" or squeeze(element.text_content()) == title):
            seen_title = True
            continue
        own = " ".join((element.text or "", *(child.tail or "" for child in element)))
        stamp = element.get("datetime") or "" if element.tag == "time" else ""
        text = stamp if re.match(r"\d{4}-\d\d-\d\d", stamp) else own
        if len(text) > 160 or not _YEAR.search(text) or len(_REST.sub("", text)) > 45:
            continue
        if seen_title:
            below.append(text)
        elif not _is_clock(element):
            above.append(text)
    yield from below[:3]
    yield from above[:3]


def _is_clock(element: HtmlElement) -> bool:
    """Whether a time above the headline is the page's own clock: in its header, or not marked as a publication date."""
    marked = element.tag == "time"
    for one in (element, *element.iterancestors()):
        names = f"{one.get('class') or ''} {one.get('id') or ''}".lower()
        if one.tag in ("header", "nav") or re.search(
            r"clock|today|current|hom-?nay|header|topbar|top-bar|navbar", names
        ):
            return True
        marked = marked or bool(one is element and re.search(r"date|time|publish|ngay|meta", names))
    return not marked


def _htmldate(tree: HtmlElement, extensive: bool, now: datetime) -> datetime | None:
    from htmldate import find_date

    latest = now + timedelta(days=1)
    try:
        day = find_date(
            deepcopy(tree),
            extensive_search=extensive,
            original_date=True,
            max_date=latest.replace(tzinfo=None),
            min_date="1995-01-01",
        )
    except Exception:  # one reader's fault must not cost the page
        return None
    return datetime.fromisoformat(day) if day else None
