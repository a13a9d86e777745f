"""One page of the ledger of a period, by source and link; what it costs depends on the period and not on the past."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, or_

from pipeline.records import CandidateOutcome, DocumentOutcome, LedgerEntry
from storage.crawl.ledger import entry_of, links_within, select_entries
from storage.schema.core import candidates, documents


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """Which links of a period are listed; the empty filter lists all."""

    #: id of the source; '': of all
    source: str = ""
    #: a CandidateOutcome, or, of links that led to a page, what examining it gave; '': all
    ending: CandidateOutcome | DocumentOutcome | None = None


@dataclass(frozen=True, slots=True)
class LedgerPage:
    entries: tuple[LedgerEntry, ...]
    #: where the next page begins, after this source and link; None: there is no next page
    after: tuple[str, int] | None


def load_ledger_page(
    connection: Connection,
    start: datetime,
    end: datetime,
    listed: LedgerFilter,
    *,
    after: tuple[str, int] | None,
    limit: int,
) -> LedgerPage:
    """See storage.crawl.facet.Crawl.ledger_page."""
    query = (
        select_entries()
        .where(candidates.c.id.in_(links_within(start, end)))
        .order_by(candidates.c.source_id, candidates.c.id)
        .limit(limit + 1)
    )
    if listed.source:
        query = query.where(candidates.c.source_id == listed.source)
    if isinstance(listed.ending, CandidateOutcome):
        query = query.where(candidates.c.outcome == listed.ending)
    elif listed.ending is not None:
        query = query.where(documents.c.outcome == listed.ending)
    if after is not None:
        source, link = after
        query = query.where(
            or_(candidates.c.source_id > source, and_(candidates.c.source_id == source, candidates.c.id > link))
        )
    rows = connection.execute(query).all()
    shown = rows[:limit]
    following = (shown[-1].source_id, shown[-1].id) if len(rows) > limit else None
    return LedgerPage(tuple(entry_of(row) for row in shown), following)
