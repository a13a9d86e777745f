"""Polls and answers → rows: what the crawl found, and what it is to fetch next."""

import hashlib
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from pipeline.records import (
    Candidate,
    CandidateOutcome,
    DocumentOutcome,
    Entry,
    Fetched,
    Poll,
    Reason,
    Unfetched,
)
from pipeline.urls import host_of, is_fetchable, normalise
from storage.feeds import remember_poll, slow_host_of_page, slowed_hosts
from storage.schema import candidates, documents, fetches, items, polls, taggings, versions

ENTRY = TypeAdapter(Entry)

#: Links of a feed that are looked up by one statement; databases limit what one may hold.
_LINKS = 500
#: A page about the province is looked at again so long after each look: most corrections come within a day.
_CHECKS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(hours=72))
#: How long a page is looked at again by a collection that was asked for everything.
_CHECK_ALL = timedelta(days=7)
#: A page that failed for a passing cause is tried so often in all, ever more slowly.
_ATTEMPTS = 6
_RETRY = timedelta(minutes=20)
_PASSING = frozenset(
    [
        *(Reason.DNS, Reason.REFUSED, Reason.RESET, Reason.TIMEOUT, Reason.TLS, Reason.RATE_LIMITED),
        *(Reason.SERVER_ERROR, Reason.ROBOTS_UNREACHABLE, Reason.EMPTY, Reason.ERROR),
    ]
)
#: Of zlib, for pages that came unpacked: a third of the time of its default for a tenth more room.
_LEVEL = 2
_GONE = frozenset([Reason.NOT_FOUND, Reason.GONE])
_FORBIDDEN = frozenset([Reason.ROBOTS, Reason.UNSAFE_ADDRESS, Reason.INVALID_LINK])


def store_poll(connection: Connection, run: int, poll: Poll, *, recheck_all: bool) -> list[Candidate]:
    """See storage.base.Storage.polled."""
    counts = {"new": 0, "changed": 0, "known": 0, "repeated": 0, "invalid": poll.invalid}
    entries: dict[str, Entry] = {}
    for entry in poll.entries:
        url = normalise(entry.url) if is_fetchable(entry.url) else None
        if url is None or url in entries:
            counts["invalid" if url is None else "repeated"] += 1
        else:
            entries[url] = entry
    wanted: list[Candidate] = []
    urls = list(entries)
    for start in range(0, len(urls), _LINKS):
        some = {url: entries[url] for url in urls[start : start + _LINKS]}
        wanted += _meet(connection, poll, some, counts, recheck_all)
    connection.execute(
        insert(polls).values(
            run_id=run,
            source_id=poll.source_id,
            feed_url=poll.feed_url,
            at=poll.at,
            reason=poll.reason,
            status=poll.status,
            note=poll.note,
            size=poll.size,
            entries=len(poll.entries) + poll.invalid,
            **counts,
        )
    )
    links = sum(counts[how] for how in ("new", "changed", "known"))
    remember_poll(connection, poll, links, counts["new"])
    return wanted


def _meet(
    connection: Connection, poll: Poll, entries: dict[str, Entry], counts: dict[str, int], recheck_all: bool
) -> list[Candidate]:
    """Store links of a feed, by normalised address; return those to fetch, in the feed's order, and count them all."""
    said = {url: ENTRY.dump_python(entry, mode="json") for url, entry in entries.items()}
    found = connection.execute(select(candidates).where(candidates.c.url.in_(entries)))
    known = {row.url: row for row in found}
    fresh = [url for url in entries if url not in known]
    counts["new"] += len(fresh)
    wanted = _add(connection, poll, {url: entries[url] for url in fresh}, said)
    changed: list[dict[str, Any]] = []
    for url, row in known.items():
        # Another source's words about the same page change nothing: the first to bring it keeps it.
        own = row.source_id == poll.source_id and row.feed_url == poll.feed_url
        edited = own and _gist(row.entry) != _gist(said[url])
        counts["changed" if edited else "known"] += 1
        if edited:
            changed.append({"key": row.id, "entry": said[url]})
        due = row.next_try is not None and row.next_try <= poll.at
        if not (edited or due) and recheck_all and row.first_seen > poll.at - _CHECK_ALL:
            due = row.outcome == CandidateOutcome.FETCHED and _is_coverage(connection, row.item_key)
        if edited or due:
            wanted[url] = _candidate(row)
    if known:
        seen = [row.id for row in known.values()]
        connection.execute(update(candidates).where(candidates.c.id.in_(seen)).values(last_seen=poll.at))
    if changed:
        connection.execute(update(candidates).where(candidates.c.id == bindparam("key")), changed)
    return [wanted[url] for url in entries if url in wanted]


def _add(
    connection: Connection, poll: Poll, entries: dict[str, Entry], said: dict[str, dict[str, Any]]
) -> dict[str, Candidate]:
    """Store links that were never seen before; return their candidates by address."""
    if not entries:
        return {}
    rows = [
        {
            "source_id": poll.source_id,
            "feed_url": poll.feed_url,
            "url": url,
            "first_seen": poll.at,
            "last_seen": poll.at,
            "entry": said[url],
            "outcome": CandidateOutcome.WAITING,
            "reason": "",
            "next_try": poll.at,
        }
        for url in entries
    ]
    made = connection.execute(insert(candidates).returning(candidates.c.id, candidates.c.url), rows)
    return {url: Candidate(key, poll.source_id, poll.feed_url, url, entries[url]) for key, url in made.tuples()}


def _gist(entry: dict[str, Any]) -> tuple[Any, ...]:
    """What of an entry tells a change of the article; addresses of images and the like are newly made each time."""
    return entry["title"], entry["summary"], entry["text"], entry["published"]


def _is_coverage(connection: Connection, key: str | None) -> bool:
    if key is None:
        return False
    query = (
        select(taggings.c.relevance)
        .join(versions, versions.c.id == taggings.c.version_id)
        .where(versions.c.item_key == key)
        .order_by(versions.c.number.desc(), taggings.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar() in ("main", "mention")


def _candidate(row: Row[Any]) -> Candidate:
    entry = ENTRY.validate_python(row.entry)
    validators = (row.etag, row.last_modified) if row.outcome == CandidateOutcome.FETCHED else (None, None)
    return Candidate(row.id, row.source_id, row.feed_url, row.url, entry, row.attempts, *validators)


def load_waiting(connection: Connection, now: datetime, source_ids: Sequence[str]) -> list[Candidate]:
    """See storage.base.Storage.waiting."""
    query = (
        select(candidates)
        .where(candidates.c.source_id.in_(source_ids), candidates.c.next_try <= now)
        .order_by(candidates.c.next_try, candidates.c.id)
    )
    slowed = slowed_hosts(connection, now)
    return [_candidate(row) for row in connection.execute(query) if host_of(row.url) not in slowed]


def store_answers(connection: Connection, run: int, results: Sequence[Fetched | Unfetched]) -> None:
    """Store answers: for each a fetch, what it means for its candidate, and the document it brought if any."""
    batch: dict[int, Fetched | Unfetched] = {}
    for result in results:
        if result.candidate_id in batch:  # what the first answer changes, the second one is to find
            _store_batch(connection, run, batch)
            batch = {}
        batch[result.candidate_id] = result
    if batch:
        _store_batch(connection, run, batch)


def _store_batch(connection: Connection, run: int, batch: dict[int, Fetched | Unfetched]) -> None:
    """Store at most one answer for each candidate, all rows of a table by one statement."""
    found = connection.execute(select(candidates).where(candidates.c.id.in_(batch)))
    rows = {row.id: row for row in found}
    stored = {"fetches": list[dict[str, Any]](), "documents": list[dict[str, Any]]()}
    changes: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for key, result in batch.items():
        row = rows[key]
        reason = Reason.OK if isinstance(result, Fetched) else result.reason
        stored["fetches"].append(_fetch(run, result))
        if isinstance(result, Fetched):
            change, document = _had_page(connection, row, result)
        elif reason is Reason.NOT_MODIFIED:
            change, document = {"reason": reason, "attempts": 0, **_next_check(connection, row, result.at)}, None
        else:
            change, document = _had_no_page(row, result)
            slow_host_of_page(connection, result)
        if document is not None:
            stored["documents"].append(document)
        changes.setdefault(tuple(change), []).append({"key": key, **change})
        if row.item_key is not None:
            _mark_standing(connection, row.item_key, key, reason, result.at)
    for table in (fetches, documents):
        if stored[table.name]:
            connection.execute(insert(table), stored[table.name])
    for same in changes.values():
        connection.execute(update(candidates).where(candidates.c.id == bindparam("key")), same)


def _fetch(run: int, result: Fetched | Unfetched) -> dict[str, Any]:
    return {
        "run_id": run,
        "candidate_id": result.candidate_id,
        "at": result.at,
        "url": result.url,
        "reason": Reason.OK if isinstance(result, Fetched) else result.reason,
        "status": result.status,
        "note": result.note if isinstance(result, Unfetched) else "",
        "size": len(result.body) if isinstance(result, Fetched) else 0,
    }


def _mark_standing(connection: Connection, key: str, candidate_id: int, reason: Reason, at: datetime) -> None:
    """Note that the page of an item is gone, or that it stands after all; only its own link tells."""
    mine = update(items).where(items.c.key == key, items.c.candidate_id == candidate_id)
    if reason in _GONE:
        connection.execute(mine.where(items.c.taken_down.is_(None)).values(taken_down=at))
    elif reason in (Reason.OK, Reason.NOT_MODIFIED):
        connection.execute(mine.where(items.c.taken_down.is_not(None)).values(taken_down=None))


def _had_page(connection: Connection, row: Row[Any], page: Fetched) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return what a page changes of its candidate, and the document to store; None where it is the page we have."""
    digest = hashlib.sha256(page.body).hexdigest()
    document = None
    if digest != row.digest:
        packed = page.packed or zlib.compress(page.body, _LEVEL)
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
    # What the page is about is known once it is examined; until then the first check stands, and examining takes
    # it away from what is not about the province (storage.examining).
    if row.checks and not _is_coverage(connection, row.item_key):
        return {"next_try": None}
    wait = _CHECKS[row.checks] if row.checks < len(_CHECKS) else None
    return {"next_try": None if wait is None else at + wait, "checks": row.checks + 1}


def _had_no_page(row: Row[Any], failure: Unfetched) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return what a failure changes of its candidate, and the document that stands in for the page, if any."""
    attempts = row.attempts + 1
    again = failure.reason in _PASSING and attempts < _ATTEMPTS
    change: dict[str, Any] = {
        "reason": failure.reason,
        "attempts": attempts,
        "next_try": failure.at + _RETRY * attempts**2 if again else None,
    }
    if row.outcome in (CandidateOutcome.FETCHED, CandidateOutcome.SAME, CandidateOutcome.SUMMARY):
        return change, None  # what was had stays
    entry = row.entry
    if entry["title"] and (entry["summary"] or entry["text"]):
        change["outcome"] = CandidateOutcome.SUMMARY
        return change, _document(row, failure.url, failure.at, failure.reason, zlib.compress(b""))
    if not again:
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


def forget_checks(connection: Connection, candidate_id: int) -> None:
    """Stop looking again at a page that turned out not to be about the province."""
    connection.execute(
        update(candidates).where(candidates.c.id == candidate_id, candidates.c.attempts == 0).values(next_try=None)
    )


def count_by(connection: Connection, column: Any, *where: Any) -> dict[str, int]:
    rows = connection.execute(select(column, func.count().label("n")).where(*where).group_by(column))
    return {row[0]: row.n for row in rows}
