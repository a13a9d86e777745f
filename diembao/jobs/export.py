"""The database → one table in a file: CSV, Excel, Parquet or JSON lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from diembao.jobs.periods import local_day
from diembao.system.clock import now
from diembao.system.files import replacing
from pipeline.i18n.language import current_language
from pipeline.records import Item, Relevance, SourceDay
from pipeline.records.audit import Actor, AuditEvent, Json
from pipeline.tables.columns import ZONE, in_zone
from pipeline.tables.csv_cells import groups
from pipeline.tables.csv_rows import CsvRow
from pipeline.tables.translated_items import with_translation
from storage.database import Database

if TYPE_CHECKING:
    from analysis.tables.writers import CsvDialect
    from config.register.book import RegisterBook

#: File suffixes of an export, which choose its format.
SUFFIXES = (".csv", ".xlsx", ".parquet", ".jsonl")
#: Articles whose translations are asked for at once.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Table and rows of an export; days are calendar days of `zone`."""

    table: str
    since: date | None
    #: last day, inclusive
    until: date | None
    relevance: Sequence[Relevance]
    topics: Sequence[str]
    #: ids of sources; empty: all
    sources: Sequence[str]
    zone: ZoneInfo
    #: time whose items, tags and decisions are exported; None: now
    as_of: datetime | None = None
    #: whether the table `matters` has a column of notes, which is for the command line of the server alone
    with_notes: bool = False

    @property
    def start(self) -> datetime | None:
        return datetime.combine(self.since, time.min, self.zone) if self.since else None

    @property
    def end(self) -> datetime | None:
        """Exclusive."""
        return datetime.combine(self.until + timedelta(days=1), time.min, self.zone) if self.until else None


def export(
    storage: Database,
    path: Path,
    request: ExportRequest,
    *,
    topic_labels: Mapping[str, str],
    dialect: CsvDialect | None = None,
    register: RegisterBook | None = None,
) -> int:
    """Write a table to a file of one of SUFFIXES, whole or not at all; return the number of rows.

    A workbook is in the language of the context; the other formats have the names and codes of docs/columns.md in
    every language. `topic_labels` gives names of topics by id, `dialect` how a CSV is written; a table of the register
    needs its files, `register`. Raises TooManyRows.
    """
    from analysis.tables.definitions import MATTERS_WITH_NOTES, REGISTER_TABLES, TABLES
    from analysis.tables.sheet_words import SheetWords
    from analysis.tables.writers import CsvDialect, write_csv, write_csv_rows, write_jsonl, write_parquet, write_xlsx

    columns = in_zone(MATTERS_WITH_NOTES if request.with_notes else TABLES[request.table].columns, request.zone)
    if request.table in REGISTER_TABLES:
        from diembao.jobs.register_papers.tables import RegisterRequest, register_rows

        if register is None:
            raise ValueError(f"the table {request.table} needs the files of the register")
        asked = RegisterRequest(
            request.table,
            request.since,
            request.until,
            request.topics,
            request.zone,
            request.as_of,
            request.with_notes,
        )
        rows = register_rows(storage, asked, register)
    else:
        rows = rows_of(storage, request, topic_labels)
    with replacing(path) as draft:
        if path.suffix == ".xlsx":
            return write_xlsx(request.table, columns, rows, draft, SheetWords(current_language(), topic_labels))
        if path.suffix == ".parquet":
            return write_parquet(columns, rows, draft, request.zone)
        with draft.open("w", encoding="utf-8", newline="") as stream:
            if path.suffix == ".jsonl":
                return write_jsonl(columns, rows, stream)
            # Stored CSV rows carry times in the zone ZONE.
            if request.table == "items" and request.as_of is None and request.zone.key == ZONE.key:
                return write_csv_rows(columns, _csv_rows(storage, request), stream, dialect or CsvDialect())
            return write_csv(columns, rows, stream, dialect or CsvDialect())


def record_notes(storage: Database, path: Path, actor: Actor) -> None:
    """Record in the audit that somebody asks for a file with the notes of matters; before they are read."""
    after: Json = {"file": path.name}
    storage.audit.record(AuditEvent("matter.notes_exported", "table", "matters", None, after, actor, now()))


def rows_of(storage: Database, request: ExportRequest, topic_labels: Mapping[str, str]) -> Iterable[Any]:
    """Return the rows of a table, of the type that analysis.tables.definitions.TABLES gives."""
    from analysis.tables.rows import daily_rows, story_rows, tag_rows

    today = local_day(now(), request.zone)
    match request.table:
        case "stories":
            return story_rows(_items(storage, request))
        case "tags":
            return tag_rows(_items(storage, request), topic_labels)
        case "daily":
            last = min(request.until or today, today)
            return daily_rows(
                _items(storage, request),
                request.since,
                last,
                lambda day: _sources(storage, request, day),
                zone=request.zone,
            )
        case "ledger":
            start, end = request.start or datetime(1970, 1, 1, tzinfo=UTC), request.end or now() + timedelta(days=1)
            return storage.crawl.ledger(start, end, source_ids=request.sources)
        case _:
            return with_translations(storage, _items(storage, request))


def _items(storage: Database, request: ExportRequest) -> Iterator[Item]:
    items = storage.articles.items(
        since=request.start,
        until=request.end,
        relevance=request.relevance,
        topics=request.topics,
        as_of=request.as_of,
    )
    return (item for item in items if not request.sources or item.source_id in request.sources)


def with_translations(storage: Database, items: Iterable[Item]) -> Iterator[Item]:
    """Yield the articles with what is translated of them into Vietnamese, some hundred in memory at a time."""
    for some in groups(items, _CHUNK):
        translated = storage.translations.of_items([item.key for item in some])
        yield from (with_translation(item, translated.get(item.key)) for item in some)


def _csv_rows(storage: Database, request: ExportRequest) -> Iterator[CsvRow]:
    rows = storage.derived.csv_rows(
        since=request.start, until=request.end, relevance=request.relevance, topics=request.topics
    )
    return (row for row in rows if not request.sources or row.source in request.sources)


def _sources(storage: Database, request: ExportRequest, day: date) -> list[SourceDay]:
    start = datetime.combine(day, time.min, request.zone)
    sources = storage.crawl.source_days(start, datetime.combine(day + timedelta(days=1), time.min, request.zone))
    return [source for source in sources if not request.sources or source.source_id in request.sources]
