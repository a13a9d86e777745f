"""Sources → one collection: what is due, handed to the crawl, and what it finds, handed to the database."""

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
from storage.base import Storage

_LOG = logging.getLogger(__name__)
#: Answers are stored together this many at a time, or when so many bytes wait: a transaction costs more than a page.
_ANSWERS = 20
_ANSWER_BYTES = 8 * 2**20

#: stage, done, expected
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class SourceTally:
    """What one collection did with one source."""

    source_id: str
    name: str
    feeds: int = 0
    feeds_failed: int = 0
    links: int = 0
    new: int = 0
    fetched: int = 0
    unchanged: int = 0
    failed: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class CollectResult:
    tallies: tuple[SourceTally, ...]
    #: pages still to be fetched when the crawl was told to stop; they wait for the next run
    left: int = 0

    @property
    def failed(self) -> bool:
        return self.left > 0 or any(t.reasons for t in self.tallies)


class DatabaseSink:
    """Implements crawlers.spiders.sink.CrawlSink over the database: gives candidates, stores answers, counts both."""

    def __init__(
        self, storage: Storage, run: int, sources: Sequence[Source], *, recheck_all: bool, progress: Progress
    ) -> None:
        self._storage, self._run, self._recheck_all, self._progress = storage, run, recheck_all, progress
        self.tallies = {s.id: SourceTally(s.id, s.name) for s in sources}
        self._source_of: dict[int, str] = {}
        self._answers: list[Fetched | FetchFailure] = []
        self._bytes = 0
        self._answered = 0
        self._steps = 0
        self._expected = sum(len(s.feeds) for s in sources)

    def expect(self, candidates: Iterable[Candidate]) -> None:
        """Take note of candidates that will be fetched, for the tally and the progress bar."""
        for candidate in candidates:
            if candidate.id not in self._source_of:
                self._source_of[candidate.id] = candidate.source_id
                self._expected += 1

    def feed_state(self, feed_url: str, /) -> FeedState:
        return self._storage.feed_state(feed_url)

    def save_poll(self, poll: Poll, /) -> Sequence[Candidate]:
        wanted = self._storage.polled(self._run, poll, recheck_all=self._recheck_all)
        self.expect(wanted)
        tally = self.tallies[poll.source_id]
        tally.feeds += 1
        tally.links += len(poll.entries)
        tally.new += sum(1 for c in wanted if not c.etag and not c.attempts)
        if poll.reason not in (Reason.OK, Reason.NOT_MODIFIED):
            tally.feeds_failed += 1
            tally.reasons[poll.reason] += 1
        self._step()
        return wanted

    def save_fetch(self, result: Fetched | FetchFailure, /) -> None:
        tally = self.tallies[self._source_of[result.candidate_id]]
        if isinstance(result, Fetched):
            tally.fetched += 1
        elif result.reason is Reason.NOT_MODIFIED:
            tally.unchanged += 1
        else:
            tally.failed += 1
            tally.reasons[result.reason] += 1
        self._answers.append(result)
        self._answered += 1
        self._bytes += len(result.body) if isinstance(result, Fetched) else 0
        if len(self._answers) >= _ANSWERS or self._bytes >= _ANSWER_BYTES:
            self.flush()
        self._step()

    @property
    def left(self) -> int:
        """Candidates handed out and not answered."""
        return len(self._source_of) - self._answered

    def flush(self) -> None:
        if self._answers:
            self._storage.answered(self._run, self._answers)
            self._answers, self._bytes = [], 0

    def _step(self) -> None:
        self._steps += 1
        self._progress("collect", self._steps, self._expected)


def collect(
    storage: Storage,
    sources: Sequence[Source],
    settings: CrawlSettings,
    *,
    due_only: bool,
    only: Sequence[str] = (),
    zone: str = "UTC",
    progress: Progress,
) -> CollectResult:
    """Poll the feeds of enabled sources and fetch what they bring; at most once per process (Twisted's reactor).

    `only` names sources by id, enabled or not; `due_only` passes over feeds whose time has not come. Sources that
    may be asked in certain hours only, by the clock of `zone`, are passed over in others, unless named.
    """
    from crawlers.crawl import crawl

    storage.set_sources(sources)
    closed = {s.id for s in sources if s.id not in only and not is_allowed_at(s, now(), ZoneInfo(zone))}
    chosen = _chosen(storage, sources, settings, due_only, only, closed)
    run = storage.begin_run("collect", now())
    desk = DatabaseSink(storage, run, chosen, recheck_all=not due_only, progress=progress)
    waiting = storage.waiting(now(), [s.id for s in sources if (s.enabled or s.id in only) and s.id not in closed])
    waiting = [c for c in waiting if not only or c.source_id in only]
    for candidate in waiting:
        if candidate.source_id not in desk.tallies:  # its feeds are not due, but its own time has come
            name = next(s.name for s in sources if s.id == candidate.source_id)
            desk.tallies[candidate.source_id] = SourceTally(candidate.source_id, name)
    desk.expect(waiting)
    asked = {s.id for s in chosen}
    quiet = [replace(s, feeds=()) for s in sources if s.id in desk.tallies and s.id not in asked]
    try:
        crawl([*chosen, *quiet], waiting, desk, settings, logins_of(sources))
    finally:
        desk.flush()
    return _end_collection(storage, run, desk)


def logins_of(sources: Iterable[Source]) -> dict[str, str]:
    """Return the NAME:PASSWORD of every source that wants one, by its id; a source whose secret is missing says so."""
    found: dict[str, str] = {}
    for source in sources:
        if source.login and (value := secret(source.login)):
            found[source.id] = value
        elif source.login:
            _LOG.warning("source %s: the secret %s that holds its login is not given", source.id, source.login)
    return found


def _end_collection(storage: Storage, run: int, desk: DatabaseSink) -> CollectResult:
    collected = CollectResult(tuple(desk.tallies.values()), desk.left)
    counts = {
        key: sum(getattr(t, key) for t in collected.tallies)
        for key in ("feeds", "feeds_failed", "links", "new", "fetched", "unchanged", "failed")
    }
    storage.end_run(run, now(), int(collected.failed), counts)
    return collected


#: Stands for a feed where a person gave the address of an article by hand.
BY_HAND = "by-hand:"


def add_by_hand(
    storage: Storage, sources: Sequence[Source], urls: Sequence[str], settings: CrawlSettings, progress: Progress
) -> list[LedgerEntry]:
    """Fetch single addresses as if a feed had listed them; return how each ended, in the order given.

    An address belongs to the configured source of its site; else to one named after the site, which is not asked
    for more. At most once per process (Twisted's reactor).
    """
    from crawlers.crawl import crawl

    owners = {url: _owner(sources, url) for url in urls}
    strangers = {s.id: s for s in owners.values() if s not in sources}
    storage.set_sources([*sources, *strangers.values()])
    run = storage.begin_run("add", now())
    # A stranger's address opens no door: that its host may be private is for settings.toml to say.
    involved = {s.id: replace(s, feeds=(), home=s.home if s in sources else "") for s in owners.values()}
    desk = DatabaseSink(storage, run, list(involved.values()), recheck_all=True, progress=progress)
    wanted: list[Candidate] = []
    for url, owner in owners.items():
        poll = Poll(owner.id, f"{BY_HAND}{owner.id}", now(), Reason.OK, entries=(Entry(url),))
        wanted += desk.save_poll(poll)
    try:
        crawl(list(involved.values()), wanted, desk, settings, logins_of(sources))
    finally:
        desk.flush()
    _end_collection(storage, run, desk)
    ended = storage.ledger_of([normalise_url(url) for url in urls])
    return [ended[normalise_url(url)] for url in urls]


def _owner(sources: Sequence[Source], url: str) -> Source:
    site = site_of(url)
    for source in sources:
        if site in (site_of(source.home), *source.domains):
            return source
    return Source(site, site, f"{url.split('://')[0]}://{site}/", (), country="", category="foreign", enabled=False)


def _chosen(
    storage: Storage,
    sources: Sequence[Source],
    settings: CrawlSettings,
    due_only: bool,
    only: Sequence[str],
    closed: Collection[str],
) -> list[Source]:
    """Return the sources to ask, each with the feeds of it to ask now.

    A source named by hand is asked whatever the time; a host that asked to be left alone is left alone otherwise.
    """
    if only:
        return [s for s in sources if s.id in only]
    enabled = [s for s in sources if s.enabled and s.id not in closed]
    if due_only:
        due = set(storage.due_feeds(now(), per_host=settings.feeds_per_host, closed=closed))
    else:
        slowed = storage.slowed_hosts(now())
        due = {f.url for s in enabled for f in s.feeds if host_of(f.url) not in slowed}
    asked = (replace(s, feeds=tuple(f for f in s.feeds if f.url in due)) for s in enabled)
    return [s for s in asked if s.feeds]
