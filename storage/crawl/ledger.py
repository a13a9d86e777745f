"""The outcome of every link, the usual figures of each source, silent feeds, and pages without text."""

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Row, Select, and_, case, func, select, union

from pipeline.records import CandidateOutcome, DocumentOutcome, LedgerEntry, Reason, SourceFigures
from storage.crawl.archived_pages import archived_pages
from storage.crawl.bad_links import link_as_written
from storage.engine.damage import stored_code, stored_reason, tell_left_out
from storage.schema.core import candidates, documents, fetches, items, polls, sources
from storage.schema.identity import claims

#: Reasons that mean "fetched, but no article text". Many at once suggest a redesign. GALLERY and TAG_PAGE count,
#: because a page that lost its text is often taken for one; VIDEO does not, since films with a few words are articles.
WITHOUT_TEXT = (Reason.NO_TEXT, Reason.NEEDS_BROWSER, Reason.NOT_AN_ARTICLE, Reason.GALLERY, Reason.TAG_PAGE)


def load_ledger(
    connection: Connection, start: datetime, end: datetime, source_ids: Sequence[str]
) -> Iterator[LedgerEntry]:
    """See storage.crawl.facet.Crawl.ledger."""
    query = (
        select_entries()
        .where(candidates.c.id.in_(links_within(start, end)))
        .order_by(candidates.c.source_id, candidates.c.id)
    )
    if source_ids:
        query = query.where(candidates.c.source_id.in_(source_ids))
    for row in connection.execute(query.execution_options(yield_per=500)):
        yield entry_of(row)


def links_within(start: datetime, end: datetime) -> CompoundSelect[tuple[int]]:
    """Select the links that were listed or fetched in [start, end), by an index each and not by a look at all links."""
    return union(
        select(candidates.c.id).where(candidates.c.first_seen >= start, candidates.c.first_seen < end),
        select(fetches.c.candidate_id).where(fetches.c.at >= start, fetches.c.at < end),
    )


def select_entries() -> Select[*tuple[Any, ...]]:
    """Select links with their outlet and what came of their last document."""
    others = documents.alias()
    last = (
        select(func.max(others.c.id))
        .where(others.c.candidate_id == candidates.c.id)
        .correlate(candidates)
        .scalar_subquery()
    )
    return (
        select(
            candidates,
            sources.c.name,
            documents.c.outcome.label("document"),
            documents.c.outcome_reason.label("document_reason"),
        )
        .join(sources, sources.c.id == candidates.c.source_id)
        .join(documents, documents.c.id == last, isouter=True)
    )


def entry_of(row: Row[Any]) -> LedgerEntry:
    """Return the entry of a row of `select_entries`."""
    return LedgerEntry(
        source_id=row.source_id,
        outlet=row.name,
        url=link_as_written(row.url, row.entry),
        title=row.entry.get("title", ""),
        feed_url=row.feed_url,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        outcome=stored_code(CandidateOutcome, row.outcome, CandidateOutcome.LOST),
        reason=stored_reason(row.reason) if row.reason else "",
        attempts=row.attempts,
        next_try=row.next_try,
        document=stored_code(DocumentOutcome, row.document, DocumentOutcome.UNREADABLE) if row.document else "",
        document_reason=stored_reason(row.document_reason) if row.document_reason else "",
        item=row.item_key or "",
    )


def find_entries(connection: Connection, urls: Sequence[str]) -> dict[str, LedgerEntry]:
    """See storage.crawl.facet.Crawl.ledger_entries."""
    by_url: dict[str, LedgerEntry] = {}
    for begin in range(0, len(urls), 500):
        query = select_entries().where(candidates.c.url.in_(urls[begin : begin + 500]))
        by_url |= {row.url: entry_of(row) for row in connection.execute(query)}
    from pipeline.text.address_shapes import loose_form

    missing = {url: loose_form(url) for url in urls if url not in by_url}
    by_name: dict[str, LedgerEntry] = {}
    names = sorted(set(missing.values()))
    for begin in range(0, len(names), 500):
        by_name |= _find_claimants(connection, names[begin : begin + 500])
    return by_url | {url: by_name[name] for url, name in missing.items() if name in by_name}


def _find_claimants(connection: Connection, names: Sequence[str]) -> dict[str, LedgerEntry]:
    """Return by loose address the link of its article, where all links that claim the address lead to one article.

    So an address that no feed listed leads to its article too: that of a redirect, of a move, or with a reader's mark.
    """
    query = (
        select_entries()
        .add_columns(claims.c.name.label("claim"), (items.c.candidate_id == candidates.c.id).label("is_own"))
        .join(claims, claims.c.candidate_id == candidates.c.id)
        .join(items, items.c.key == candidates.c.item_key)
        .where(claims.c.name.in_(names))
        .order_by(candidates.c.id)
    )
    by_claim: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(query):
        by_claim[row.claim].append(row)
    return {
        name: entry_of(max(rows, key=lambda row: bool(row.is_own)))
        for name, rows in by_claim.items()
        if len({row.item_key for row in rows}) == 1
    }


def load_history(
    connection: Connection, start: datetime, end: datetime, periods: int
) -> dict[str, list[SourceFigures]]:
    """See storage.crawl.facet.Crawl.source_history."""
    history: dict[str, list[SourceFigures]] = defaultdict(list)
    length = end - start
    for n in range(1, periods + 1):
        since, until = start - n * length, end - n * length
        new = _count_new_links(connection, since, until)
        pages = _count_pages(connection, since, until)
        for source_id, links in new.items():
            history[source_id].append(SourceFigures(links, *pages.get(source_id, (0, 0))))
    return dict(history)


def _count_new_links(connection: Connection, since: datetime, until: datetime) -> dict[str, int]:
    """Return the number of new links by source, for sources that answered at least once."""
    query = (
        select(polls.c.source_id, func.sum(polls.c.new).label("links"))
        .where(polls.c.at >= since, polls.c.at < until, polls.c.reason.in_((Reason.OK, Reason.NOT_MODIFIED)))
        .group_by(polls.c.source_id)
    )
    return {row.source_id: int(row.links) for row in connection.execute(query)}


def _count_pages(connection: Connection, since: datetime, until: datetime) -> dict[str, tuple[int, int]]:
    without_text = func.sum(case((documents.c.outcome_reason.in_(WITHOUT_TEXT), 1), else_=0))
    query = (
        select(documents.c.source_id, func.count().label("pages"), without_text.label("without"))
        .where(
            documents.c.fetched_at >= since,
            documents.c.fetched_at < until,
            documents.c.outcome != DocumentOutcome.WAITING,
            documents.c.reason == Reason.OK,
        )
        .group_by(documents.c.source_id)
    )
    # Nobody fetched the pages of archives; all of them have a text.
    archived = Counter[str]()
    for (source_id, _, _), n in archived_pages(connection, documents.c.reason == Reason.OK)(since, until).items():
        archived[source_id] += n
    rows = connection.execute(query)
    return {row.source_id: (int(row.pages) - archived[row.source_id], int(row.without)) for row in rows}


def load_silent(connection: Connection, start: datetime, end: datetime) -> dict[str, tuple[str, ...]]:
    """Return by source the feeds polled in a period whose last two full answers held no link."""
    place = func.row_number().over(partition_by=polls.c.feed_url, order_by=polls.c.id.desc())
    # Two full answers may lie days apart; a week holds two of any feed that is polled daily.
    good_polls = (
        select(polls.c.source_id, polls.c.feed_url, polls.c.entries, polls.c.at, place.label("place"))
        .where(polls.c.at >= start - timedelta(days=7), polls.c.at < end, polls.c.reason == Reason.OK)
        .subquery()
    )
    query = (
        select(good_polls.c.source_id, good_polls.c.feed_url)
        .where(good_polls.c.place <= 2)
        .group_by(good_polls.c.source_id, good_polls.c.feed_url)
        .having(and_(func.count() == 2, func.max(good_polls.c.entries) == 0, func.max(good_polls.c.at) >= start))
        .order_by(good_polls.c.feed_url)
    )
    silent: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(query):
        silent[row.source_id].append(row.feed_url)
    return {source_id: tuple(urls) for source_id, urls in silent.items()}


def load_without_text(connection: Connection, start: datetime, end: datetime) -> dict[str, tuple[str, ...]]:
    """Return by source the addresses of pages fetched in a period and without text, oldest first."""
    query = (
        select(documents.c.source_id, documents.c.url)
        .where(
            documents.c.fetched_at >= start,
            documents.c.fetched_at < end,
            documents.c.outcome_reason.in_(WITHOUT_TEXT),
            documents.c.reason == Reason.OK,
        )
        .order_by(documents.c.id)
    )
    by_source: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(query):
        by_source[row.source_id].append(row.url)
    return {source_id: tuple(urls) for source_id, urls in by_source.items()}


def load_pages(connection: Connection, source_id: str, limit: int) -> list[tuple[bytes, str]]:
    """See storage.crawl.facet.Crawl.newest_pages."""
    query = (
        select(documents.c.id, documents.c.body, documents.c.url)
        .where(documents.c.source_id == source_id, documents.c.reason == Reason.OK)
        .order_by(documents.c.id.desc())
        .limit(limit)
    )
    pages = []
    for row in connection.execute(query):
        try:
            pages.append((zlib.decompress(row.body), row.url))
        except zlib.error as error:
            tell_left_out(f"documents {row.id}", error)
    return pages
