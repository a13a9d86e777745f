"""Answers for one feed → one Poll: a sitemap index, or a search for many names, has several."""

from datetime import UTC, datetime, timedelta

from scrapy.http import Response

from crawlers.downloader.responses import header, not_before
from crawlers.parsing.poll_hints import hint_from_headers, longest_hint
from crawlers.parsing.sandbox import Found
from pipeline.records import Entry, Feed, Poll, Reason, Source


class FeedPoll:
    """One feed while it is read."""

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
        self.told = ""
        self.etag: str | None = None
        self.last_modified: str | None = None
        #: as in pipeline.records.Poll
        self.wish: timedelta | None = None
        self.not_before: datetime | None = None
        self.forced = False

    def heard(self, response: Response, depth: int, *, searched: bool) -> None:
        """Take note of what an answer says beside its body."""
        self.size += len(response.body)
        if depth == 0 or searched:
            self.status = response.status
        if depth == 0:
            self.etag = header(response, "ETag")
            self.last_modified = header(response, "Last-Modified")
            self.wish = hint_from_headers(response, datetime.now(UTC))
        self.not_before = not_before(response) or self.not_before

    def take(self, asked: str, depth: int, found: Found) -> None:
        """Add what was found in the body of an answer."""
        self.entries += found.entries
        self.wish = longest_hint(self.wish, found.wish)
        self.invalid += found.invalid
        self.note(asked, depth, found.reason, found.note)
        if found.children:
            # An index that has not changed says nothing of the sitemaps it lists: it is read anew each time.
            self.etag = self.last_modified = None

    def note(self, asked: str, depth: int, reason: Reason, note: str) -> None:
        """Add why an answer was none, or what is to be told of it."""
        # A sitemap of an index that failed does not undo what the others give: it is named in the note.
        if depth:
            note = f"{asked}: {note or reason}" if note or reason is not Reason.OK else ""
        elif reason is not Reason.OK:
            self.reason = reason
        if depth and reason is not Reason.OK:
            self.child_reason = reason
        if note:
            self.told = f"{self.told}; {note}".lstrip("; ")[:500]

    def poll(self, max_entries: int) -> Poll:
        """Return what came of the feed."""
        reason = self.reason
        if reason is Reason.OK and self.child_reason is not None and not self.entries:
            reason = self.child_reason
        return Poll(
            source_id=self.source.id,
            feed_url=self.feed.url,
            at=datetime.now(UTC),
            reason=reason,
            status=self.status,
            note=self.told,
            entries=tuple(self.entries[:max_entries]),
            invalid=self.invalid,
            etag=self.etag,
            last_modified=self.last_modified,
            size=self.size,
            wish=self.wish,
            not_before=self.not_before,
            forced=self.forced,
        )
