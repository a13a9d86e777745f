"""A database that collects → what others take over of it, from a position on."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, func, insert, or_, select, update

from pipeline.records import Article, CandidateOutcome, DocumentOutcome, Examined, Reason, Unreadable
from storage.crawl.fetches import CHECK_WAITS
from storage.engine.damage import stored_reason
from storage.engine.json_records import JsonRecord
from storage.schema.core import candidates, documents, feeds, fetches, polls, sources
from storage.schema.sharing import shared_articles, watched_links
from storage.sharing.records import CrawlPart, Kind, Position, Positions, SharedReading

_ARTICLE = JsonRecord(Article)
#: Level of zlib for articles.
_ZLIB_LEVEL = 2
#: Rows of a table taken over at a time.
_ROWS = 2000
#: Ids looked up by one statement.
_CHUNK = 500
#: Known links that a feed gives again are taken over when they are not older: few feeds list older ones.
_SEEN_AGAIN = timedelta(days=30)
#: A page was listed by a feed so long before it was fetched, at most.
_LISTED_BEFORE = timedelta(days=1)
#: What tells the rows of each kind apart: table and column of time.
_TIMES: Mapping[Kind, tuple[Table, Any]] = {
    "polls": (polls, polls.c.at),
    "links": (candidates, candidates.c.first_seen),
    "fetches": (fetches, fetches.c.at),
    "documents": (documents, documents.c.fetched_at),
}
#: Links of archives that were read back; every province reads archives for itself.
_OF_ARCHIVES = candidates.c.feed_url.startswith("archive:")


def first_positions(connection: Connection) -> Positions:
    """Return where a province begins that takes over for the first time.

    That is before the oldest page whose reading is kept or still to be made; without any, now.
    """
    kept = connection.execute(select(func.min(shared_articles.c.document_id))).scalar()
    is_waiting = documents.c.outcome == DocumentOutcome.WAITING
    waits = connection.execute(select(func.min(documents.c.id)).where(is_waiting)).scalar()
    oldest = min((number for number in (kept, waits) if number is not None), default=None)
    since = None
    if oldest is not None:
        fetched = connection.execute(select(documents.c.fetched_at).where(documents.c.id == oldest)).scalar_one()
        since = fetched - _LISTED_BEFORE
    positions: dict[Kind, Position] = {}
    for kind, (table, time) in _TIMES.items():
        query = select(func.max(table.c.id))
        if since is not None:
            query = query.where(table.c.id < oldest if kind == "documents" else time < since)
        number = connection.execute(query).scalar() or 0
        positions[kind] = _position(connection, kind, number)
    newest = connection.execute(select(func.max(candidates.c.last_seen))).scalar()
    positions["seen"] = Position(0, newest if since is None else since)
    return positions


def _position(connection: Connection, kind: Kind, number: int) -> Position:
    table, time = _TIMES[kind]
    return Position(number, connection.execute(select(time).where(table.c.id == number)).scalar())


def find_positions(connection: Connection, taken: Positions) -> Positions:
    """Return the positions as this database has them: those given, unless its rows have other ids than they had.

    So it is after a backup was restored, and where retention took the row; then the time of the row tells the place.
    """
    found: dict[Kind, Position] = {"seen": taken["seen"]}
    for kind, (table, time) in _TIMES.items():
        position = taken[kind]
        if position.number and _position(connection, kind, position.number).at != position.at:
            number = connection.execute(select(func.max(table.c.id)).where(time <= position.at)).scalar() or 0
            position = Position(number, position.at)
        found[kind] = position
    return found


def load_part(connection: Connection, taken: Positions) -> CrawlPart:
    """Return the rows after the positions, some thousands at most, and the links that they refer to."""
    start = find_positions(connection, taken)
    rows: dict[Kind, Sequence[Mapping[str, Any]]] = {}
    positions: dict[Kind, Position] = {}
    for kind, (table, time) in _TIMES.items():
        columns = [column for column in table.c if column.name != "body"]
        query = select(*columns).where(table.c.id > start[kind].number).order_by(table.c.id).limit(_ROWS)
        rows[kind] = _rows(connection, query)
        last = rows[kind][-1] if rows[kind] else None
        positions[kind] = start[kind] if last is None else Position(last["id"], last[time.name])
    has_more = any(len(of_kind) == _ROWS for of_kind in rows.values())
    seen_until = start["seen"].at
    links = {row["id"]: row for row in rows["links"]}
    if not has_more:  # once, when all else is there
        again, seen_until = _seen_again(connection, seen_until)
        links |= {row["id"]: row for row in again}
    of_pages = {row["candidate_id"] for kind in ("fetches", "documents") for row in rows[kind]} - links.keys()
    links |= {row["id"]: row for row in _load_links(connection, sorted(of_pages))}
    live = {key for key, row in links.items() if not row["feed_url"].startswith("archive:")}
    positions["seen"] = Position(0, seen_until)
    return CrawlPart(
        sources=_rows(connection, select(sources)),
        feeds=_rows(connection, select(feeds)),
        polls=rows["polls"],
        links=[row for key, row in links.items() if key in live],
        fetches=[row for row in rows["fetches"] if row["candidate_id"] in live],
        documents=[row for row in rows["documents"] if row["candidate_id"] in live],
        positions=positions,
        has_more=has_more,
    )


def _rows(connection: Connection, query: Select[Any]) -> list[Mapping[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _seen_again(connection: Connection, since: datetime | None) -> tuple[Sequence[Mapping[str, Any]], datetime | None]:
    """Return the links that feeds gave after a moment, and the newest of these moments."""
    query = select(candidates).where(~_OF_ARCHIVES)
    if since is not None:
        query = query.where(candidates.c.last_seen > since, candidates.c.first_seen > since - _SEEN_AGAIN)
    found = _rows(connection, query)
    return found, max((row["last_seen"] for row in found), default=since)


def _load_links(connection: Connection, numbers: Sequence[int]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for first in range(0, len(numbers), _CHUNK):
        query = select(candidates).where(candidates.c.id.in_(numbers[first : first + _CHUNK]))
        found += _rows(connection, query)
    return found


def store_readings(connection: Connection, results: Iterable[Examined], at: datetime) -> None:
    """Keep what was read of pages, before any of it is joined to an item."""
    rows = [
        {
            "document_id": result.document_id,
            "read_at": at,
            "reason": str(result.reason) if isinstance(result, Unreadable) else "",
            "note": result.note[:1000] if isinstance(result, Unreadable) else "",
            "article": zlib.compress(
                b"" if isinstance(result, Unreadable) else _ARTICLE.dump_json(result.article), _ZLIB_LEVEL
            ),
        }
        for result in results
    ]
    numbers = [row["document_id"] for row in rows]
    connection.execute(delete(shared_articles).where(shared_articles.c.document_id.in_(numbers)))
    if rows:
        connection.execute(insert(shared_articles), rows)


def forget_readings(connection: Connection, before: datetime) -> int:
    """Delete what was read before a moment; return how many pages that was."""
    return connection.execute(delete(shared_articles).where(shared_articles.c.read_at < before)).rowcount


def load_readings(connection: Connection, pages: Mapping[int, tuple[str, datetime]]) -> dict[int, SharedReading]:
    """Return what is known of pages, given by id with their address and the time at which they were fetched.

    An id that is that of another page now, as after a backup was restored, counts as one whose page is gone.
    """
    found: dict[int, SharedReading] = {}
    numbers = sorted(pages)
    table = documents.c
    for first in range(0, len(numbers), _CHUNK):
        query = (
            select(
                *(table.id, table.url, table.fetched_at, table.outcome, table.body, table.removed_at),
                *(shared_articles.c.reason, shared_articles.c.note, shared_articles.c.article),
            )
            .outerjoin(shared_articles, shared_articles.c.document_id == table.id)
            .where(table.id.in_(numbers[first : first + _CHUNK]))
        )
        for row in connection.execute(query):
            if (row.url, row.fetched_at) == pages[row.id]:
                found[row.id] = _reading(row)
    return {number: found.get(number, SharedReading(is_body_gone=True)) for number in pages}


def _reading(row: Any) -> SharedReading:
    body, gone = row.body, row.removed_at is not None
    if row.outcome == DocumentOutcome.WAITING:
        return SharedReading(is_waiting=True)
    if row.article is None:
        return SharedReading(body=body, is_body_gone=gone)
    if row.reason:
        return SharedReading(fault=stored_reason(row.reason), note=row.note, body=body, is_body_gone=gone)
    try:
        article = _ARTICLE.validate_json(zlib.decompress(row.article))
    except (ValueError, zlib.error) as error:
        return SharedReading(fault=Reason.ERROR, note=f"damaged in the database: {error}"[:500], body=body)
    return SharedReading(article=article, body=body, is_body_gone=gone)


def watch_pages(connection: Connection, numbers: Sequence[int], at: datetime) -> None:
    """Look at these pages (ids of documents) again as at one's own: they are about another province."""
    for first in range(0, len(numbers), _CHUNK):
        of_pages = select(documents.c.candidate_id).where(documents.c.id.in_(numbers[first : first + _CHUNK]))
        known = select(watched_links.c.candidate_id)
        new = sorted(set(connection.execute(of_pages.where(documents.c.candidate_id.not_in(known))).scalars()))
        if not new:
            continue
        connection.execute(insert(watched_links), [{"candidate_id": number} for number in new])
        # The looks that were given up when the page turned out not to be about the own province.
        for checks, wait in enumerate(CHECK_WAITS, 1):
            given_up = (
                candidates.c.id.in_(new),
                candidates.c.checks == checks,
                candidates.c.next_try.is_(None),
                candidates.c.outcome == CandidateOutcome.FETCHED,
            )
            connection.execute(update(candidates).where(*given_up).values(next_try=at + wait))


def ask_for(connection: Connection, urls: Sequence[str], at: datetime) -> int:
    """Let the pages of known links be fetched with the next collection; return how many that changes."""
    changed = 0
    for first in range(0, len(urls), _CHUNK):
        later: ColumnElement[bool] = or_(candidates.c.next_try.is_(None), candidates.c.next_try > at)
        these = candidates.c.url.in_(urls[first : first + _CHUNK])
        changed += connection.execute(update(candidates).where(these, later).values(next_try=at)).rowcount
    return changed
