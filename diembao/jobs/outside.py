"""A news search → the headlines it knows of a span of days, for comparison; nothing of it is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from diembao.jobs.recall import Headline, headlines_of
from pipeline.records import Candidate, CrawlSettings, Entry, FeedState, Fetched, FetchFailure, Poll, Reason, Source


@dataclass(slots=True)
class HeadlineSink:
    """Implements crawlers.spiders.sink.CrawlSink: keeps the polls and asks for no page."""

    since: datetime
    entries: list[Entry] = field(default_factory=list)
    failures: dict[str, Reason] = field(default_factory=dict)

    def state(self, feed_url: str, /) -> FeedState:
        return FeedState(feed_url, polled_at=self.since, full_at=self.since)

    def polled(self, poll: Poll, /) -> Sequence[Candidate]:
        self.entries += poll.entries
        if poll.reason is not Reason.OK:
            self.failures[poll.feed_url] = poll.reason
        return ()

    def answered(self, result: Fetched | FetchFailure, /) -> None:
        raise AssertionError(f"no page was asked for, and {result.url} came")


def fetch_headlines(
    source: Source, since: datetime, settings: CrawlSettings
) -> tuple[list[Headline], dict[str, Reason]]:
    """Return the headlines a search knows since then, and why parts of it failed; at most once per process."""
    from crawlers.crawl import crawl

    listener = HeadlineSink(since)
    crawl([source], [], listener, settings)
    return headlines_of(listener.entries), listener.failures
