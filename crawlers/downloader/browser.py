"""A page that scripts build → its HTML as a browser renders it, fetching nothing that the crawl would not fetch.

The browser has no network (crawlers.downloader.page_parts).
"""

import asyncio
import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from scrapy import Request, signals
from scrapy.http import Response, TextResponse

from crawlers.downloader.exceptions import BrowserFailed, PageTooHeavy
from crawlers.downloader.page_parts import PageParts, PartLimits

if TYPE_CHECKING:
    from playwright.async_api import Page

#: Pages rendered at once: each takes about 100 MB.
_MAX_PAGES = 2
#: Limit of requests for the parts of one page, and of their bytes together as a multiple of the page size limit.
_MAX_PARTS, _PARTS_WEIGHT = 60, 3
#: Milliseconds to wait, after a page has loaded, for its requests to stop; then it is taken as it is.
_IDLE_TIMEOUT = 3000
#: Types of requests that build a page; pictures, fonts, videos and style sheets hold no text.
_FETCHED_TYPES = frozenset(["script", "xhr", "fetch"])
#: Commands of browsers that the system may have.
_BROWSER_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def missing_browser() -> Literal["extra", "browser"] | None:
    """Return what rendering lacks here: "extra" (the package scrapy-playwright), "browser" or None."""
    if find_spec("scrapy_playwright") is None:
        return "extra"
    return None if _system_browser() or _has_playwright_browser() else "browser"


def _system_browser() -> str | None:
    """Return the path of a browser that the system has, or None."""
    return next((path for name in _BROWSER_COMMANDS if (path := shutil.which(name))), None)


def _has_playwright_browser() -> bool:
    """Whether `playwright install chromium` has installed a browser in Playwright's folder."""
    from platformdirs import user_cache_path

    path = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folder = Path(path) if path else user_cache_path("ms-playwright", appauthor=False, opinion=False)
    return any(folder.glob("chromium*-*"))


def browser_settings(seconds: float) -> dict[str, Any]:
    """Return Scrapy's settings for rendering: a browser without a network, `seconds` to load a page."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # Chromium's sandbox does not work for root
    options: dict[str, Any] = {
        "chromium_sandbox": not root,
        # Nothing listens at port 9: requests that bypass the routes (preconnect, WebRTC, updates) fail there.
        "proxy": {"server": "http://127.0.0.1:9", "bypass": "<-loopback>"},
        "args": [
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
            "--disable-background-networking",
            "--disable-gpu",
        ],
    }
    if not _has_playwright_browser():
        options["executable_path"] = _system_browser()
    return {
        "PLAYWRIGHT_LAUNCH_OPTIONS": options,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": seconds * 1000,
    }


class RenderMiddleware:
    """Downloader middleware next to the spider: renders a fetched page if its request has `render` in its meta."""

    def __init__(self, crawler: Any) -> None:
        from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

        self._crawler = crawler
        self._browser: Any = ScrapyPlaywrightDownloadHandler.from_crawler(crawler)
        self._slots = asyncio.Semaphore(_MAX_PAGES)
        self._seconds = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._rendered = 0
        crawler.signals.connect(self._browser.close, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Any) -> "RenderMiddleware":
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        content_type = (response.headers.get("Content-Type") or b"").lower()
        if not request.meta.get("render") or response.status != 200 or b"html" not in content_type:
            return response
        async with self._slots:
            body = await self._render(request, response)
        request.meta.pop("packed", None)  # the compressed body of the page before it was rendered
        headers: dict[str, Any] = {"Content-Type": "text/html; charset=utf-8"}
        headers |= {name: response.headers[name] for name in ("ETag", "Last-Modified") if name in response.headers}
        return Response(response.url, response.status, headers, body, request=request)

    async def _render(self, request: Request, response: Response) -> bytes:
        """Return the rendered page in UTF-8. Raises TimeoutError, PageTooHeavy, BrowserFailed."""
        from playwright.async_api import Error
        from scrapy_playwright.page import PageMethod

        limit = int(request.meta["download_maxsize"])
        self._rendered += 1
        limits = PartLimits(lambda kind, _: kind in _FETCHED_TYPES, _MAX_PARTS, limit, _PARTS_WEIGHT * limit)
        parts = PageParts(self._crawler, response, str(request.meta.get("source_id", "")), limits)

        async def prepare(page: "Page", _: Request) -> None:
            await parts.attach(page)

        page_request = Request(
            response.url,
            headers={"User-Agent": self._crawler.settings["USER_AGENT"]},
            meta={
                "playwright": True,
                "playwright_include_page": True,
                # A browser context of its own: cookies and storage end with the page.
                "playwright_context": f"page-{self._rendered}",
                "playwright_context_kwargs": {"service_workers": "block", "accept_downloads": False},
                "playwright_page_init_callback": prepare,
                "playwright_page_methods": [PageMethod(wait_until_idle)],
            },
        )
        try:
            async with asyncio.timeout(self._seconds):
                rendered: TextResponse = await self._browser.download_request(page_request)
        except TimeoutError as error:
            raise TimeoutError(f"not rendered in {self._seconds:g} s") from error
        except Error as error:
            raise BrowserFailed(f"the browser failed: {error.message.splitlines()[0]}") from error
        finally:
            parts.close()
            if (page := page_request.meta.get("playwright_page")) is not None:
                await page.context.close()
        if len(rendered.body) > limit:
            raise PageTooHeavy(f"{len(rendered.body)} bytes when rendered")
        return rendered.text.encode()


async def wait_until_idle(page: "Page") -> None:
    """Wait until a page has made no request for half a second, at most three seconds."""
    from playwright.async_api import TimeoutError as PlaywrightTimeout

    try:
        await page.wait_for_load_state("networkidle", timeout=_IDLE_TIMEOUT)
    except PlaywrightTimeout:
        return
