"""Links → the cells of the exported ledger, past SQLAlchemy and without a record of each link.

The cells are those that analysis.tables.definitions.LEDGER gives for `Crawl.ledger`; a test holds them to it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, Text, cast

from pipeline.records import CandidateOutcome, DocumentOutcome
from pipeline.tables.columns import Cell, cut, local
from storage.crawl.bad_links import link_as_written
from storage.crawl.ledger import links_within, select_entries
from storage.engine.damage import DamagedTime, is_damaged, parse_json, stored_code, stored_reason
from storage.engine.instants import instant_of
from storage.engine.raw_rows import raw_rows
from storage.schema.core import candidates, documents, sources

#: Rows fetched at once.
_CHUNK = 500


def load_ledger_rows(
    connection: Connection, start: datetime, end: datetime, source_ids: Sequence[str]
) -> Iterator[tuple[Cell, ...]]:
    """Yield the cells of the links that were found or asked for in [start, end), by source."""
    query = (
        select_entries()
        .with_only_columns(
            candidates.c.source_id,
            sources.c.name,
            candidates.c.url,
            cast(candidates.c.entry, Text),
            candidates.c.feed_url,
            candidates.c.first_seen,
            candidates.c.last_seen,
            candidates.c.outcome,
            candidates.c.reason,
            candidates.c.attempts,
            candidates.c.next_try,
            documents.c.outcome,
            documents.c.outcome_reason,
            candidates.c.item_key,
        )
        .where(candidates.c.id.in_(links_within(start, end)))
        .order_by(candidates.c.source_id, candidates.c.id)
    )
    if source_ids:
        query = query.where(candidates.c.source_id.in_(source_ids))
    for rows in raw_rows(connection, query, "ledger", _CHUNK):
        yield from map(_row, rows)


def _row(row: Sequence[Any]) -> tuple[Cell, ...]:
    source, outlet, url, entry, feed, first, last, outcome, reason, attempts, next_try, document, why, item = row
    said = _entry(entry)
    return (
        source,
        outlet,
        link_as_written(url, said),
        cut(said.get("title", "")),
        feed,
        _moment(first),
        _moment(last),
        _candidate_outcome(outcome),
        _reason(reason) if reason else "",
        attempts,
        _moment(next_try),
        _document_outcome(document) if document else "",
        _reason(why) if why else "",
        item or "",
    )


def _entry(text: str) -> dict[str, Any]:
    if not is_damaged((text,)):
        try:
            entry: dict[str, Any] = from_json(text)
            return entry
        except ValueError:
            pass
    damaged: dict[str, Any] = parse_json(text)
    return damaged


# Links of one poll share their times; codes are few.
@lru_cache(maxsize=4096)
def _moment(value: Any) -> datetime | None:
    try:
        return local(instant_of(value))
    except (ValueError, TypeError, OverflowError):
        return local(DamagedTime.of(str(value)))


@lru_cache(maxsize=64)
def _candidate_outcome(value: str) -> str:
    return str(stored_code(CandidateOutcome, value, CandidateOutcome.LOST))


@lru_cache(maxsize=64)
def _document_outcome(value: str) -> str:
    return str(stored_code(DocumentOutcome, value, DocumentOutcome.UNREADABLE))


@lru_cache(maxsize=256)
def _reason(value: str) -> str:
    return str(stored_reason(value))
