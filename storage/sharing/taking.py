"""Rows of the database that collects → rows of a province that uses its collection, each once."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert, select, update

from pipeline.records import CandidateOutcome, DocumentOutcome, Reason
from storage.crawl.fetches import mark_taken_down
from storage.schema.core import candidates, documents, feeds, fetches, polls, sources
from storage.schema.sharing import taken_documents, taken_positions
from storage.sharing.records import KINDS, CrawlPart, Position, Positions

#: Rows looked up or stored by one statement.
_CHUNK = 500
#: Columns of a known link that are left as they are: who brought it first, what it led to, and when it is asked.
_OWN = {"id", "url", "source_id", "feed_url", "first_seen", "item_key", "next_try", "outcome"}
#: Outcomes of a link whose page was had.
_READ = (CandidateOutcome.FETCHED, CandidateOutcome.SAME)
_NO_BODY = zlib.compress(b"")


def load_positions(connection: Connection) -> Positions | None:
    """Return how far the collection was taken over; None: never yet."""
    rows = {row.kind: Position(row.number, row.at) for row in connection.execute(select(taken_positions))}
    return {kind: rows[kind] for kind in KINDS} if rows else None


def store_part(connection: Connection, run: int, part: CrawlPart, at: datetime) -> None:
    """Store rows of a crawl and the positions behind them; what was stored before is not stored again."""
    _put_rows(connection, sources, "id", part.sources)
    _put_rows(connection, feeds, "url", part.feeds)
    _insert(connection, polls, ({**_without_id(row), "run_id": run} for row in part.polls))
    ids = _store_links(connection, part.links)
    _insert(
        connection,
        fetches,
        ({**_without_id(row), "run_id": run, "candidate_id": ids[row["candidate_id"]]} for row in part.fetches),
    )
    _note_fetches(connection, part, ids)
    for row in part.documents:
        link = ids[row["candidate_id"]]
        # The bytes come with the reading, where they are wanted.
        removed = at if row["reason"] == Reason.OK else None
        changes = {"candidate_id": link, "body": _NO_BODY, "removed_at": removed, "outcome": DocumentOutcome.WAITING}
        changes |= {"outcome_reason": "", "note": "", "examined_at": None}
        new = insert(documents).returning(documents.c.id)
        key = connection.execute(new, [{**_without_id(row), **changes}]).scalar_one()
        connection.execute(insert(taken_documents), [{"document_id": key, "number": row["id"]}])
    _put_rows(
        connection,
        taken_positions,
        "kind",
        [{"kind": kind, "number": p.number, "at": p.at} for kind, p in part.positions.items()],
    )


def _without_id(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}


def _insert(connection: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    listed = list(rows)
    for first in range(0, len(listed), _CHUNK):
        connection.execute(insert(table), listed[first : first + _CHUNK])


def _put_rows(connection: Connection, table: Table, key: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or change those that are there."""
    stored = set(connection.execute(select(table.c[key])).scalars())
    new = [dict(row) for row in rows if row[key] not in stored]
    old = [{f"_{name}": value for name, value in row.items()} for row in rows if row[key] in stored]
    if new:
        connection.execute(insert(table), new)
    if old:
        values: dict[str, Any] = {name: bindparam(f"_{name}") for name in rows[0] if name != key}
        connection.execute(update(table).where(table.c[key] == bindparam(f"_{key}")).values(values), old)


def _store_links(connection: Connection, links: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Store links, by address; return their ids here by their ids there."""
    ids: dict[int, int] = {}
    for first in range(0, len(links), _CHUNK):
        chunk = links[first : first + _CHUNK]
        query = select(candidates.c.id, candidates.c.url, candidates.c.outcome)
        stored = {
            row.url: row for row in connection.execute(query.where(candidates.c.url.in_([x["url"] for x in chunk])))
        }
        new = [
            {**_without_id(row), "outcome": _outcome(row["outcome"], ""), "next_try": None, "item_key": None}
            for row in chunk
            if row["url"] not in stored
        ]
        by_url = {url: row.id for url, row in stored.items()}
        if new:
            made = connection.execute(insert(candidates).returning(candidates.c.id, candidates.c.url), new)
            by_url |= {row.url: row.id for row in made}
        old = [
            {
                "_id": stored[row["url"]].id,
                "_outcome": _outcome(row["outcome"], stored[row["url"]].outcome),
                **{f"_{name}": value for name, value in row.items() if name not in _OWN},
            }
            for row in chunk
            if row["url"] in stored
        ]
        if old:
            values: dict[str, Any] = {name[1:]: bindparam(name) for name in old[0] if name != "_id"}
            connection.execute(update(candidates).where(candidates.c.id == bindparam("_id")).values(values), old)
        ids |= {row["id"]: by_url[row["url"]] for row in chunk}
    return ids


def _outcome(there: str, here: str) -> str:
    """Return the outcome of a link: the collection's, but which of two links brings an article is decided here."""
    if there not in _READ:
        return there
    return CandidateOutcome.SAME if here == CandidateOutcome.SAME else CandidateOutcome.FETCHED


def _note_fetches(connection: Connection, part: CrawlPart, ids: Mapping[int, int]) -> None:
    """Let each fetch mean for its link and item what it means where it is made."""
    asked = sorted({ids[row["candidate_id"]] for row in part.fetches})
    keys: dict[int, str] = {}
    for first in range(0, len(asked), _CHUNK):
        these = candidates.c.id.in_(asked[first : first + _CHUNK])
        # A look that was wanted of the collection has been had.
        connection.execute(update(candidates).where(these).values(next_try=None))
        led = select(candidates.c.id, candidates.c.item_key).where(these, candidates.c.item_key.is_not(None))
        keys |= {row.id: row.item_key for row in connection.execute(led)}
    for row in part.fetches:
        link = ids[row["candidate_id"]]
        if link in keys:
            mark_taken_down(connection, keys[link], link, row["reason"], row["at"])


def load_numbers(connection: Connection, document_ids: Sequence[int]) -> dict[int, int]:
    """Return the ids that pages have in the collecting database, by their ids here; others are left out."""
    query = select(taken_documents).where(taken_documents.c.document_id.in_(document_ids))
    return {row.document_id: row.number for row in connection.execute(query)}


def keep_pages(connection: Connection, bodies: Mapping[int, bytes]) -> None:
    """Store the compressed bytes of pages, by id."""
    for key, body in bodies.items():
        change = update(documents).where(documents.c.id == key)
        connection.execute(change.values(body=body, removed_at=None))


def load_wanted(connection: Connection, at: datetime) -> list[str]:
    """Return the addresses of links at whose pages another look is wanted."""
    query = select(candidates.c.url).where(candidates.c.next_try <= at).order_by(candidates.c.id)
    return list(connection.execute(query).scalars())
