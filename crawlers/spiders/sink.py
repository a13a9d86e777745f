"""What a crawl asks and tells while it runs: the seam between the network and whatever keeps its results."""

from collections.abc import Sequence
from typing import Protocol

from pipeline.records import Candidate, FeedState, Fetched, FetchFailure, Poll


class CrawlSink(Protocol):
    """Implemented by the application over the database; called from the crawl's one thread, never concurrently."""

    def state(self, feed_url: str, /) -> FeedState: ...

    def polled(self, poll: Poll, /) -> Sequence[Candidate]:
        """Store the poll; return the candidates to fetch in this crawl."""
        ...

    def answered(self, result: Fetched | FetchFailure, /) -> None: ...
