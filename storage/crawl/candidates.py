"""Polls → candidates: the links that feeds gave, and which of them to fetch next."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, insert, select, update

from pipeline.records import (
    BadLink,
    Candidate,
    CandidateOutcome,
    Entry,
    Poll,
    Reason,
)
from pipeline.text.urls import host_of, is_fetchable, link_fault, normalise_url
from storage.crawl.bad_links import store_bad_links
from storage.crawl.feed_state import slowed_hosts, store_poll_state
from storage.engine.json_records import JsonRecord
from storage.schema.core import candidates, polls, taggings, versions
from storage.schema.maintenance import decisions
from storage.schema.sharing import watched_links

ENTRY = JsonRecord(Entry)

#: Links of a feed looked up by one statement; databases limit what one may hold.
_LINKS = 500
#: Age up to which a collection with `recheck_all` fetches known pages again.
_CHECK_ALL = timedelta(days=7)


def store_poll(connection: Connection, run: int, poll: Poll, *, recheck_all: bool) -> list[Candidate]:
    """See storage.crawl.facet.Crawl.save_poll."""
    counts = {"new": 0, "changed": 0, "known": 0, "repeated": 0, "invalid": poll.invalid}
    entries: dict[str, Entry] = {}
    bad_links = list(poll.bad_links)
    for entry in poll.entries:
        url = normalise_url(entry.url) if is_fetchable(entry.url) else None
        if url is None:
            counts["invalid"] += 1
            reason = Reason(link_fault(poll.feed_url, entry.url) or Reason.INVALID_LINK)
            bad_links.append(BadLink(entry.url, reason, entry.title))
        elif url in entries:
            counts["repeated"] += 1
        else:
            entries[url] = entry
    to_fetch: list[Candidate] = []
    urls = list(entries)
    for start in range(0, len(urls), _LINKS):
        chunk = {url: entries[url] for url in urls[start : start + _LINKS]}
        to_fetch += _store_links(connection, poll, chunk, counts, recheck_all)
    store_bad_links(connection, poll, bad_links)
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
    store_poll_state(connection, poll, links, counts["new"])
    return to_fetch


def _store_links(
    connection: Connection, poll: Poll, entries: dict[str, Entry], counts: dict[str, int], recheck_all: bool
) -> list[Candidate]:
    """Store a feed's links, by normalised address; add to `counts`; return those to fetch, in the feed's order."""
    stored_entries = {url: ENTRY.dump_python(entry, mode="json") for url, entry in entries.items()}
    rows = connection.execute(select(candidates).where(candidates.c.url.in_(entries)))
    known_rows = {row.url: row for row in rows}
    new_urls = [url for url in entries if url not in known_rows]
    counts["new"] += len(new_urls)
    to_fetch = _insert_links(connection, poll, {url: entries[url] for url in new_urls}, stored_entries)
    changes: list[dict[str, Any]] = []
    for url, row in known_rows.items():
        # Only the feed that brought a link first may change its entry.
        is_own = row.source_id == poll.source_id and row.feed_url == poll.feed_url
        is_edited = is_own and _edit_signature(row.entry) != _edit_signature(stored_entries[url])
        counts["changed" if is_edited else "known"] += 1
        if is_edited:
            changes.append({"key": row.id, "entry": stored_entries[url]})
        is_due = row.next_try is not None and row.next_try <= poll.at
        if not (is_edited or is_due) and recheck_all and row.first_seen > poll.at - _CHECK_ALL:
            is_due = row.outcome == CandidateOutcome.FETCHED and is_wanted(connection, row.id, row.item_key)
        if is_edited or is_due:
            to_fetch[url] = _candidate(row)
    if known_rows:
        known_ids = [row.id for row in known_rows.values()]
        connection.execute(update(candidates).where(candidates.c.id.in_(known_ids)).values(last_seen=poll.at))
    if changes:
        connection.execute(update(candidates).where(candidates.c.id == bindparam("key")), changes)
    return [to_fetch[url] for url in entries if url in to_fetch]


def _insert_links(
    connection: Connection, poll: Poll, entries: dict[str, Entry], stored_entries: dict[str, dict[str, Any]]
) -> dict[str, Candidate]:
    """Insert links that are new; return their candidates by address."""
    if not entries:
        return {}
    rows = [
        {
            "source_id": poll.source_id,
            "feed_url": poll.feed_url,
            "url": url,
            "first_seen": poll.at,
            "last_seen": poll.at,
            "entry": stored_entries[url],
            "outcome": CandidateOutcome.WAITING,
            "reason": "",
            "next_try": poll.at,
        }
        for url in entries
    ]
    inserted = connection.execute(insert(candidates).returning(candidates.c.id, candidates.c.url), rows)
    return {url: Candidate(key, poll.source_id, poll.feed_url, url, entries[url]) for key, url in inserted}


def _edit_signature(entry: dict[str, Any]) -> tuple[Any, ...]:
    """Return the fields of an entry whose change means an edited article; image addresses differ at every poll."""
    return entry["title"], entry["summary"], entry["text"], entry["published"]


def is_coverage(connection: Connection, key: str | None) -> bool:
    """Whether an item is about the province: by the last decision of a person, else by its newest tagging."""
    if key is None:
        return False
    of_item = (decisions.c.item_key == key, decisions.c.field == "relevance")
    decided = connection.execute(
        select(decisions.c.value).where(*of_item).order_by(decisions.c.id.desc()).limit(1)
    ).scalar()
    if decided is not None:
        return bool(decided != "no")
    query = (
        select(taggings.c.relevance)
        .join(versions, versions.c.id == taggings.c.version_id)
        .where(versions.c.item_key == key)
        .order_by(versions.c.number.desc(), taggings.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar() in ("main", "mention")


def is_wanted(connection: Connection, link: int, key: str | None) -> bool:
    """Whether the page of a link is about the province, or another one that uses this collection."""
    watched = select(watched_links.c.candidate_id).where(watched_links.c.candidate_id == link)
    return is_coverage(connection, key) or connection.execute(watched).scalar() is not None


def _candidate(row: Row[Any]) -> Candidate:
    entry = ENTRY.validate_python(row.entry)
    etag, modified = (row.etag, row.last_modified) if row.outcome == CandidateOutcome.FETCHED else (None, None)
    place = row.id, row.source_id, row.feed_url, row.url
    return Candidate(*place, entry, row.attempts, known=True, etag=etag, last_modified=modified)


def load_due_candidates(connection: Connection, now: datetime, source_ids: Sequence[str]) -> list[Candidate]:
    """See storage.crawl.facet.Crawl.due_candidates."""
    query = (
        select(candidates)
        .where(candidates.c.source_id.in_(source_ids), candidates.c.next_try <= now)
        .order_by(candidates.c.next_try, candidates.c.id)
    )
    slowed = slowed_hosts(connection, now)
    return [_candidate(row) for row in connection.execute(query) if host_of(row.url) not in slowed]


def forget_checks(connection: Connection, candidate_ids: Sequence[int]) -> None:
    """Schedule no more checks of pages that turned out not to be about the province, nor about another one."""
    if candidate_ids:
        watched = select(watched_links.c.candidate_id).where(watched_links.c.candidate_id.in_(candidate_ids))
        these = and_(candidates.c.id.in_(candidate_ids), candidates.c.id.not_in(watched))
        connection.execute(update(candidates).where(these, candidates.c.attempts == 0).values(next_try=None))
