"""Shards of archives → what each province has of them: the work of one process, which may be on any machine.

Records are gated in this process. A page that names a place of a province is read in a process of its own, which is
killed where the page hangs it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from crawlers.archives.shards import read_shard
from diembao.workers.documents import DocumentLimits, load_models, run_documents, warm_page
from diembao.workers.pool import WorkerPool, limit_memory
from pipeline.prefilter.gate import build_gate
from pipeline.prefilter.merged_gate import MergedGate
from pipeline.records import Document, Examined, Irrelevant, Reason, Source, Unreadable
from pipeline.records.archives import (
    COUNTED,
    ArchivedArticle,
    ArchivePage,
    ArchiveRecord,
    OtherRecord,
    RecordFault,
    RecordOutcome,
    Shard,
    ShardResult,
)
from pipeline.rules.rulebook import Rulebook, with_opinion
from pipeline.text.urls import site_of

#: Faults of a shard that are listed, of each province; further ones are counted.
_MOST_FAULTS = 2000

_Judged = list[tuple[int, Examined]]


@dataclass(frozen=True, slots=True)
class ArchiveTask:
    """What is asked of every shard: the provinces, and which pages."""

    #: rules of each province
    provinces: tuple[Rulebook, ...]
    #: sources by site, for the selectors, languages and country of their pages
    sources: dict[str, Source] = field(default_factory=dict)
    #: only pages published (captured, where that is not known) in [since, until)
    since: datetime | None = None
    until: datetime | None = None
    #: only pages of these sites; empty: of all
    sites: frozenset[str] = frozenset()
    #: seconds of the longest try of a page
    seconds: float = 60.0


class ShardReader:
    """Reads shards one after the other; its process for pages starts with the first page, and serves all shards."""

    def __init__(self, task: ArchiveTask) -> None:
        self._task = task
        self._gate = MergedGate([build_gate(rules) for rules in task.provinces])
        self._limits = DocumentLimits(task.seconds, workers=1, window=1)
        self._call = partial(_judge_page, task.provinces)

    @cached_property
    def _pool(self) -> Any:
        load = partial(_load, self._limits.megabytes, self._task.provinces)
        return WorkerPool[Document, _Judged](1, self._call, load, shared=True)

    def close(self) -> None:
        if "_pool" in self.__dict__:
            self._pool.close()

    def read(self, shard: Shard) -> list[ShardResult]:
        """Return what each province has of a shard. Raises PlaceLost, OSError."""
        provinces = [_Tally() for _ in self._task.provinces]
        pages = self._pages(shard, provinces)
        for page, judged in run_documents(pages, self._call, _lost, self._limits, pool=self._pool):
            for number, result in judged:
                provinces[number].add(page, result, self._task)
        return [tally.result() for tally in provinces]

    def _pages(self, shard: Shard, provinces: Sequence["_Tally"]) -> Iterator[Document]:
        """Yield the pages that pass a gate; tell the provinces of all others."""
        for record in read_shard(shard):
            match record:
                case OtherRecord():
                    for tally in provinces:
                        tally.counts[RecordOutcome.NO_PAGE] += 1
                case RecordFault():
                    for tally in provinces:
                        tally.add_fault(record)
                case ArchiveRecord() if self._is_outside(record):
                    for tally in provinces:
                        tally.counts[RecordOutcome.OUTSIDE] += 1
                case ArchiveRecord():
                    yield from self._look(record, provinces)

    def _is_outside(self, record: ArchiveRecord) -> bool:
        """Whether a record is not asked for, whatever day its page names."""
        since, sites = self._task.since, self._task.sites
        too_early = since is not None and record.captured is not None and record.captured < since
        return too_early or bool(sites and site_of(record.url) not in sites)

    def _look(self, record: ArchiveRecord, provinces: Sequence["_Tally"]) -> Iterator[Document]:
        entry = record.entry
        looks = self._gate.look(record.body, record.url, record.content_type, (entry.title, entry.summary, entry.text))
        for tally, look in zip(provinces, looks, strict=True):
            if not look.open:
                tally.counts[RecordOutcome.GATED] += 1
        hits = tuple((number, look.hits) for number, look in enumerate(looks) if look.open)
        if not hits:
            return
        if record.captured is None:
            untimed = RecordFault(record.offset, record.url[:2000], Reason.ERROR, "does not tell when it was captured")
            for number, _ in hits:
                provinces[number].add_fault(untimed)
            return
        source = self._task.sources.get(site_of(record.url))
        page = ArchivePage(
            id=record.offset,
            candidate_id=0,
            source_id=source.id if source else "",
            url=record.url,
            fetched_at=record.captured,
            body=record.body,
            content_type=record.content_type,
            entry=entry,
            reason=Reason.OK if record.body else Reason.NOT_ASKED,
            hits=hits,
        )
        if source:
            page = replace(page, selectors=source.selectors, languages=source.languages, country=source.country)
        yield page


class _Tally:
    """What one province has of a shard so far."""

    def __init__(self) -> None:
        self.counts: Counter[RecordOutcome] = Counter(dict.fromkeys(COUNTED, 0))
        self._articles: list[ArchivedArticle] = []
        self._faults: list[RecordFault] = []

    def add_fault(self, fault: RecordFault) -> None:
        self.counts[RecordOutcome.UNREADABLE] += 1
        if len(self._faults) < _MOST_FAULTS:
            self._faults.append(fault)

    def add(self, page: Document, result: Examined, task: ArchiveTask) -> None:
        if isinstance(result, Unreadable):
            self.add_fault(RecordFault(page.id, page.url[:2000], result.reason, result.note[:300]))
        elif _is_out_of_days(result.article.published or page.fetched_at, task):
            self.counts[RecordOutcome.OUTSIDE] += 1
        elif isinstance(result, Irrelevant):
            self.counts[RecordOutcome.IRRELEVANT] += 1
        else:
            self._articles.append(ArchivedArticle(_plain(page), result))

    def result(self) -> ShardResult:
        articles = tuple(sorted(self._articles, key=lambda article: article.page.id))
        faults = tuple(sorted(self._faults, key=lambda fault: fault.offset))
        return ShardResult(dict(self.counts), articles, faults)


def _plain(page: Document) -> Document:
    """Return a page without what its gates found, and without the settings of its source."""
    return Document(
        page.id, 0, page.source_id, page.url, page.fetched_at, page.body, page.content_type, page.entry, page.reason
    )


def _is_out_of_days(moment: datetime, task: ArchiveTask) -> bool:
    return bool((task.since and moment < task.since) or (task.until and moment >= task.until))


def _load(megabytes: int, provinces: tuple[Rulebook, ...]) -> None:
    """Load what a page needs for each province, so that no page is charged for it; its gates were asked elsewhere."""
    from pipeline.examine import examine_for_each

    limit_memory(megabytes)
    load_models(provinces)
    page = warm_page()
    values = {field.name: getattr(page, field.name) for field in fields(page)}
    named = ArchivePage(**values, hits=tuple((number, ()) for number in range(len(provinces))))
    examine_for_each(named, tuple(with_opinion(rules, None) for rules in provinces))


def _judge_page(provinces: tuple[Rulebook, ...], page: Document) -> _Judged:
    from pipeline.examine import examine_for_each

    if not isinstance(page, ArchivePage):
        raise TypeError(page)
    return examine_for_each(page, provinces)


def _lost(page: Document, note: str) -> _Judged:
    if not isinstance(page, ArchivePage):
        raise TypeError(page)
    failure = Unreadable(page.id, Reason.ERROR, f"reading it ended its process: {note}"[:500])
    return [(number, failure) for number, _ in page.hits]
