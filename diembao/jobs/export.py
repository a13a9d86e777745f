"""The database → one table in a file: CSV, Excel, Parquet or JSON lines."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from diembao.jobs.periods import local_day
from diembao.system.clock import now
from diembao.system.files import replacing
from pipeline.i18n.language import current_language
from pipeline.records import Item, Relevance, SourceDay
from pipeline.records.audit import Actor, AuditEvent, Json
from pipeline.tables.columns import ITEMS, ZONE, Cell, Column, in_zone, of_cells
from pipeline.tables.csv_cells import groups
from pipeline.tables.csv_rows import CsvRow
from pipeline.tables.exact_cells import cells_of_rows
from pipeline.tables.narrow_rows import TaggedItem, tagged_item
from pipeline.tables.translated_items import with_translation
from storage.database import Database
from storage.exports.choice import ArticleChoice

if TYPE_CHECKING:
    from analysis.tables.writers import CsvDialect
    from config.register.book import RegisterBook

#: File suffixes of an export, which choose its format.
SUFFIXES = (".csv", ".xlsx", ".parquet", ".jsonl")
#: Articles whose cells are made, or whose translations are asked for, at once.
_CHUNK = 500
#: New objects after which the garbage collector looks for cycles.
_SELDOM = 50_000
#: Bytes of lines of JSON that are written at once.
_BUFFER = 1 << 17


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
    from analysis.tables.writers import CsvDialect, write_csv, write_jsonl, write_parquet, write_xlsx

    columns: Sequence[Column[Any]] = MATTERS_WITH_NOTES if request.with_notes else TABLES[request.table].columns
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
        columns, rows = _table(storage, request, topic_labels)
    with _lean_collector(), replacing(path) as draft:
        if request.table == "items" and request.as_of is None and _has_own_way(path.suffix, request.zone):
            return _write_items(storage, draft, path.suffix, request, dialect)
        columns = in_zone(columns, request.zone)
        if path.suffix == ".xlsx":
            return write_xlsx(request.table, columns, rows, draft, SheetWords(current_language(), topic_labels))
        if path.suffix == ".parquet":
            return write_parquet(columns, rows, draft, request.zone)
        with draft.open("w", encoding="utf-8", newline="") as stream:
            if path.suffix == ".jsonl":
                return write_jsonl(columns, rows, stream)
            return write_csv(columns, rows, stream, dialect or CsvDialect())


def _has_own_way(suffix: str, zone: ZoneInfo) -> bool:
    """Whether today's articles are written in a form from what is stored, without the cells of each."""
    # Stored CSV rows carry times in the zone ZONE.
    return suffix in (".jsonl", ".parquet") or (suffix == ".csv" and zone.key == ZONE.key)


def _write_items(storage: Database, path: Path, suffix: str, request: ExportRequest, dialect: CsvDialect | None) -> int:
    """Write today's articles from what is stored; return their number."""
    from analysis.tables.writers import CsvDialect, write_csv_rows, write_json_lines, write_parquet_rows

    exports, choice = storage.exports, _choice(request)
    if suffix == ".jsonl":
        with path.open("wb", buffering=_BUFFER) as lines:
            return write_json_lines(exports.json_lines(choice), lines)
    if suffix == ".parquet":
        return write_parquet_rows(exports.csv_rows(choice, exact=True), path, request.zone)
    with path.open("w", encoding="utf-8", newline="") as stream:
        return write_csv_rows(ITEMS, exports.csv_rows(choice), stream, dialect or CsvDialect())


@contextmanager
def _lean_collector() -> Iterator[None]:
    """Keep the garbage collector from walking through the loaded program again and again: rows hold no cycles."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def record_notes(storage: Database, path: Path, actor: Actor) -> None:
    """Record in the audit that somebody asks for a file with the notes of matters; before they are read."""
    after: Json = {"file": path.name}
    storage.audit.record(AuditEvent("matter.notes_exported", "table", "matters", None, after, actor, now()))


def _table(
    storage: Database, request: ExportRequest, topic_labels: Mapping[str, str]
) -> tuple[Sequence[Column[Any]], Iterable[Any]]:
    """Return the columns and the rows of a table; no row of today's tables is made of whole articles."""
    from analysis.tables.definitions import TABLES
    from analysis.tables.story_cells import story_cells
    from storage.exports.disk_sort import sort_on_disk

    columns = TABLES[request.table].columns
    if request.as_of is None and request.table == "items":
        return of_cells(columns), _item_cells(storage.exports.csv_rows(_choice(request), exact=True))
    if request.as_of is None and request.table == "stories":
        return of_cells(columns), story_cells(storage.exports.story_parts(_choice(request)), sort_on_disk)
    if request.as_of is None and request.table == "ledger":
        return of_cells(columns), storage.exports.ledger_rows(*_bounds(request), request.sources)
    return columns, rows_of(storage, request, topic_labels)


def _item_cells(rows: Iterable[CsvRow]) -> Iterator[tuple[Cell, ...]]:
    for some in groups(rows, _CHUNK):
        yield from cells_of_rows(some)


def _choice(request: ExportRequest) -> ArticleChoice:
    return ArticleChoice(request.start, request.end, request.relevance, request.topics, request.sources)


def _bounds(request: ExportRequest) -> tuple[datetime, datetime]:
    return request.start or datetime(1970, 1, 1, tzinfo=UTC), request.end or now() + timedelta(days=1)


def rows_of(storage: Database, request: ExportRequest, topic_labels: Mapping[str, str]) -> Iterable[Any]:
    """Return the rows of a table, of the type that analysis.tables.definitions.TABLES gives."""
    from analysis.tables.rows import rows_of_tagged, story_rows

    match request.table:
        case "stories":
            return story_rows(_items(storage, request))
        case "tags":
            return rows_of_tagged(_tagged(storage, request), topic_labels)
        case "daily":
            return _daily(storage, request)
        case "ledger":
            return storage.crawl.ledger(*_bounds(request), source_ids=request.sources)
        case _:
            return with_translations(storage, _items(storage, request))


def _tagged(storage: Database, request: ExportRequest) -> Iterable[TaggedItem]:
    if request.as_of is None:
        return storage.exports.tagged_items(_choice(request))
    return map(tagged_item, _items(storage, request))


def _daily(storage: Database, request: ExportRequest) -> Iterable[Any]:
    from analysis.tables.rows import daily_rows, rows_of_days

    today = local_day(now(), request.zone)
    last = min(request.until or today, today)
    if request.as_of is not None:
        sources = partial(_sources, storage, request)
        return daily_rows(_items(storage, request), request.since, last, sources, zone=request.zone)
    choice = _choice(request)
    facts = storage.exports.day_facts(choice, request.zone)
    oldest = next(facts, None)
    first = request.since or (oldest.day if oldest is not None else last)
    days = storage.exports.counted_days(_days(first, last, request.zone))
    listed = (
        (day, [s for s in of_day if not request.sources or s.source_id in request.sources]) for day, of_day in days
    )
    return rows_of_days(chain([oldest] if oldest else [], facts), listed, storage.exports.outlets(choice))


def _days(first: date, last: date, zone: ZoneInfo) -> Iterator[tuple[date, datetime, datetime]]:
    """Yield the days from the first to the last with their bounds."""
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        start, end = (datetime.combine(one, time.min, zone) for one in (day, day + timedelta(days=1)))
        yield day, start, end


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


def _sources(storage: Database, request: ExportRequest, day: date) -> list[SourceDay]:
    start = datetime.combine(day, time.min, request.zone)
    sources = storage.crawl.source_days(start, datetime.combine(day + timedelta(days=1), time.min, request.zone))
    return _asked_for(request, sources)


def _asked_for(request: ExportRequest, sources: list[SourceDay]) -> list[SourceDay]:
    return [source for source in sources if not request.sources or source.source_id in request.sources]
