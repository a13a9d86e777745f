"""Rows → items, days and counts, for those who read what was collected."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from pipeline.records import DocumentOutcome, Item, Reason, Relevance, SourceDay, SourceState, Version
from storage.examining import ARTICLE, TAGS
from storage.ledger import load_silent, load_without_text
from storage.schema import candidates, documents, fetches, items, polls, sources, taggings, versions

_QUIET = (Reason.OK, Reason.NOT_MODIFIED)


def _select_items() -> Select[*tuple[Any, ...]]:
    others = taggings.alias()
    newest = (
        select(func.max(others.c.id)).where(others.c.version_id == versions.c.id).correlate(versions).scalar_subquery()
    )
    return (
        select(
            items.c.key,
            items.c.story,
            items.c.event,
            items.c.origin,
            items.c.version,
            items.c.source_id,
            items.c.first_seen,
            items.c.taken_down,
            sources.c.name,
            sources.c.country,
            sources.c.category,
            versions.c.article,
            versions.c.fetched_at,
            taggings.c.tags,
            candidates.c.feed_url,
        )
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == items.c.version))
        .join(taggings, taggings.c.id == newest)
        .join(sources, sources.c.id == items.c.source_id)
        .join(candidates, candidates.c.id == items.c.candidate_id)
    )


def _item(row: Row[Any]) -> Item:
    return Item(
        key=row.key,
        story=row.story,
        event=row.event,
        origin=row.origin,
        version=row.version,
        source_id=row.source_id,
        outlet=row.name,
        country=row.country,
        category=row.category,
        article=ARTICLE.validate_python(row.article),
        tags=TAGS.validate_python(row.tags),
        first_seen=row.first_seen,
        fetched_at=row.fetched_at,
        feed_url=row.feed_url,
        changed=row.version > 1,
        taken_down=row.taken_down,
    )


def load_item(connection: Connection, key: str) -> Item | None:
    """See storage.base.Storage.item."""
    row = connection.execute(_select_items().where(items.c.key == key)).first()
    return None if row is None else _item(row)


def load_versions(connection: Connection, key: str) -> list[Version]:
    """See storage.base.Storage.versions."""
    query = select(versions).where(versions.c.item_key == key).order_by(versions.c.number)
    return [
        Version(row.number, row.fetched_at, ARTICLE.validate_python(row.article)) for row in connection.execute(query)
    ]


def load_event(connection: Connection, key: str) -> list[Item]:
    """See storage.base.Storage.story."""
    event = select(items.c.event).where(items.c.key == key).scalar_subquery()
    when = func.coalesce(versions.c.published, items.c.first_seen)
    query = _select_items().where(items.c.event == event).order_by(when, items.c.key)
    return [_item(row) for row in connection.execute(query)]


def load_items(
    connection: Connection,
    since: datetime | None,
    until: datetime | None,
    relevance: Sequence[Relevance],
    topics: Sequence[str],
) -> Iterator[Item]:
    """See storage.base.Storage.items."""
    when = func.coalesce(versions.c.published, items.c.first_seen)
    query = _select_items().where(taggings.c.relevance.in_(relevance)).order_by(when.desc(), items.c.key)
    if since is not None:
        query = query.where(or_(versions.c.published >= since, _undated(items.c.first_seen >= since)))
    if until is not None:
        query = query.where(or_(versions.c.published < until, _undated(items.c.first_seen < until)))
    result = connection.execute(query.execution_options(yield_per=200))
    for row in result:
        item = _item(row)
        if not topics or any(t.id in topics for t in item.tags.topics):
            yield item


def _undated(condition: Any) -> Any:
    return and_(versions.c.published.is_(None), condition)


def load_digest_items(connection: Connection, start: datetime, end: datetime, late_from: datetime) -> list[Item]:
    """See storage.base.Storage.items_for_digest."""
    seen = and_(items.c.first_seen >= start, items.c.first_seen < end)
    on_time = and_(versions.c.published >= start, versions.c.published < end, items.c.first_seen < end)
    late = and_(seen, versions.c.published >= late_from, versions.c.published < end)
    query = (
        _select_items()
        .where(taggings.c.relevance.in_(("main", "mention")), or_(on_time, late, _undated(seen)))
        .order_by(versions.c.published.desc(), items.c.key)
    )
    return [_item(row) for row in connection.execute(query)]


def load_source_days(connection: Connection, start: datetime, end: datetime) -> list[SourceDay]:
    """See storage.base.Storage.source_days."""
    days = {
        row.id: (SourceDay(row.id, row.name, "not_due" if row.enabled else "paused"), Counter[Reason]())
        for row in connection.execute(select(sources).order_by(sources.c.id))
    }
    entries = _count_polls(connection, start, end, days)
    grouped = (
        select(candidates.c.source_id, fetches.c.reason, func.count().label("n"))
        .join(candidates, candidates.c.id == fetches.c.candidate_id)
        .where(fetches.c.at >= start, fetches.c.at < end)
        .group_by(candidates.c.source_id, fetches.c.reason)
    )
    for row in connection.execute(grouped):
        day, reasons = days[row.source_id]
        if row.reason not in _QUIET:
            reasons[Reason(row.reason)] += row.n
            days[row.source_id] = (replace(day, failed=day.failed + row.n), reasons)
    _count_documents(connection, start, end, days)
    silent, without = load_silent(connection, start, end), load_without_text(connection, start, end)
    return [
        replace(
            day,
            state=_state(day, entries[day.source_id]),
            reasons=dict(reasons),
            silent_feeds=silent.get(day.source_id, ()),
            without_text=without.get(day.source_id, ()),
        )
        for day, reasons in days.values()
    ]


def _count_polls(connection: Connection, start: datetime, end: datetime, days: dict[str, Any]) -> Counter[str]:
    """Add the polls of a period to `days`; return the links that each source gave."""
    entries: Counter[str] = Counter()
    latest: dict[tuple[str, str], Reason] = {}
    query = select(polls).where(polls.c.at >= start, polls.c.at < end).order_by(polls.c.id)
    for row in connection.execute(query):
        day, reasons = days[row.source_id]
        latest[row.source_id, row.feed_url] = Reason(row.reason)
        entries[row.source_id] += row.entries
        if row.reason not in _QUIET:
            reasons[Reason(row.reason)] += 1
        days[row.source_id] = (replace(day, candidates=day.candidates + row.new), reasons)
    for (source_id, _feed), reason in latest.items():
        day, reasons = days[source_id]
        ok = reason in _QUIET
        day = replace(
            day,
            feeds_polled=day.feeds_polled + 1,
            feeds_ok=day.feeds_ok + ok,
            feeds_failed=day.feeds_failed + (not ok),
        )
        days[source_id] = (day, reasons)
    return entries


def _count_documents(connection: Connection, start: datetime, end: datetime, days: dict[str, Any]) -> None:
    grouped = (
        select(documents.c.source_id, documents.c.outcome, documents.c.outcome_reason, func.count().label("n"))
        .where(documents.c.fetched_at >= start, documents.c.fetched_at < end)
        .group_by(documents.c.source_id, documents.c.outcome, documents.c.outcome_reason)
    )
    for row in connection.execute(grouped):
        day, reasons = days[row.source_id]
        change = {"documents": day.documents + row.n}
        if row.outcome != DocumentOutcome.WAITING:
            change[row.outcome] = getattr(day, row.outcome) + row.n
        if row.outcome_reason:
            reasons[Reason(row.outcome_reason)] += row.n
        days[row.source_id] = (replace(day, **change), reasons)


def _state(day: SourceDay, entries: int) -> SourceState:
    if day.state == "paused" or not day.feeds_polled:
        return day.state
    if not day.feeds_ok:
        return "failed"
    if day.documents or day.candidates:
        return "read"
    return "unchanged" if entries or not day.feeds_failed else "empty"
