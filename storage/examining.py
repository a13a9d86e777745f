"""Documents → examiners, and what they found → items, versions and taggings."""

import hashlib
import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, insert, select, update

from pipeline.records import (
    Article,
    CandidateOutcome,
    Coverage,
    Document,
    DocumentOutcome,
    Examined,
    Irrelevant,
    Reason,
    Tags,
    Unreadable,
)
from storage.crawling import ENTRY, forget_checks
from storage.outlets import outlet_of
from storage.schema import candidates, documents, items, taggings, versions

ARTICLE = TypeAdapter(Article)
TAGS = TypeAdapter(Tags)


def load_unexamined(connection: Connection, limit: int) -> list[Document]:
    """See storage.base.Storage.unexamined."""
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


def store_examined(connection: Connection, results: Sequence[Examined], at: datetime) -> None:
    """See storage.base.Storage.examined."""
    for result in results:
        row = connection.execute(select(documents).where(documents.c.id == result.document_id)).one()
        if isinstance(result, Unreadable):
            _conclude(connection, row, DocumentOutcome.UNREADABLE, at, result.reason, result.note)
            forget_checks(connection, row.candidate_id)
            continue
        _store_article(connection, row, result, at)
        relevant = isinstance(result, Coverage)
        outcome = DocumentOutcome.COVERAGE if relevant else DocumentOutcome.IRRELEVANT
        # A page read in part, or not at all where the feed's own words stand in for it, says so.
        partly = "" if result.article.reason is Reason.OK else result.article.reason
        _conclude(connection, row, outcome, at, partly)
        if not relevant:
            forget_checks(connection, row.candidate_id)


def _conclude(
    connection: Connection,
    row: Row[Any],
    outcome: DocumentOutcome,
    at: datetime,
    reason: Reason | str = "",
    note: str = "",
) -> None:
    change = {"outcome": outcome, "examined_at": at, "outcome_reason": reason, "note": note[:1000]}
    connection.execute(update(documents).where(documents.c.id == row.id).values(**change))


def _store_article(connection: Connection, row: Row[Any], result: Coverage | Irrelevant, at: datetime) -> None:
    article = result.article
    known = connection.execute(select(candidates.c.item_key).where(candidates.c.id == row.candidate_id)).scalar()
    # A candidate keeps its item: the page that follows a mere summary, or an edit that moves the canonical
    # address, is a new version, not a second item.
    key = known or item_key(article.canonical)
    item = connection.execute(select(items).where(items.c.key == key)).first()
    if item is None:
        outlet = row.entry.get("outlet", "")
        values = {
            "key": key,
            "url": article.canonical,
            "source_id": outlet_of(connection, article.canonical, outlet) if outlet else row.source_id,
            "candidate_id": row.candidate_id,
            "first_seen": row.fetched_at,
            "version": 0,
            "story": key,
            "event": key,
        }
        connection.execute(insert(items).values(**values))
        number = 0
    else:
        number = item.version
        if item.candidate_id != row.candidate_id:
            same = {"outcome": CandidateOutcome.SAME, "item_key": key, "next_try": None}
            connection.execute(update(candidates).where(candidates.c.id == row.candidate_id).values(**same))
            return
    if known is None:
        connection.execute(update(candidates).where(candidates.c.id == row.candidate_id).values(item_key=key))
    version = _store_version(connection, row, key, number, result)
    if version is not None:
        _store_tags(connection, version, result.tags, at)


def _store_version(
    connection: Connection, row: Row[Any], key: str, number: int, result: Coverage | Irrelevant
) -> int | None:
    """Store the text as a new version if it is one; return the id of the version it is."""
    article = result.article
    text_hash = hash_text(article)
    current = connection.execute(
        select(versions.c.id, versions.c.text_hash).where(versions.c.item_key == key, versions.c.number == number)
    ).first()
    if current is not None and current.text_hash == text_hash:
        return current.id  # type: ignore[no-any-return]
    values = {
        "item_key": key,
        "number": number + 1,
        "document_id": row.id,
        "fetched_at": row.fetched_at,
        "text_hash": text_hash,
        "title": article.title,
        "published": article.published,
        "article": ARTICLE.dump_python(article, mode="json"),
        "fingerprint": result.fingerprint if isinstance(result, Coverage) else b"",
    }
    inserted = connection.execute(insert(versions).values(**values)).inserted_primary_key
    assert inserted is not None
    connection.execute(update(items).where(items.c.key == key).values(version=number + 1))
    return int(inserted[0])


def _store_tags(connection: Connection, version: int, tags: Tags, at: datetime) -> None:
    made = select(taggings.c.id).where(taggings.c.version_id == version, taggings.c.rules == tags.rules)
    if connection.execute(made).first() is not None:
        return
    connection.execute(
        insert(taggings).values(
            version_id=version,
            rules=tags.rules,
            tagged_at=at,
            relevance=tags.relevance,
            score=tags.relevance_score,
            tags=TAGS.dump_python(tags, mode="json"),
        )
    )


def reopen_errors(connection: Connection) -> int:
    """See storage.base.Storage.reopen_errors."""
    failed = (documents.c.outcome == DocumentOutcome.UNREADABLE) & (documents.c.outcome_reason == Reason.ERROR)
    change = {"outcome": DocumentOutcome.WAITING, "outcome_reason": "", "note": "", "examined_at": None}
    return connection.execute(update(documents).where(failed).values(**change)).rowcount


def item_key(canonical: str) -> str:
    """Return the stable id of the item at a canonical address: 16 hexadecimal digits."""
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def hash_text(article: Article) -> str:
    """Return the hash by which two readings of a page are the same text."""
    folded = " ".join(f"{article.title}\n{article.text}".split())
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()
