"""Section-page bytes → the links to articles that stand on it."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from pipeline.records import Entry, Reason
from pipeline.urls import normalise, resolve, same_site

#: What the path of an article has and that of a section lacks: a number of an article, or a headline in words.
_ARTICLE = re.compile(r"\d{5,}|(?:[a-z0-9]+-){4,}|/20\d\d/\d\d?/", re.IGNORECASE)
_NOT_ARTICLE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp[34]|zip|css|js|xml)$|/(?:tag|tags|author|rss|login)/", re.I
)


@dataclass(frozen=True, slots=True)
class ParsedListing:
    entries: tuple[Entry, ...] = ()
    invalid: int = 0
    reason: Reason = Reason.OK
    note: str = ""


def parse_listing(
    body: bytes, *, url: str, links: str | None = None, article_url: str | None = None, max_entries: int = 2000
) -> ParsedListing:
    """Read the links of a section page: those that the CSS selector `links` finds, else those that look like articles.

    `article_url` is a regular expression that addresses must match. The longest text of a link is its headline.
    """
    if not body.strip():
        return ParsedListing(reason=Reason.EMPTY)
    soup = BeautifulSoup(body, "lxml")
    base = soup.find("base", href=True)
    root = resolve(url, str(base["href"])) if isinstance(base, Tag) else None
    found: dict[str, Entry] = {}
    invalid = 0
    for tag in soup.select(links) if links else soup.find_all("a", href=True):
        anchor = tag if tag.name == "a" else tag.find("a", href=True)
        if not isinstance(anchor, Tag) or not anchor.get("href"):
            continue
        link = resolve(root or url, str(anchor["href"]))
        if link is None:
            invalid += bool(links)
            continue
        if not _is_wanted(link, url, bool(links), article_url):
            continue
        title = " ".join((anchor.get_text(" ") or str(anchor.get("title") or "")).split())
        key = normalise(link)
        if key not in found or len(title) > len(found[key].title):
            found[key] = Entry(url=link, title=title)
    if not found:
        return ParsedListing(invalid=invalid, reason=Reason.NOT_A_FEED, note="no link to an article on the page")
    return ParsedListing(tuple(found.values())[:max_entries], invalid)


def _is_wanted(link: str, page: str, selected: bool, pattern: str | None) -> bool:
    if pattern is not None:
        return re.search(pattern, link) is not None
    if selected:
        return True
    path = urlsplit(link).path
    return same_site(link, page) and bool(_ARTICLE.search(path)) and not _NOT_ARTICLE.search(path)
