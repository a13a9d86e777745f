"""Receivers of a crawl's results: the seam between the network and whatever keeps what was fetched."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pipeline.records import Candidate, FeedState, Fetched, FetchFailure, Poll
from pipeline.text.urls import normalise_url


class CrawlSink(Protocol):
    """Receives every result of a crawl; called from the crawl's one thread, never concurrently."""

    def feed_state(self, feed_url: str, /) -> FeedState:
        """Return what earlier crawls learned of a feed: its validators and the times of its polls."""
        ...

    def save_poll(self, poll: Poll, /) -> Sequence[Candidate]:
        """Keep the poll; return the candidates to fetch in this crawl."""
        ...

    def save_fetch(self, result: Fetched | FetchFailure, /) -> None:
        """Keep how the fetch of one candidate ended."""
        ...


@dataclass(slots=True)
class MemorySink:
    """A CrawlSink that keeps results in memory, and has a few pages of each source fetched."""

    #: Candidates to fetch of each source, from the first new entries of its polls.
    pages_per_source: int = 0
    #: Start of the days that searches cover; None: as for a feed that was never polled.
    since: datetime | None = None
    #: Called with this sink after each poll and fetch, e.g. to report progress.
    on_result: "Callable[[MemorySink], None] | None" = None
    polls: list[Poll] = field(default_factory=list)
    #: Candidates that this sink chose, by id.
    candidates: dict[int, Candidate] = field(default_factory=dict)
    #: Results by candidate id.
    fetches: dict[int, Fetched | FetchFailure] = field(default_factory=dict)

    def feed_state(self, feed_url: str, /) -> FeedState:
        return FeedState(feed_url, polled_at=self.since, full_at=self.since)

    def save_poll(self, poll: Poll, /) -> Sequence[Candidate]:
        self.polls.append(poll)
        chosen = list(self._choose(poll))
        self._report()
        return chosen

    def save_fetch(self, result: Fetched | FetchFailure, /) -> None:
        self.fetches[result.candidate_id] = result
        self._report()

    def _choose(self, poll: Poll) -> Iterator[Candidate]:
        urls = {candidate.url for candidate in self.candidates.values()}
        room = self.pages_per_source - sum(c.source_id == poll.source_id for c in self.candidates.values())
        for entry in poll.entries:
            if room <= 0:
                return
            if (url := normalise_url(entry.url)) not in urls:
                urls.add(url)
                room -= 1
                candidate = Candidate(len(self.candidates) + 1, poll.source_id, poll.feed_url, url, entry)
                self.candidates[candidate.id] = candidate
                yield candidate

    def _report(self) -> None:
        if self.on_result is not None:
            self.on_result(self)
