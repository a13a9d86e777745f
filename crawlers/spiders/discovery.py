"""The front page and robots.txt of a site → its feeds, sitemaps and section page, each tried and parsed."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request, Spider
from scrapy.http import Response

from crawlers.downloader.reasons import error_note, reason_of_exception, reason_of_response
from crawlers.parsing.feed_fields import TooLarge, decompress
from crawlers.parsing.parsed_feed import ParsedFeed
from crawlers.parsing.sandbox import FeedResponse, ParserProcess
from crawlers.parsing.site_links import FEED_PAGE, robots_sitemaps, site_links
from crawlers.spiders.discovered import DiscoveredFeed, DiscoveredSite, FoundIn
from pipeline.records import CrawlSettings, FeedKind, Reason
from pipeline.text.browser_urls import browser_url
from pipeline.text.language import detect_language
from pipeline.text.urls import normalise_url

#: Paths of feeds and sitemaps in publishing systems and at Vietnamese outlets; tried if the site names none itself.
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
#: Limit of addresses tried at one site: some list a feed for each of a hundred sections.
_MAX_TRIES = 40
_SITEMAP_ROOT = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]", re.IGNORECASE)
#: Outcomes of the front page after which the usual paths are tried: the host answered.
_HOST_ANSWERED = frozenset([Reason.OK, Reason.FORBIDDEN, Reason.NOT_FOUND, Reason.HTTP_OTHER, Reason.EMPTY])


#: Id of the one source of a discovery.
SITE_ID = "site"


class DiscoverySpider(Spider):
    """Requests a site's front page and robots.txt, then the addresses they name, then the usual paths."""

    name = "find"

    def __init__(self, site: DiscoveredSite, limits: CrawlSettings, **more: Any) -> None:
        super().__init__(**more)
        self.site, self.limits = site, limits
        self.failure: Exception | None = None
        #: Normalised addresses tried so far.
        self._tried: set[str] = set()
        self._pending = 0
        self._tried_usual = False
        self._parser = ParserProcess()

    async def start(self) -> AsyncIterator[Request]:
        self._pending = 2
        yield self._request(self.site.url, self._parse_front_page, "page", "listing")
        robots = self._request(urljoin(self.site.url, "/robots.txt"), self._parse_robots, "robots.txt", "sitemap")
        robots.meta["is_robots"] = True
        yield robots

    def _request(self, url: str, callback: Any, how: FoundIn, kind: FeedKind, parent: str = "") -> Request:
        meta = {
            "how": how,
            "source_id": SITE_ID,
            "kind": kind,
            "requested_url": url,
            "parent": parent,
            "download_maxsize": self.limits.max_feed_bytes,
        }
        return Request(browser_url(url), callback=callback, errback=self._fail, meta=meta, dont_filter=True)

    def _try(self, url: str, how: FoundIn, parent: str = "") -> Iterator[Request]:
        if len(self._tried) < _MAX_TRIES and (key := normalise_url(url)) not in self._tried:
            self._tried.add(key)
            self._pending += 1
            kind: FeedKind = "sitemap" if "sitemap" in urlsplit(url).path.lower() else "feed"
            yield self._request(url, self._parse_feed, how, kind, parent)

    async def _parse_front_page(self, response: Response) -> AsyncIterator[Request]:
        if response.status in (200, 203):
            self.site.reason = Reason.OK
            self.site.name, links = await self._parser.call(site_links, response.body, response.url) or ("", [])
            self._add_offer(response, "listing", await self._parse_body(response, "listing"))
            self.site.language = self.site.offers[-1].language
            for url in links:
                for request in self._try(url, "link"):
                    yield request
        else:
            self.site.reason, self.site.note = reason_of_response(response), f"HTTP {response.status}"
        for request in self._end_request():
            yield request

    async def _parse_robots(self, response: Response) -> AsyncIterator[Request]:
        if response.status == 200:
            for url in await self._parser.call(robots_sitemaps, response.body, response.url) or ():
                for request in self._try(url, "robots.txt"):
                    yield request
        for request in self._end_request():
            yield request

    async def _parse_feed(self, response: Response) -> AsyncIterator[Request]:
        how, kind = response.meta["how"], response.meta["kind"]
        if response.status not in (200, 203):
            reason = reason_of_response(response)
            self._add_offer(response, kind, ParsedFeed(reason=reason, note=f"HTTP {response.status}"))
        else:
            kind = _feed_kind(response.body)
            parsed = await self._parse_body(response, kind)
            if parsed.children:
                # One sitemap stands for all of an index: one of news, else the first, which is the newest.
                child = next((c for c in parsed.children if "news" in c.lower()), parsed.children[0])
                self._add_offer(response, kind, replace(parsed, note=f"{len(parsed.children)} sitemaps"))
                for request in self._try(child, how, parent=response.meta["requested_url"]):
                    yield request
            elif (
                parsed.reason is Reason.NOT_A_FEED
                and how in ("link", "page")
                and FEED_PAGE.search(urlsplit(response.url).path)
            ):
                _, links = await self._parser.call(site_links, response.body, response.url) or ("", [])
                for url in links:
                    for request in self._try(url, "page"):
                        yield request
            else:
                self._add_offer(response, kind, parsed)
        for request in self._end_request():
            yield request

    async def _parse_body(self, response: Response, kind: FeedKind) -> ParsedFeed:
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        limit = self.limits.max_entries
        return await self._parser.read(FeedResponse(kind, response.body, response.url, content_type, None, None, limit))

    def _fail(self, failure: Any) -> Iterator[Request]:
        meta = failure.request.meta
        reason, note = reason_of_exception(failure.value), error_note(failure.value)
        if meta["kind"] == "listing":
            self.site.reason, self.site.note = reason, note
        elif not meta.get("is_robots"):
            self.site.offers.append(DiscoveredFeed(meta["requested_url"], meta["kind"], meta["how"], reason, note))
        yield from self._end_request()

    def _add_offer(self, response: Response, kind: FeedKind, parsed: ParsedFeed) -> None:
        meta = response.meta
        dates = [entry.published for entry in parsed.entries if entry.published]
        titles = [entry.title for entry in parsed.entries[:30] if entry.title]
        links = frozenset(normalise_url(entry.url) for entry in parsed.entries)
        newest, language = max(dates, default=None), detect_language("", ". ".join(titles)) if titles else ""
        for n, index in enumerate(self.site.offers):
            if index.url == meta["parent"] and links:
                # Links of a sitemap count for its index, because the index is the address to poll.
                self.site.offers[n] = replace(index, links=links, newest=newest, language=language)
                return
        # The requested address, not the final one: redirects change, and people look for the address they know.
        url, how = meta["requested_url"], meta["how"]
        self.site.offers.append(DiscoveredFeed(url, kind, how, parsed.reason, parsed.note, links, newest, language))

    def _end_request(self) -> Iterator[Request]:
        """Try the usual paths once all addresses that the site names have ended, if feeds or sitemaps are missing."""
        self._pending -= 1
        if self._pending or self._tried_usual or self.site.reason not in _HOST_ANSWERED:
            return
        self._tried_usual = True
        kinds = {offer.kind for offer in self.site.offers if offer.holds}
        for path in (
            *(_USUAL_FEEDS if "feed" not in kinds else ()),
            *(_USUAL_SITEMAPS if "sitemap" not in kinds else ()),
        ):
            yield from self._try(urljoin(self.site.url, path), "usual")

    def closed(self, _reason: str) -> None:
        self._parser.close()


def _feed_kind(body: bytes) -> FeedKind:
    try:
        start = decompress(body)[:5000]
    except (TooLarge, OSError, EOFError):
        return "sitemap"
    return "sitemap" if _SITEMAP_ROOT.search(start) else "feed"
