"""A news search → the headlines it knows of a span of days, for comparison; nothing of it is stored."""

from datetime import datetime

from crawlers.spiders.sink import MemorySink
from diembao.jobs.recall import Headline, headlines_of
from pipeline.records import CrawlSettings, Reason, Source


def fetch_headlines(
    source: Source, since: datetime, settings: CrawlSettings
) -> tuple[list[Headline], dict[str, Reason]]:
    """Return the headlines a search knows since then, and why parts of it failed; at most once per process."""
    from crawlers.crawl import crawl

    sink = MemorySink(since=since)
    crawl([source], [], sink, settings)
    failures: dict[str, Reason] = {poll.feed_url: poll.reason for poll in sink.polls if poll.reason is not Reason.OK}
    return headlines_of([entry for poll in sink.polls for entry in poll.entries]), failures
