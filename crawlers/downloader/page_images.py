"""A fetched page → its image, PDF or PNG, as a browser without a network draws it on a screen.

Scripts run only of the page's own site, so that advertisements and counters of others do not; frames, films and
sockets are left out. Cookies and storage end with the page.
"""

import asyncio
import html
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scrapy import Request, signals
from scrapy.http import Response

from crawlers.downloader.browser import browser_settings, wait_until_idle
from crawlers.downloader.exceptions import BrowserFailed, CrawlStopped, PageTooHeavy
from crawlers.downloader.page_parts import PageParts, PartCache, PartLimits
from pipeline import clock
from pipeline.records import ImageKind
from pipeline.text.urls import same_site

if TYPE_CHECKING:
    from playwright.async_api import Browser, FloatRect, Page

#: Limit of requests for the parts of one page, and of their bytes together as a multiple of the page size limit.
_MAX_PARTS, _PARTS_WEIGHT = 150, 3
#: Types of requests that are made whatever the site; scripts and their requests only to the page's own.
_SHOWN_TYPES = frozenset(["stylesheet", "image", "font"])
_OWN_SITE_TYPES = frozenset(["script", "xhr", "fetch"])
#: Share of a page's seconds after which its parts are given up, and it is drawn with those that came.
_PARTS_SHARE = 0.6
#: Pixels of the window; a sheet of the PDF is as wide, and as long as A4 would be.
_WIDTH, _HEIGHT = 1280, 1810
#: Pixels of height from which a PNG is cut: Chromium draws no longer picture (16,384).
_MOST_PNG_HEIGHT = 16_000
#: Pixels of height above which nothing is drawn: 110 sheets of a PDF.
_MOST_HEIGHT = 200_000
#: Seconds for closing a page whose scripts hang.
_CLOSE_SECONDS = 10
#: Scrolls through a page, so that pictures load that wait until they are seen, and back to its top.
_SCROLL = """async () => {
  const end = Math.min(document.documentElement.scrollHeight, 30000);
  for (let y = 0; y < end; y += 900) { scrollTo(0, y); await new Promise(done => setTimeout(done, 40)); }
  scrollTo(0, 0);
}"""
_WORDS = "() => document.body.innerText.slice(0, 1000000)"
_FOOTER = """<div style="font-size:14px;width:100%;margin:0 30px;display:flex;justify-content:space-between">
<span>{url} · {at}</span><span><span class=pageNumber></span>/<span class=totalPages></span></span></div>"""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is to be drawn of a page, in the meta of its request as `drawing`."""

    kind: ImageKind
    #: seconds for loading and drawing, from the moment at which the page itself has come
    seconds: float
    max_bytes: int
    #: set when the crawl ends early: pages not drawn yet are given up with CrawlStopped
    stopped: asyncio.Event


@dataclass(frozen=True, slots=True)
class Drawn:
    """An image, in the meta of a response as `drawn`; the body of the response is still the page as fetched."""

    body: bytes
    missing_parts: int
    #: visible text of the page when it was drawn, menus and all
    words: str


class PageImageMiddleware:
    """Downloader middleware next to the spider: draws a fetched page if its request has a `drawing` in its meta."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._cache = PartCache()
        self._driver: Any = None
        self._browser: Browser | None = None
        self._opening = asyncio.Lock()
        crawler.signals.connect(self._close, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Any) -> "PageImageMiddleware":
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Draw the page. Raises TimeoutError, PageTooHeavy, BrowserFailed, CrawlStopped."""
        drawing: Drawing | None = request.meta.get("drawing")
        content_type = (response.headers.get("Content-Type") or b"").lower()
        if drawing is None or response.status not in (200, 203) or b"html" not in content_type:
            return response
        drawn = asyncio.ensure_future(self._draw(request, response, drawing))
        stopped = asyncio.ensure_future(drawing.stopped.wait())
        await asyncio.wait({drawn, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if drawing.stopped.is_set():
            drawn.cancel()
            with suppress(Exception, asyncio.CancelledError):
                await drawn
            raise CrawlStopped("given up: the run was ended")
        request.meta["drawn"] = drawn.result()
        return response

    async def _draw(self, request: Request, response: Response, drawing: Drawing) -> Drawn:
        from playwright.async_api import Error

        limit = int(request.meta["download_maxsize"])

        def is_needed(kind: str, url: str) -> bool:
            return kind in _SHOWN_TYPES or (kind in _OWN_SITE_TYPES and same_site(url, response.url))

        limits = PartLimits(is_needed, _MAX_PARTS, limit, _PARTS_WEIGHT * limit)
        parts = PageParts(self._crawler, response, str(request.meta.get("source_id", "")), limits, self._cache)
        context = None
        try:
            browser = await self._open(drawing)
            async with asyncio.timeout(drawing.seconds):
                context = await browser.new_context(
                    user_agent=self._crawler.settings["USER_AGENT"],
                    viewport={"width": _WIDTH, "height": _HEIGHT},
                    service_workers="block",
                    accept_downloads=False,
                )
                page = await context.new_page()
                await parts.attach(page)
                asyncio.get_running_loop().call_later(drawing.seconds * _PARTS_SHARE, parts.close)
                return await _load_and_draw(page, response.url, drawing, parts)
        except TimeoutError as error:
            raise TimeoutError(f"not drawn in {drawing.seconds:g} s") from error
        except Error as error:
            raise BrowserFailed(f"the browser failed: {error.message.splitlines()[0]}") from error
        finally:
            parts.close()
            if context is not None:
                # A page whose scripts hang is ended with its process.
                with suppress(Error, TimeoutError):
                    await asyncio.wait_for(context.close(), _CLOSE_SECONDS)

    async def _open(self, drawing: Drawing) -> "Browser":
        """Return the browser, which is started where it does not run. Raises CrawlStopped where it does not start."""
        from playwright.async_api import Error, async_playwright

        async with self._opening:
            if self._browser is not None and self._browser.is_connected():
                return self._browser
            if self._driver is None:
                self._driver = await async_playwright().start()
            options = browser_settings(drawing.seconds)["PLAYWRIGHT_LAUNCH_OPTIONS"]
            try:
                browser: Browser = await self._driver.chromium.launch(**options)
            except Error as error:
                raise CrawlStopped(f"the browser does not start: {error.message.splitlines()[0]}") from error
            self._browser = browser
            return browser

    async def _close(self) -> None:
        if self._browser is not None:
            await self._browser.close()
        if self._driver is not None:
            await self._driver.stop()


async def _load_and_draw(page: "Page", url: str, drawing: Drawing, parts: PageParts) -> Drawn:
    """Raises PageTooHeavy, and what Playwright raises."""
    await page.goto(url, wait_until="load", timeout=drawing.seconds * 1000)
    await page.evaluate(_SCROLL)
    await wait_until_idle(page)
    words = str(await page.evaluate(_WORDS))
    height = int(await page.evaluate("() => document.documentElement.scrollHeight"))
    if height > _MOST_HEIGHT:
        raise PageTooHeavy(f"{height} pixels high")
    missing = parts.missing
    body = await (_print(page, url) if drawing.kind == "pdf" else _photograph(page, height))
    if len(body) > drawing.max_bytes:
        raise PageTooHeavy(f"{len(body)} bytes as {drawing.kind}")
    return Drawn(body, missing, words)


async def _print(page: "Page", url: str) -> bytes:
    """Return the page as a PDF in its form for the screen: many outlets hide half of it in their form for print."""
    await page.emulate_media(media="screen")
    footer = _FOOTER.format(url=html.escape(url[:150]), at=f"{clock.now():%Y-%m-%d %H:%M:%S} UTC")
    return await page.pdf(
        width=f"{_WIDTH}px",
        height=f"{_HEIGHT}px",
        print_background=True,
        display_header_footer=True,
        header_template="<span></span>",
        footer_template=footer,
        margin={"top": "20px", "bottom": "50px", "left": "0px", "right": "0px"},
    )


async def _photograph(page: "Page", height: int) -> bytes:
    area: FloatRect = {"x": 0, "y": 0, "width": _WIDTH, "height": max(1, min(height, _MOST_PNG_HEIGHT))}
    return await page.screenshot(full_page=True, type="png", clip=area, animations="disabled")
