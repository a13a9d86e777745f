"""What was collected → examined → digest and export: the jobs of diembao but the collection."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from config.settings import ProcessSettings, Settings
from diembao.jobs.collect import Progress
from diembao.system.clock import now
from diembao.workers.local import examine_in_processes
from pipeline.records import (
    Document,
    DocumentOutcome,
    Examined,
    LedgerEntry,
    Reason,
    Source,
    SourceDay,
    Unreadable,
)
from pipeline.rules.rulebook import Rulebook
from storage.base import Storage

#: Documents read from the database at a time.
_CHUNK = 64


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
    counts["errors"] = 0
    done = 0
    while documents := storage.unexamined(_CHUNK * max(1, settings.workers or 2)):
        for results in _examined(attach_source_settings(documents, sources), rules, settings, total):
            stored = storage.examined(results, now())
            counts.update(type(result).__name__.lower() for result in stored)
            counts["errors"] += sum(isinstance(r, Unreadable) and r.reason is Reason.ERROR for r in stored)
            done += len(stored)
            progress("process", done, max(total, done))
    storage.regroup(began)
    after = storage.totals()
    counts["new_items"] = after["items"] - before["items"]
    counts["new_versions"] = after["versions"] - before["versions"] - counts["new_items"]
    storage.end_run(run, now(), int(counts["errors"] > 0), counts)
    return dict(counts)


def attach_source_settings(documents: Iterable[Document], sources: Sequence[Source]) -> Iterator[Document]:
    """Add what the configuration knows of the source of each document."""
    known = {s.id: s for s in sources}
    for document in documents:
        if source := known.get(document.source_id):
            document = replace(document, selectors=source.selectors, languages=source.languages)
        yield document


def _examined(
    documents: Iterable[Document], rules: Rulebook, settings: ProcessSettings, total: int
) -> Iterator[list[Examined]]:
    from pipeline.examine import examine_all, examine_what_passes

    batch = max(1, min(settings.batch, total // (2 * (settings.workers or 2)) or 1))
    return examine_in_processes(
        documents,
        rules,
        workers=settings.workers,
        batch=batch,
        seconds_per_document=settings.seconds_per_document,
        examine=examine_all if settings.read_all else examine_what_passes,
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


#: Days before the last week with which its readings are compared.
_READINGS = timedelta(days=28)


def watched_sources(storage: Storage, start: datetime, end: datetime) -> list[SourceDay]:
    """Return what became of every source in a period, with what is unusual about it."""
    from analysis.anomalies.extraction_drift import RECENT, find_drift
    from analysis.anomalies.source_flags import PERIODS, with_flags

    rot = find_drift(storage.readings(end - RECENT - _READINGS), end)
    history = storage.source_history(start, end, periods=PERIODS)
    return with_flags(storage.source_days(start, end), history, rot)


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
