"""Polls → rows: the links that feeds gave, and which of them are to be fetched next."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from pipeline.records import (
    Candidate,
    CandidateOutcome,
    Entry,
    Poll,
)
from pipeline.text.urls import host_of, is_fetchable, normalise_url
from storage.crawl.feed_state import slowed_hosts, store_poll_state
from storage.schema.core import candidates, polls, taggings, versions
from storage.schema.maintenance import decisions

ENTRY = TypeAdapter(Entry)

#: Links of a feed that are looked up by one statement; databases limit what one may hold.
_LINKS = 500
#: How long a page is looked at again by a collection that was asked for everything.
_CHECK_ALL = timedelta(days=7)


def store_poll(connection: Connection, run: int, poll: Poll, *, recheck_all: bool) -> list[Candidate]:
    """See storage.base.Storage.polled."""
    counts = {"new": 0, "changed": 0, "known": 0, "repeated": 0, "invalid": poll.invalid}
    entries: dict[str, Entry] = {}
    for entry in poll.entries:
        url = normalise_url(entry.url) if is_fetchable(entry.url) else None
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
    store_poll_state(connection, poll, links, counts["new"])
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
            due = row.outcome == CandidateOutcome.FETCHED and is_coverage(connection, row.item_key)
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
    return {url: Candidate(key, poll.source_id, poll.feed_url, url, entries[url]) for key, url in made}


def _gist(entry: dict[str, Any]) -> tuple[Any, ...]:
    """What of an entry tells a change of the article; addresses of images and the like are newly made each time."""
    return entry["title"], entry["summary"], entry["text"], entry["published"]


def is_coverage(connection: Connection, key: str | None) -> bool:
    """Whether the newest text of an item, as a person decided or else under its newest tags, is about the province."""
    if key is None:
        return False
    mine = (decisions.c.item_key == key, decisions.c.field == "relevance")
    said = connection.execute(select(decisions.c.value).where(*mine).order_by(decisions.c.id.desc()).limit(1)).scalar()
    if said is not None:
        return bool(said != "no")
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


def load_due_candidates(connection: Connection, now: datetime, source_ids: Sequence[str]) -> list[Candidate]:
    """See storage.base.Storage.waiting."""
    query = (
        select(candidates)
        .where(candidates.c.source_id.in_(source_ids), candidates.c.next_try <= now)
        .order_by(candidates.c.next_try, candidates.c.id)
    )
    slowed = slowed_hosts(connection, now)
    return [_candidate(row) for row in connection.execute(query) if host_of(row.url) not in slowed]


def forget_checks(connection: Connection, candidate_ids: Sequence[int]) -> None:
    """Stop looking again at pages that turned out not to be about the province."""
    if candidate_ids:
        mine = candidates.c.id.in_(candidate_ids)
        connection.execute(update(candidates).where(mine, candidates.c.attempts == 0).values(next_try=None))


def count_by(connection: Connection, column: Any, *where: Any) -> dict[str, int]:
    rows = connection.execute(select(column, func.count().label("n")).where(*where).group_by(column))
    return {row[0]: row.n for row in rows}
