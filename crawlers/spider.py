"""Sources and candidates in, one Poll for each feed and one Fetched or Unfetched for each candidate out."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawlers import reasons
from crawlers.desk import Desk
from crawlers.feeds import parse_feed
from crawlers.guard import GuardedResolver
from crawlers.listings import parse_listing
from crawlers.sitemaps import parse_sitemap
from pipeline.records import Candidate, CrawlSettings, Entry, Feed, Fetched, Poll, Reason, Source, Unfetched
from pipeline.urls import is_fetchable

#: Sitemaps read of one index, and how deep they may nest.
_CHILDREN = 20
_DEPTH = 2


class _Reading:
    """One feed while it is read: a sitemap index is several answers and one Poll."""

    def __init__(self, source: Source, feed: Feed) -> None:
        self.source, self.feed = source, feed
        self.pending: set[str] = {feed.url}
        self.entries: list[Entry] = []
        self.invalid = self.size = self.children = 0
        self.reason: Reason = Reason.OK
        self.status: int | None = None
        self.note = ""
        self.etag: str | None = None
        self.last_modified: str | None = None


class PressSpider(Spider):
    """The one spider of diembao: what it is to do stands in its arguments, what it found goes to the desk."""

    name = "press"

    def __init__(
        self, sources: Sequence[Source], waiting: Sequence[Candidate], desk: Desk, limits: CrawlSettings, **more: Any
    ) -> None:
        super().__init__(**more)
        self.sources = {s.id: s for s in sources}
        self.waiting, self.desk, self.limits = waiting, desk, limits
        self.readings: dict[str, _Reading] = {}
        self.open: dict[int, Candidate] = {}
        self.asked: set[int] = set()

    async def start(self) -> AsyncIterator[Request]:
        for source in self.sources.values():
            for feed in source.feeds:
                self.readings[feed.url] = _Reading(source, feed)
        for reading in list(self.readings.values()):
            yield self._ask_feed(reading, reading.feed.url, 0)
        for candidate in self.waiting:
            for request in self._ask_page(candidate):
                yield request

    def _headers(self, etag: str | None, last_modified: str | None) -> dict[str, str]:
        headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        return {name: value for name, value in headers.items() if value}

    def _meta(self, url: str, **more: Any) -> dict[str, Any]:
        return {"download_slot": urlsplit(url).netloc.lower(), **more}

    # feeds

    def _ask_feed(self, reading: _Reading, url: str, depth: int) -> Request:
        state = self.desk.state(reading.feed.url)
        headers = self._headers(state.etag, state.last_modified) if depth == 0 else {}
        return Request(
            url,
            callback=self._feed_answered,
            errback=self._feed_failed,
            headers=headers,
            meta=self._meta(
                url, feed=reading.feed.url, asked=url, depth=depth, download_maxsize=self.limits.max_feed_bytes
            ),
            priority=10,
            dont_filter=True,
        )

    def _feed_answered(self, response: Response) -> Iterator[Request]:
        reading = self.readings[response.meta["feed"]]
        depth = response.meta["depth"]
        reading.size += len(response.body)
        if depth == 0:
            reading.status = response.status
            reading.etag = _header(response, "ETag")
            reading.last_modified = _header(response, "Last-Modified")
        if response.status != 200:
            self._note(reading, depth, _reason_of(response), f"HTTP {response.status}")
        else:
            yield from self._read_feed(reading, response, depth)
        yield from self._close_feed(reading, response.meta["asked"])

    def _read_feed(self, reading: _Reading, response: Response, depth: int) -> Iterator[Request]:
        room = self.limits.max_entries - len(reading.entries)
        if reading.feed.kind == "sitemap":
            site = parse_sitemap(response.body, url=response.url, max_entries=room)
            for child in site.children:
                if reading.children < _CHILDREN and depth < _DEPTH and child not in reading.pending:
                    reading.children += 1
                    reading.pending.add(child)
                    yield self._ask_feed(reading, child, depth + 1)
            found: Any = site
        elif reading.feed.kind == "listing":
            found = parse_listing(
                response.body,
                url=response.url,
                links=reading.feed.links,
                article_url=reading.source.article_url,
                max_entries=room,
            )
        else:
            kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
            found = parse_feed(response.body, url=response.url, content_type=kind, max_entries=room)
        reading.entries += found.entries
        reading.invalid += found.invalid
        self._note(reading, depth, found.reason, found.note)

    def _feed_failed(self, failure: Any) -> Iterator[Request]:
        request = failure.request
        reading = self.readings[request.meta["feed"]]
        error = failure.value
        self._note(reading, request.meta["depth"], _reason(failure), str(error)[:300])
        yield from self._close_feed(reading, request.meta["asked"])

    def _note(self, reading: _Reading, depth: int, reason: Reason, note: str) -> None:
        if reason is not Reason.OK and (depth == 0 or reading.reason is Reason.OK):
            reading.reason = reason
        if note:
            reading.note = f"{reading.note}; {note}".lstrip("; ")[:500]

    def _close_feed(self, reading: _Reading, url: str) -> Iterator[Request]:
        reading.pending.discard(url)
        if reading.pending:
            return
        # Part of an index that failed does not undo what the rest of it gave, but is named.
        yield from self._report(reading)

    def _report(self, reading: _Reading) -> Iterator[Request]:
        self.readings.pop(reading.feed.url, None)
        poll = Poll(
            source_id=reading.source.id,
            feed_url=reading.feed.url,
            at=datetime.now(UTC),
            reason=reading.reason,
            status=reading.status,
            note=reading.note,
            entries=tuple(reading.entries),
            invalid=reading.invalid,
            etag=reading.etag,
            last_modified=reading.last_modified,
            size=reading.size,
        )
        for candidate in self.desk.polled(poll):
            yield from self._ask_page(candidate)

    # pages

    def _ask_page(self, candidate: Candidate) -> Iterator[Request]:
        if candidate.id in self.asked:
            return
        self.asked.add(candidate.id)
        self.open[candidate.id] = candidate
        try:
            yield Request(
                candidate.url,
                callback=self._page_answered,
                errback=self._page_failed,
                headers=self._headers(candidate.etag, candidate.last_modified),
                meta=self._meta(candidate.url, candidate=candidate.id, download_maxsize=self.limits.max_page_bytes),
                dont_filter=True,
            )
        except ValueError as error:
            self._answer(
                Unfetched(candidate.id, datetime.now(UTC), candidate.url, Reason.INVALID_LINK, note=str(error))
            )

    def _page_answered(self, response: Response) -> None:
        key = response.meta["candidate"]
        now = datetime.now(UTC)
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
        if response.status != 200:
            reason = _reason_of(response)
            self._answer(Unfetched(key, now, response.url, reason, response.status, f"HTTP {response.status}"))
        elif not response.body.strip():
            self._answer(Unfetched(key, now, response.url, Reason.EMPTY, response.status))
        elif kind and not any(part in kind.lower() for part in ("html", "xml", "text/plain", "octet-stream")):
            self._answer(Unfetched(key, now, response.url, Reason.NOT_HTML, response.status, kind[:200]))
        else:
            etag, modified = _header(response, "ETag"), _header(response, "Last-Modified")
            self._answer(Fetched(key, now, response.url, response.status, response.body, kind, etag, modified))

    def _page_failed(self, failure: Any) -> None:
        request, error = failure.request, failure.value
        reason = _reason(failure)
        note = "" if isinstance(error, IgnoreRequest) and not str(error) else str(error)[:300]
        self._answer(Unfetched(request.meta["candidate"], datetime.now(UTC), request.url, reason, note=note))

    def _answer(self, result: Fetched | Unfetched) -> None:
        if self.open.pop(result.candidate_id, None) is not None:
            self.desk.answered(result)

    def closed(self, reason: str) -> None:
        """Give every feed and candidate that is still open its end: a crawl that was cut short says so."""
        for reading in list(self.readings.values()):
            self._note(reading, 0, Reason.ERROR, f"the crawl ended first ({reason})")
            for _ in self._report(reading):
                pass


def _reason(failure: Any) -> Reason:
    if urlsplit(failure.request.url).hostname in GuardedResolver.refused:
        return Reason.UNSAFE_ADDRESS
    return reasons.of_exception(failure.value)


def _reason_of(response: Response) -> Reason:
    """Return the reason for an answer that is no success; redirects that were not followed lead out of the web."""
    target = urljoin(response.url, _header(response, "Location") or "")
    if 300 <= response.status < 400 and response.status != 304 and not is_fetchable(target):
        return Reason.UNSAFE_ADDRESS
    return reasons.of_status(response.status)


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1")[:1000] if value else None
