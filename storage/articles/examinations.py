"""Documents → examiners, and what they found → items, versions and taggings."""

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
#: results stored by one set of statements; databases limit what one may hold
_CHUNK = 500


def load_pending(connection: Connection, limit: int) -> list[Document]:
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


def store_examinations(connection: Connection, results: Sequence[Examined], at: datetime) -> None:
    """See storage.base.Storage.examined."""
    for begin in range(0, len(results), _CHUNK):
        some = results[begin : begin + _CHUNK]
        rows = _load_rows(connection, [result.document_id for result in some])
        given: dict[int, str] = {}
        batch: dict[str, _Found] = {}
        for result in some:
            row = rows[result.document_id]
            if isinstance(result, Unreadable):
                continue
            # A candidate keeps its item: the page that follows a mere summary, or an edit that moves the canonical
            # address, is a new version, not a second item.
            key = row.item_key or given.get(row.candidate_id) or item_key(result.article.canonical)
            if key in batch:  # what the first page of an article changes, the second one is to find
                _store_articles(connection, batch, at)
                batch = {}
            batch[key] = _Found(row, result, is_linked=row.item_key is not None or row.candidate_id in given)
            given.setdefault(row.candidate_id, key)
        _store_articles(connection, batch, at)
        _conclude(connection, [(rows[result.document_id], result) for result in some], at)


class _Found(NamedTuple):
    """An article that was read from a document, and whether its link led to an item before."""

    row: Row[Any]
    result: Coverage | Irrelevant
    is_linked: bool


def _load_rows(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Return the documents of these ids without their bytes, and the items that their links led to before."""
    table = documents.c
    query: Select[*tuple[Any, ...]] = (
        select(table.id, table.candidate_id, table.source_id, table.fetched_at, table.entry, candidates.c.item_key)
        .join(candidates, candidates.c.id == table.candidate_id)
        .where(table.id.in_(ids))
    )
    return {row.id: row for row in connection.execute(query)}


def _conclude(connection: Connection, ends: Sequence[tuple[Row[Any], Examined]], at: datetime) -> None:
    """Note how examining documents ended, and look no more at pages that are not about the province."""
    changes: list[dict[str, Any]] = []
    for row, result in ends:
        if isinstance(result, Unreadable):
            outcome, reason, note = DocumentOutcome.UNREADABLE, str(result.reason), result.note
        else:
            relevant = isinstance(result, Coverage)
            outcome, note = DocumentOutcome.COVERAGE if relevant else DocumentOutcome.IRRELEVANT, ""
            # A page read in part, or not at all where the feed's own words stand in for it, says so.
            reason = "" if result.article.reason is Reason.OK else str(result.article.reason)
        changes.append({"key": row.id, "how": outcome, "why": reason, "said": note[:1000]})
    connection.execute(
        update(documents)
        .where(documents.c.id == bindparam("key"))
        .values(outcome=bindparam("how"), outcome_reason=bindparam("why"), note=bindparam("said"), examined_at=at),
        changes,
    )
    forget_checks(connection, [row.candidate_id for row, result in ends if not isinstance(result, Coverage)])


def _store_articles(connection: Connection, batch: Mapping[str, _Found], at: datetime) -> None:
    """Store articles, by the key of their item: items and texts that are new, and what is said of them."""
    if not batch:
        return
    query = (
        select(items.c.key, items.c.candidate_id, versions.c.number, versions.c.id, versions.c.text_hash)
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
        .where(items.c.key.in_(batch))
    )
    held = {row.key: row for row in connection.execute(query)}
    # Only the link that brought an article brings its later texts.
    same = [
        f.row.candidate_id for key, f in batch.items() if key in held and held[key].candidate_id != f.row.candidate_id
    ]
    mine = {key: found for key, found in batch.items() if found.row.candidate_id not in same}
    links = [{"link": f.row.candidate_id, "to": key} for key, f in batch.items() if not f.is_linked]
    if links:
        led = update(candidates).where(candidates.c.id == bindparam("link")).values(item_key=bindparam("to"))
        connection.execute(led, links)
    if same:
        change = {"outcome": CandidateOutcome.SAME, "next_try": None}
        connection.execute(update(candidates).where(candidates.c.id.in_(same)).values(**change))
    if fresh := [_item(connection, key, found) for key, found in mine.items() if key not in held]:
        connection.execute(insert(items), fresh)
    hashes = {key: hash_text(found.result.article) for key, found in mine.items()}
    texts = {key: held[key].id for key in mine if key in held and held[key].text_hash == hashes[key]}
    known = _load_taggings(connection, texts.values())
    made = [
        _version(found, key, held[key].number + 1 if key in held else 1, hashes[key])
        for key, found in mine.items()
        if key not in texts
    ]
    if made:
        stored = connection.execute(insert(versions).returning(versions.c.id, versions.c.item_key), made)
        texts |= {row.item_key: row.id for row in stored}
        edited = [{"of": row["item_key"], "to": row["number"]} for row in made if row["number"] > 1]
        if edited:
            newer = update(items).where(items.c.key == bindparam("of")).values(version=bindparam("to"))
            connection.execute(newer, edited)
    said = [
        _tagging(texts[key], found.result.tags, at)
        for key, found in mine.items()
        if (texts[key], found.result.tags.rules) not in known
    ]
    if said:
        connection.execute(insert(taggings), said)


def _item(connection: Connection, key: str, found: _Found) -> dict[str, Any]:
    row, article = found.row, found.result.article
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


def _version(found: _Found, key: str, number: int, text_hash: str) -> dict[str, Any]:
    article = found.result.article
    return {
        "item_key": key,
        "number": number,
        "document_id": found.row.id,
        "fetched_at": found.row.fetched_at,
        "text_hash": text_hash,
        "title": article.title,
        "published": article.published,
        "article": ARTICLE.dump_python(article, mode="json"),
        "fingerprint": found.result.fingerprint if isinstance(found.result, Coverage) else b"",
    }


def _load_taggings(connection: Connection, texts: Collection[int]) -> set[tuple[int, str]]:
    """Return (id of the version, version of the rules) of what was said of these texts."""
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
