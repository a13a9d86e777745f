"""What was read of each page, for the alarms of worse extraction: kept when a text is stored, counted, listed."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, delete, func, insert, select

from pipeline.records import DocumentOutcome, PageReading, PageTally, Reason
from storage.engine.damage import is_damaged
from storage.schema.core import documents, versions
from storage.schema.maintenance import page_readings

#: Texts with their pages, as `store_readings` takes them.
_TEXTS: Select[*tuple[Any, ...]] = select(
    versions.c.id.label("version"),
    versions.c.title,
    versions.c.published,
    versions.c.article,
    documents.c.id,
    documents.c.source_id,
    documents.c.fetched_at,
    documents.c.reason,
).join(documents, documents.c.id == versions.c.document_id)
#: Texts compared at once.
_CHUNK = 500
#: Every outcome but UNREADABLE. Written as NOT IN, so that SQLite uses the index of times and not that of outcomes.
_READ = tuple(outcome for outcome in DocumentOutcome if outcome != DocumentOutcome.UNREADABLE)


def store_readings(connection: Connection, texts: Iterable[tuple[int, Row[Any], Mapping[Any, Any]]]) -> None:
    """Store what of new versions is compared: of those whose page was had.

    A text is the version's id, its document (`id`, `source_id`, `fetched_at`, `reason`), and `title`, `published` and
    `article` as they are in `versions`.
    """
    if rows := [_values(*text) for text in texts if text[1].reason == Reason.OK]:
        connection.execute(insert(page_readings), rows)


def _values(version: int, document: Row[Any], stored: Mapping[Any, Any]) -> dict[str, Any]:
    article = stored["article"]
    parts = article.get("parts") or {}
    read = article.get("text_from") == "page"
    missed = parts.get("selectors_missed", "").split() if read else []
    agreement = parts.get("agreement") if read else None
    return {
        "version_id": version,
        "document_id": document.id,
        "source_id": document.source_id,
        "at": document.fetched_at,
        "text": int(read and bool(article.get("text"))),
        "title": int(read and bool(stored["title"])),
        "date": int(read and stored["published"] is not None and article.get("published_from") != "feed"),
        "asked": " ".join([*parts.get("selectors", "").split(), *missed]) if read else "",
        "missed": " ".join(missed),
        "agreement": float(agreement) if agreement else None,
        "place": parts.get("place", "") if read else "",
    }


def store_reading_of(connection: Connection, version: int) -> None:
    """Store the reading of a version that is stored already."""
    row = connection.execute(_TEXTS.where(versions.c.id == version)).one()
    store_readings(connection, [(version, row, row._mapping)])


def differing_readings(connection: Connection) -> Iterator[int]:
    """Yield the versions whose reading is missing, too many, or says something else than their text.

    Of a text that retention emptied the reading tells more than the text.
    """
    query = _TEXTS.add_columns(*(column.label(f"kept_{column.name}") for column in page_readings.columns))
    query = query.join(page_readings, page_readings.c.version_id == versions.c.id, isouter=True)
    for row in connection.execute(query.execution_options(yield_per=_CHUNK)):
        if is_damaged(row) or not isinstance(row.article, dict) or not row.article.get("text"):
            continue
        kept = {column.name: row._mapping[f"kept_{column.name}"] for column in page_readings.columns}
        expected = _values(row.version, row, row._mapping) if row.reason == Reason.OK else dict.fromkeys(kept)
        if kept != expected:
            yield row.version


def drop_readings(connection: Connection, of: Collection[int]) -> None:
    """Delete the readings of versions that go."""
    connection.execute(delete(page_readings).where(page_readings.c.version_id.in_(of)))


def load_page_tallies(connection: Connection, since: datetime, border: datetime, until: datetime) -> list[PageTally]:
    """See storage.crawl.facet.Crawl.page_tallies."""
    table = page_readings.c
    has_asked, has_missed = case((table.asked != "", 1), else_=0), case((table.missed != "", 1), else_=0)
    recent = case((table.at > border, 1), else_=0)
    alike = (table.source_id, recent, table.text, table.title, table.date, has_asked, has_missed, table.agreement)
    read = (
        select(*alike, table.place, func.count())
        .where(table.at >= since, table.at <= until, table.document_id.not_in(_waiting()))
        .group_by(*alike, table.place)
    )
    unread_recent = case((documents.c.fetched_at > border, 1), else_=0)
    unread = (
        select(documents.c.source_id, unread_recent, func.count())
        .where(documents.c.fetched_at <= until, *_unread(since))
        .group_by(documents.c.source_id, unread_recent)
    )
    tallies = [
        PageTally(row[0], bool(row[1]), bool(row[2]), bool(row[3]), bool(row[4]), bool(row[5]), bool(row[6]), *row[7:])
        for row in connection.execute(read)
    ]
    tallies += [PageTally(row[0], bool(row[1]), pages=row[2]) for row in connection.execute(unread)]
    return tallies


def load_page_quality(
    connection: Connection, since: datetime, until: datetime, source_ids: Sequence[str]
) -> list[PageReading]:
    """See storage.crawl.facet.Crawl.page_quality."""
    table = page_readings.c
    read = (
        select(page_readings, documents.c.url)
        .join(documents, documents.c.id == table.document_id)
        .where(table.at >= since, table.at <= until, table.document_id.not_in(_waiting()))
    )
    columns: Select[*tuple[Any, ...]] = select(
        documents.c.id, documents.c.source_id, documents.c.url, documents.c.fetched_at
    )
    unread = columns.where(documents.c.fetched_at <= until, *_unread(since))
    if source_ids:
        read = read.where(table.source_id.in_(source_ids))
        unread = unread.where(documents.c.source_id.in_(source_ids))
    readings = [_reading(row) for row in connection.execute(read.order_by(table.version_id))]
    readings += [
        PageReading(row.source_id, row.id, row.url, row.fetched_at, text=False, title=False, date=False)
        for row in connection.execute(unread)
    ]
    return sorted(readings, key=lambda reading: reading.document_id)


def _waiting() -> Select[tuple[int]]:
    """Select the pages that wait to be examined again: until then nothing is said of them."""
    return select(documents.c.id).where(documents.c.outcome == DocumentOutcome.WAITING)


def _unread(since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of pages fetched since then that were had and gave no text, now or before."""
    return (
        documents.c.fetched_at >= since,
        documents.c.outcome.not_in(_READ),
        documents.c.reason == Reason.OK,
        ~select(versions.c.id).where(versions.c.document_id == documents.c.id).exists(),
    )


def _reading(row: Row[Any]) -> PageReading:
    return PageReading(
        source_id=row.source_id,
        document_id=row.document_id,
        url=row.url,
        at=row.at,
        text=bool(row.text),
        title=bool(row.title),
        date=bool(row.date),
        asked=tuple(row.asked.split()),
        missed=tuple(row.missed.split()),
        agreement=row.agreement,
        place=row.place,
    )
