"""The front page of a site → its name and the addresses of its feeds; a robots.txt → its sitemaps."""

import re
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from crawlers.parsing.feed_fields import plain_text
from pipeline.html.parser import decode_html
from pipeline.text.urls import resolve_url, same_site

_FEED_TYPES = re.compile(
    r"application/(?:rss|atom|feed|rdf)\+(?:xml|json)|application/json\+feed|text/xml", re.IGNORECASE
)
_FEED_LINK = re.compile(
    r"\.(?:rss|atom|rdf)$|/(?:rss|feed|feeds|atom)/?$|/(?:rss|feed|atom|index)\.(?:xml|json)$", re.IGNORECASE
)
#: Path of a page, for people, that lists a site's feeds.
FEED_PAGE = re.compile(r"/rss(?:-?feeds?)?(?:\.\w{2,5})?/?$", re.IGNORECASE)


def site_links(body: bytes, url: str) -> tuple[str, list[str]]:
    """Return the name of the site whose page this is, and the addresses of feeds that the page declares or links."""
    soup = BeautifulSoup(decode_html(body)[0], "lxml")
    return _site_name(soup), _feed_links(soup, url)


def robots_sitemaps(body: bytes, url: str) -> list[str]:
    """Return the sitemaps that a robots.txt names."""
    from protego import Protego

    named = Protego.parse(body.decode("utf-8-sig", "replace")).sitemaps
    return [link for one in named if (link := resolve_url(url, one)) is not None]


def _feed_links(soup: BeautifulSoup, url: str) -> list[str]:
    """Return the addresses that a page declares as feeds, and links to its own site that look like feeds."""
    base = soup.find("base", href=True)
    root = (resolve_url(url, str(base["href"])) if isinstance(base, Tag) else None) or url
    links: dict[str, None] = {}
    for tag in soup.find_all("link", href=True):
        is_feed = (
            isinstance(tag, Tag) and "alternate" in (tag.get("rel") or ()) and _FEED_TYPES.search(str(tag.get("type")))
        )
        if is_feed and (link := resolve_url(root, str(tag["href"]))):
            links[link] = None
    for tag in soup.find_all("a", href=True):
        link = resolve_url(root, str(tag["href"])) if isinstance(tag, Tag) else None
        path = urlsplit(link).path if link else ""
        if link and same_site(link, url) and (_FEED_LINK.search(path) or FEED_PAGE.search(path)):
            links[link] = None
    return list(links)


def _site_name(soup: BeautifulSoup) -> str:
    """Return a site's name: og:site_name or application-name, else the shortest part of its title."""
    for attributes in ({"property": "og:site_name"}, {"name": "application-name"}):
        tag = soup.find("meta", attrs=attributes)
        if isinstance(tag, Tag) and (name := plain_text(str(tag.get("content") or ""))):
            return name[:80]
    title = plain_text(soup.title.get_text()) if soup.title else ""
    return min((part for part in re.split(r"\s+[-|–—:·]\s+", title) if part.strip()), key=len, default="")[:80]
