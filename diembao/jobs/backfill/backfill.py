"""Archives → shards read by many processes → receipts and articles in the database of each province."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from diembao.jobs.agree_translations import store_agreement
from diembao.jobs.backfill.provinces import Province
from diembao.system.clock import now
from diembao.workers.archive_pages import ArchiveTask
from diembao.workers.shards import ShardExecutor
from pipeline.records import Source
from pipeline.records.archives import ArchivedArticle, RecordOutcome, Shard, ShardResult
from pipeline.text.urls import site_of
from storage.archives.shards import Selection

#: Called after each shard with what was done so far.
Progress = Callable[["Backfilled"], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pages of archives are asked for."""

    since: datetime | None = None
    until: datetime | None = None
    #: ids of sources; empty: pages of all sites
    sources: tuple[str, ...] = ()

    def words(self) -> str:
        """Return the selection as receipts name it."""
        parts = [f"since {self.since.isoformat()}"] if self.since else []
        parts += [f"until {self.until.isoformat()}"] if self.until else []
        parts += [f"sources {' '.join(sorted(self.sources))}"] if self.sources else []
        return "; ".join(parts)


@dataclass(slots=True)
class Backfilled:
    """What a run did so far: shards, and for each province records by outcome and the articles to be stored."""

    shards: int = 0
    #: shards read by an earlier run
    skipped: int = 0
    #: shards of all archives
    total: int = 0
    #: name of the archive and why a shard of it was not read
    unread: list[tuple[str, str]] = field(default_factory=list)
    counts: list[Counter[RecordOutcome]] = field(default_factory=list)
    #: of a dry run, the articles of the first province that would be stored, at most `MOST_SHOWN`
    found: list[ArchivedArticle] = field(default_factory=list)

    @property
    def records(self) -> int:
        """Records read, whatever they are."""
        return sum(self.counts[0].values()) if self.counts else 0


#: Seconds to wait for a `process` under way, at whose end articles of archives are placed.
_WAIT = 3600.0
#: Articles that a dry run lists.
MOST_SHOWN = 1000


def backfill(
    provinces: Sequence[Province],
    shards: Sequence[Shard],
    wanted: Wanted,
    executor: ShardExecutor,
    *,
    seconds_per_document: float,
    dry_run: bool = False,
    progress: Progress,
) -> Backfilled:
    """Read the shards that no earlier run has read, store what is about each province, and place it among the others.

    A shard's records and its receipt are one transaction for each province, so the run may be ended at any moment: the
    next one goes on with the shards that are left, and ends as an undisturbed one. With `dry_run` nothing is stored.
    """
    done = Backfilled(total=len(shards), counts=[Counter() for _ in provinces])
    selections = [Selection(wanted.words(), province.rules.version_alone) for province in provinces]
    read = [province.storage.archives.read_shards(s) for province, s in zip(provinces, selections, strict=True)]
    left = [shard for shard in shards if not all(_key(shard) in of_one for of_one in read)]
    done.skipped = len(shards) - len(left)
    progress(done)
    began = now()
    runs = [province.storage.service.begin_run("backfill", began) for province in provinces] if not dry_run else []
    for shard, results in executor.run(_task(provinces, wanted, seconds_per_document), left):
        done.shards += 1
        if isinstance(results, str):
            done.unread.append((shard.name, results))
        for number, province in enumerate(provinces):
            result = results if isinstance(results, str) else results[number]
            if not isinstance(result, str):
                _count(done, number, result, dry_run=dry_run)
            if not dry_run:
                province.storage.archives.save_shard(shard, result, selections[number], now())
        progress(done)
    if dry_run:
        return done
    for number, (province, run) in enumerate(zip(provinces, runs, strict=True)):
        placed = place(province, began, lambda: progress(done))
        done.counts[number].pop(RecordOutcome.WAITING, None)
        done.counts[number].update(placed)
        told = {outcome.value: count for outcome, count in sorted(done.counts[number].items())}
        counts = {"shards": done.shards, "unread": len(done.unread), **told}
        province.storage.service.end_run(run, now(), int(bool(done.unread)), counts)
    return done


def place(province: Province, began: datetime, step: Callable[[], None]) -> Counter[RecordOutcome]:
    """Put all articles of archives that wait among the others, and into stories; return how they ended."""
    storage = province.storage
    placed: Counter[RecordOutcome] = Counter()
    with province.home.lock("process", wait=_WAIT):
        storage.crawl.set_sources(province.sources)
        while counts := storage.archives.place(now()):
            placed.update(counts)
            step()
        storage.stories.group(began)
        store_agreement(storage, began)
    return placed


def _key(shard: Shard) -> tuple[str, int, int]:
    return shard.identity, shard.begin, shard.end


def _task(provinces: Sequence[Province], wanted: Wanted, seconds: float) -> ArchiveTask:
    by_site = dict(_sites(source for province in reversed(provinces) for source in province.sources))
    chosen = [source for province in provinces for source in province.sources if source.id in wanted.sources]
    return ArchiveTask(
        tuple(province.rules for province in provinces),
        by_site,
        wanted.since,
        wanted.until,
        frozenset(site for site, _ in _sites(chosen)),
        seconds,
    )


def _sites(sources: Iterable[Source]) -> Iterator[tuple[str, Source]]:
    """Yield the sites of sources, the one at home there last where several name a site."""
    listed = list(sources)
    for source in listed:
        yield from ((domain, source) for domain in source.domains)
    for source in listed:
        yield site_of(source.home), source


def _count(done: Backfilled, number: int, result: ShardResult, *, dry_run: bool) -> None:
    done.counts[number].update(result.counts)
    done.counts[number][RecordOutcome.WAITING] += len(result.articles)
    if dry_run and number == 0:
        done.found += result.articles[: MOST_SHOWN - len(done.found)]
