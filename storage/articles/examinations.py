"""Documents that wait to be examined, and the results of examining them → items, versions and taggings."""

import hashlib
import zlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, Select, and_, bindparam, insert, select, update

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
from storage.crawl.candidates import ENTRY, forget_checks
from storage.crawl.outlets import outlet_of
from storage.schema.core import candidates, documents, items, taggings, versions

ARTICLE = TypeAdapter(Article)
TAGS = TypeAdapter(Tags)
#: Results stored by one set of statements; databases limit what one may hold.
_CHUNK = 500


def load_pending(connection: Connection, limit: int, after: int) -> list[Document]:
    """See storage.articles.facet.Articles.pending_documents."""
    query = select(documents).where(documents.c.outcome == DocumentOutcome.WAITING, documents.c.id > after)
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


def store_examinations(connection: Connection, results: Sequence[Examined], at: datetime) -> None:
    """See storage.articles.facet.Articles.save_examinations."""
    for begin in range(0, len(results), _CHUNK):
        chunk = results[begin : begin + _CHUNK]
        rows = _load_rows(connection, [result.document_id for result in chunk])
        new_keys: dict[int, str] = {}
        batch: dict[str, _ReadArticle] = {}
        for result in chunk:
            row = rows[result.document_id]
            if isinstance(result, Unreadable):
                continue
            # A candidate keeps its item: the page that follows a mere summary, or an edit that moves the canonical
            # address, is a new version, not a second item.
            key = row.item_key or new_keys.get(row.candidate_id) or item_key(result.article.canonical)
            if key in batch:  # flush: the second page of an article must see the rows of the first
                _store_articles(connection, batch, at)
                batch = {}
            batch[key] = _ReadArticle(row, result, is_linked=row.item_key is not None or row.candidate_id in new_keys)
            new_keys.setdefault(row.candidate_id, key)
        _store_articles(connection, batch, at)
        _store_outcomes(connection, [(rows[result.document_id], result) for result in chunk], at)


class _ReadArticle(NamedTuple):
    """An article read from a document, and whether its link led to an item before."""

    row: Row[Any]
    result: Coverage | Irrelevant
    is_linked: bool


def _load_rows(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Return documents by id, without their bytes, and the item that the link of each led to before."""
    table = documents.c
    query: Select[*tuple[Any, ...]] = (
        select(table.id, table.candidate_id, table.source_id, table.fetched_at, table.entry, candidates.c.item_key)
        .join(candidates, candidates.c.id == table.candidate_id)
        .where(table.id.in_(ids))
    )
    return {row.id: row for row in connection.execute(query)}


def _store_outcomes(connection: Connection, outcomes: Sequence[tuple[Row[Any], Examined]], at: datetime) -> None:
    """Store how examining documents ended, and schedule no more checks of pages that are not about the province."""
    changes: list[dict[str, Any]] = []
    for row, result in outcomes:
        if isinstance(result, Unreadable):
            outcome, reason, note = DocumentOutcome.UNREADABLE, str(result.reason), result.note
        else:
            relevant = isinstance(result, Coverage)
            outcome, note = DocumentOutcome.COVERAGE if relevant else DocumentOutcome.IRRELEVANT, ""
            # Not OK: the page was read in part, or the feed's own words stand in for it.
            reason = "" if result.article.reason is Reason.OK else str(result.article.reason)
        changes.append({"key": row.id, "how": outcome, "why": reason, "said": note[:1000]})
    connection.execute(
        update(documents)
        .where(documents.c.id == bindparam("key"))
        .values(outcome=bindparam("how"), outcome_reason=bindparam("why"), note=bindparam("said"), examined_at=at),
        changes,
    )
    forget_checks(connection, [row.candidate_id for row, result in outcomes if not isinstance(result, Coverage)])


def _store_articles(connection: Connection, batch: Mapping[str, _ReadArticle], at: datetime) -> None:
    """Store articles, by item key: new items, new versions of items, and their taggings."""
    if not batch:
        return
    query = (
        select(items.c.key, items.c.candidate_id, versions.c.number, versions.c.id, versions.c.text_hash)
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
        .where(items.c.key.in_(batch))
    )
    stored_items = {row.key: row for row in connection.execute(query)}
    # Only the link that brought an article brings its later texts.
    other_links = [
        f.row.candidate_id
        for key, f in batch.items()
        if key in stored_items and stored_items[key].candidate_id != f.row.candidate_id
    ]
    own = {key: read for key, read in batch.items() if read.row.candidate_id not in other_links}
    new_links = [{"link": f.row.candidate_id, "to": key} for key, f in batch.items() if not f.is_linked]
    if new_links:
        set_item = update(candidates).where(candidates.c.id == bindparam("link")).values(item_key=bindparam("to"))
        connection.execute(set_item, new_links)
    if other_links:
        change = {"outcome": CandidateOutcome.SAME, "next_try": None}
        connection.execute(update(candidates).where(candidates.c.id.in_(other_links)).values(**change))
    if new_items := [_item(connection, key, read) for key, read in own.items() if key not in stored_items]:
        connection.execute(insert(items), new_items)
    hashes = {key: hash_text(read.result.article) for key, read in own.items()}
    version_ids = {
        key: stored_items[key].id for key in own if key in stored_items and stored_items[key].text_hash == hashes[key]
    }
    tagged = _load_taggings(connection, version_ids.values())
    new_versions = [
        _version(read, key, stored_items[key].number + 1 if key in stored_items else 1, hashes[key])
        for key, read in own.items()
        if key not in version_ids
    ]
    if new_versions:
        inserted = connection.execute(insert(versions).returning(versions.c.id, versions.c.item_key), new_versions)
        version_ids |= {row.item_key: row.id for row in inserted}
        new_numbers = [{"of": row["item_key"], "to": row["number"]} for row in new_versions if row["number"] > 1]
        if new_numbers:
            set_version = update(items).where(items.c.key == bindparam("of")).values(version=bindparam("to"))
            connection.execute(set_version, new_numbers)
    new_taggings = [
        _tagging(version_ids[key], read.result.tags, at)
        for key, read in own.items()
        if (version_ids[key], read.result.tags.rules) not in tagged
    ]
    if new_taggings:
        connection.execute(insert(taggings), new_taggings)


def _item(connection: Connection, key: str, read: _ReadArticle) -> dict[str, Any]:
    row, article = read.row, read.result.article
    outlet = row.entry.get("outlet", "")
    return {
        "key": key,
        "url": article.canonical,
        "source_id": outlet_of(connection, article.canonical, outlet) if outlet else row.source_id,
        "candidate_id": row.candidate_id,
        "first_seen": row.fetched_at,
        "version": 1,
        "story": key,
        "event": key,
    }


def _version(read: _ReadArticle, key: str, number: int, text_hash: str) -> dict[str, Any]:
    article = read.result.article
    return {
        "item_key": key,
        "number": number,
        "document_id": read.row.id,
        "fetched_at": read.row.fetched_at,
        "text_hash": text_hash,
        "title": article.title,
        "published": article.published,
        "article": ARTICLE.dump_python(article, mode="json"),
        "fingerprint": read.result.fingerprint if isinstance(read.result, Coverage) else b"",
    }


def _load_taggings(connection: Connection, texts: Collection[int]) -> set[tuple[int, str]]:
    """Return the taggings of these versions, as (id of the version, version of the rules)."""
    if not texts:
        return set()
    query = select(taggings.c.version_id, taggings.c.rules).where(taggings.c.version_id.in_(texts))
    return {(row.version_id, row.rules) for row in connection.execute(query)}


def _tagging(version: int, tags: Tags, at: datetime) -> dict[str, Any]:
    return {
        "version_id": version,
        "rules": tags.rules,
        "tagged_at": at,
        "relevance": tags.relevance,
        "score": tags.relevance_score,
        "tags": TAGS.dump_python(tags, mode="json"),
    }


def reopen_errors(connection: Connection) -> int:
    """See storage.articles.facet.Articles.reopen_errors."""
    failed = (documents.c.outcome == DocumentOutcome.UNREADABLE) & (documents.c.outcome_reason == Reason.ERROR)
    change = {"outcome": DocumentOutcome.WAITING, "outcome_reason": "", "note": "", "examined_at": None}
    return connection.execute(update(documents).where(failed).values(**change)).rowcount


def item_key(canonical: str) -> str:
    """Return the stable id of the item at a canonical address: 16 hexadecimal digits."""
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def hash_text(article: Article) -> str:
    """Return the hash of title and text, white space folded: two versions with one hash are the same text."""
    text = " ".join(f"{article.title}\n{article.text}".split())
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
