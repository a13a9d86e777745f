"""Sources and candidates in, one Poll for each feed and one Fetched or Unfetched for each candidate out."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider
from scrapy.http import Response

from crawlers.downloader import reasons
from crawlers.downloader.http_auth import auth_headers, server_of_url
from crawlers.downloader.responses import (
    header,
    is_html,
    not_before,
    reason_of_failure,
    reason_of_response,
    status_note,
)
from crawlers.downloader.ssrf_guard import host_port
from crawlers.parsing.redirect_links import is_redirect_link, redirect_target
from crawlers.parsing.sandbox import FeedResponse, Found, ParserProcess
from crawlers.spiders.feed_poll import FeedPoll
from crawlers.spiders.sink import CrawlSink
from pipeline.polling.pacing import needs_full_fetch
from pipeline.polling.search_queries import SearchQuery, search_queries, split_in_halves
from pipeline.records import Candidate, CrawlSettings, Fetched, FetchFailure, Reason, Source

#: Sitemaps read of one index, and how deep they may nest.
_CHILDREN = 50
_DEPTH = 2

T = TypeVar("T")


class PressSpider(Spider):
    """The one spider of diembao: what it is to do stands in its arguments, what it found goes to the desk."""

    name = "press"

    def __init__(
        self,
        sources: Sequence[Source],
        waiting: Sequence[Candidate],
        desk: CrawlSink,
        limits: CrawlSettings,
        logins: Mapping[str, str],
        **more: Any,
    ) -> None:
        super().__init__(**more)
        self.waiting, self.desk, self.limits = waiting, desk, limits
        #: feeds that have not ended, by source and address; two sources may well share an address
        self.readings = {(s.id, f.url): FeedPoll(s, f) for s in sources for f in s.feeds}
        self._rendered = {s.id for s in sources if s.render}
        self._logins = {s.id: auth_headers(s, logins[s.id]) for s in sources if s.id in logins}
        self.open: dict[int, Candidate] = {}
        self.asked: set[int] = set()
        #: what the desk raised: the crawl cannot go on without it, and crawl() raises it again
        self.failure: Exception | None = None
        self._reader = ParserProcess()

    async def start(self) -> AsyncIterator[Request]:
        for reading in list(self.readings.values()):
            ask = (
                self._ask_query(reading)
                if reading.feed.kind == "query"
                else self._ask_feed(reading, reading.feed.url, 0)
            )
            for request in ask:
                yield request
        for candidate in self.waiting:
            for request in self._ask_page(candidate):
                yield request

    def _tell(self, told: Callable[[], T]) -> T:
        """Speak to the desk; the first time that it fails ends the crawl."""
        if self.failure is None:
            try:
                return told()
            except Exception as error:
                self.failure = error
        raise CloseSpider("the desk failed")

    def _headers(self, etag: str | None, last_modified: str | None) -> dict[str, str]:
        headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        return {name: value for name, value in headers.items() if value}

    def _login(self, source_id: str, url: str) -> dict[str, str]:
        header = self._logins.get(source_id, {}).get(server_of_url(url))
        return {} if header is None else {"Authorization": header}

    # feeds

    def _ask_query(self, reading: FeedPoll) -> Iterator[Request]:
        state = self._tell(lambda: self.desk.state(reading.feed.url))
        asked, left = search_queries(reading.feed, state.full_at, datetime.now(UTC))
        if left:
            reading.told = f"too many names, not asked for: {', '.join(left)}"[:300]
        # The feed's own address is a template, which nobody is asked for.
        reading.asked = {question.url for question in asked}
        reading.pending = set(reading.asked)
        for question in asked:
            yield from self._ask_feed(reading, question.url, 1, question)
        if not asked:
            reading.note(reading.feed.url, 0, Reason.INVALID_LINK, "no names to ask for")
            yield from self._close_feed(reading, reading.feed.url)

    def _ask_feed(
        self, reading: FeedPoll, url: str, depth: int, question: SearchQuery | None = None
    ) -> Iterator[Request]:
        headers: dict[str, str] = {}
        if depth == 0:
            state = self._tell(lambda: self.desk.state(reading.feed.url))
            headers = self._headers(state.etag, state.last_modified)
            if headers and needs_full_fetch(state, datetime.now(UTC)):
                headers, reading.forced = {}, True
        try:
            yield Request(
                url,
                callback=self._feed_answered,
                errback=self._feed_failed,
                headers=headers | self._login(reading.source.id, url),
                meta={
                    "reading": reading,
                    "asked": url,
                    "depth": depth,
                    "question": question,
                    "download_maxsize": self.limits.max_feed_bytes,
                    "download_slot": host_port(url),
                    "render": reading.source.render and reading.feed.kind == "listing",
                },
                priority=10,
                dont_filter=True,
            )
        except ValueError as error:
            reading.note(url, depth, Reason.INVALID_LINK, str(error))
            yield from self._close_feed(reading, url)

    async def _feed_answered(self, response: Response) -> AsyncIterator[Request]:
        meta = response.meta
        reading, asked, depth = meta["reading"], meta["asked"], meta["depth"]
        reading.heard(response, depth, searched=meta["question"] is not None)
        if response.status not in (200, 203):
            reading.note(asked, depth, reason_of_response(response), status_note(response))
        elif not response.body.strip():
            reading.note(asked, depth, Reason.EMPTY, "")
        else:
            if depth == 0 and set(meta.get("redirect_reasons", ())) in ({301}, {308}, {301, 308}):
                reading.note(asked, depth, Reason.OK, f"moved permanently to {response.url}"[:300])
            found = await self._reader.read(self._answer_of(reading, response))
            for request in self._take(reading, found, response.meta):
                yield request
        for request in self._close_feed(reading, asked):
            yield request

    def _answer_of(self, reading: FeedPoll, response: Response) -> FeedResponse:
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
        room = self.limits.max_entries - len(reading.entries)
        source, feed = reading.source, reading.feed
        return FeedResponse(feed.kind, response.body, response.url, kind, feed.links, source.article_url, room)

    def _take(self, reading: FeedPoll, found: Found, meta: dict[str, Any]) -> Iterator[Request]:
        asked, depth = meta["asked"], meta["depth"]
        reading.take(asked, depth, found)
        if (question := meta["question"]) is not None:
            yield from self._ask_halves(reading, question, found.listed, depth)
        for child in found.children:
            if reading.children < _CHILDREN and depth < _DEPTH and child not in reading.asked:
                reading.children += 1
                reading.asked.add(child)
                reading.pending.add(child)
                yield from self._ask_feed(reading, child, depth + 1)

    def _ask_halves(self, reading: FeedPoll, question: SearchQuery, answered: int, depth: int) -> Iterator[Request]:
        """Ask for the two halves of the time for which a search gave as many as it gives at once."""
        feed = reading.feed
        parts = split_in_halves(feed, question, answered) if reading.children + 2 <= _CHILDREN else []
        if not parts and feed.per_answer is not None and answered >= feed.per_answer:
            reading.note(question.url, depth, Reason.OK, f"{answered} entries, and there may be more")
        for part in parts:
            reading.children += 1
            reading.asked.add(part.url)
            reading.pending.add(part.url)
            yield from self._ask_feed(reading, part.url, depth + 1, part)

    def _feed_failed(self, failure: Any) -> Iterator[Request]:
        meta = failure.request.meta
        why = reason_of_failure(failure)
        meta["reading"].note(meta["asked"], meta["depth"], why, reasons.error_note(failure.value))
        yield from self._close_feed(meta["reading"], meta["asked"])

    def _close_feed(self, reading: FeedPoll, url: str) -> Iterator[Request]:
        reading.pending.discard(url)
        if not reading.pending:
            yield from self._report(reading)

    def _report(self, reading: FeedPoll) -> Iterator[Request]:
        if self.readings.pop((reading.source.id, reading.feed.url), None) is None:
            return
        poll = reading.poll(self.limits.max_entries)
        for candidate in self._tell(lambda: self.desk.polled(poll)):
            yield from self._ask_page(candidate)

    # pages

    def _ask_page(self, candidate: Candidate) -> Iterator[Request]:
        if candidate.id in self.asked:
            return
        self.asked.add(candidate.id)
        self.open[candidate.id] = candidate
        try:
            yield self._request_of(candidate, candidate.url)
        except ValueError as error:
            self._lose(candidate.id, candidate.url, Reason.INVALID_LINK, note=str(error))

    def _request_of(self, candidate: Candidate, url: str) -> Request:
        return Request(
            url,
            callback=self._page_answered,
            errback=self._page_failed,
            headers=self._headers(candidate.etag, candidate.last_modified) | self._login(candidate.source_id, url),
            meta={
                "candidate": candidate.id,
                "hidden": url is candidate.url and is_redirect_link(url),
                "download_maxsize": self.limits.max_page_bytes,
                "render": candidate.source_id in self._rendered,
                "download_slot": host_port(url),  # the queue takes from the host with the fewest under way
            },
            dont_filter=True,
        )

    def _page_answered(self, response: Response) -> Request | None:
        key = response.meta["candidate"]
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
        if response.status not in (200, 203):
            until = not_before(response)
            self._lose(key, response.url, reason_of_response(response), response.status, status_note(response), until)
        elif not response.body.strip():
            self._lose(key, response.url, Reason.EMPTY, response.status)
        elif not is_html(kind, response.body):
            self._lose(key, response.url, Reason.NOT_HTML, response.status, kind[:200])
        elif response.meta["hidden"] and (target := redirect_target(response.body, response.url)) and key in self.open:
            return self._request_of(self.open[key], target)
        else:
            etag, modified = header(response, "ETag"), header(response, "Last-Modified")
            now = datetime.now(UTC)
            packed = response.meta.get("packed", b"")
            page = Fetched(key, now, response.url, response.status, response.body, kind, etag, modified, packed)
            self._answer(page)
        return None

    def _page_failed(self, failure: Any) -> None:
        request = failure.request
        self._lose(
            request.meta["candidate"], request.url, reason_of_failure(failure), note=reasons.error_note(failure.value)
        )

    def _lose(
        self,
        key: int,
        url: str,
        reason: Reason,
        status: int | None = None,
        note: str = "",
        not_before: datetime | None = None,
    ) -> None:
        self._answer(FetchFailure(key, datetime.now(UTC), url, reason, status, note[:300], not_before))

    def _answer(self, result: Fetched | FetchFailure) -> None:
        if self.open.pop(result.candidate_id, None) is not None:
            self._tell(lambda: self.desk.answered(result))

    def closed(self, reason: str) -> None:
        """Give what is still open its end.

        A feed that was not read says so. Candidates of a crawl that was told to stop stay as they were, for the next
        one; of a crawl that ran to its end none should be left, and one that is has failed.
        """
        self._reader.close()
        if self.failure is not None:
            return
        for reading in list(self.readings.values()):
            reading.note(reading.feed.url, 0, Reason.ERROR, f"the crawl ended first ({reason})")
            # The desk's wishes come too late; they wait for the next crawl.
            next(self._report(reading), None)
        if reason == "finished":
            for key, candidate in list(self.open.items()):
                self._lose(key, candidate.url, Reason.ERROR, note="the crawl ended without an answer")
