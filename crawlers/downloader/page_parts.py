"""Requests that a page in the browser makes → responses that the crawl fetched by its own rules, or none.

The browser has no network: its proxy does not exist. The crawl's own downloader makes every request of a page, so
that robots.txt, the guard against private addresses, delays and limits hold for it, redirects and changing DNS
answers included. Checking a request and letting the browser make it would not do: a Playwright route does not see
redirects.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.http import Response

from crawlers.downloader.ssrf_guard import host_port

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

#: Headers about the transfer, left out because the browser gets the decompressed body from the crawl.
_TRANSFER_HEADERS = frozenset(
    [b"content-encoding", b"content-length", b"transfer-encoding", b"connection", b"set-cookie"]
)
#: Bytes that a PartCache holds at most, and bytes of one part that it takes in.
_CACHE_BYTES, _CACHED_BYTES = 32 * 2**20, 2**20
#: Types of requests whose answers are the same on every page of a site.
_CACHED_TYPES = frozenset(["stylesheet", "script", "image", "font"])


@dataclass(frozen=True, slots=True)
class PartLimits:
    """What a page in the browser may have fetched besides itself."""

    #: (type of the request, its address) → whether the page needs it; asked again of the address after redirects
    is_needed: Callable[[str, str], bool]
    requests: int
    #: bytes of one part, and of all of a page together
    part_bytes: int
    page_bytes: int


@dataclass(slots=True)
class PartCache:
    """Parts of a site that its pages share (style sheets, logos), by source and address, for one crawl."""

    _parts: dict[tuple[str, str], Response] = field(default_factory=dict)
    _bytes: int = 0

    def get(self, source: str, url: str) -> Response | None:
        """Return the part of that address; None if it was not fetched for this source."""
        return self._parts.get((source, url))

    def add(self, source: str, url: str, kind: str, part: Response) -> None:
        """Keep a part, unless it may differ the next time or the room is used up."""
        size = len(part.body)
        if kind in _CACHED_TYPES and part.status == 200 and size <= min(_CACHED_BYTES, _CACHE_BYTES - self._bytes):
            self._parts[source, url] = part
            self._bytes += size


class PageParts:
    """Answers the requests of one page. `document` is the page as it was fetched, `source` the outlet's id."""

    def __init__(
        self, crawler: Any, document: Response, source: str, limits: PartLimits, cache: PartCache | None = None
    ) -> None:
        self._crawler, self._document, self._source, self._limits = crawler, document, source, limits
        self._cache = cache or PartCache()
        self._documents, self._requests, self._bytes = 1, limits.requests, limits.page_bytes
        self._closed = asyncio.Event()
        #: One part of a host is in the crawl's queue at a time: others would be sent when the page has ended.
        self._turns: dict[str, asyncio.Lock] = {}
        #: Parts that the page needs and did not get.
        self.missing = 0

    async def attach(self, page: "Page") -> None:
        """Answer every request of the page from now on; its WebSockets are closed."""
        await page.route("**", self._answer)
        await page.route_web_socket("**", lambda socket: socket.close())

    def close(self) -> None:
        """Fetch nothing more: requests of the page fail from now on, also those under way."""
        self._closed.set()

    async def _answer(self, route: "Route") -> None:
        from playwright.async_api import Error

        with suppress(Error):  # the page was closed meanwhile
            await self._answer_open(route)

    async def _answer_open(self, route: "Route") -> None:
        request = route.request
        is_navigation = request.is_navigation_request()
        if is_navigation and request.url.rstrip("/") == self._document.url.rstrip("/") and self._documents:
            self._documents = 0
            await route.fulfill(status=200, headers=_headers(self._document), body=self._document.body)
            return
        kind = request.resource_type
        if is_navigation or request.method != "GET" or not self._limits.is_needed(kind, request.url):
            await route.abort()
            return
        part = await self._part(kind, request.url, request.headers)
        if part is None:
            self.missing += 1
            await route.abort()
            return
        self.missing += part.status >= 400
        await route.fulfill(status=part.status, headers=_headers(part), body=part.body)

    async def _part(self, kind: str, url: str, headers: dict[str, str]) -> Response | None:
        if (cached := self._cache.get(self._source, url)) is not None:
            return cached
        async with self._turns.setdefault(host_port(url), asyncio.Lock()):
            if self._closed.is_set() or self._requests <= 0 or self._bytes <= 0:
                return None
            self._requests -= 1
            part = await self._until_closed(self._fetch(url, headers, min(self._limits.part_bytes, self._bytes)))
        if part is None or not self._limits.is_needed(kind, part.url):
            return None
        self._bytes -= len(part.body)
        self._cache.add(self._source, url, kind, part)
        return part

    async def _until_closed(self, fetch: Any) -> Response | None:
        """Return what a fetch brings; None as soon as the page is closed (the fetch ends by its own time limit)."""
        fetching, closing = asyncio.ensure_future(fetch), asyncio.ensure_future(self._closed.wait())
        await asyncio.wait({fetching, closing}, return_when=asyncio.FIRST_COMPLETED)
        closing.cancel()
        return fetching.result() if fetching.done() else None

    async def _fetch(self, url: str, headers: dict[str, str], limit: int) -> Response | None:
        """Fetch one part of the page by the rules of the crawl; None if they forbid it, or it fails."""
        own_headers = {name: value for name, value in headers.items() if name in ("accept", "origin")}
        try:
            meta = {"download_maxsize": limit, "source_id": self._source}
            request = Request(url, headers=own_headers, meta=meta, dont_filter=True)
            response: Response = await self._crawler.engine.download_async(request)
        except Exception:  # Whatever it is, the page is shown without this part.
            return None
        return response


def _headers(response: Response) -> dict[str, str]:
    return {
        name.decode("latin-1"): b",".join(values).decode("latin-1")
        for name, values in response.headers.items()
        if name.lower() not in _TRANSFER_HEADERS
    }
