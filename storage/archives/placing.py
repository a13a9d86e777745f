"""Articles of archives that wait → candidates, documents, items and versions, as a live page becomes them.

They are taken in the order of their capture, whatever the order in which their shards were read, so that an article's
versions stand in the order of time, and a run that was interrupted ends like one that was not.
"""

import hashlib
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, insert, select, update

from pipeline.records import CandidateOutcome, Coverage, DocumentOutcome, Reason
from pipeline.records.archives import RecordOutcome
from pipeline.text.urls import normalise_url
from storage.articles.adapters import ARTICLE, TAGS
from storage.articles.examinations import store_examinations
from storage.crawl.outlets import outlet_of
from storage.engine.facet import LeaveStories
from storage.schema.archives import archive_records, archive_shards
from storage.schema.core import candidates, documents, items, versions

#: Scheme of the feed URL that stands for "an archive brought this link".
ARCHIVE = "archive:"
#: Articles placed by one transaction.
BATCH = 100
#: Outcomes of links whose page could not be had: an archive that has it ends that.
_WITHOUT_PAGE = (CandidateOutcome.LOST, CandidateOutcome.SUMMARY, CandidateOutcome.REFUSED)
#: What a record that no longer waits is without.
_PLACED: dict[str, Any] = dict.fromkeys(("body", "entry", "article", "tags", "fingerprint"))

Places = dict[RecordOutcome, int]


def load_waiting(connection: Connection, limit: int) -> list[Row[Any]]:
    """Return the articles captured first, at most so many, and none whose address is among them already."""
    query = (
        select(archive_records, archive_shards.c.archive)
        .join(archive_shards, archive_shards.c.id == archive_records.c.shard_id)
        .where(archive_records.c.outcome == RecordOutcome.WAITING)
        .order_by(archive_records.c.captured_at, archive_records.c.url, archive_records.c.place)
        .limit(limit)
    )
    rows: list[Row[Any]] = []
    seen: set[str] = set()
    for row in connection.execute(query):
        if (url := normalise_url(row.url)) in seen:
            break
        seen.add(url)
        rows.append(row)
    return rows


def place_articles(
    connection: Connection, rows: Sequence[Row[Any]], at: datetime, leave_stories: LeaveStories
) -> tuple[Places, set[str]]:
    """Put articles of different addresses among the others; return records by outcome, and keys of changed items."""
    links = _load_links(connection, {normalise_url(row.url) for row in rows})
    known = [row for row in rows if _is_known(links.get(normalise_url(row.url)), row.captured_at)]
    new = [row for row in rows if row not in known]
    for row in known:
        _end(connection, row, RecordOutcome.KNOWN, item_key=links[normalise_url(row.url)].item_key)
    results = _store_documents(connection, new, links)
    changed = store_examinations(connection, results, at, leave_stories) if results else set[str]()
    counts = Counter({RecordOutcome.KNOWN: len(known)})
    stored = _texts_of(connection, [result.document_id for result in results])
    _mark_found(connection, [key for number, key in stored.values() if number == 1 and key is not None])
    for row, result in zip(new, results, strict=True):
        number, key = stored[result.document_id]
        outcome = RecordOutcome.STORED if number is not None else RecordOutcome.KNOWN
        _end(connection, row, outcome, item_key=key, document_id=result.document_id)
        counts[outcome] += 1
    return dict(counts), changed


def refuse_article(connection: Connection, row: Row[Any], note: str) -> None:
    """Store that an article cannot be placed, and why."""
    _end(connection, row, RecordOutcome.UNREADABLE, reason=str(Reason.ERROR), note=note[:500])


def _end(connection: Connection, row: Row[Any], outcome: RecordOutcome, **values: Any) -> None:
    change = update(archive_records).where(archive_records.c.id == row.id)
    connection.execute(change.values(outcome=outcome, **_PLACED, **values))


def _load_links(connection: Connection, urls: set[str]) -> dict[str, Row[Any]]:
    """Return the links of these addresses, with the time at which the newest text of their article was fetched."""
    query = (
        select(candidates, versions.c.fetched_at.label("newest"))
        .join(items, items.c.key == candidates.c.item_key, isouter=True)
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version), isouter=True)
        .where(candidates.c.url.in_(urls))
    )
    return {row.url: row for row in connection.execute(query)}


def _is_known(link: Row[Any] | None, captured: datetime) -> bool:
    """Whether the article of a link has a text as new as that of an archive."""
    return link is not None and link.newest is not None and link.newest >= captured


def _store_documents(connection: Connection, rows: Sequence[Row[Any]], links: Mapping[str, Row[Any]]) -> list[Coverage]:
    """Store pages as fetched at their capture, with links for those that have none; return what was read of them."""
    if not rows:
        return []
    outlets = {row.id: row.source_id or outlet_of(connection, row.url, "") for row in rows}
    new_links = [
        {
            "source_id": outlets[row.id],
            "feed_url": f"{ARCHIVE}{row.archive}",
            "url": normalise_url(row.url),
            "first_seen": row.captured_at,
            "last_seen": row.captured_at,
            "entry": row.entry,
            "outcome": CandidateOutcome.FETCHED,
            "reason": Reason.OK,
            "digest": hashlib.sha256(zlib.decompress(row.body)).hexdigest(),
        }
        for row in rows
        if normalise_url(row.url) not in links
    ]
    ids = {url: link.id for url, link in links.items()}
    if new_links:
        inserted = connection.execute(insert(candidates).returning(candidates.c.id, candidates.c.url), new_links)
        ids |= {row.url: row.id for row in inserted}
    for url in {normalise_url(row.url) for row in rows} & links.keys():
        if links[url].outcome in _WITHOUT_PAGE:
            ended = {"outcome": CandidateOutcome.FETCHED, "reason": Reason.OK, "next_try": None}
            connection.execute(update(candidates).where(candidates.c.id == links[url].id).values(**ended))
    pages = [
        {
            "candidate_id": ids[normalise_url(row.url)],
            "source_id": outlets[row.id],
            "url": row.url,
            "fetched_at": row.captured_at,
            "content_type": row.content_type,
            "body": row.body,
            "entry": row.entry,
            "reason": row.reason,
            "outcome": DocumentOutcome.WAITING,
        }
        for row in rows
    ]
    returned = connection.execute(
        insert(documents).returning(documents.c.id, sort_by_parameter_order=True), pages
    ).scalars()
    return [
        Coverage(key, ARTICLE.validate_python(row.article), TAGS.validate_python(row.tags), row.fingerprint)
        for key, row in zip(returned.all(), rows, strict=True)
    ]


def _mark_found(connection: Connection, keys: Sequence[str]) -> None:
    """Store of articles whose first text is that of an archive when it was captured."""
    found = items.c.key.in_(bindparam("keys", expanding=True))
    connection.execute(update(items).where(found).values(captured_at=items.c.first_seen), {"keys": list(keys)})


def _texts_of(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[int | None, str | None]]:
    """Return by document the version that was read from it, None for none, and the item of its link."""
    if not ids:
        return {}
    query = (
        select(documents.c.id, versions.c.number, candidates.c.item_key)
        .join(candidates, candidates.c.id == documents.c.candidate_id)
        .join(versions, versions.c.document_id == documents.c.id, isouter=True)
        .where(documents.c.id.in_(bindparam("ids", expanding=True)))
    )
    return {row.id: (row.number, row.item_key) for row in connection.execute(query, {"ids": list(ids)})}
