"""A page that scripts must build first → the page as a browser shows it, and nothing that the crawl would not fetch.

The browser itself has no network: it is given a proxy that is not there, and each request of a page is made by the
crawl's own downloader, so that robots.txt, the guard against private addresses, delays and limits hold for it as for
any other, redirects and changing DNS answers included. (Playwright shows a route no redirects, so that looking at a
request and letting the browser make it would not do.)
"""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from scrapy import Request, signals
from scrapy.http import Response, TextResponse

from pipeline.errors import DiembaoError

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

#: Pages in the browser at once: each takes some 100 MB.
_PAGES = 2
#: Requests that one page may make, and what they may weigh together, as a multiple of the largest page.
_REQUESTS, _WEIGHT = 60, 3
#: Milliseconds without a request after the page has loaded; a page that never rests is taken as it is then.
_REST = 3000
#: What scripts need to build a page; pictures, fonts, films and style sheets hold no text.
_NEEDED = frozenset(["script", "xhr", "fetch"])
_SYSTEM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Headers that speak of the bytes on the wire, which the browser never sees.
_OF_THE_WIRE = frozenset([b"content-encoding", b"content-length", b"transfer-encoding", b"connection", b"set-cookie"])


class BrowserFailed(DiembaoError):
    """The page could not be rendered."""


class PageTooHeavy(DiembaoError):
    """The page outgrew its limits while it was rendered."""


def missing_browser() -> Literal["extra", "browser"] | None:
    """Return what rendering lacks on this machine: the package scrapy-playwright, or a browser; None: nothing."""
    if find_spec("scrapy_playwright") is None:
        return "extra"
    return None if _installed() or _of_playwright() else "browser"


def _installed() -> str | None:
    return next((found for name in _SYSTEM if (found := shutil.which(name))), None)


def _of_playwright() -> bool:
    """Whether `playwright install chromium` has put a browser where Playwright looks for it."""
    from platformdirs import user_cache_path

    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folder = Path(named) if named else user_cache_path("ms-playwright", appauthor=False, opinion=False)
    return any(folder.glob("chromium*-*"))


def browser_settings(seconds: float) -> dict[str, Any]:
    """Return Scrapy's settings for rendering: a browser without a network, `seconds` for a page."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # Chromium has no sandbox for root
    options: dict[str, Any] = {
        "chromium_sandbox": not root,
        # Port 9 discards: what slips past the routes (preconnect, WebRTC, its own errands) ends there.
        "proxy": {"server": "http://127.0.0.1:9", "bypass": "<-loopback>"},
        "args": [
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
            "--disable-background-networking",
            "--disable-gpu",
        ],
    }
    if not _of_playwright():
        options["executable_path"] = _installed()
    return {
        "PLAYWRIGHT_LAUNCH_OPTIONS": options,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": seconds * 1000,
    }


class RenderMiddleware:
    """Stands next to the spider: a page that was fetched as any other, and is marked `render`, is rendered here."""

    def __init__(self, crawler: Any) -> None:
        from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

        self._crawler = crawler
        self._browser: Any = ScrapyPlaywrightDownloadHandler.from_crawler(crawler)
        self._room = asyncio.Semaphore(_PAGES)
        self._seconds = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._rendered = 0
        crawler.signals.connect(self._browser.close, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Any) -> "RenderMiddleware":
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        kind = (response.headers.get("Content-Type") or b"").lower()
        if not request.meta.get("render") or response.status != 200 or b"html" not in kind:
            return response
        async with self._room:
            body = await self._render(request, response)
        request.meta.pop("packed", None)  # of the page before it was rendered
        headers: dict[str, Any] = {"Content-Type": "text/html; charset=utf-8"}
        headers |= {name: response.headers[name] for name in ("ETag", "Last-Modified") if name in response.headers}
        return Response(response.url, response.status, headers, body, request=request)

    async def _render(self, request: Request, response: Response) -> bytes:
        """Return the rendered page in UTF-8. Raises TimeoutError, PageTooHeavy, BrowserFailed."""
        from playwright.async_api import Error
        from scrapy_playwright.page import PageMethod

        limit = int(request.meta["download_maxsize"])
        self._rendered += 1
        asked = Request(
            response.url,
            headers={"User-Agent": self._crawler.settings["USER_AGENT"]},
            meta={
                "playwright": True,
                "playwright_include_page": True,
                # of its own: cookies and stores end with the page
                "playwright_context": f"page-{self._rendered}",
                "playwright_context_kwargs": {"service_workers": "block", "accept_downloads": False},
                "playwright_page_init_callback": self._routes(response, limit),
                "playwright_page_methods": [PageMethod(_rest)],
            },
        )
        try:
            async with asyncio.timeout(self._seconds):
                rendered: TextResponse = await self._browser.download_request(asked)
        except TimeoutError as error:
            raise TimeoutError(f"not rendered in {self._seconds:g} s") from error
        except Error as error:
            raise BrowserFailed(f"the browser failed: {error.message.splitlines()[0]}") from error
        finally:
            if (page := asked.meta.get("playwright_page")) is not None:
                await page.context.close()
        if len(rendered.body) > limit:
            raise PageTooHeavy(f"{len(rendered.body)} bytes when rendered")
        return rendered.text.encode()

    def _routes(self, page_had: Response, limit: int) -> "Callable[[Page, Request], Awaitable[None]]":
        """Return what answers every request of one page; the page itself was fetched already."""
        budget = {"requests": _REQUESTS, "bytes": _WEIGHT * limit, "pages": 1}

        async def answer(route: "Route") -> None:
            asked = route.request
            if asked.is_navigation_request() and asked.url.rstrip("/") == page_had.url.rstrip("/") and budget["pages"]:
                budget["pages"] = 0
                await route.fulfill(status=200, headers=_headers(page_had), body=page_had.body)
                return
            wanted = asked.resource_type in _NEEDED and asked.method == "GET" and not asked.is_navigation_request()
            if not wanted or budget["requests"] <= 0 or budget["bytes"] <= 0:
                await route.abort()
                return
            budget["requests"] -= 1
            part = await self._fetch(asked.url, asked.headers, min(limit, budget["bytes"]))
            if part is None:
                await route.abort()
                return
            budget["bytes"] -= len(part.body)
            await route.fulfill(status=part.status, headers=_headers(part), body=part.body)

        async def prepare(page: "Page", _: Request) -> None:
            await page.route("**", answer)
            await page.route_web_socket("**", lambda socket: socket.close())

        return prepare

    async def _fetch(self, url: str, headers: dict[str, str], limit: int) -> Response | None:
        """Fetch one part of a page by the crawl's own rules; None where they forbid it, or it fails."""
        kept = {name: value for name, value in headers.items() if name in ("accept", "origin")}
        try:
            asked = Request(url, headers=kept, meta={"download_maxsize": limit}, dont_filter=True)
            got: Response = await self._crawler.engine.download_async(asked)
        except Exception:  # whatever it is, the page has to do without this part
            return None
        return got


def _headers(response: Response) -> dict[str, str]:
    return {
        name.decode("latin-1"): b",".join(values).decode("latin-1")
        for name, values in response.headers.items()
        if name.lower() not in _OF_THE_WIRE
    }


async def _rest(page: "Page") -> None:
    from playwright.async_api import TimeoutError as Restless

    try:
        await page.wait_for_load_state("networkidle", timeout=_REST)
    except Restless:
        return
