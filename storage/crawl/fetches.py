"""Results of fetching pages → rows: the fetch, the new state of its candidate, and the document it brought."""

import hashlib
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from pipeline.records import CandidateOutcome, DocumentOutcome, Fetched, FetchFailure, Reason
from storage.crawl.candidates import is_wanted
from storage.crawl.feed_state import slow_host_of_page
from storage.schema.core import candidates, documents, fetches, items

#: Waits before each further check of a page about the province: most corrections come within a day.
CHECK_WAITS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(hours=72))
#: Attempts in all at a page that failed for a transient reason, and the unit of the wait, which grows quadratically.
_MAX_ATTEMPTS = 6
_RETRY = timedelta(minutes=20)
_TRANSIENT = frozenset(
    [
        *(Reason.DNS, Reason.REFUSED, Reason.RESET, Reason.TIMEOUT, Reason.TLS, Reason.RATE_LIMITED),
        *(Reason.SERVER_ERROR, Reason.ROBOTS_UNREACHABLE, Reason.EMPTY, Reason.ERROR, Reason.UNASKED_304),
        *(Reason.LOST, Reason.CUT_OFF, Reason.BAD_CHUNKS, Reason.BAD_COMPRESSION, Reason.NOT_HTTP),
    ]
)
#: Level of zlib for pages that came uncompressed: a third of the time of the default for a tenth more room.
_ZLIB_LEVEL = 2
_GONE = frozenset([Reason.NOT_FOUND, Reason.GONE])
_FORBIDDEN = frozenset([Reason.ROBOTS, Reason.UNSAFE_ADDRESS, Reason.INVALID_LINK])


def store_fetches(connection: Connection, run: int, results: Sequence[Fetched | FetchFailure]) -> None:
    """See storage.crawl.facet.Crawl.save_fetches."""
    batch: dict[int, Fetched | FetchFailure] = {}
    for result in results:
        if result.candidate_id in batch:  # flush: a candidate's second result must see the row after the first
            _store_batch(connection, run, batch)
            batch = {}
        batch[result.candidate_id] = result
    if batch:
        _store_batch(connection, run, batch)


def _store_batch(connection: Connection, run: int, batch: dict[int, Fetched | FetchFailure]) -> None:
    """Store at most one result for each candidate, all rows of a table by one statement."""
    batch_rows = connection.execute(select(candidates).where(candidates.c.id.in_(batch)))
    rows = {row.id: row for row in batch_rows}
    new_rows = {"fetches": list[dict[str, Any]](), "documents": list[dict[str, Any]]()}
    changes: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for key, result in batch.items():
        row = rows[key]
        reason = Reason.OK if isinstance(result, Fetched) else result.reason
        new_rows["fetches"].append(_fetch(run, result))
        if isinstance(result, Fetched):
            change, document = _page_changes(connection, row, result)
        elif reason is Reason.NOT_MODIFIED:
            change, document = {"reason": reason, "attempts": 0, **_next_check(connection, row, result.at)}, None
        else:
            change, document = _failure_changes(row, result)
            slow_host_of_page(connection, result)
        if document is not None:
            new_rows["documents"].append(document)
        changes.setdefault(tuple(change), []).append({"key": key, **change})
        if row.item_key is not None:
            mark_taken_down(connection, row.item_key, key, reason, result.at)
    for table in (fetches, documents):
        if new_rows[table.name]:
            connection.execute(insert(table), new_rows[table.name])
    for rows_of_columns in changes.values():
        connection.execute(update(candidates).where(candidates.c.id == bindparam("key")), rows_of_columns)


def _fetch(run: int, result: Fetched | FetchFailure) -> dict[str, Any]:
    return {
        "run_id": run,
        "candidate_id": result.candidate_id,
        "at": result.at,
        "url": result.url,
        "reason": Reason.OK if isinstance(result, Fetched) else result.reason,
        "status": result.status,
        "note": result.note if isinstance(result, FetchFailure) else "",
        "size": len(result.body) if isinstance(result, Fetched) else 0,
    }


def mark_taken_down(connection: Connection, key: str, candidate_id: int, reason: Reason, at: datetime) -> None:
    """Set or clear the time an item was taken down; only the candidate that brought the item counts."""
    own_item = update(items).where(items.c.key == key, items.c.candidate_id == candidate_id)
    if reason in _GONE:
        connection.execute(own_item.where(items.c.taken_down.is_(None)).values(taken_down=at))
    elif reason in (Reason.OK, Reason.NOT_MODIFIED):
        connection.execute(own_item.where(items.c.taken_down.is_not(None)).values(taken_down=None))


def _page_changes(connection: Connection, row: Row[Any], page: Fetched) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the changes of the candidate of a fetched page, and the document to store; None for an unchanged page."""
    digest = hashlib.sha256(page.body).hexdigest()
    document = None
    if digest != row.digest:
        packed = page.packed or zlib.compress(page.body, _ZLIB_LEVEL)
        document = _document(row, page.url, page.at, Reason.OK, packed, page.content_type)
    outcome = CandidateOutcome.SAME if row.outcome == CandidateOutcome.SAME else CandidateOutcome.FETCHED
    change = {
        "outcome": outcome,
        "reason": Reason.OK,
        "attempts": 0,
        "etag": page.etag,
        "last_modified": page.last_modified,
        "digest": digest,
        **_next_check(connection, row, page.at),
    }
    return change, document


def _next_check(connection: Connection, row: Row[Any], at: datetime) -> dict[str, Any]:
    # Examining tells whether a page is about the province. Until then the first check is scheduled;
    # storage.articles.examinations cancels it for other pages.
    if row.checks and not is_wanted(connection, row.id, row.item_key):
        return {"next_try": None}
    wait = CHECK_WAITS[row.checks] if row.checks < len(CHECK_WAITS) else None
    return {"next_try": None if wait is None else at + wait, "checks": row.checks + 1}


def _failure_changes(row: Row[Any], failure: FetchFailure) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the changes of the candidate of a failed fetch, and a document of the feed's summary, if any.

    A page that was not asked for, because its server is left alone, is no attempt: its turn comes first the next time.
    """
    if failure.reason is Reason.NOT_ASKED:
        attempts, retry, next_try = row.attempts, True, row.next_try or failure.at
    else:
        attempts = row.attempts + 1
        retry = failure.reason in _TRANSIENT and attempts < _MAX_ATTEMPTS
        next_try = failure.at + _RETRY * attempts**2 if retry else None
    change: dict[str, Any] = {"reason": failure.reason, "attempts": attempts, "next_try": next_try}
    if row.outcome in (CandidateOutcome.FETCHED, CandidateOutcome.SAME, CandidateOutcome.SUMMARY):
        return change, None  # the document of an earlier fetch stays
    entry = row.entry
    if entry["title"] and (entry["summary"] or entry["text"]):
        change["outcome"] = CandidateOutcome.SUMMARY
        return change, _document(row, failure.url, failure.at, failure.reason, zlib.compress(b""))
    if not retry:
        forbidden = failure.reason in _FORBIDDEN
        change["outcome"] = CandidateOutcome.REFUSED if forbidden else CandidateOutcome.LOST
    return change, None


def _document(
    row: Row[Any], url: str, at: datetime, reason: Reason, packed: bytes, content_type: str = ""
) -> dict[str, Any]:
    return {
        "candidate_id": row.id,
        "source_id": row.source_id,
        "url": url,
        "fetched_at": at,
        "content_type": content_type,
        "body": packed,
        "entry": row.entry,
        "reason": reason,
        "outcome": DocumentOutcome.WAITING,
    }
