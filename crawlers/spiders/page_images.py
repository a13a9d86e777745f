"""Pages to draw → one PageImage or ImageFailure for each, two at a time until there are none, or it must end."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from scrapy import Request, Spider, signals
from scrapy.http import Response
from scrapy.settings import BaseSettings

from crawlers.downloader.http_auth import auth_headers, login_header
from crawlers.downloader.page_images import Drawing, Drawn
from crawlers.downloader.reasons import (
    error_note,
    is_html,
    not_before,
    reason_of_failure,
    reason_of_response,
    status_note,
)
from pipeline import clock
from pipeline.records import CrawlSettings, ImageFailure, ImageKind, PageImage, PageToDraw, Reason, Source
from pipeline.text.browser_urls import browser_url
from pipeline.text.normalize import match_key, normalise

#: Pages drawn at once: each takes about 100 MB.
_AT_ONCE = 2
#: Seconds between two looks whether the run must end.
_LOOK_SECONDS = 2.0


class ImageSink(Protocol):
    """Gives pages and receives images; called from the crawl's one thread, never concurrently."""

    def next_page(self) -> PageToDraw | None:
        """Return the next page to visit; None: no more in this run."""
        ...

    def save(self, result: PageImage | ImageFailure, /) -> None:
        """Keep what came of a page."""
        ...

    def must_end(self) -> bool:
        """Whether the run is to end now, its pages half drawn or not."""
        ...


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """How pages are drawn."""

    kind: ImageKind
    seconds: float
    max_bytes: int


class PageImageSpider(Spider):
    """Visits pages and hands their images to the sink."""

    name = "images"

    def __init__(
        self,
        sources: Sequence[Source],
        sink: ImageSink,
        limits: CrawlSettings,
        images: ImageLimits,
        logins: Mapping[str, str],
        **more: Any,
    ) -> None:
        super().__init__(**more)
        self.sink, self.limits, self.images = sink, limits, images
        #: Exception that the sink raised: the run cannot go on without a sink, and `crawl` raises it again.
        self.failure: Exception | None = None
        self._auth_headers = {s.id: auth_headers(s, logins[s.id]) for s in sources if s.id in logins}
        self._stopped = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        middlewares = {**settings.getdict("DOWNLOADER_MIDDLEWARES")}
        middlewares["crawlers.downloader.page_images.PageImageMiddleware"] = 50
        settings.set("DOWNLOADER_MIDDLEWARES", middlewares, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider._stop, signal=signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        self._watch = asyncio.ensure_future(self._watch_end())
        for _ in range(_AT_ONCE):
            for request in self._request_next():
                yield request

    async def _watch_end(self) -> None:
        # After SIGTERM the crawl waits for its requests, which pages that are being drawn would put off.
        while self.crawler.crawling and not self.sink.must_end():
            await asyncio.sleep(_LOOK_SECONDS)
        self._stop()

    def _stop(self) -> None:
        self._stopped.set()
        if self._watch is not None:
            self._watch.cancel()

    def _request_next(self) -> Iterator[Request]:
        """Yield the request for the next page that can be asked for, at most one."""
        while self.failure is None and not self._stopped.is_set():
            try:
                page = self.sink.next_page()
            except Exception as error:
                self._fail(error)
                return
            if page is None:
                return
            try:
                yield self._request(page)
            except ValueError as error:
                self._save(ImageFailure(page.document_id, clock.now(), page.url, Reason.INVALID_LINK, str(error)[:300]))
                continue
            return

    def _request(self, page: PageToDraw) -> Request:
        return Request(
            browser_url(page.url),
            callback=self._receive,
            errback=self._receive_failure,
            headers=login_header(self._auth_headers.get(page.source_id, {}), page.url),
            meta={
                "page": page,
                "source_id": page.source_id,
                "download_maxsize": self.limits.max_page_bytes,
                "drawing": Drawing(self.images.kind, self.images.seconds, self.images.max_bytes, self._stopped),
            },
            dont_filter=True,
        )

    def _receive(self, response: Response) -> Iterator[Request]:
        page: PageToDraw = response.meta["page"]
        drawn: Drawn | None = response.meta.get("drawn")
        if drawn is not None:
            shows_title = _letters(page.title) in _letters(drawn.words)
            image = PageImage(
                page.document_id,
                clock.now(),
                response.url,
                self.images.kind,
                drawn.body,
                drawn.missing_parts,
                shows_title,
            )
            self._save(image)
        elif response.status not in (200, 203):
            reason, note = reason_of_response(response), status_note(response)
            self._save(ImageFailure(page.document_id, clock.now(), response.url, reason, note, not_before(response)))
        else:
            content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
            reason = Reason.NOT_HTML if response.body and not is_html(content_type, b"") else Reason.EMPTY
            self._save(ImageFailure(page.document_id, clock.now(), response.url, reason, content_type[:200]))
        yield from self._request_next()

    def _receive_failure(self, failure: Any) -> Iterator[Request]:
        page: PageToDraw = failure.request.meta["page"]
        reason, note = reason_of_failure(failure), error_note(failure.value)
        self._save(ImageFailure(page.document_id, clock.now(), failure.request.url, reason, note))
        yield from self._request_next()

    def _save(self, result: PageImage | ImageFailure) -> None:
        if self.failure is None:
            try:
                self.sink.save(result)
            except Exception as error:
                self._fail(error)

    def _fail(self, error: Exception) -> None:
        self.failure = error
        self._stop()


def _letters(text: str) -> str:
    """Return the letters and digits of a text, in the form in which texts are compared."""
    return "".join(c for c in match_key(normalise(text)) if c.isalnum())
