"""Documents that wait to be examined."""

import zlib
from typing import Any

from sqlalchemy import Connection, Row, select, update

from pipeline.records import Document, DocumentOutcome, Reason
from storage.crawl.candidates import ENTRY
from storage.schema.core import documents


def load_pending(connection: Connection, limit: int) -> list[Document]:
    """See storage.articles.facet.Articles.pending_documents."""
    query = select(documents).where(documents.c.outcome == DocumentOutcome.WAITING)
    return [_document(row) for row in connection.execute(query.order_by(documents.c.id).limit(limit))]


def _document(row: Row[Any]) -> Document:
    return Document(
        id=row.id,
        candidate_id=row.candidate_id,
        source_id=row.source_id,
        url=row.url,
        fetched_at=row.fetched_at,
        body=zlib.decompress(row.body),
        content_type=row.content_type,
        entry=ENTRY.validate_python(row.entry),
        reason=Reason(row.reason),
    )


def reopen_errors(connection: Connection) -> int:
    """See storage.articles.facet.Articles.reopen_errors."""
    failed = (documents.c.outcome == DocumentOutcome.UNREADABLE) & (documents.c.outcome_reason == Reason.ERROR)
    change = {"outcome": DocumentOutcome.WAITING, "outcome_reason": "", "note": "", "examined_at": None}
    return connection.execute(update(documents).where(failed).values(**change)).rowcount
