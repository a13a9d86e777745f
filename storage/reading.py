"""Rows → items, days and counts, for those who read what was collected."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from pipeline.records import Decision, DocumentOutcome, Item, Reason, Relevance, SourceDay, SourceState, Version
from storage.decisions import decided, load_decisions
from storage.examining import ARTICLE, TAGS
from storage.ledger import load_silent, load_without_text
from storage.schema import candidates, documents, fetches, items, polls, sources, taggings, versions
from storage.schema_upkeep import decisions

_QUIET = (Reason.OK, Reason.NOT_MODIFIED)


def _select_items(as_of: datetime | None = None) -> Select[*tuple[Any, ...]]:
    """Select items under their newest tagging, or as they stood at a moment."""
    others, older = taggings.alias(), versions.alias()
    newest = select(func.max(others.c.id)).where(others.c.version_id == versions.c.id).correlate(versions)
    number: Any = items.c.version
    if as_of is not None:
        newest = newest.where(others.c.tagged_at <= as_of)
        early, tagged = versions.alias(), taggings.alias()
        then = select(func.max(early.c.number)).select_from(
            early.join(tagged, (tagged.c.version_id == early.c.id) & (tagged.c.tagged_at <= as_of))
        )
        number = then.where(early.c.item_key == items.c.key).correlate(items).scalar_subquery()
    # A page that was read once more under other rules is a version too, and no edit.
    edited = select(older.c.id).where(older.c.item_key == items.c.key, older.c.document_id != versions.c.document_id)
    return (
        select(
            items.c.key,
            items.c.story,
            items.c.event,
            items.c.origin,
            versions.c.number,
            and_(versions.c.number > 1, edited.correlate(items, versions).exists()).label("changed"),
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
        .select_from(items)
        .join(versions, and_(versions.c.item_key == items.c.key, versions.c.number == number))
        .join(taggings, taggings.c.id == newest.scalar_subquery())
        .join(sources, sources.c.id == items.c.source_id)
        .join(candidates, candidates.c.id == items.c.candidate_id)
    )


def _relevance(as_of: datetime | None) -> ColumnElement[str]:
    """Return the relevance of an item: what a person decided last, else what the rules said."""
    said = select(decisions.c.value).where(decisions.c.item_key == items.c.key, decisions.c.field == "relevance")
    if as_of is not None:
        said = said.where(decisions.c.at <= as_of)
    newest = said.order_by(decisions.c.id.desc()).limit(1).correlate(items).scalar_subquery()
    return func.coalesce(newest, taggings.c.relevance)


def _item(row: Row[Any], said: Mapping[str, Iterable[Decision]]) -> Item:
    return Item(
        key=row.key,
        story=row.story,
        event=row.event,
        origin=row.origin,
        version=row.number,
        source_id=row.source_id,
        outlet=row.name,
        country=row.country,
        category=row.category,
        article=ARTICLE.validate_python(row.article),
        tags=decided(TAGS.validate_python(row.tags), said.get(row.key, ())),
        first_seen=row.first_seen,
        fetched_at=row.fetched_at,
        feed_url=row.feed_url,
        changed=bool(row.changed),
        taken_down=row.taken_down,
    )


def load_item(connection: Connection, key: str) -> Item | None:
    """See storage.base.Storage.item."""
    return load_chosen(connection, [key]).get(key)


def load_chosen(connection: Connection, keys: Sequence[str]) -> dict[str, Item]:
    """Return the items of these keys that there are."""
    said = load_decisions(connection, keys)
    return {row.key: _item(row, said) for row in connection.execute(_select_items().where(items.c.key.in_(keys)))}


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
    rows = connection.execute(_select_items().where(items.c.event == event).order_by(when, items.c.key)).all()
    said = load_decisions(connection, [row.key for row in rows])
    return [_item(row, said) for row in rows]


def load_items(
    connection: Connection,
    since: datetime | None,
    until: datetime | None,
    relevance: Sequence[Relevance],
    topics: Sequence[str],
    as_of: datetime | None = None,
) -> Iterator[Item]:
    """See storage.base.Storage.items."""
    when = func.coalesce(versions.c.published, items.c.first_seen)
    query = _select_items(as_of).where(_relevance(as_of).in_(relevance)).order_by(when.desc(), items.c.key)
    if since is not None:
        query = query.where(or_(versions.c.published >= since, _undated(items.c.first_seen >= since)))
    if until is not None:
        query = query.where(or_(versions.c.published < until, _undated(items.c.first_seen < until)))
    said = load_decisions(connection, None, as_of)
    result = connection.execute(query.execution_options(yield_per=200))
    for row in result:
        item = _item(row, said)
        if not topics or any(t.id in topics for t in item.tags.topics):
            yield item


def _undated(condition: Any) -> Any:
    return and_(versions.c.published.is_(None), condition)


def load_digest_items(
    connection: Connection, start: datetime, end: datetime, late_from: datetime, as_of: datetime | None = None
) -> list[Item]:
    """See storage.base.Storage.items_for_digest."""
    seen = and_(items.c.first_seen >= start, items.c.first_seen < end)
    on_time = and_(versions.c.published >= start, versions.c.published < end, items.c.first_seen < end)
    late = and_(seen, versions.c.published >= late_from, versions.c.published < end)
    query = (
        _select_items(as_of)
        .where(_relevance(as_of).in_(("main", "mention")), or_(on_time, late, _undated(seen)))
        .order_by(versions.c.published.desc(), items.c.key)
    )
    said = load_decisions(connection, None, as_of)
    return [_item(row, said) for row in connection.execute(query)]


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
