"""Pages that archives brought, which nobody fetched on the day of their capture: figures of a day leave them out."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from pipeline.records.archives import RecordOutcome
from storage.schema.archives import archive_records
from storage.schema.core import documents

#: Source, outcome, and reason of the outcome of a page → their number
PageCounts = dict[tuple[str, str, str], int]

_COUNTS = (
    select(documents.c.source_id, documents.c.outcome, documents.c.outcome_reason, func.count().label("n"))
    .select_from(archive_records)
    .join(documents, documents.c.id == archive_records.c.document_id)
    # A page of an archive counts as fetched when it was captured (storage.archives.placing).
    .where(archive_records.c.outcome.in_((RecordOutcome.STORED, RecordOutcome.KNOWN)))
    .where(archive_records.c.captured_at >= bindparam("start"), archive_records.c.captured_at < bindparam("end"))
    .group_by(documents.c.source_id, documents.c.outcome, documents.c.outcome_reason)
)


def archived_pages(
    connection: Connection, *conditions: ColumnElement[bool]
) -> Callable[[datetime, datetime], PageCounts]:
    """Return a function that counts the pages of archives captured in [start, end), those that fulfil conditions."""
    if connection.execute(select(archive_records.c.id).limit(1)).first() is None:
        return lambda start, end: {}

    def count(start: datetime, end: datetime) -> PageCounts:
        rows = connection.execute(_COUNTS.where(*conditions), {"start": start, "end": end})
        return {(row.source_id, row.outcome, row.outcome_reason): row.n for row in rows}

    return count
