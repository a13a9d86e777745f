"""Sources → one collection: due feeds and candidates go to the crawl, its polls and fetches to the database."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from diembao.system.clock import now
from diembao.system.secrets import secret
from pipeline.polling.allowed_hours import is_allowed_at
from pipeline.records import (
    Candidate,
    CrawlSettings,
    Entry,
    FeedState,
    Fetched,
    FetchFailure,
    LedgerEntry,
    Poll,
    Reason,
    Source,
)
from pipeline.text.urls import host_of, normalise_url, site_of
from storage.database import Database

_LOG = logging.getLogger(__name__)
#: Fetches, and bytes of their bodies, that are stored in one transaction: a transaction costs more than a page.
_FETCHES = 50
_FETCH_BYTES = 8 * 2**20

#: Callback of progress: stage, steps done, steps expected.
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class SourceTally:
    """Counts of one collection for one source."""

    source_id: str
    name: str
    feeds: int = 0
    feeds_failed: int = 0
    links: int = 0
    #: links never seen before
    new: int = 0
    #: pages of links known before: looked at for changes, or because they could not be had yet
    again: int = 0
    fetched: int = 0
    unchanged: int = 0
    failed: int = 0
    #: feeds and pages that were not asked for, because their server is left alone for now
    waiting: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class CollectResult:
    """Counts of one collection, by source."""

    tallies: tuple[SourceTally, ...]
    #: pages not fetched yet when the crawl was stopped; they wait for the next run
    left: int = 0

    @property
    def failed(self) -> bool:
        """Whether pages are left over, or a feed or a page of any source failed."""
        return self.left > 0 or any(t.reasons for t in self.tallies)


class DatabaseSink:
    """Implements crawlers.spiders.sink.CrawlSink over the database: gives candidates, stores fetches, counts both."""

    def __init__(
        self, storage: Database, run: int, sources: Sequence[Source], *, recheck_all: bool, progress: Progress
    ) -> None:
        self._storage, self._run, self._recheck_all, self._progress = storage, run, recheck_all, progress
        self.tallies = {s.id: SourceTally(s.id, s.name) for s in sources}
        self._source_of: dict[int, str] = {}
        self._fetches: list[Fetched | FetchFailure] = []
        self._bytes = 0
        self._fetched = 0
        self._steps = 0
        self._expected = sum(len(s.feeds) for s in sources)

    def expect(self, candidates: Iterable[Candidate]) -> None:
        """Register candidates that will be fetched, for the tally and the progress bar."""
        for candidate in candidates:
            if candidate.id not in self._source_of:
                self._source_of[candidate.id] = candidate.source_id
                self.tallies[candidate.source_id].again += candidate.known
                self._expected += 1

    def feed_state(self, feed_url: str, /) -> FeedState:
        return self._storage.crawl.feed_state(feed_url)

    def save_poll(self, poll: Poll, /) -> Sequence[Candidate]:
        candidates = self._storage.crawl.save_poll(self._run, poll, recheck_all=self._recheck_all)
        self.expect(candidates)
        tally = self.tallies[poll.source_id]
        tally.feeds += 1
        tally.links += len(poll.entries)
        tally.new += sum(not candidate.known for candidate in candidates)
        if poll.reason is Reason.NOT_ASKED:
            tally.waiting += 1
        elif poll.reason not in (Reason.OK, Reason.NOT_MODIFIED):
            tally.feeds_failed += 1
            tally.reasons[poll.reason] += 1
        self._step()
        return candidates

    def save_fetch(self, result: Fetched | FetchFailure, /) -> None:
        tally = self.tallies[self._source_of[result.candidate_id]]
        if isinstance(result, Fetched):
            tally.fetched += 1
        elif result.reason is Reason.NOT_MODIFIED:
            tally.unchanged += 1
        elif result.reason is Reason.NOT_ASKED:
            tally.waiting += 1
        else:
            tally.failed += 1
            tally.reasons[result.reason] += 1
        self._fetches.append(result)
        self._fetched += 1
        self._bytes += len(result.body) if isinstance(result, Fetched) else 0
        if len(self._fetches) >= _FETCHES or self._bytes >= _FETCH_BYTES:
            self.flush()
        self._step()

    @property
    def left(self) -> int:
        """Number of candidates given to the crawl and not fetched."""
        return len(self._source_of) - self._fetched

    def flush(self) -> None:
        """Store the fetches that wait."""
        if self._fetches:
            self._storage.crawl.save_fetches(self._run, self._fetches)
            self._fetches, self._bytes = [], 0

    def _step(self) -> None:
        self._steps += 1
        self._progress("collect", self._steps, self._expected)


def collect(
    storage: Database,
    sources: Sequence[Source],
    settings: CrawlSettings,
    *,
    due_only: bool,
    only: Sequence[str] = (),
    zone: str = "UTC",
    progress: Progress,
) -> CollectResult:
    """Poll the feeds of enabled sources and fetch their new entries; at most once per process (Twisted's reactor).

    `only` names sources by id, enabled or not. `due_only` skips feeds that are not due. Sources with allowed hours, by
    the clock of `zone`, are skipped outside them unless named in `only`.
    """
    from crawlers.crawl import crawl

    if storage.maintenance.was_ahead(at := now()):
        _LOG.warning("the clock was ahead: %d values dated anew", storage.maintenance.bring_back(at))
    storage.crawl.set_sources(sources)
    closed = {s.id for s in sources if s.id not in only and not is_allowed_at(s, now(), ZoneInfo(zone))}
    polled = _sources_to_poll(storage, sources, settings, due_only, only, closed)
    run = storage.service.begin_run("collect", now())
    sink = DatabaseSink(storage, run, polled, recheck_all=not due_only, progress=progress)
    waiting = storage.crawl.due_candidates(
        now(), [s.id for s in sources if (s.enabled or s.id in only) and s.id not in closed]
    )
    waiting = [c for c in waiting if not only or c.source_id in only]
    for candidate in waiting:
        if candidate.source_id not in sink.tallies:  # a source whose feeds are not due has a candidate that is
            name = next(s.name for s in sources if s.id == candidate.source_id)
            sink.tallies[candidate.source_id] = SourceTally(candidate.source_id, name)
    sink.expect(waiting)
    polled_ids = {s.id for s in polled}
    fetch_only = [replace(s, feeds=()) for s in sources if s.id in sink.tallies and s.id not in polled_ids]
    try:
        crawl([*polled, *fetch_only], waiting, sink, settings, logins_of(sources))
    finally:
        sink.flush()
    return _end_collection(storage, run, sink)


def logins_of(sources: Iterable[Source]) -> dict[str, str]:
    """Return NAME:PASSWORD by id of source, for sources that need a login; a missing secret is logged."""
    logins: dict[str, str] = {}
    for source in sources:
        if source.login and (value := secret(source.login)):
            logins[source.id] = value
        elif source.login:
            _LOG.warning("source %s: the secret %s that holds its login is not given", source.id, source.login)
    return logins


def _end_collection(storage: Database, run: int, sink: DatabaseSink) -> CollectResult:
    result = CollectResult(tuple(sink.tallies.values()), sink.left)
    counts = {
        key: sum(getattr(t, key) for t in result.tallies)
        for key in ("feeds", "feeds_failed", "links", "new", "again", "fetched", "unchanged", "failed", "waiting")
    }
    storage.service.end_run(run, now(), int(result.failed), counts)
    return result


#: Scheme of the feed URL that stands for "a person typed the address of this article".
BY_HAND = "by-hand:"


def add_by_hand(
    storage: Database, sources: Sequence[Source], urls: Sequence[str], settings: CrawlSettings, progress: Progress
) -> list[LedgerEntry]:
    """Fetch single addresses as if a feed had listed them; return their ledger entries, in the order of `urls`.

    An address belongs to the configured source of its site; else to a new, disabled source named after the site.
    At most once per process (Twisted's reactor).
    """
    from crawlers.crawl import crawl

    owners = {url: _owner(sources, url) for url in urls}
    strangers = {s.id: s for s in owners.values() if s not in sources}
    storage.crawl.set_sources([*sources, *strangers.values()])
    run = storage.service.begin_run("add", now())
    # An unconfigured source may not allow its own private host; only settings.toml can.
    crawl_sources = {s.id: replace(s, feeds=(), home=s.home if s in sources else "") for s in owners.values()}
    sink = DatabaseSink(storage, run, list(crawl_sources.values()), recheck_all=True, progress=progress)
    candidates: list[Candidate] = []
    for url, owner in owners.items():
        poll = Poll(owner.id, f"{BY_HAND}{owner.id}", now(), Reason.OK, entries=(Entry(url),))
        candidates += sink.save_poll(poll)
    try:
        crawl(list(crawl_sources.values()), candidates, sink, settings, logins_of(sources))
    finally:
        sink.flush()
    _end_collection(storage, run, sink)
    entries = storage.crawl.ledger_entries([normalise_url(url) for url in urls])
    return [entries[normalise_url(url)] for url in urls]


def _owner(sources: Sequence[Source], url: str) -> Source:
    site = site_of(url)
    for source in sources:
        if site in (site_of(source.home), *source.domains):
            return source
    return Source(site, site, f"{url.split('://')[0]}://{site}/", (), country="", category="foreign", enabled=False)


def _sources_to_poll(
    storage: Database,
    sources: Sequence[Source],
    settings: CrawlSettings,
    due_only: bool,
    only: Sequence[str],
    closed: Collection[str],
) -> list[Source]:
    """Return the sources to poll, each with its feeds to poll now.

    A source named in `only` is polled whatever the time. Without `only`, hosts that asked for a pause are left alone.
    """
    if only:
        return [s for s in sources if s.id in only]
    enabled = [s for s in sources if s.enabled and s.id not in closed]
    if due_only:
        due = set(storage.crawl.due_feeds(now(), per_host=settings.feeds_per_host, closed=closed))
    else:
        slowed = storage.crawl.slowed_hosts(now())
        due = {f.url for s in enabled for f in s.feeds if host_of(f.url) not in slowed}
    polled = (replace(s, feeds=tuple(f for f in s.feeds if f.url in due)) for s in enabled)
    return [s for s in polled if s.feeds]
