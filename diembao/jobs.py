"""Sources → collected → examined → digest and export: the jobs of diembao, and the only place that reads the clock."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from analysis.day import Counts, build_day, count
from config.settings import ProcessSettings, Settings
from diembao.executors import examine_in_processes
from pipeline.records import (
    Candidate,
    CrawlSettings,
    Document,
    DocumentOutcome,
    Entry,
    Examined,
    FeedState,
    Fetched,
    Item,
    LedgerEntry,
    Poll,
    Reason,
    Relevance,
    Source,
    SourceDay,
    Unfetched,
    Unreadable,
)
from pipeline.rules import Rulebook
from pipeline.urls import host_of, normalise, site_of
from storage.base import Storage

#: Answers are stored together this many at a time, or when so many bytes wait: a transaction costs more than a page.
_ANSWERS = 20
_ANSWER_BYTES = 8 * 2**20
#: Documents read from the database at a time.
_CHUNK = 64

Progress = Callable[[str, int, int], None]


def now() -> datetime:
    return datetime.now(UTC)


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
class Collected:
    tallies: tuple[SourceTally, ...]
    #: pages still to be fetched when the crawl was told to stop; they wait for the next run
    left: int = 0

    @property
    def failed(self) -> bool:
        return self.left > 0 or any(t.reasons for t in self.tallies)


class StorageDesk:
    """The crawl's Desk (crawlers.desk) over a Storage: hands out candidates, takes answers in, keeps the tallies."""

    def __init__(
        self, storage: Storage, run: int, sources: Sequence[Source], *, recheck_all: bool, progress: Progress
    ) -> None:
        self._storage, self._run, self._recheck_all, self._progress = storage, run, recheck_all, progress
        self.tallies = {s.id: SourceTally(s.id, s.name) for s in sources}
        self._source_of: dict[int, str] = {}
        self._answers: list[Fetched | Unfetched] = []
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

    def state(self, feed_url: str, /) -> FeedState:
        return self._storage.feed_state(feed_url)

    def polled(self, poll: Poll, /) -> Sequence[Candidate]:
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

    def answered(self, result: Fetched | Unfetched, /) -> None:
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
    progress: Progress,
) -> Collected:
    """Poll the feeds of enabled sources and fetch what they bring; at most once per process (Twisted's reactor).

    `only` names sources by id, enabled or not; `due_only` passes over feeds whose time has not come.
    """
    from crawlers.crawl import crawl

    storage.set_sources(sources)
    chosen = _chosen(storage, sources, settings, due_only, only)
    run = storage.begin_run("collect", now())
    desk = StorageDesk(storage, run, chosen, recheck_all=not due_only, progress=progress)
    waiting = storage.waiting(now(), [s.id for s in sources if s.enabled or s.id in only])
    waiting = [c for c in waiting if not only or c.source_id in only]
    for candidate in waiting:
        if candidate.source_id not in desk.tallies:  # its feeds are not due, but its own time has come
            name = next(s.name for s in sources if s.id == candidate.source_id)
            desk.tallies[candidate.source_id] = SourceTally(candidate.source_id, name)
    desk.expect(waiting)
    asked = {s.id for s in chosen}
    quiet = [replace(s, feeds=()) for s in sources if s.id in desk.tallies and s.id not in asked]
    try:
        crawl([*chosen, *quiet], waiting, desk, settings)
    finally:
        desk.flush()
    return _end_collection(storage, run, desk)


def _end_collection(storage: Storage, run: int, desk: StorageDesk) -> Collected:
    collected = Collected(tuple(desk.tallies.values()), desk.left)
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
    desk = StorageDesk(storage, run, list(involved.values()), recheck_all=True, progress=progress)
    wanted: list[Candidate] = []
    for url, owner in owners.items():
        poll = Poll(owner.id, f"{BY_HAND}{owner.id}", now(), Reason.OK, entries=(Entry(url),))
        wanted += desk.polled(poll)
    try:
        crawl(list(involved.values()), wanted, desk, settings)
    finally:
        desk.flush()
    _end_collection(storage, run, desk)
    ended = storage.ledger_of([normalise(url) for url in urls])
    return [ended[normalise(url)] for url in urls]


def _owner(sources: Sequence[Source], url: str) -> Source:
    site = site_of(url)
    for source in sources:
        if site in (site_of(source.home), *source.domains):
            return source
    return Source(site, site, f"{url.split('://')[0]}://{site}/", (), country="", category="foreign", enabled=False)


def _chosen(
    storage: Storage, sources: Sequence[Source], settings: CrawlSettings, due_only: bool, only: Sequence[str]
) -> list[Source]:
    """Return the sources to ask, each with the feeds of it to ask now.

    A source named by hand is asked whatever the time; a host that asked to be left alone is left alone otherwise.
    """
    if only:
        return [s for s in sources if s.id in only]
    enabled = [s for s in sources if s.enabled]
    if due_only:
        due = set(storage.due_feeds(now(), per_host=settings.feeds_per_host))
    else:
        slowed = storage.slowed_hosts(now())
        due = {f.url for s in enabled for f in s.feeds if host_of(f.url) not in slowed}
    asked = (replace(s, feeds=tuple(f for f in s.feeds if f.url in due)) for s in enabled)
    return [s for s in asked if s.feeds]


def process(
    storage: Storage,
    sources: Sequence[Source],
    rules: Rulebook,
    settings: ProcessSettings,
    *,
    again: bool = False,
    progress: Progress,
) -> dict[str, int]:
    """Examine every document that waits; return how many ended how, and how many items are new or changed.

    'errors' counts the unreadable ones that failed through an error of ours; with `again` those of earlier runs are
    examined once more.
    """
    if again:
        storage.reopen_errors()
    total = storage.unexamined_count()
    before = storage.totals()
    run = storage.begin_run("process", now())
    began = now()
    counts: Counter[str] = Counter({str(o): 0 for o in DocumentOutcome if o is not DocumentOutcome.WAITING})
    done = 0
    while documents := storage.unexamined(_CHUNK * max(1, settings.workers or 2)):
        for results in _examined(_complete(documents, sources), rules, settings, total):
            storage.examined(results, now())
            counts.update(type(result).__name__.lower() for result in results)
            counts["errors"] += sum(isinstance(r, Unreadable) and r.reason is Reason.ERROR for r in results)
            done += len(results)
            progress("process", done, max(total, done))
    storage.regroup(began)
    after = storage.totals()
    counts["new_items"] = after["items"] - before["items"]
    counts["new_versions"] = after["versions"] - before["versions"] - counts["new_items"]
    storage.end_run(run, now(), int(counts["errors"] > 0), counts)
    return dict(counts)


def _complete(documents: Iterable[Document], sources: Sequence[Source]) -> Iterator[Document]:
    """Add what the configuration knows of the source of each document."""
    known = {s.id: s for s in sources}
    for document in documents:
        if source := known.get(document.source_id):
            document = replace(document, selectors=source.selectors, languages=source.languages)
        yield document


def _examined(
    documents: Iterable[Document], rules: Rulebook, settings: ProcessSettings, total: int
) -> Iterator[list[Examined]]:
    batch = max(1, min(settings.batch, total // (2 * (settings.workers or 2)) or 1))
    return examine_in_processes(
        documents,
        rules,
        workers=settings.workers,
        batch=batch,
        seconds_per_document=settings.seconds_per_document,
    )


@dataclass(frozen=True, slots=True)
class Period:
    """What the digest of a day covers: [start, end), and from when on an item found late still counts."""

    day: date
    start: datetime
    end: datetime
    late_from: datetime


def period_of(day: date | None, settings: Settings, at: datetime) -> Period:
    """Return the period of a day's digest.

    It is the 24 hours before the cut-off of that day; the digest of the current day, made after the cut-off, goes
    on to the moment `at` it is made.
    """
    zone = ZoneInfo(settings.province.time_zone)
    today = at.astimezone(zone).date()
    day = day or today
    cutoff = time.fromisoformat(settings.digest.cutoff)
    end = datetime.combine(day, cutoff, zone)
    start = datetime.combine(day - timedelta(days=1), cutoff, zone)
    if day == today and at > end:
        end = at.astimezone(zone)
    return Period(day, start, end, start - timedelta(hours=settings.digest.late_hours))


def watched_sources(storage: Storage, start: datetime, end: datetime) -> list[SourceDay]:
    """Return what became of every source in a period, with what is unusual about it."""
    from analysis.watch import PERIODS, flagged

    return flagged(storage.source_days(start, end), storage.source_history(start, end, periods=PERIODS))


def make_digest(
    storage: Storage,
    settings: Settings,
    rules: Rulebook,
    *,
    day: date | None,
    language: str,
    out: Path,
    made_at: datetime | None = None,
) -> tuple[list[Path], Counts]:
    """Write the day's digest as HTML and Markdown into `out`; return the files and what they count."""
    from analysis.digest import render_html, render_markdown
    from diembao.home import write_atomically

    at = made_at or now()
    period = period_of(day, settings, at)
    items = storage.items_for_digest(period.start, period.end, period.late_from)
    before = period_of(period.day - timedelta(days=1), settings, at)
    # Without a collection yesterday there is nothing to compare with, which is not the same as nothing written.
    collected = any(s.feeds_polled for s in storage.source_days(before.start, before.end))
    previous = storage.items_for_digest(before.start, before.end, before.late_from) if collected else None
    model = build_day(
        items,
        None if previous is None else count(previous),
        watched_sources(storage, period.start, period.end),
        period.day,
        period.start,
        period.end,
        at,
        rules.version,
        topics=[topic.id for topic in rules.topics.topic],
    )
    vi = language == "vi"
    province = settings.province.name if vi else settings.province.name_en
    note = settings.province.note if vi else settings.province.note_en
    names = {topic.id: topic.label_vi if vi else topic.label_en for topic in rules.topics.topic}
    written = {
        out / f"diem-bao-{period.day}.{suffix}": render(
            model, language, province=province, note=note, topic_labels=names
        )
        for suffix, render in (("html", render_html), ("md", render_markdown))
    }
    for path, text in written.items():
        write_atomically(path, text.encode())
    files = list(written)
    return files, model.counts


def export(
    storage: Storage,
    path: Path,
    *,
    since: datetime | None,
    until: datetime | None,
    relevance: Sequence[Relevance],
    topics: Sequence[str],
) -> int:
    """Write the matching items to a .csv or .jsonl file, whole or not at all; return the number of rows."""
    from analysis.export import write_csv, write_jsonl

    items: Iterator[Item] = storage.items(since=since, until=until, relevance=relevance, topics=topics)
    with _whole(path) as stream:
        return write_csv(items, stream) if path.suffix == ".csv" else write_jsonl(items, stream)


def write_ledger(path: Path, days: Iterable[SourceDay], entries: Iterable[LedgerEntry]) -> int:
    """Write a ledger as JSON lines, sources first, whole or not at all; return the number of lines."""
    import dataclasses
    import json

    rows = 0
    with _whole(path) as stream:
        for kind, records in (("source", days), ("link", entries)):
            for record in records:
                row = {"kind": kind, **dataclasses.asdict(record)}
                stream.write(json.dumps(row, ensure_ascii=False, default=datetime.isoformat) + "\n")
                rows += 1
    return rows


@contextmanager
def _whole(path: Path) -> Iterator[TextIO]:
    """Give a stream whose text becomes the file at `path` when all of it is written, and not before."""
    import os

    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with draft.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
