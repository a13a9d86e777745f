"""The ledger of a period: every source and every link, and how it ended."""

import dataclasses
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from diembao.system.files import stream_atomically
from pipeline.records import LedgerEntry, SourceDay
from storage.database import Database

#: Baseline of extraction quality: the 28 days before the last 7.
_BASELINE = timedelta(days=28)


def watched_sources(storage: Database, start: datetime, end: datetime) -> list[SourceDay]:
    """Return the state of every source in [start, end), with flags for what is unusual about it."""
    from analysis.anomalies.extraction_drift import RECENT, find_drift, sources_in_doubt
    from analysis.anomalies.source_flags import PERIODS, with_flags

    # The pages themselves are looked at only of sources whose numbers have fallen: on most days of none.
    border, since = end - RECENT, end - RECENT - _BASELINE
    doubtful = sources_in_doubt(storage.crawl.page_tallies(since, border, end))
    drift = find_drift(storage.crawl.page_quality(since, end, source_ids=doubtful), end) if doubtful else []
    history = storage.crawl.source_history(start, end, periods=PERIODS)
    return with_flags(storage.crawl.source_days(start, end), history, drift)


def write_ledger(path: Path, days: Iterable[SourceDay], entries: Iterable[LedgerEntry]) -> int:
    """Write a ledger as JSON lines, sources first, whole or not at all; return the number of lines."""
    lines = 0
    with stream_atomically(path) as stream:
        for kind, records in (("source", days), ("link", entries)):
            for record in records:
                row = {"kind": kind, **dataclasses.asdict(record)}
                stream.write(json.dumps(row, ensure_ascii=False, default=datetime.isoformat) + "\n")
                lines += 1
    return lines
