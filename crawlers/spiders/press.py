"""Sources and candidates → one Poll for each feed, one Fetched or FetchFailure for each candidate."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Self, TypeVar

from scrapy import Request, Spider, signals
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import Response

from crawlers.downloader.http_auth import auth_headers, login_header
from crawlers.downloader.reasons import (
    error_note,
    header,
    is_html,
    not_before,
    reason_of_failure,
    reason_of_response,
    status_note,
)
from crawlers.downloader.ssrf_guard import host_port
from crawlers.parsing.parsed_feed import ParsedFeed
from crawlers.parsing.redirect_links import is_redirect_link, redirect_target
from crawlers.parsing.sandbox import ParserProcess
from crawlers.spiders.conditions import ask_again, validators
from crawlers.spiders.feed_poll import MAX_CHILDREN, FeedPoll
from crawlers.spiders.feed_turns import FeedTurns
from crawlers.spiders.sink import CrawlSink
from pipeline import clock
from pipeline.polling.poll_interval import needs_full_fetch
from pipeline.polling.search_queries import SearchQuery, search_queries
from pipeline.records import Candidate, CrawlSettings, Fetched, FetchFailure, Reason, Source
from pipeline.text.browser_urls import browser_url

#: Levels of sitemap indexes within an index.
_MAX_DEPTH = 2

T = TypeVar("T")


class PressSpider(Spider):
    """Polls feeds and fetches pages; hands every result to the sink."""

    name = "press"

    def __init__(
        self,
        sources: Sequence[Source],
        candidates: Sequence[Candidate],
        sink: CrawlSink,
        limits: CrawlSettings,
        logins: Mapping[str, str],
        **more: Any,
    ) -> None:
        super().__init__(**more)
        self.candidates, self.sink, self.limits = candidates, sink, limits
        #: Feeds without a Poll yet, by source and address: two sources may share an address.
        self.feed_polls = {(s.id, f.url): FeedPoll(s, f) for s in sources for f in s.feeds}
        self._rendered_sources = {s.id for s in sources if s.render}
        self._auth_headers = {s.id: auth_headers(s, logins[s.id]) for s in sources if s.id in logins}
        #: Candidates without a result yet, by id; ids of all requested so far.
        self.pending: dict[int, Candidate] = {}
        self.requested: set[int] = set()
        #: Exception that the sink raised: the crawl cannot go on without a sink, and crawl() raises it again.
        self.failure: Exception | None = None
        self._turns = FeedTurns({})
        self._parser = ParserProcess()

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider._ask_failing_feeds, signal=signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        self._turns = FeedTurns(
            {key: self._call_sink(partial(self.sink.feed_state, key[1])) for key in self.feed_polls}
        )
        for key in self._turns.first:
            for request in self._request_poll(self.feed_polls[key]):
                yield request
        for candidate in self.candidates:
            for request in self._request_page(candidate):
                yield request

    def _request_poll(self, poll: FeedPoll) -> Iterator[Request]:
        is_search = poll.feed.kind == "query"
        return self._request_searches(poll) if is_search else self._request_feed(poll, poll.feed.url, 0)

    def _ask_failing_feeds(self) -> None:
        """Ask the feeds that failed last time, once all other requests have ended."""
        for key in (keys := self._turns.take_failing()):
            for request in self._request_poll(self.feed_polls[key]):
                self.crawler.engine.crawl(request)
        if keys:
            raise DontCloseSpider

    def _call_sink(self, call: Callable[[], T]) -> T:
        """Call the sink; its first exception ends the crawl."""
        if self.failure is None:
            try:
                return call()
            except Exception as error:
                self.failure = error
        raise CloseSpider("the sink failed")

    def _request_searches(self, poll: FeedPoll) -> Iterator[Request]:
        state = self._call_sink(lambda: self.sink.feed_state(poll.feed.url))
        queries, left_out = search_queries(poll.feed, state.full_at, clock.now())
        if left_out:
            poll.note = f"too many names, not asked for: {', '.join(left_out)}"[:300]
        # The feed's own address is a template and is never requested.
        poll.requested = {query.url for query in queries}
        poll.pending = set(poll.requested)
        for query in queries:
            yield from self._request_feed(poll, query.url, 1, query)
        if not queries:
            poll.add_outcome(poll.feed.url, 0, Reason.INVALID_LINK, "no names to ask for")
            yield from self._end_request(poll, poll.feed.url)

    def _request_feed(
        self, poll: FeedPoll, url: str, depth: int, query: SearchQuery | None = None
    ) -> Iterator[Request]:
        headers: dict[str, str] = {}
        if depth == 0:
            state = self._call_sink(lambda: self.sink.feed_state(poll.feed.url))
            headers = validators(state.etag, state.last_modified)
            if headers and needs_full_fetch(state, clock.now()):
                headers, poll.forced = {}, True
        try:
            yield Request(
                browser_url(url),
                callback=self._parse_feed,
                errback=self._fail_feed,
                headers=headers | login_header(self._auth_headers.get(poll.source.id, {}), url),
                meta={
                    "poll": poll,
                    "source_id": poll.source.id,
                    "requested_url": url,
                    "depth": depth,
                    "query": query,
                    "download_maxsize": self.limits.max_feed_bytes,
                    "download_slot": host_port(url),
                    "render": poll.source.render and poll.feed.kind == "listing",
                },
                priority=self._turns.priority((poll.source.id, poll.feed.url)),
                dont_filter=True,
            )
        except ValueError as error:
            poll.add_outcome(url, depth, Reason.INVALID_LINK, str(error))
            yield from self._end_request(poll, url)

    async def _parse_feed(self, response: Response) -> AsyncIterator[Request]:
        meta = response.meta
        poll, url, depth = meta["poll"], meta["requested_url"], meta["depth"]
        poll.add_response(response, depth, is_search=meta["query"] is not None)
        if (again := ask_again(response)) is not None:
            yield again
            return
        if response.status not in (200, 203):
            poll.add_outcome(url, depth, reason_of_response(response), status_note(response))
        elif not response.body.strip():
            poll.add_outcome(url, depth, Reason.EMPTY, "")
        else:
            if depth == 0 and set(meta.get("redirect_reasons", ())) in ({301}, {308}, {301, 308}):
                poll.add_outcome(url, depth, Reason.OK, f"moved permanently to {response.url}"[:300])
            parsed = await self._parser.read(poll.to_parse(response, self.limits.max_entries))
            for request in self._add_parsed(poll, parsed, response.meta):
                yield request
        for request in self._end_request(poll, url):
            yield request

    def _add_parsed(self, poll: FeedPoll, parsed: ParsedFeed, meta: dict[str, Any]) -> Iterator[Request]:
        depth = meta["depth"]
        poll.add_parsed(meta["requested_url"], depth, parsed)
        if (query := meta["query"]) is not None:
            # A search that gave as many entries as it gives at most is made again for each half of its time span.
            for half in poll.halves(query, parsed.listed, depth):
                yield from self._request_child(poll, half.url, depth + 1, half)
        for child in parsed.children:
            if poll.children < MAX_CHILDREN and depth < _MAX_DEPTH and child not in poll.requested:
                yield from self._request_child(poll, child, depth + 1)

    def _request_child(
        self, poll: FeedPoll, url: str, depth: int, query: SearchQuery | None = None
    ) -> Iterator[Request]:
        poll.children += 1
        poll.requested.add(url)
        poll.pending.add(url)
        yield from self._request_feed(poll, url, depth, query)

    def _fail_feed(self, failure: Any) -> Iterator[Request]:
        meta = failure.request.meta
        reason, note = reason_of_failure(failure), error_note(failure.value)
        meta["poll"].add_outcome(meta["requested_url"], meta["depth"], reason, note)
        yield from self._end_request(meta["poll"], meta["requested_url"])

    def _end_request(self, poll: FeedPoll, url: str) -> Iterator[Request]:
        poll.pending.discard(url)
        if not poll.pending:
            yield from self._end_poll(poll)

    def _end_poll(self, poll: FeedPoll) -> Iterator[Request]:
        if self.feed_polls.pop((poll.source.id, poll.feed.url), None) is None:
            return
        result = poll.to_poll(self.limits.max_entries)
        for candidate in self._call_sink(lambda: self.sink.save_poll(result)):
            yield from self._request_page(candidate)

    def _request_page(self, candidate: Candidate) -> Iterator[Request]:
        if candidate.id in self.requested:
            return
        self.requested.add(candidate.id)
        self.pending[candidate.id] = candidate
        try:
            yield self._page_request(candidate, candidate.url)
        except ValueError as error:
            self._save_failure(candidate.id, candidate.url, Reason.INVALID_LINK, note=str(error))

    def _page_request(self, candidate: Candidate, url: str) -> Request:
        return Request(
            browser_url(url),
            callback=self._parse_page,
            errback=self._fail_page,
            headers=validators(candidate.etag, candidate.last_modified)
            | login_header(self._auth_headers.get(candidate.source_id, {}), url),
            meta={
                "candidate": candidate.id,
                "source_id": candidate.source_id,
                "is_redirect_link": url is candidate.url and is_redirect_link(url),
                "download_maxsize": self.limits.max_page_bytes,
                "render": candidate.source_id in self._rendered_sources,
                # Scrapy's queue takes the next request from the host with the fewest active requests.
                "download_slot": host_port(url),
            },
            dont_filter=True,
        )

    def _parse_page(self, response: Response) -> Request | None:
        key, url, status = response.meta["candidate"], response.url, response.status
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        if (again := ask_again(response)) is not None:
            return again
        if status not in (200, 203):
            until = not_before(response)
            self._save_failure(key, url, reason_of_response(response), status, status_note(response), until)
        elif not response.body.strip():
            self._save_failure(key, url, Reason.EMPTY, status)
        elif not is_html(content_type, response.body):
            self._save_failure(key, url, Reason.NOT_HTML, status, content_type[:200])
        elif (
            response.meta["is_redirect_link"]
            and (target := redirect_target(response.body, url))
            and key in self.pending
        ):
            return self._page_request(self.pending[key], target)
        else:
            etag, modified = header(response, "ETag"), header(response, "Last-Modified")
            packed = response.meta.get("packed", b"")
            self._save(Fetched(key, clock.now(), url, status, response.body, content_type, etag, modified, packed))
        return None

    def _fail_page(self, failure: Any) -> None:
        request = failure.request
        note = error_note(failure.value)
        self._save_failure(request.meta["candidate"], request.url, reason_of_failure(failure), note=note)

    def _save_failure(
        self,
        key: int,
        url: str,
        reason: Reason,
        status: int | None = None,
        note: str = "",
        not_before: datetime | None = None,
    ) -> None:
        self._save(FetchFailure(key, clock.now(), url, reason, status, note[:300], not_before))

    def _save(self, result: Fetched | FetchFailure) -> None:
        if self.pending.pop(result.candidate_id, None) is not None:
            self._call_sink(lambda: self.sink.save_fetch(result))

    def closed(self, reason: str) -> None:
        """End every feed and candidate that has no result yet.

        After SIGINT or SIGTERM, an unread feed was not asked, and candidates without a result are left for the next
        crawl; after a crawl that ran to its end, both have failed.
        """
        self._parser.close()
        if self.failure is not None:
            return
        for poll in list(self.feed_polls.values()):
            outcome = Reason.ERROR if reason == "finished" else Reason.NOT_ASKED
            poll.add_outcome(poll.feed.url, 0, outcome, f"the crawl ended first ({reason})")
            # Running the generator to its first request saves the poll; candidates of it wait for the next crawl.
            next(self._end_poll(poll), None)
        if reason == "finished":
            for key, candidate in list(self.pending.items()):
                self._save_failure(key, candidate.url, Reason.ERROR, note="the crawl ended without an answer")
