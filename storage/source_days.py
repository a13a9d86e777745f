"""Polls, fetches and documents of a period → what became of each source in it."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from pipeline.records import DocumentOutcome, Reason, SourceDay, SourceState
from storage.ledger import load_silent, load_without_text
from storage.schema import candidates, documents, fetches, polls, sources

_QUIET = (Reason.OK, Reason.NOT_MODIFIED)


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
