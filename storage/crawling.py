"""Polls and answers → rows: what the crawl found, and what it is to fetch next."""

import hashlib
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, func, insert, select, update

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
from pipeline.urls import is_fetchable, normalise
from storage.schema import candidates, documents, feeds, fetches, polls, taggings, versions

ENTRY = TypeAdapter(Entry)

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
_FORBIDDEN = frozenset([Reason.ROBOTS, Reason.UNSAFE_ADDRESS, Reason.INVALID_LINK])


def store_poll(connection: Connection, run: int, poll: Poll, *, recheck_all: bool) -> list[Candidate]:
    """See storage.base.Storage.polled."""
    counts = {"new": 0, "changed": 0, "known": 0, "repeated": 0, "invalid": poll.invalid}
    wanted: list[Candidate] = []
    seen: set[str] = set()
    for entry in poll.entries:
        if not is_fetchable(entry.url):
            counts["invalid"] += 1
            continue
        url = normalise(entry.url)
        if url in seen:
            counts["repeated"] += 1
            continue
        seen.add(url)
        how, candidate = _meet(connection, poll, url, entry, recheck_all)
        counts[how] += 1
        if candidate is not None:
            wanted.append(candidate)
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
    _remember_feed(connection, poll)
    return wanted


def _remember_feed(connection: Connection, poll: Poll) -> None:
    row = connection.execute(select(feeds).where(feeds.c.url == poll.feed_url)).first()
    state: dict[str, Any] = {"polled_at": poll.at, "failures": 0}
    if poll.reason is Reason.OK:
        # Validators are kept only beside the entries they vouch for: in the same transaction.
        state |= {"etag": poll.etag, "last_modified": poll.last_modified}
    elif poll.reason is not Reason.NOT_MODIFIED:
        state["failures"] = (row.failures if row else 0) + 1
    if row is None:
        connection.execute(insert(feeds).values(url=poll.feed_url, source_id=poll.source_id, **state))
    else:
        connection.execute(update(feeds).where(feeds.c.url == poll.feed_url).values(**state))


def _meet(
    connection: Connection, poll: Poll, url: str, entry: Entry, recheck_all: bool
) -> tuple[str, Candidate | None]:
    """Store one link of a feed; return whether it is new, changed or known, and a candidate if it is to be fetched."""
    said = ENTRY.dump_python(entry, mode="json")
    row = connection.execute(select(candidates).where(candidates.c.url == url)).first()
    if row is None:
        values = {
            "source_id": poll.source_id,
            "feed_url": poll.feed_url,
            "url": url,
            "first_seen": poll.at,
            "last_seen": poll.at,
            "entry": said,
            "outcome": CandidateOutcome.WAITING,
            "reason": "",
            "next_try": poll.at,
        }
        key = connection.execute(insert(candidates).values(**values)).inserted_primary_key
        assert key is not None
        return "new", Candidate(key[0], poll.source_id, poll.feed_url, url, entry)
    # Another source's words about the same page change nothing: the first to bring it keeps it.
    own = row.source_id == poll.source_id and row.feed_url == poll.feed_url
    changed = own and _gist(row.entry) != _gist(said)
    values = {"last_seen": poll.at}
    if changed:
        values |= {"entry": said}
    connection.execute(update(candidates).where(candidates.c.id == row.id).values(**values))
    due = row.next_try is not None and row.next_try <= poll.at
    if not (changed or due) and recheck_all and row.first_seen > poll.at - _CHECK_ALL:
        due = row.outcome == CandidateOutcome.FETCHED and _is_coverage(connection, row.item_key)
    wanted = changed or due
    return ("changed" if changed else "known"), (_candidate(row) if wanted else None)


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
    return [_candidate(row) for row in connection.execute(query)]


def store_answer(connection: Connection, run: int, result: Fetched | Unfetched) -> None:
    """Store one answer: a fetch, what it means for its candidate, and the document it brought if any."""
    row = connection.execute(select(candidates).where(candidates.c.id == result.candidate_id)).one()
    reason = Reason.OK if isinstance(result, Fetched) else result.reason
    connection.execute(
        insert(fetches).values(
            run_id=run,
            candidate_id=row.id,
            at=result.at,
            url=result.url,
            reason=reason,
            status=result.status,
            note=result.note if isinstance(result, Unfetched) else "",
            size=len(result.body) if isinstance(result, Fetched) else 0,
        )
    )
    if isinstance(result, Fetched):
        change = _had_page(connection, row, result)
    elif reason is Reason.NOT_MODIFIED:
        change = {"reason": reason, "attempts": 0, **_next_check(connection, row, result.at)}
    else:
        change = _had_no_page(connection, row, result)
    connection.execute(update(candidates).where(candidates.c.id == row.id).values(**change))


def _had_page(connection: Connection, row: Row[Any], page: Fetched) -> dict[str, Any]:
    digest = hashlib.sha256(page.body).hexdigest()
    if digest != row.digest:
        _store_document(connection, row, page.url, page.at, Reason.OK, page.body, page.content_type)
    outcome = CandidateOutcome.SAME if row.outcome == CandidateOutcome.SAME else CandidateOutcome.FETCHED
    return {
        "outcome": outcome,
        "reason": Reason.OK,
        "attempts": 0,
        "etag": page.etag,
        "last_modified": page.last_modified,
        "digest": digest,
        **_next_check(connection, row, page.at),
    }


def _next_check(connection: Connection, row: Row[Any], at: datetime) -> dict[str, Any]:
    # What the page is about is known once it is examined; until then the first check stands, and examining takes
    # it away from what is not about the province (storage.examining).
    if row.checks and not _is_coverage(connection, row.item_key):
        return {"next_try": None}
    wait = _CHECKS[row.checks] if row.checks < len(_CHECKS) else None
    return {"next_try": None if wait is None else at + wait, "checks": row.checks + 1}


def _had_no_page(connection: Connection, row: Row[Any], failure: Unfetched) -> dict[str, Any]:
    attempts = row.attempts + 1
    again = failure.reason in _PASSING and attempts < _ATTEMPTS
    change: dict[str, Any] = {
        "reason": failure.reason,
        "attempts": attempts,
        "next_try": failure.at + _RETRY * attempts**2 if again else None,
    }
    if row.outcome in (CandidateOutcome.FETCHED, CandidateOutcome.SAME, CandidateOutcome.SUMMARY):
        return change  # what was had stays
    entry = row.entry
    if entry["title"] and (entry["summary"] or entry["text"]):
        _store_document(connection, row, failure.url, failure.at, failure.reason)
        change["outcome"] = CandidateOutcome.SUMMARY
    elif not again:
        forbidden = failure.reason in _FORBIDDEN
        change["outcome"] = CandidateOutcome.REFUSED if forbidden else CandidateOutcome.LOST
    return change


def _store_document(
    connection: Connection,
    row: Row[Any],
    url: str,
    at: datetime,
    reason: Reason,
    body: bytes = b"",
    content_type: str = "",
) -> None:
    connection.execute(
        insert(documents).values(
            candidate_id=row.id,
            source_id=row.source_id,
            url=url,
            fetched_at=at,
            content_type=content_type,
            body=zlib.compress(body),
            entry=row.entry,
            reason=reason,
            outcome=DocumentOutcome.WAITING,
        )
    )


def forget_checks(connection: Connection, candidate_id: int) -> None:
    """Stop looking again at a page that turned out not to be about the province."""
    connection.execute(
        update(candidates).where(candidates.c.id == candidate_id, candidates.c.attempts == 0).values(next_try=None)
    )


def count_by(connection: Connection, column: Any) -> dict[str, int]:
    rows = connection.execute(select(column, func.count().label("n")).group_by(column))
    return {row[0]: row.n for row in rows}
