"""The database → one table in a file, whole or not at all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from diembao.system.clock import now
from diembao.system.files import replacing
from pipeline.records import Item, Relevance, SourceDay
from pipeline.tables.columns import ZONE, in_zone
from pipeline.tables.csv_rows import CsvRow
from storage.base import Storage

SUFFIXES = (".csv", ".xlsx", ".parquet", ".jsonl")


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Which rows; days are calendar days of `zone`."""

    table: str
    since: date | None
    #: the last day, itself included
    until: date | None
    relevance: Sequence[Relevance]
    topics: Sequence[str]
    #: ids of sources; none: all
    sources: Sequence[str]
    zone: ZoneInfo
    #: as it was stored, tagged and decided by then; None: as it is now
    as_of: datetime | None = None

    @property
    def start(self) -> datetime | None:
        return datetime.combine(self.since, time.min, self.zone) if self.since else None

    @property
    def end(self) -> datetime | None:
        """Exclusive."""
        return datetime.combine(self.until + timedelta(days=1), time.min, self.zone) if self.until else None


def export(storage: Storage, path: Path, wanted: ExportRequest, *, topic_labels: Mapping[str, str]) -> int:
    """Write a table to a file of one of SUFFIXES; return the number of rows. Raises TooManyRows."""
    from analysis.tables.definitions import TABLES
    from analysis.tables.writers import write_csv, write_csv_rows, write_jsonl, write_parquet, write_xlsx

    columns = in_zone(TABLES[wanted.table].columns, wanted.zone)
    rows = rows_of(storage, wanted, topic_labels)
    with replacing(path) as draft:
        if path.suffix == ".xlsx":
            return write_xlsx(wanted.table, columns, rows, draft)
        if path.suffix == ".parquet":
            return write_parquet(columns, rows, draft, wanted.zone)
        with draft.open("w", encoding="utf-8", newline="") as stream:
            if path.suffix == ".jsonl":
                return write_jsonl(columns, rows, stream)
            # Stored CSV rows carry times in the zone ZONE.
            if wanted.table == "items" and wanted.as_of is None and wanted.zone.key == ZONE.key:
                return write_csv_rows(columns, _listed(storage, wanted), stream)
            return write_csv(columns, rows, stream)


def rows_of(storage: Storage, wanted: ExportRequest, topic_labels: Mapping[str, str]) -> Iterable[Any]:
    from analysis.tables.rows import daily_rows, story_rows, tag_rows

    today = now().astimezone(wanted.zone).date()
    match wanted.table:
        case "stories":
            return story_rows(_items(storage, wanted))
        case "tags":
            return tag_rows(_items(storage, wanted), topic_labels)
        case "daily":
            last = min(wanted.until or today, today)
            return daily_rows(
                _items(storage, wanted),
                wanted.since,
                last,
                lambda day: _sources(storage, wanted, day),
                zone=wanted.zone,
            )
        case "ledger":
            start, end = wanted.start or datetime(1970, 1, 1, tzinfo=UTC), wanted.end or now() + timedelta(days=1)
            return storage.ledger(start, end, source_ids=wanted.sources)
        case _:
            return _items(storage, wanted)


def _items(storage: Storage, wanted: ExportRequest) -> Iterator[Item]:
    found = storage.items(
        since=wanted.start,
        until=wanted.end,
        relevance=wanted.relevance,
        topics=wanted.topics,
        as_of=wanted.as_of,
    )
    return (item for item in found if not wanted.sources or item.source_id in wanted.sources)


def _listed(storage: Storage, wanted: ExportRequest) -> Iterator[CsvRow]:
    found = storage.searches.listings(
        since=wanted.start, until=wanted.end, relevance=wanted.relevance, topics=wanted.topics
    )
    return (row for row in found if not wanted.sources or row.source in wanted.sources)


def _sources(storage: Storage, wanted: ExportRequest, day: date) -> list[SourceDay]:
    start = datetime.combine(day, time.min, wanted.zone)
    found = storage.source_days(start, datetime.combine(day + timedelta(days=1), time.min, wanted.zone))
    return [source for source in found if not wanted.sources or source.source_id in wanted.sources]
