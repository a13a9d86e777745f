"""Sources and candidates in, one Poll for each feed and one Fetched or Unfetched for each candidate out."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from scrapy import Request, Spider
from scrapy.exceptions import CloseSpider
from scrapy.http import Response

from crawlers import reasons
from crawlers.desk import Desk
from crawlers.guard import GuardedResolver, host_port
from crawlers.logins import logins, server_of, without_login
from crawlers.reader import Answer, Found, Reader
from crawlers.throttle import retry_after
from crawlers.wishes import longest, wish_of_headers
from crawlers.wrappers import is_wrapped, target_of
from pipeline.polling import asks_in_full
from pipeline.queries import Question, halves, questions
from pipeline.records import Candidate, CrawlSettings, Entry, Feed, Fetched, Poll, Reason, Source, Unfetched
from pipeline.urls import is_fetchable

#: Sitemaps read of one index, and how deep they may nest.
_CHILDREN = 50
_DEPTH = 2

#: Content types that may hold an article.
_TEXT = ("html", "xml", "text/plain", "octet-stream")

T = TypeVar("T")


class _Reading:
    """One feed while it is read: a sitemap index, or a search for many names, is several answers and one Poll."""

    def __init__(self, source: Source, feed: Feed) -> None:
        self.source, self.feed = source, feed
        #: addresses asked, and those of them not answered yet
        self.asked: set[str] = {feed.url}
        self.pending: set[str] = {feed.url}
        self.entries: list[Entry] = []
        self.invalid = self.size = self.children = 0
        self.reason: Reason = Reason.OK
        #: of the last sitemap of an index that failed
        self.child_reason: Reason | None = None
        self.status: int | None = None
        self.note = ""
        self.etag: str | None = None
        self.last_modified: str | None = None
        #: as in pipeline.records.Poll
        self.wish: timedelta | None = None
        self.not_before: datetime | None = None
        self.forced = False


class PressSpider(Spider):
    """The one spider of diembao: what it is to do stands in its arguments, what it found goes to the desk."""

    name = "press"

    def __init__(
        self, sources: Sequence[Source], waiting: Sequence[Candidate], desk: Desk, limits: CrawlSettings, **more: Any
    ) -> None:
        super().__init__(**more)
        self.waiting, self.desk, self.limits = waiting, desk, limits
        #: feeds that have not ended, by source and address; two sources may well share an address
        self.readings = {(s.id, f.url): _Reading(s, f) for s in sources for f in s.feeds}
        self._rendered = {s.id for s in sources if s.render}
        self._logins = {s.id: found for s in sources if (found := logins(s))}
        self.open: dict[int, Candidate] = {}
        self.asked: set[int] = set()
        #: what the desk raised: the crawl cannot go on without it, and crawl() raises it again
        self.failure: Exception | None = None
        self._reader = Reader()

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
        header = self._logins[source_id].get(server_of(url)) if source_id in self._logins else None
        return {} if header is None else {"Authorization": header}

    # feeds

    def _ask_query(self, reading: _Reading) -> Iterator[Request]:
        state = self._tell(lambda: self.desk.state(reading.feed.url))
        asked, left = questions(reading.feed, state.full_at, datetime.now(UTC))
        if left:
            reading.note = f"too many names, not asked for: {', '.join(left)}"[:300]
        # The feed's own address is a template, which nobody is asked for.
        reading.asked = {question.url for question in asked}
        reading.pending = set(reading.asked)
        for question in asked:
            yield from self._ask_feed(reading, question.url, 1, question)
        if not asked:
            self._note(reading, reading.feed.url, 0, Reason.INVALID_LINK, "no names to ask for")
            yield from self._close_feed(reading, reading.feed.url)

    def _ask_feed(self, reading: _Reading, url: str, depth: int, question: Question | None = None) -> Iterator[Request]:
        headers: dict[str, str] = {}
        if depth == 0:
            state = self._tell(lambda: self.desk.state(reading.feed.url))
            headers = self._headers(state.etag, state.last_modified)
            if headers and asks_in_full(state, datetime.now(UTC)):
                headers, reading.forced = {}, True
        try:
            yield Request(
                without_login(url),
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
            self._note(reading, url, depth, Reason.INVALID_LINK, str(error))
            yield from self._close_feed(reading, url)

    async def _feed_answered(self, response: Response) -> AsyncIterator[Request]:
        meta = response.meta
        reading, asked, depth = meta["reading"], meta["asked"], meta["depth"]
        reading.size += len(response.body)
        if meta["question"] is not None:
            reading.status = response.status
        if depth == 0:
            reading.status = response.status
            reading.etag = _header(response, "ETag")
            reading.last_modified = _header(response, "Last-Modified")
            reading.wish = wish_of_headers(response, datetime.now(UTC))
        reading.not_before = _not_before(response) or reading.not_before
        if response.status not in (200, 203):
            self._note(reading, asked, depth, _reason_of(response), _status_note(response))
        elif not response.body.strip():
            self._note(reading, asked, depth, Reason.EMPTY, "")
        else:
            if depth == 0 and set(meta.get("redirect_reasons", ())) in ({301}, {308}, {301, 308}):
                self._note(reading, asked, depth, Reason.OK, f"moved permanently to {response.url}"[:300])
            found = await self._reader.read(self._answer_of(reading, response))
            for request in self._take(reading, found, response.meta):
                yield request
        for request in self._close_feed(reading, asked):
            yield request

    def _answer_of(self, reading: _Reading, response: Response) -> Answer:
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
        room = self.limits.max_entries - len(reading.entries)
        source, feed = reading.source, reading.feed
        return Answer(feed.kind, response.body, response.url, kind, feed.links, source.article_url, room)

    def _take(self, reading: _Reading, found: Found, meta: dict[str, Any]) -> Iterator[Request]:
        asked, depth = meta["asked"], meta["depth"]
        reading.entries += found.entries
        reading.wish = longest(reading.wish, found.wish)
        reading.invalid += found.invalid
        self._note(reading, asked, depth, found.reason, found.note)
        if found.children:
            # An index that has not changed says nothing of the sitemaps it lists: it is read anew each time.
            reading.etag = reading.last_modified = None
        if (question := meta["question"]) is not None:
            yield from self._ask_halves(reading, question, found.listed, depth)
        for child in found.children:
            if reading.children < _CHILDREN and depth < _DEPTH and child not in reading.asked:
                reading.children += 1
                reading.asked.add(child)
                reading.pending.add(child)
                yield from self._ask_feed(reading, child, depth + 1)

    def _ask_halves(self, reading: _Reading, question: Question, answered: int, depth: int) -> Iterator[Request]:
        """Ask for the two halves of the time for which a search gave as many as it gives at once."""
        feed = reading.feed
        parts = halves(feed, question, answered) if reading.children + 2 <= _CHILDREN else []
        if not parts and feed.per_answer is not None and answered >= feed.per_answer:
            self._note(reading, question.url, depth, Reason.OK, f"{answered} entries, and there may be more")
        for part in parts:
            reading.children += 1
            reading.asked.add(part.url)
            reading.pending.add(part.url)
            yield from self._ask_feed(reading, part.url, depth + 1, part)

    def _feed_failed(self, failure: Any) -> Iterator[Request]:
        meta = failure.request.meta
        self._note(meta["reading"], meta["asked"], meta["depth"], _reason(failure), reasons.note_of(failure.value))
        yield from self._close_feed(meta["reading"], meta["asked"])

    def _note(self, reading: _Reading, asked: str, depth: int, reason: Reason, note: str) -> None:
        # A sitemap of an index that failed does not undo what the others give: it is named in the note.
        if depth:
            note = f"{asked}: {note or reason}" if note or reason is not Reason.OK else ""
        elif reason is not Reason.OK:
            reading.reason = reason
        if depth and reason is not Reason.OK:
            reading.child_reason = reason
        if note:
            reading.note = f"{reading.note}; {note}".lstrip("; ")[:500]

    def _close_feed(self, reading: _Reading, url: str) -> Iterator[Request]:
        reading.pending.discard(url)
        if not reading.pending:
            yield from self._report(reading)

    def _report(self, reading: _Reading) -> Iterator[Request]:
        if self.readings.pop((reading.source.id, reading.feed.url), None) is None:
            return
        reason = reading.reason
        if reason is Reason.OK and reading.child_reason is not None and not reading.entries:
            reason = reading.child_reason
        poll = Poll(
            source_id=reading.source.id,
            feed_url=reading.feed.url,
            at=datetime.now(UTC),
            reason=reason,
            status=reading.status,
            note=reading.note,
            entries=tuple(reading.entries[: self.limits.max_entries]),
            invalid=reading.invalid,
            etag=reading.etag,
            last_modified=reading.last_modified,
            size=reading.size,
            wish=reading.wish,
            not_before=reading.not_before,
            forced=reading.forced,
        )
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
            without_login(url),
            callback=self._page_answered,
            errback=self._page_failed,
            headers=self._headers(candidate.etag, candidate.last_modified) | self._login(candidate.source_id, url),
            meta={
                "candidate": candidate.id,
                "hidden": url is candidate.url and is_wrapped(url),
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
            until = _not_before(response)
            self._lose(key, response.url, _reason_of(response), response.status, _status_note(response), until)
        elif not response.body.strip():
            self._lose(key, response.url, Reason.EMPTY, response.status)
        elif not _is_html(kind, response.body):
            self._lose(key, response.url, Reason.NOT_HTML, response.status, kind[:200])
        elif response.meta["hidden"] and (target := target_of(response.body, response.url)) and key in self.open:
            return self._request_of(self.open[key], target)
        else:
            etag, modified = _header(response, "ETag"), _header(response, "Last-Modified")
            now = datetime.now(UTC)
            packed = response.meta.get("packed", b"")
            page = Fetched(key, now, response.url, response.status, response.body, kind, etag, modified, packed)
            self._answer(page)
        return None

    def _page_failed(self, failure: Any) -> None:
        request = failure.request
        self._lose(request.meta["candidate"], request.url, _reason(failure), note=reasons.note_of(failure.value))

    def _lose(
        self,
        key: int,
        url: str,
        reason: Reason,
        status: int | None = None,
        note: str = "",
        not_before: datetime | None = None,
    ) -> None:
        self._answer(Unfetched(key, datetime.now(UTC), url, reason, status, note[:300], not_before))

    def _answer(self, result: Fetched | Unfetched) -> None:
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
            self._note(reading, reading.feed.url, 0, Reason.ERROR, f"the crawl ended first ({reason})")
            # The desk's wishes come too late; they wait for the next crawl.
            next(self._report(reading), None)
        if reason == "finished":
            for key, candidate in list(self.open.items()):
                self._lose(key, candidate.url, Reason.ERROR, note="the crawl ended without an answer")


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


def _status_note(response: Response) -> str:
    asked = _header(response, "Retry-After")
    return f"HTTP {response.status}" + (f", Retry-After: {asked[:40]}" if asked else "")


def _not_before(response: Response) -> datetime | None:
    """Return until when the host asks to be left alone (429 or 503 with a Retry-After)."""
    seconds = retry_after(response) if response.status in (429, 503) else None
    return None if seconds is None else datetime.now(UTC) + timedelta(seconds=seconds)


def _is_html(kind: str, body: bytes) -> bool:
    if kind and not any(part in kind.lower() for part in _TEXT):
        return False
    # What calls itself HTML and holds NUL bytes is a picture or an archive, unless it is UTF-16.
    start = body[:1000]
    return b"\x00" not in start or start[:2] in (b"\xff\xfe", b"\xfe\xff") or "utf-16" in kind.lower()


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1")[:1000] if value else None
