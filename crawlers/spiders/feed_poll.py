"""Responses for one feed → one Poll; a sitemap index, or a search for many names, has several responses."""

from datetime import datetime, timedelta

from scrapy.http import Response

from crawlers.downloader.reasons import header, not_before
from crawlers.parsing.parsed_feed import ParsedFeed
from crawlers.parsing.poll_hints import hint_from_headers, longest_hint
from crawlers.parsing.sandbox import FeedResponse
from pipeline import clock
from pipeline.polling.search_queries import SearchQuery, split_in_halves
from pipeline.records import BadLink, Entry, Feed, Poll, Reason, Source

#: Sitemaps read of one index, or halves of one search.
MAX_CHILDREN = 50


class FeedPoll:
    """One feed while it is polled."""

    def __init__(self, source: Source, feed: Feed) -> None:
        self.source, self.feed = source, feed
        #: Addresses requested, and those of them without a result yet.
        self.requested: set[str] = {feed.url}
        self.pending: set[str] = {feed.url}
        self.entries: list[Entry] = []
        self.bad_links: list[BadLink] = []
        self.invalid = self.size = self.children = 0
        self.reason: Reason = Reason.OK
        #: Reason of the last sitemap of an index that failed.
        self.child_reason: Reason | None = None
        self.status: int | None = None
        self.note = ""
        self.etag: str | None = None
        self.last_modified: str | None = None
        #: As `wish`, `not_before` and `forced` of pipeline.records.Poll.
        self.poll_hint: timedelta | None = None
        self.not_before: datetime | None = None
        self.forced = False

    def add_response(self, response: Response, depth: int, *, is_search: bool) -> None:
        """Add size, status and headers of a response, but not its body; `depth` is 0 for the feed's own address."""
        self.size += len(response.body)
        if depth == 0 or is_search:
            self.status = response.status
        if depth == 0:
            self.etag = header(response, "ETag")
            self.last_modified = header(response, "Last-Modified")
            self.poll_hint = hint_from_headers(response, clock.now())
        self.not_before = not_before(response) or self.not_before

    def to_parse(self, response: Response, max_entries: int) -> FeedResponse:
        """Return a response with what is needed to parse it; the poll has room for `max_entries` entries in all."""
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        room = max_entries - len(self.entries)
        source, feed = self.source, self.feed
        # Of an outlet in several languages, that of the feed is not known here.
        language = source.languages[0] if len(source.languages) == 1 else ""
        address = (response.url, content_type, feed.links, source.article_url)
        return FeedResponse(feed.kind, response.body, *address, room, source.country, language)

    def add_parsed(self, url: str, depth: int, parsed: ParsedFeed) -> None:
        """Add the parsed body of the response for `url`."""
        self.entries += parsed.entries
        self.poll_hint = longest_hint(self.poll_hint, parsed.poll_hint)
        self.invalid += parsed.invalid
        self.bad_links += parsed.bad_links
        self.add_outcome(url, depth, parsed.reason, parsed.note)
        if parsed.children:
            # The sitemaps of an index change while the index does not: it must be read in full each time.
            self.etag = self.last_modified = None

    def halves(self, query: SearchQuery, listed: int, depth: int) -> list[SearchQuery]:
        """Return the searches to make in place of one that listed `listed` entries; a note where there is no room."""
        feed = self.feed
        halves = split_in_halves(feed, query, listed) if self.children + 2 <= MAX_CHILDREN else []
        if not halves and feed.per_answer is not None and listed >= feed.per_answer:
            self.add_outcome(query.url, depth, Reason.OK, f"{listed} entries, and there may be more")
        return halves

    def add_outcome(self, url: str, depth: int, reason: Reason, note: str) -> None:
        """Add reason and note of the request for `url`."""
        # A failed sitemap of an index does not spoil the entries of the others: the note names it.
        if depth:
            note = f"{url}: {note or reason}" if note or reason is not Reason.OK else ""
        elif reason is not Reason.OK:
            self.reason = reason
        if depth and reason is not Reason.OK:
            self.child_reason = reason
        if note:
            self.note = f"{self.note}; {note}".lstrip("; ")[:500]

    def to_poll(self, max_entries: int) -> Poll:
        """Return the outcome, with the first `max_entries` entries."""
        reason = self.reason
        if reason is Reason.OK and self.child_reason is not None and not self.entries:
            reason = self.child_reason
        return Poll(
            source_id=self.source.id,
            feed_url=self.feed.url,
            at=clock.now(),
            reason=reason,
            status=self.status,
            note=self.note,
            entries=tuple(self.entries[:max_entries]),
            invalid=self.invalid,
            bad_links=tuple(self.bad_links[:max_entries]),
            etag=self.etag,
            last_modified=self.last_modified,
            size=self.size,
            wish=self.poll_hint,
            not_before=self.not_before,
            forced=self.forced,
        )
