"""The address of a site → its feeds, sitemaps and section page, each tried, with what it holds."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from protego import Protego
from scrapy import Request, Spider
from scrapy.http import Response

from crawlers.downloader import reasons
from crawlers.parsing.feed_fields import TooLarge, decompress, plain_text
from crawlers.parsing.sandbox import FeedResponse, Found, ParserProcess
from crawlers.spiders.discovered import DiscoveredFeed, DiscoveredSite, FoundIn
from pipeline.records import CrawlSettings, FeedKind, Reason, Source
from pipeline.text.language import detect_language
from pipeline.text.urls import normalise_url, resolve_url, same_site

#: Where publishing systems and Vietnamese outlets put them, tried only where the site names none itself.
_USUAL_FEEDS = (
    "/rss",
    "/feed",
    "/rss.xml",
    "/feed.xml",
    "/rss/home.rss",
    "/rss/tin-moi-nhat.rss",
    "/atom.xml",
    "/feed.json",
)
_USUAL_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_index.xml", "/sitemap.xml", "/sitemap.xml.gz")
#: Addresses tried of one site: some list a feed for each of a hundred sections.
_TRIES = 40
_FEED_TYPES = re.compile(
    r"application/(?:rss|atom|feed|rdf)\+(?:xml|json)|application/json\+feed|text/xml", re.IGNORECASE
)
_FEED_LINK = re.compile(
    r"\.(?:rss|atom|rdf)$|/(?:rss|feed|feeds|atom)/?$|/(?:rss|feed|atom|index)\.(?:xml|json)$", re.IGNORECASE
)
#: A page for people that lists a site's feeds
_FEED_PAGE = re.compile(r"/rss(?:-?feeds?)?(?:\.\w{2,5})?/?$", re.IGNORECASE)
_SITEMAP_ROOT = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]", re.IGNORECASE)
#: A site whose page cannot be had may still have its feeds where they usually are; a host that is down has none.
_ANSWERED = frozenset([Reason.OK, Reason.FORBIDDEN, Reason.NOT_FOUND, Reason.HTTP_OTHER, Reason.EMPTY])


def discover_feeds(url: str, settings: CrawlSettings) -> DiscoveredSite:
    """Look for what a site offers, through the guarded and polite crawl; at most once per process.

    The address may be numeric or local: a person named it.
    """
    from crawlers.crawl import run

    site = DiscoveredSite(url)
    asked = Source("site", "site", url, ())
    run(DiscoverySpider, [asked], settings, site=site, limits=settings)
    return site


class DiscoverySpider(Spider):
    """Asks a site's page and robots.txt, then what they name, then the usual addresses."""

    name = "find"

    def __init__(self, site: DiscoveredSite, limits: CrawlSettings, **more: Any) -> None:
        super().__init__(**more)
        self.site, self.limits = site, limits
        self.failure: Exception | None = None
        self._tried: set[str] = set()
        self._pending = 0
        self._usual = False
        self._reader = ParserProcess()

    async def start(self) -> AsyncIterator[Request]:
        self._pending = 2
        yield self._request(self.site.url, self._page, "page", "listing")
        robots = self._request(urljoin(self.site.url, "/robots.txt"), self._robots, "robots.txt", "sitemap")
        robots.meta["is_robots"] = True
        yield robots

    def _request(self, url: str, callback: Any, how: FoundIn, kind: FeedKind, parent: str = "") -> Request:
        meta = {
            "how": how,
            "kind": kind,
            "asked": url,
            "parent": parent,
            "download_maxsize": self.limits.max_feed_bytes,
        }
        return Request(url, callback=callback, errback=self._failed, meta=meta, dont_filter=True)

    def _try(self, url: str, how: FoundIn, parent: str = "") -> Iterator[Request]:
        if len(self._tried) < _TRIES and (key := normalise_url(url)) not in self._tried:
            self._tried.add(key)
            self._pending += 1
            kind: FeedKind = "sitemap" if "sitemap" in urlsplit(url).path.lower() else "feed"
            yield self._request(url, self._answered, how, kind, parent)

    async def _page(self, response: Response) -> AsyncIterator[Request]:
        if response.status in (200, 203):
            self.site.reason = Reason.OK
            soup = BeautifulSoup(response.body, "lxml")
            self.site.name = _name_of(soup)
            found = await self._read(response, "listing")
            self._offer(response, "listing", found)
            self.site.language = self.site.offers[-1].language
            for url in _feeds_in(soup, response.url):
                for request in self._try(url, "link"):
                    yield request
        else:
            self.site.reason, self.site.note = reasons.reason_of_status(response.status), f"HTTP {response.status}"
        for request in self._done():
            yield request

    def _robots(self, response: Response) -> Iterator[Request]:
        if response.status == 200:
            for url in Protego.parse(response.body.decode("utf-8-sig", "replace")).sitemaps:
                if (link := resolve_url(response.url, url)) is not None:
                    yield from self._try(link, "robots.txt")
        yield from self._done()

    async def _answered(self, response: Response) -> AsyncIterator[Request]:
        how, kind = response.meta["how"], response.meta["kind"]
        if response.status not in (200, 203):
            reason = reasons.reason_of_status(response.status)
            self._offer(response, kind, Found(reason=reason, note=f"HTTP {response.status}"))
        else:
            kind = _kind_of(response.body)
            found = await self._read(response, kind)
            if found.children:
                # One sitemap of an index tells what the index leads to; the newest stands first.
                child = next((c for c in found.children if "news" in c.lower()), found.children[0])
                self._offer(response, kind, replace(found, note=f"{len(found.children)} sitemaps"))
                for request in self._try(child, how, parent=response.meta["asked"]):
                    yield request
            elif (
                found.reason is Reason.NOT_A_FEED
                and how in ("link", "page")
                and _FEED_PAGE.search(urlsplit(response.url).path)
            ):
                for url in _feeds_in(BeautifulSoup(response.body, "lxml"), response.url):
                    for request in self._try(url, "page"):
                        yield request
            else:
                self._offer(response, kind, found)
        for request in self._done():
            yield request

    async def _read(self, response: Response, kind: FeedKind) -> Found:
        called = (response.headers.get("Content-Type") or b"").decode("latin-1")
        answer = FeedResponse(kind, response.body, response.url, called, None, None, self.limits.max_entries)
        return await self._reader.read(answer)

    def _failed(self, failure: Any) -> Iterator[Request]:
        meta = failure.request.meta
        reason, note = reasons.reason_of_exception(failure.value), reasons.error_note(failure.value)
        if meta["kind"] == "listing":
            self.site.reason, self.site.note = reason, note
        elif not meta.get("is_robots"):
            self.site.offers.append(DiscoveredFeed(meta["asked"], meta["kind"], meta["how"], reason, note))
        yield from self._done()

    def _offer(self, response: Response, kind: FeedKind, found: Found) -> None:
        meta = response.meta
        dates = [entry.published for entry in found.entries if entry.published]
        titles = [entry.title for entry in found.entries[:30] if entry.title]
        links = frozenset(normalise_url(entry.url) for entry in found.entries)
        newest, language = max(dates, default=None), detect_language("", ". ".join(titles)) if titles else ""
        for n, index in enumerate(self.site.offers):
            if index.url == meta["parent"] and links:
                # What a sitemap of an index holds is told of the index, which is what is to be asked.
                self.site.offers[n] = replace(index, links=links, newest=newest, language=language)
                return
        # The address asked, not the one led to: a redirect may change, and a person looks for what was written.
        offer = DiscoveredFeed(meta["asked"], kind, meta["how"], found.reason, found.note, links, newest, language)
        self.site.offers.append(offer)

    def _done(self) -> Iterator[Request]:
        """Go on to the usual addresses when all that the site names has been tried and something is missing."""
        self._pending -= 1
        if self._pending or self._usual or self.site.reason not in _ANSWERED:
            return
        self._usual = True
        held = {offer.kind for offer in self.site.offers if offer.holds}
        for path in (
            *(_USUAL_FEEDS if "feed" not in held else ()),
            *(_USUAL_SITEMAPS if "sitemap" not in held else ()),
        ):
            yield from self._try(urljoin(self.site.url, path), "usual")

    def closed(self, _reason: str) -> None:
        self._reader.close()


def _kind_of(body: bytes) -> FeedKind:
    try:
        start = decompress(body)[:5000]
    except (TooLarge, OSError, EOFError):
        return "sitemap"
    return "sitemap" if _SITEMAP_ROOT.search(start) else "feed"


def _feeds_in(soup: BeautifulSoup, url: str) -> list[str]:
    """Return the addresses that a page names as feeds, or that look like feeds of its own site."""
    base = soup.find("base", href=True)
    root = (resolve_url(url, str(base["href"])) if isinstance(base, Tag) else None) or url
    found: dict[str, None] = {}
    for tag in soup.find_all("link", href=True):
        named = (
            isinstance(tag, Tag) and "alternate" in (tag.get("rel") or ()) and _FEED_TYPES.search(str(tag.get("type")))
        )
        if named and (link := resolve_url(root, str(tag["href"]))):
            found[link] = None
    for tag in soup.find_all("a", href=True):
        link = resolve_url(root, str(tag["href"])) if isinstance(tag, Tag) else None
        path = urlsplit(link).path if link else ""
        if link and same_site(link, url) and (_FEED_LINK.search(path) or _FEED_PAGE.search(path)):
            found[link] = None
    return list(found)


def _name_of(soup: BeautifulSoup) -> str:
    """Return what a site calls itself: og:site_name, else the part of its title that stands for it."""
    for wanted in ({"property": "og:site_name"}, {"name": "application-name"}):
        tag = soup.find("meta", attrs=wanted)
        if isinstance(tag, Tag) and (name := plain_text(str(tag.get("content") or ""))):
            return name[:80]
    title = plain_text(soup.title.get_text()) if soup.title else ""
    return min((part for part in re.split(r"\s+[-|–—:·]\s+", title) if part.strip()), key=len, default="")[:80]
