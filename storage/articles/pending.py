"""Documents that wait to be examined."""

import zlib
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from pipeline.records import Document, DocumentOutcome, Reason, Unreadable
from storage.crawl.candidates import ENTRY
from storage.engine.damage import brief, stored_reason, tell_left_out
from storage.schema.core import documents


def load_pending(
    connection: Connection, limit: int, after: int
) -> tuple[list[Document], list[tuple[Unreadable, datetime]]]:
    """See storage.articles.facet.Articles.pending_documents; of damaged ones how each ends, and its time."""
    query = select(documents).where(documents.c.outcome == DocumentOutcome.WAITING, documents.c.id > after)
    sound: list[Document] = []
    damaged: list[tuple[Unreadable, datetime]] = []
    for row in connection.execute(query.order_by(documents.c.id).limit(limit)):
        try:
            sound.append(_document(row))
        except (ValueError, zlib.error) as error:
            tell_left_out(f"documents {row.id}", error)
            note = f"damaged in the database: {brief(error)}"
            damaged.append((Unreadable(row.id, Reason.ERROR, note), row.fetched_at))
    return sound, damaged


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
        reason=stored_reason(row.reason),
    )


def reopen_errors(connection: Connection) -> int:
    """See storage.articles.facet.Articles.reopen_errors."""
    failed = (documents.c.outcome == DocumentOutcome.UNREADABLE) & (documents.c.outcome_reason == Reason.ERROR)
    change = {"outcome": DocumentOutcome.WAITING, "outcome_reason": "", "note": "", "examined_at": None}
    return connection.execute(update(documents).where(failed).values(**change)).rowcount
